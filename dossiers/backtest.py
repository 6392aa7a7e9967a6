"""Back-test: what would have been called at risk on past mornings, and what came of it.

Each morning knows what was known on that morning: the results until the evening before, and how far each dossier was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q

from desk.models import CalendarDay, Ward
from desk.ruler import OfficeRuler
from dossiers.models import Appointment, Dossier, Handover, State, SupplementRequest
from dossiers.risk import History, Running, weigh

#: What stays of a handover: the state in which it leaves a dossier.
STATES = {step.value: State(state) for step, state in Handover.STATE.items()}


class Promised(NamedTuple):
    made_at: datetime
    due_at: datetime
    cause: str
    outcome: str


class Life:
    """One dossier as it went."""

    def __init__(self, pk: int, ward: int, code: str, received_at: datetime, done_at: datetime | None) -> None:
        self.pk, self.ward, self.code, self.received_at, self.done_at = pk, ward, code, received_at, done_at
        self.turns: list[tuple[datetime, str]] = []
        self.promises: list[Promised] = []
        self.waited: tuple[datetime, datetime | None] | None = None

    def at(self, moment: datetime) -> tuple[Running, Promised] | None:
        """How it stood, and the promise it was to keep; None where it was not there, done, waiting or late already."""
        if moment <= self.received_at or (self.done_at and self.done_at <= moment):
            return None
        if self.waited and self.waited[0] <= moment and (self.waited[1] is None or moment < self.waited[1]):
            return None
        made = [row for row in self.promises if row.made_at <= moment]
        promise = [row for row in made if row.cause != Appointment.Cause.RESCHEDULED][-1]
        if promise.due_at < moment:
            return None
        began = max((row.made_at for row in made if row.cause == Appointment.Cause.RESTARTED), default=self.received_at)
        turns = [turn for turn in self.turns if turn[0] <= moment]
        state, since = (STATES[turns[-1][1]], turns[-1][0]) if turns else (State.RECEIVED, began)
        if turns and since < began:  # the papers came to the officer
            state = State.IN_PROGRESS
        return Running(self.pk, self.ward, self.code, state, max(since, began), promise.due_at), promise


def lives(wards: Iterable[Ward], since: datetime) -> list[Life]:
    """Every dossier that was open then or has come since; four queries."""
    rows = Dossier.objects.filter(ward__in=wards)
    rows = rows.filter(Q(ready_at=None, ended_at=None) | Q(ready_at__gte=since) | Q(ended_at__gte=since)).order_by()
    names = ("pk", "ward_id", "procedure__code", "received_at", "ready_at", "ended_at")
    found = {
        pk: Life(pk, ward, code, received_at, ready_at or ended_at)
        for pk, ward, code, received_at, ready_at, ended_at in rows.values_list(*names)
    }
    mine = rows.values("pk")
    taken = Handover.objects.filter(dossier__in=mine, accepted_at__isnull=False).order_by("accepted_at", "pk")
    for pk, accepted_at, step in taken.values_list("dossier_id", "accepted_at", "step"):
        found[pk].turns.append((accepted_at, step))  # type: ignore[arg-type]
    promises = Appointment.objects.filter(dossier__in=mine).order_by("made_at", "pk")
    for pk, *promise in promises.values_list("dossier_id", *Promised._fields):
        found[pk].promises.append(Promised(*promise))
    asked = SupplementRequest.objects.filter(dossier__in=mine)
    for pk, asked_at, answered_at in asked.values_list("dossier_id", "asked_at", "answered_at"):
        found[pk].waited = (asked_at, answered_at)
    return list(found.values())


class Verdict(NamedTuple):
    """One dossier on one morning: what the past said, whether it was due within a working day, and whether the promise
    was missed. `share` is None where the past said too little.
    """

    pk: int
    share: float | None
    is_due: bool
    was_late: bool


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
    every = lives(wards, some.opens_at(days[0]))
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
            yield day, Verdict(row.pk, risk.share if risk else None, is_due, was_late)
