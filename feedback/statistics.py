"""Shares that say how far they can be trusted: Wilson's interval, the goal, and how few answers are too few."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from desk.groups import SHOWN_FROM
from desk.vietnamese import percent, percent_range

#: Of 95% confidence: the normal distribution leaves 2.5% on each side.
Z = 1.959963984540054
#: At least so many of all answers should be good.
GOAL = 0.95
#: Fewer answers make no percentage (domain.md, "Satisfaction").
COUNTED_FROM = 30
NOTHING = "—"


class Verdict(StrEnum):
    """What may be said about the goal."""

    MET = "đạt"
    MISSED = "chưa đạt"
    OPEN = "chưa đủ phiếu để kết luận"


def wilson(share: float, count: float) -> tuple[float, float]:
    """Wilson's 95% interval of a share found in `count` answers, which must be more than none."""
    middle = share + Z**2 / (2 * count)
    reach = Z * sqrt(share * (1 - share) / count + Z**2 / (4 * count**2))
    whole = 1 + Z**2 / count
    low, high = (middle - reach) / whole, (middle + reach) / whole
    return (0.0 if share == 0 else low), (1.0 if share == 1 else high)


@dataclass(frozen=True)
class Share:
    """Good answers among all answers to one question, or to `questions` of one scale on the same sheets.

    What one sheet says to six questions is one person's opinion, so thresholds and interval stand on the sheets.
    """

    good: int = 0
    count: int = 0
    questions: int = 1

    def __add__(self, other: Share) -> Share:
        return Share(self.good + other.good, self.count + other.count, self.questions)

    @property
    def sheets(self) -> int:
        return -(-self.count // self.questions)

    @property
    def is_shown(self) -> bool:
        return self.sheets >= SHOWN_FROM

    @property
    def is_hidden(self) -> bool:
        return 0 < self.sheets < SHOWN_FROM

    @property
    def is_counted(self) -> bool:
        return self.sheets >= COUNTED_FROM

    @property
    def value(self) -> float | None:
        return self.good / self.count if self.is_counted else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.good / self.count, self.count / self.questions) if self.is_counted else None

    @property
    def verdict(self) -> Verdict:
        low, high = self.interval or (0.0, 1.0)
        if low >= GOAL:
            return Verdict.MET
        return Verdict.MISSED if high < GOAL else Verdict.OPEN

    @property
    def words(self) -> str:
        return NOTHING if self.value is None else percent(self.value)

    @property
    def interval_words(self) -> str:
        """Whole percents, unless rounding would carry a bound across the goal and gainsay the verdict."""
        if self.interval is None:
            return NOTHING
        low, high = self.interval
        for digits in range(4):
            rounded = [float(f"{bound:.{digits + 2}f}") for bound in (low, high)]
            if [bound >= GOAL for bound in rounded] == [low >= GOAL, high >= GOAL]:
                break
        return percent_range(low, high, digits)
