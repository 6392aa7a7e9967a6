"""What everybody may know of what people said: shares with their count and interval, of months that are over.

As with dossiers (`dossiers.published`), each figure is a sum of parts that do not overlap: what was said of one
procedure in one ward in one month, small procedures pooled, a ward's month with fewer than five answers left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from typing import Any

from desk.groups import too_small
from desk.models import Ward
from desk.period import month_of, months_later
from dossiers.models import Procedure
from feedback.figures import Satisfaction, Scales, Survey, good_values, good_words, main_question, shares, told_months
from feedback.period import Period
from feedback.statistics import Share


def told(months: Period, today: date) -> Period:
    """Of those months the ones that are over; its last is before its first where none is."""
    return Period(months.first, min(months.last, months_later(month_of(today), -1)))


class PublishedSurvey:
    """The answers to the main question after a dossier, on the scale of its set alone."""

    def __init__(self, wards: Iterable[Ward], months: Period, today: date) -> None:
        self.wards, self.period = list(wards), told(months, today)
        self.question = main_question(self.period, today)
        self.levels = Scales().of(self.question) if self.question else []

    @cached_property
    def parts(self) -> dict[tuple[int, date, str], Share]:
        """By ward, month and procedure; an empty code where small procedures are pooled."""
        if self.question is None:
            return {}
        survey = Survey.of_wards(self.wards).within(self.period).about(self.question).of_slips()
        codes, counts = dict(Procedure.objects.values_list("pk", "code")), Counter[tuple]()
        for (ward, month, procedure, value), count in survey.by("ward", "month", "procedure", "value").items():
            counts[ward, month, codes.get(procedure, ""), value] += count
        cells: dict[tuple[int, date], Counter[str]] = defaultdict(Counter)
        for (ward, month, code, _), count in counts.items():
            cells[ward, month][code] += count
        small = {cell: too_small(cells[cell]) for cell in told_months(counts)}
        kept = Counter({key: count for key, count in counts.items() if key[:2] in small})
        return shares(
            kept,
            good_values(self.levels),
            lambda key: (key[0], key[1], "" if key[2] in small[key[0], key[1]] else key[2]),
        )

    def by(self, into: Callable[[int, date, str], Any]) -> dict[Any, Share]:
        found: dict[Any, Share] = {}
        for key, share in self.parts.items():
            found[into(*key)] = found.get(into(*key), Share()) + share
        return found

    def by_ward(self) -> dict[int, Share]:
        return self.by(lambda ward, month, code: ward)

    def by_procedure(self) -> dict[str, Share]:
        return self.by(lambda ward, month, code: code)

    def by_ward_month(self) -> dict[tuple[date, int], Share]:
        return self.by(lambda ward, month, code: (month, ward))

    def total(self) -> Satisfaction | None:
        """Nothing where no survey is in force."""
        if self.question is None:
            return None
        return Satisfaction(sum(self.parts.values(), Share()), self.period, good_words(self.levels))
