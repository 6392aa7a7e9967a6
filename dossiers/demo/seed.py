"""The demonstration brought up to a moment: everything that is missing is added, and what is open goes on."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from uuid import UUID

from django.db import transaction

from dossiers.demo.home import furnish_homes
from dossiers.demo.life import APOLOGISE, EFFECTS, Act, Matter, life
from dossiers.demo.papers import Town
from dossiers.demo.plan import DEMONSTRATION, Catalogue, Window, arrivals
from dossiers.demo.record import Recorder, noticed_at
from dossiers.demo.scans import furnish_scans
from dossiers.demo.wards import Office, open_offices
from dossiers.models import MOVES, UNFINISHED, Appointment, Dossier, DossierError, Event, Handover, Procedure, State
from dossiers.models.dossier import DossierQuerySet

SEED = 2020


@dataclass(frozen=True)
class Seeded:
    """What a run added: dossiers, steps of dossiers that were open, and promises found broken."""

    dossiers: int
    steps: int
    broken: int


@transaction.atomic
def bring_up_to(now: datetime, *, seed: int = SEED, window: Window | None = None) -> Seeded:
    """Make the demonstration complete up to `now`. The same seed gives the same dossiers, but for their tokens."""
    offices = open_offices(seed, now)
    planned = {arrival.key: arrival for arrival in arrivals(offices.values(), now, seed, window or DEMONSTRATION)}
    since = min((arrival.at for arrival in planned.values()), default=now)
    recent = Dossier.objects.filter(received_at__gte=since)
    steps, broken = go_on(recent, planned, offices, now)
    known = set(recent.values_list("intake_key", flat=True))
    missing = [arrival for key, arrival in planned.items() if key not in known]
    town = Town([office.ward for office in offices.values()], seed)
    catalogue = Catalogue(list(Procedure.objects.prefetch_related("documents")))
    added = Recorder(town, catalogue, offices).record(missing, now)
    furnish_homes(offices, town, now)
    furnish_scans(offices.values())
    return Seeded(added, steps, broken)


def go_on(
    recent: DossierQuerySet, planned: Container[UUID], offices: Mapping[int, Office], now: datetime
) -> tuple[int, int]:
    """Let open dossiers of the plan take their steps, and broken promises be noticed, each at its time.

    These are the real verbs, so what they announce is announced. A visitor may have been faster: that is no error.
    Returns how many steps were taken and how many promises found broken.
    """
    turns: list[tuple[datetime, Dossier | None, Act | None]] = [
        (act.at, dossier, act) for dossier, act in steps_due(recent, planned, offices, now)
    ]
    overdue = Appointment.objects.unsettled().filter(due_at__lt=now)
    for due_at in overdue.order_by("due_at").values_list("due_at", flat=True).distinct():
        turns.append((noticed_at(due_at, now), None, None))
    steps = broken = 0
    for at, dossier, act in sorted(turns, key=itemgetter(0)):
        if dossier and act:
            steps += take(dossier, act)
        else:
            broken += len(Appointment.objects.break_overdue(at))
    return steps, broken


def steps_due(
    recent: DossierQuerySet, planned: Container[UUID], offices: Mapping[int, Office], now: datetime
) -> Iterator[tuple[Dossier, Act]]:
    """The planned steps of open dossiers that have not happened yet; never before what already did."""
    rows = recent.filter(state__in=(*UNFINISHED, State.READY)).select_related("ward", "procedure", "committed")
    for dossier in rows.prefetch_related("handovers", "events", "appointments"):
        if dossier.intake_key not in planned:
            continue
        state, office, done = dossier.state, offices[dossier.ward_id], [row.kind for row in dossier.events.all()]
        last_at = max(row.at for row in dossier.events.all())
        on_its_way = dossier.pending_handover is not None
        matter = Matter.of(dossier, dossier.appointments.all()[0].due_at)
        for act in life(matter, office, now, was_broken=Event.Kind.OVERDUE in done):
            if not follows(act, state, done, on_its_way=on_its_way):
                continue
            at = act.at if act.at > last_at else office.clock.later(last_at, 10)
            if at > now:
                break
            state, last_at = EFFECTS[act.verb](act).get("state", state), at
            on_its_way = act.verb == "give"
            yield dossier, replace(act, at=at)


def follows(act: Act, state: str, done: Container[str], *, on_its_way: bool) -> bool:
    """Whether it is the turn of this step, which the plan knows but the dossier may have left behind."""
    if act.verb == "give":
        return state == State.IN_PROGRESS and not on_its_way
    if act.verb == "take_up":
        return state == State.RECEIVED if act.step == Handover.Step.OFFICER else on_its_way
    if act.verb == APOLOGISE:
        return True
    return state in MOVES[act.verb].sources and MOVES[act.verb].event not in done


def take(dossier: Dossier, act: Act) -> bool:
    """Take one step as its person would have; False when a visitor was faster."""
    if act.verb == APOLOGISE:
        return bool(dossier.appointments.in_debt().settle_apology(act.at))
    try:
        getattr(dossier, act.verb)(by=act.by, at=act.at, **act.facts)
    except DossierError:
        return False
    return True
