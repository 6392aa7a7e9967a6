"""Which groups are too small to be told about: few people are soon recognised. No Django."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

#: Fewer than this say who they are (domain.md, "Satisfaction").
SHOWN_FROM = 5
FEW = f"dưới {SHOWN_FROM}"


def too_small(counts: Mapping[Key, int]) -> set[Key]:
    """Which parts of a total must be hidden: the small ones, and so many more that no difference gives one away.

    Who knows the total and every other part knows the part that is left out: at least two parts are left out, with
    no fewer answers together than may be shown.
    """
    parts = sorted((part for part in counts.items() if part[1]), key=lambda part: part[1])
    hidden, together = set(), 0
    for number, (key, count) in enumerate(parts):
        is_enough = number == 0 or number >= 2 and together >= SHOWN_FROM
        if count >= SHOWN_FROM and is_enough:
            break
        hidden.add(key)
        together += count
    return hidden


def told_until(counts: Iterable[tuple[date, int]]) -> date | None:
    """Up to which day a running count may be told, given how many each day adds, the days in order.

    It grows by batches of enough to be shown, and the last whole batch is held back: what is told next day, or once
    the month is over, is never just a few more. None while there are not two batches.
    """
    ends, batch = list[date](), 0
    for day, count in counts:
        batch += count
        if batch >= SHOWN_FROM:
            ends.append(day)
            batch = 0
    return ends[-2] if len(ends) > 1 else None
