"""Back-test: what would have been called at risk on past mornings, and what came of it.

Each morning knows what was known on that morning: the results until the evening before, and how far each dossier was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from desk.models import CalendarDay, Ward
from desk.ruler import OfficeRuler
from dossiers.lives import lives
from dossiers.models import Appointment, Dossier
from dossiers.risk import HOUR, History, weigh


class Verdict(NamedTuple):
    """One dossier on one morning: what the past said, whether it was due within a working day, and whether the promise
    was missed. `share` is None where the past said too little; `in_need`, whether it was done in the time that nine in
    ten were said to need, where both are known.
    """

    pk: int
    share: float | None
    is_due: bool
    was_late: bool
    in_need: bool | None


@dataclass(frozen=True)
class Score:
    """How a rule did: whom it called, who of them was late, and who was late uncalled."""

    called: int
    right: int
    missed: int

    @classmethod
    def of(cls, called: set, late: set) -> Score:
        return cls(len(called), len(called & late), len(late - called))

    @property
    def precision(self) -> float | None:
        return self.right / self.called if self.called else None

    @property
    def recall(self) -> float | None:
        return self.right / (self.right + self.missed) if self.right + self.missed else None


def verdicts(wards: list[Ward], mornings: Iterable[date]) -> Iterator[tuple[date, Verdict]]:
    """Every open dossier on every morning, when its office opens, whose promise has been kept or missed by now."""
    by_hours: dict[object, list[Ward]] = defaultdict(list)
    for ward in wards:
        by_hours[ward.hours].append(ward)
    calendar_of = {ward.pk: CalendarDay.objects.calendar(ward.hours) for own in by_hours.values() for ward in own[:1]}
    rulers = {ward.pk: OfficeRuler(calendar_of[own[0].pk]) for own in by_hours.values() for ward in own}
    days = sorted(mornings)
    if not days:
        return
    some = next(iter(calendar_of.values()))
    since = some.opens_at(days[0])
    done = Q(ready_at=None, ended_at=None) | Q(ready_at__gte=since) | Q(ended_at__gte=since)
    every = lives(Dossier.objects.filter(done, ward__in=wards))
    for day in days:
        history = History(wards, day)
        for life in every:
            ruler = rulers[life.ward]
            now = ruler.calendar.opens_at(day)
            if (found := life.at(now)) is None or found[1].outcome == Appointment.Outcome.OPEN:
                continue
            row, promise = found
            risk = weigh(row, history, ruler, now)
            is_due = row.promised_at < ruler.calendar.end_of_next_day(now)
            was_late = promise.outcome == Appointment.Outcome.BROKEN
            in_need = None
            if risk and risk.need is not None and life.done_at:
                in_need = ruler.between(now, life.done_at) / HOUR <= risk.need
            yield day, Verdict(row.pk, risk.share if risk else None, is_due, was_late, in_need)
