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
from dossiers.demo.life import APOLOGISE, EFFECTS, Act, Matter, life
from dossiers.demo.papers import Town
from dossiers.demo.plan import Arrival, Catalogue
from dossiers.demo.wards import Office
from dossiers.models import (
    MOVES,
    OPEN,
    Appointment,
    CommittedTerm,
    Dossier,
    DossierDocument,
    Edition,
    Event,
    GivenDocument,
    Handover,
    Procedure,
    State,
    SupplementRequest,
)
from dossiers.models.appointment import chosen
from dossiers.models.committed import in_force
from dossiers.models.steps import PAPERS_COMPLETE
from dossiers.worked import minutes_by_step

#: After the end of a promised half day the beat finds the promise broken: at its next round.
BEAT = timedelta(minutes=5)


def noticed_at(due_at: datetime, now: datetime) -> datetime:
    return min(due_at + BEAT, now)


class Happening(NamedTuple):
    """An event to be written, once its dossier and its appointment have keys."""

    at: datetime
    kind: str
    by: Staff | None
    before: str
    after: str
    promise: Appointment | None = None
    reason: str = ""
    details: Mapping[str, str] = {}


@dataclass
class Page:
    """One dossier with all that hangs on it, not saved yet."""

    day: date
    dossier: Dossier
    documents: list[GivenDocument]
    promises: list[Appointment]
    calendar: WorkingCalendar
    handovers: list[Handover] = field(default_factory=list)
    supplement: SupplementRequest | None = None
    history: list[Happening] = field(default_factory=list)

    def live(self, acts: Iterable[Act], now: datetime) -> None:
        """Receipt, the acts, and what became of the promises, in order."""
        dossier = self.dossier
        received, by = Event.Kind.RECEIVED, dossier.received_by
        self.history.append(Happening(dossier.received_at, received, by, "", State.RECEIVED, self.promises[0]))
        for act in acts:
            self.notice(act.at, now)
            if act.verb in (APOLOGISE, "waive_apology"):
                self.settle_apology(act.at, act.facts.get("reason", ""))
            if act.verb == APOLOGISE:
                continue
            effects, before = EFFECTS[act.verb](act), dossier.state
            after = effects.get("state", before)
            if before in OPEN and after not in OPEN:
                self.find_overdue(act.at)
                self.settle(Appointment.Outcome.KEPT if after == State.READY else Appointment.Outcome.LIFTED, act.at)
            promised = len(self.promises)
            for name, value in effects.items():
                setattr(dossier, name, value)
            if act.verb == "mark_ready":
                self.add_up_minutes(act.at)
            details = self.hang_on(act) or {}
            event, reason = MOVES[act.verb].event, act.facts.get("reason", "")
            new = self.promises[-1] if len(self.promises) > promised else None
            self.history.append(Happening(act.at, event, act.by, before, after, new, reason, details))
        self.notice(None, now)

    def hang_on(self, act: Act) -> dict[str, str] | None:
        """The rows that the act leaves beside the dossier; returns the details of its event, if it has some."""
        if act.verb == "give":
            self.handovers.append(Handover(giver=act.by, receiver=act.facts["to"], step=act.step, given_at=act.at))
            return {"to": act.facts["to"].full_name}
        if act.verb == "take_up":
            self.take_up(act)
        elif act.verb == "request_papers":
            self.supplement = SupplementRequest(asked_at=act.at, asked_by=act.by, **act.facts)
        elif act.verb == "papers_received":
            self.start_again(act)
        elif act.verb in ("reschedule", "explain_delay"):
            return self.explain(act)
        return None

    def take_up(self, act: Act) -> None:
        """The colleague confirms; what an officer fetches from the desk is given and confirmed at once."""
        dossier = self.dossier
        if act.step == Handover.Step.OFFICER:
            self.handovers.append(Handover(giver=dossier.received_by, receiver=act.by, step=act.step, given_at=act.at))
        self.step_due(act.step, act.at)
        self.handovers[-1].accepted_at, self.handovers[-1].due_at = act.at, dossier.step_due_at

    def add_up_minutes(self, done_at: datetime) -> None:
        taken = [(row.accepted_at, row.step) for row in self.handovers if row.accepted_at]
        papers = self.supplement
        waited = (papers.asked_at, papers.answered_at) if papers and papers.answered_at else None
        spent = minutes_by_step(self.dossier.received_at, taken, done_at, self.calendar, waited)
        for step, minutes in spent.items():
            setattr(self.dossier, f"{step}_minutes", minutes)

    def step_due(self, step: str, at: datetime) -> None:
        term = (self.term_started_at, self.dossier.promised_at)
        self.dossier.step_due_at = self.dossier.procedure.step_due_at(step, at, term, self.calendar)

    @property
    def term_started_at(self) -> datetime:
        restarts = [row.made_at for row in self.promises if row.cause == Appointment.Cause.RESTARTED]
        return restarts[-1] if restarts else self.dossier.received_at

    def start_again(self, act: Act) -> None:
        assert self.supplement
        self.supplement.answered_at = act.at
        promise = self.dossier.promise_from(act.at, self.calendar, PAPERS_COMPLETE)
        self.promise(promise, Appointment.Cause.RESTARTED, act)
        self.dossier.promised(promise).slip_version += 1
        self.step_due(Handover.Step.OFFICER, act.at)
        self.handovers[-1].due_at = self.dossier.step_due_at

    def explain(self, act: Act) -> dict[str, str] | None:
        """The cause, for the promises missed so far without a word and the one that runs; and the new one, if any."""
        cause, reason = act.facts["delay_cause"], act.facts["reason"]
        for row in self.promises:
            missed = row.outcome == Appointment.Outcome.BROKEN and row.delay_cause is None
            if missed or (row.is_current and row.outcome == Appointment.Outcome.OPEN):
                row.delay_cause, row.delay_words = cause, reason
        if act.verb == "explain_delay":
            return {"cause": cause.name}
        rescheduled = Appointment.Cause.RESCHEDULED
        promise = chosen(self.calendar, act.facts["day"], act.facts["half"], rescheduled.label)
        self.promise(promise, rescheduled, act, reason=reason)
        self.dossier.due_at = promise.due_at
        return None

    def settle_apology(self, at: datetime, waived_reason: str) -> None:
        for row in self.promises:
            if row.outcome == Appointment.Outcome.BROKEN and row.apology_settled_at is None:
                row.apology_settled_at, row.waived_reason = at, waived_reason

    def promise(self, promise: Promise, cause: str, act: Act, **more: str) -> None:
        for row in self.promises:
            row.is_current = False
        self.promises.append(Appointment.plan(self.dossier, promise, cause=cause, by=act.by, at=act.at, **more))

    def notice(self, before: datetime | None, now: datetime) -> None:
        """The rounds of the beat until then that found a promise broken."""
        for row in self.promises:
            beat_at = noticed_at(row.due_at, now)
            if before is None or beat_at < before:
                self.find_overdue(beat_at)

    def find_overdue(self, at: datetime) -> None:
        for row in self.promises:
            if row.outcome == Appointment.Outcome.OPEN and row.due_at < at:
                row.outcome, row.outcome_at = Appointment.Outcome.BROKEN, at
                state = self.dossier.state
                self.history.append(Happening(at, Event.Kind.OVERDUE, None, state, state, row))

    def settle(self, outcome: Appointment.Outcome, at: datetime) -> None:
        for row in self.promises:
            if row.outcome == Appointment.Outcome.OPEN:
                row.outcome, row.outcome_at = outcome, at

    @property
    def series(self) -> tuple[tuple[int, str], tuple[int, str]]:
        """The ward's counters that number it: of the day and of the register."""
        ward = self.dossier.ward_id
        return (ward, f"dossier-{self.day:%Y%m%d}"), (ward, f"register-{self.day.year}")

    # the rows, once the dossier is saved

    @property
    def beside(self) -> list[Appointment | Handover | SupplementRequest]:
        return [*self.promises, *self.handovers, *([self.supplement] if self.supplement else [])]

    def document_rows(self) -> Iterator[DossierDocument]:
        for position, given in enumerate(self.documents, start=1):
            yield DossierDocument(dossier_id=self.dossier.pk, position=position, **vars(given))

    def event_rows(self) -> Iterator[Event]:
        for happening in self.history:
            yield Event(
                dossier_id=self.dossier.pk,
                kind=happening.kind,
                at=happening.at,
                by_id=happening.by.pk if happening.by else None,
                appointment_id=happening.promise.pk if happening.promise else None,
                state_before=happening.before,
                state_after=happening.after,
                reason=happening.reason,
                details=dict(happening.details),
            )


class Recorder:
    def __init__(self, town: Town, catalogue: Catalogue, offices: Mapping[int, Office]) -> None:
        self.town, self.catalogue, self.offices = town, catalogue, offices
        self.terms = list(CommittedTerm.objects.all())
        self.editions = list(Edition.objects.order_by("-valid_from"))

    def record(self, arrivals: Sequence[Arrival], now: datetime) -> int:
        """Write all of them with what has happened to them up to now; belongs inside a transaction."""
        pages = [self.page(arrival, now) for arrival in arrivals]
        number(pages)
        Dossier.objects.bulk_create([page.dossier for page in pages])
        DossierDocument.objects.bulk_create([row for page in pages for row in page.document_rows()])
        for page in pages:
            for row in page.beside:
                row.dossier = page.dossier
        Appointment.objects.bulk_create([row for page in pages for row in page.promises])
        Handover.objects.bulk_create([row for page in pages for row in page.handovers])
        SupplementRequest.objects.bulk_create([page.supplement for page in pages if page.supplement])
        events = [row for page in pages for row in page.event_rows()]
        Event.objects.bulk_create(sorted(events, key=lambda event: event.at))
        return len(pages)

    def page(self, arrival: Arrival, now: datetime) -> Page:
        procedure, office = self.catalogue.choose(arrival), self.offices[arrival.ward.pk]
        documents, facts = self.town.receive(arrival, procedure)
        dossier = Dossier(
            ward=arrival.ward,
            procedure=procedure,
            committed=self.committed(arrival, procedure),
            edition=self.edition(arrival.day),
            intake_key=arrival.key,
            received_at=arrival.at,
            received_by=office.crew.clerk(Random(f"{arrival.key}/clerk")),
            **facts,
        )
        promise = dossier.promise_from(arrival.at, office.clock.calendar)
        dossier.promised(promise)
        dossier.holder = dossier.received_by
        term = (arrival.at, promise.due_at)
        dossier.step_due_at = procedure.step_due_at("desk", arrival.at, term, office.clock.calendar)
        intake = Appointment.plan(
            dossier, promise, cause=Appointment.Cause.INTAKE, by=dossier.received_by, at=dossier.received_at
        )
        page = Page(arrival.day, dossier, documents, [intake], office.clock.calendar)
        acts = life(Matter.of(dossier, promise.due_at), office, now)
        page.live((act for act in acts if act.at <= now), now)
        return page

    def committed(self, arrival: Arrival, procedure: Procedure) -> CommittedTerm | None:
        """What `CommittedTerm.objects.of` finds, in memory: few wards have any."""
        mine = [row for row in self.terms if (row.ward_id, row.code) == (arrival.ward.pk, procedure.code)]
        return in_force(mine, arrival.ward, {procedure.code: procedure}, arrival.day).get(procedure.code)

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
