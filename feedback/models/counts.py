"""How many marks say what: of sealed answers, of answers that are still open, and of ballots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Self

from django.db.models import Aggregate, Count, QuerySet, Sum

from desk.models import Ward, WardQuerySet

if TYPE_CHECKING:
    from feedback.models.question import Question


def counted(rows: Iterable[tuple]) -> Counter[tuple]:
    """(key, ..., how many) as a counter; a key that comes twice counts for both."""
    found = Counter[tuple]()
    for *key, count in rows:
        found[tuple(key)] += count
    return found


class CountedQuerySet(WardQuerySet):
    """Rows that stand for marks; `through` leads to the row that knows what they are counted by."""

    through = ""
    own: ClassVar[tuple[str, ...]] = ("question", "value")
    how_many: Aggregate = Sum("count")

    def path(self, name: str) -> str:
        return name if name in self.own else f"{self.through}{name}"

    def of_wards(self, wards: Iterable[Ward] | QuerySet[Ward]) -> Self:
        return self.filter(**{f"{self.ward_path}__in": wards})

    def of_question(self, question: Question | None) -> Self:
        return self.filter(question=question)

    def grouped(self, *names: str) -> QuerySet:
        """Rows of what is named, and how many marks each combination of it has."""
        return self.order_by().values_list(*map(self.path, names)).annotate(how_many=self.how_many)

    def by(self, *names: str) -> Counter[tuple]:
        return counted(self.grouped(*names))


class SurveyQuerySet(CountedQuerySet):
    def of_slips(self) -> Self:
        """Without the taps at the tablet that belong to no dossier."""
        return self.exclude(**{self.path("stage"): "walk_in"})

    def in_months(self, first: date, last: date) -> Self:
        return self.filter(**{self.path("month__gte"): first, self.path("month__lte"): last})


class MarkQuerySet(SurveyQuerySet):
    """Marks one by one."""

    ward_path = "answer__ward"
    through = "answer__"
    how_many = Count("*")

    def still_open(self) -> Self:
        """Of answers that may still be changed: no tally has them yet."""
        return self.filter(answer__changeable_until__isnull=False)
