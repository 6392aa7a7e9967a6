"""Dossiers of the past, written in bulk exactly as `receive`, the verbs and `flag_overdue` would have left them.

Nothing is announced: `event_recorded` is for what happens, and these rows are history. Later apps seed their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

from desk.calendar import Promise, WorkingCalendar
from desk.models import Counter, Staff
from dossiers.demo.life import EFFECTS, Act, Matter, life
from dossiers.demo.papers import Town
from dossiers.demo.plan import Arrival, Catalogue
from dossiers.demo.wards import Office
from dossiers.models import (
    MOVES,
    OPEN,
    Appointment,
    Dossier,
    DossierDocument,
    Edition,
    Event,
    GivenDocument,
    Handover,
    State,
    SupplementRequest,
)

#: After the end of a promised half day the beat finds the promise broken: at its next round.
BEAT = timedelta(minutes=5)


def noticed_at(due_at: datetime, now: datetime) -> datetime:
    return min(due_at + BEAT, now)


class Happening(NamedTuple):
    """An event to be written, once its dossier has a key; `of_promise`: it belongs to the appointment too."""

    at: datetime
    kind: str
    by: Staff | None
    before: str
    after: str
    of_promise: bool = False
    reason: str = ""
    details: Mapping[str, str] = {}


@dataclass
class Page:
    """One dossier with all that hangs on it, not saved yet."""

    day: date
    dossier: Dossier
    documents: list[GivenDocument]
    promise: Promise
    calendar: WorkingCalendar
    handovers: list[Handover] = field(default_factory=list)
    supplement: SupplementRequest | None = None
    outcome: Appointment.Outcome = Appointment.Outcome.OPEN
    outcome_at: datetime | None = None
    history: list[Happening] = field(default_factory=list)

    def live(self, acts: Iterable[Act], now: datetime) -> None:
        """Receipt, the acts, and what became of the promise, in order."""
        dossier, beat_at = self.dossier, noticed_at(self.promise.due_at, now)
        received, by = Event.Kind.RECEIVED, dossier.received_by
        self.history.append(Happening(dossier.received_at, received, by, "", State.RECEIVED, of_promise=True))
        for act in acts:
            if beat_at < act.at:
                self.find_overdue(beat_at)
            effects, before = EFFECTS[act.verb](act), dossier.state
            after = effects.get("state", before)
            if before in OPEN and after not in OPEN:
                self.find_overdue(act.at)
                self.settle(Appointment.Outcome.KEPT if after == State.READY else Appointment.Outcome.LIFTED, act.at)
            self.hang_on(act)
            for name, value in effects.items():
                setattr(dossier, name, value)
            details = {"to": act.facts["to"].full_name} if act.verb == "give" else {}
            event, reason = MOVES[act.verb].event, act.facts.get("reason", "")
            self.history.append(Happening(act.at, event, act.by, before, after, reason=reason, details=details))
        self.find_overdue(beat_at)

    def hang_on(self, act: Act) -> None:
        """The row that the act leaves beside the dossier."""
        if act.verb == "give":
            self.handovers.append(Handover(giver=act.by, receiver=act.facts["to"], step=act.step, given_at=act.at))
        elif act.verb == "take_up":
            self.take_up(act)
        elif act.verb == "request_papers":
            self.supplement = SupplementRequest(asked_at=act.at, asked_by=act.by, **act.facts)

    def take_up(self, act: Act) -> None:
        """The colleague confirms; what an officer fetches from the desk is given and confirmed at once."""
        dossier = self.dossier
        if act.step == Handover.Step.OFFICER:
            self.handovers.append(Handover(giver=dossier.received_by, receiver=act.by, step=act.step, given_at=act.at))
        term = (dossier.received_at, self.promise.due_at)
        dossier.step_due_at = dossier.procedure.step_due_at(act.step, act.at, term, self.calendar)
        self.handovers[-1].accepted_at, self.handovers[-1].due_at = act.at, dossier.step_due_at

    def find_overdue(self, at: datetime) -> None:
        if self.outcome == Appointment.Outcome.OPEN and self.promise.due_at < at:
            self.settle(Appointment.Outcome.BROKEN, at)
            state = self.dossier.state
            self.history.append(Happening(at, Event.Kind.OVERDUE, None, state, state, of_promise=True))

    def settle(self, outcome: Appointment.Outcome, at: datetime) -> None:
        if self.outcome == Appointment.Outcome.OPEN:
            self.outcome, self.outcome_at = outcome, at

    @property
    def series(self) -> tuple[tuple[int, str], tuple[int, str]]:
        """The ward's counters that number it: of the day and of the register."""
        ward = self.dossier.ward_id
        return (ward, f"dossier-{self.day:%Y%m%d}"), (ward, f"register-{self.day.year}")

    # the rows, once the dossier is saved

    @property
    def beside(self) -> list[Handover | SupplementRequest]:
        return [*self.handovers, *([self.supplement] if self.supplement else [])]

    def appointment(self) -> Appointment:
        dossier, cause = self.dossier, Appointment.Cause.INTAKE
        row = Appointment.plan(dossier, self.promise, cause=cause, by=dossier.received_by, at=dossier.received_at)
        row.outcome, row.outcome_at = self.outcome, self.outcome_at
        return row

    def document_rows(self) -> Iterator[DossierDocument]:
        for position, given in enumerate(self.documents, start=1):
            yield DossierDocument(dossier_id=self.dossier.pk, position=position, **vars(given))

    def event_rows(self, appointment: Appointment) -> Iterator[Event]:
        for happening in self.history:
            yield Event(
                dossier_id=self.dossier.pk,
                kind=happening.kind,
                at=happening.at,
                by_id=happening.by.pk if happening.by else None,
                appointment_id=appointment.pk if happening.of_promise else None,
                state_before=happening.before,
                state_after=happening.after,
                reason=happening.reason,
                details=dict(happening.details),
            )


class Recorder:
    def __init__(self, town: Town, catalogue: Catalogue, offices: Mapping[int, Office]) -> None:
        self.town, self.catalogue, self.offices = town, catalogue, offices
        self.editions = list(Edition.objects.order_by("-valid_from"))

    def record(self, arrivals: Sequence[Arrival], now: datetime) -> int:
        """Write all of them with what has happened to them up to now; belongs inside a transaction."""
        pages = [self.page(arrival, now) for arrival in arrivals]
        number(pages)
        Dossier.objects.bulk_create([page.dossier for page in pages])
        appointments = Appointment.objects.bulk_create([page.appointment() for page in pages])
        DossierDocument.objects.bulk_create([row for page in pages for row in page.document_rows()])
        for page in pages:
            for row in page.beside:
                row.dossier = page.dossier
        Handover.objects.bulk_create([row for page in pages for row in page.handovers])
        SupplementRequest.objects.bulk_create([page.supplement for page in pages if page.supplement])
        events = [row for page, made in zip(pages, appointments, strict=True) for row in page.event_rows(made)]
        Event.objects.bulk_create(sorted(events, key=lambda event: event.at))
        return len(pages)

    def page(self, arrival: Arrival, now: datetime) -> Page:
        procedure, office = self.catalogue.choose(arrival), self.offices[arrival.ward.pk]
        promise = office.clock.calendar.promise(arrival.at, procedure.limit)
        documents, facts = self.town.receive(arrival, procedure)
        dossier = Dossier(
            ward=arrival.ward,
            procedure=procedure,
            edition=self.edition(arrival.day),
            intake_key=arrival.key,
            received_at=arrival.at,
            received_by=office.crew.clerk(Random(f"{arrival.key}/clerk")),
            **facts,
        ).promised(promise)
        dossier.holder = dossier.received_by
        term = (arrival.at, promise.due_at)
        dossier.step_due_at = procedure.step_due_at("desk", arrival.at, term, office.clock.calendar)
        page = Page(arrival.day, dossier, documents, promise, office.clock.calendar)
        page.live((act for act in life(Matter.of(dossier), office, now) if act.at <= now), now)
        return page

    def edition(self, day: date) -> Edition:
        return next(edition for edition in self.editions if edition.valid_from <= day)


def number(pages: Sequence[Page]) -> None:
    """Day and register numbers in order of receipt, and the codes: what `take_numbers` does, for all at once.

    The counters of all series stay locked until the transaction ends, so that a clerk at work waits for a moment.
    """
    wanted = {key for page in pages for key in page.series}
    Counter.objects.bulk_create([Counter(ward_id=ward, series=name) for ward, name in wanted], ignore_conflicts=True)
    locked = Counter.objects.select_for_update().filter(series__in={name for _, name in wanted})
    rows = locked.order_by("series", "ward_id").values_list("ward_id", "series", "value")
    values = {(ward, name): value for ward, name, value in rows}
    for page in pages:
        for key in page.series:
            values[key] += 1
        dossier, (of_day, of_year) = page.dossier, page.series
        dossier.day_number, dossier.register_number = values[of_day], values[of_year]
        dossier.register_year = page.day.year
        dossier.code = dossier.edition.dossier_code(dossier.ward.dossier_code_prefix, page.day, values[of_day])
    Counter.objects.bulk_create(
        [Counter(ward_id=ward, series=name, value=values[ward, name]) for ward, name in wanted],
        update_conflicts=True,
        unique_fields=["ward", "series"],
        update_fields=["value"],
    )
