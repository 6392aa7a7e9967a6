"""How dossiers went: where each stood at a moment, since when, and what it was promised for; today or on a past day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from dossiers.models import Appointment, Handover, State, SupplementRequest
from dossiers.models.dossier import DossierQuerySet

#: What stays of a handover: the state in which it leaves a dossier.
STATES = {step.value: State(state) for step, state in Handover.STATE.items()}


@dataclass(frozen=True)
class Running:
    """An open dossier at a moment: when its term began, at which step it has been since when, and its promise."""

    pk: int
    ward: int
    code: str
    began: datetime
    state: State
    since: datetime
    promised_at: datetime


class Promised(NamedTuple):
    made_at: datetime
    due_at: datetime
    cause: str
    outcome: str


class Life:
    """One dossier as it went."""

    def __init__(self, pk: int, ward: int, code: str, received_at: datetime, done_at: datetime | None) -> None:
        self.pk, self.ward, self.code, self.received_at, self.done_at = pk, ward, code, received_at, done_at
        self.turns: list[tuple[datetime, State]] = []
        self.promises: list[Promised] = []
        self.waited: tuple[datetime, datetime | None] | None = None

    def at(self, moment: datetime) -> tuple[Running, Promised] | None:
        """How it stood, and the promise it was to keep; None where it was not there, done, waiting or late already."""
        if moment < self.received_at or (self.done_at and self.done_at <= moment):
            return None
        if self.waited and self.waited[0] <= moment and (self.waited[1] is None or moment < self.waited[1]):
            return None
        made = [row for row in self.promises if row.made_at <= moment]
        promise = next((row for row in reversed(made) if row.cause != Appointment.Cause.RESCHEDULED), None)
        if promise is None or promise.due_at < moment:  # none: the receipt was moved back to before it by a correction
            return None
        began = max((row.made_at for row in made if row.cause == Appointment.Cause.RESTARTED), default=self.received_at)
        turns = [turn for turn in self.turns if turn[0] <= moment]
        state = turns[-1][1] if turns else State.RECEIVED
        if turns and turns[-1][0] < began:  # the papers came to the officer, if there was one
            state = State.IN_PROGRESS if any(of == State.IN_PROGRESS for _, of in turns) else State.RECEIVED
        since = step_began(state, began, turns)
        return Running(self.pk, self.ward, self.code, began, state, since, promise.due_at), promise


def step_began(state: State, began: datetime, turns: list[tuple[datetime, State]]) -> datetime:
    """From when the time of a step counts, as the report counts it: a colleague who takes over does not start it anew.

    The desk's from the begin of the term, an officer's or a leader's from the first of them who has had it since.
    """
    of_step = (at for at, of in turns if of == state and at >= began)
    return began if state == State.RECEIVED else next(of_step, began)


def lives(dossiers: DossierQuerySet) -> list[Life]:
    """One for each; four queries. What comes in between them is not among them."""
    rows = dossiers.order_by()
    names = ("pk", "ward_id", "procedure__code", "received_at", "ready_at", "ended_at")
    found = {
        pk: Life(pk, ward, code, received_at, ready_at or ended_at)
        for pk, ward, code, received_at, ready_at, ended_at in rows.values_list(*names)
    }
    mine = list(found)
    taken = Handover.objects.filter(dossier__in=mine, accepted_at__isnull=False).order_by("accepted_at", "pk")
    for pk, accepted_at, step in taken.values_list("dossier_id", "accepted_at", "step"):
        found[pk].turns.append((accepted_at, STATES[step]))  # type: ignore[arg-type]
    promises = Appointment.objects.filter(dossier__in=mine).order_by("made_at", "pk")
    for pk, *promise in promises.values_list("dossier_id", *Promised._fields):
        found[pk].promises.append(Promised(*promise))
    asked = SupplementRequest.objects.filter(dossier__in=mine)
    for pk, asked_at, answered_at in asked.values_list("dossier_id", "asked_at", "answered_at"):
        found[pk].waited = (asked_at, answered_at)
    return list(found.values())
