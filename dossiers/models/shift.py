"""What a changed calendar does to promises: which ones it would make later, and moving them when somebody says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from desk.calendar import Promise, SpecialDay, WorkingCalendar
from desk.models import Staff
from dossiers.models.appointment import Appointment
from dossiers.models.dossier import Dossier
from dossiers.models.event import Event
from dossiers.models.state import OPEN

Days = Mapping[date, SpecialDay]


@dataclass(frozen=True)
class Shift:
    """A promise that a change of the calendar makes later, and what would be promised instead."""

    appointment: Appointment
    promise: Promise


def shifts(before: Days, after: Days, now: datetime) -> list[Shift]:
    """The promises still to come that a change of the special days makes later, the soonest first; four queries.

    None becomes earlier: the slip in the citizen's hand names the later day, and an early result is welcome anyway.
    """
    rows = Appointment.objects.unsettled().filter(is_current=True, due_at__gte=now, dossier__state__in=OPEN)
    rows = rows.select_related("dossier__ward", "dossier__procedure", "dossier__committed").prefetch_related(
        "dossier__appointments"
    )
    found = []
    for row in rows.order_by("due_at", "pk"):
        hours = row.dossier.ward.hours
        promise = row.recounted(WorkingCalendar(after, hours))
        if promise.due_at > max(row.due_at, row.recounted(WorkingCalendar(before, hours)).due_at):
            found.append(Shift(row, promise))
    return found


def move(found: Iterable[Shift], *, reason: str, by: Staff, at: datetime) -> int:
    """Move those promises, each by a new one of cause `calendar`; returns how many moved.

    What ended or was promised anew in the meantime stays as it is. Where the promise was the one that lateness counts
    from, lateness counts from the new one: the term is one of working days, and this day is none any more.
    """
    with transaction.atomic():
        pks = [each.appointment.pk for each in found]
        dossiers = Dossier.objects.filter(appointments__in=pks, state__in=OPEN).order_by("pk")
        held = {row.pk: row for row in dossiers.select_for_update(of=("self",), no_key=True)}
        olds = Appointment.objects.unsettled().filter(pk__in=pks, is_current=True, dossier__in=held).in_bulk()
        moved = [each for each in found if each.appointment.pk in olds]
        Appointment.objects.filter(pk__in=olds).update(
            is_current=False, outcome=Appointment.Outcome.LIFTED, outcome_at=at
        )
        cause, rows = Appointment.Cause.CALENDAR, []
        for each in moved:
            dossier = held[each.appointment.dossier_id]
            rows.append(Appointment.plan(dossier, each.promise, cause=cause, by=by, at=at, reason=reason))
            if dossier.promised_at == dossier.due_at:
                dossier.promised_at = each.promise.due_at
            dossier.due_at = each.promise.due_at
            dossier.slip_version += 1
        Appointment.objects.bulk_create(rows)
        for row in rows:
            row.dossier.step_due_at = row.dossier.share_out()
        Dossier.objects.bulk_update(
            [row.dossier for row in rows], ["promised_at", "due_at", "step_due_at", "slip_version"], batch_size=500
        )
        events = Event.objects.bulk_create(
            Event(
                kind=Event.Kind.MOVED,
                dossier=row.dossier,
                appointment=row,
                at=at,
                by=by,
                state_before=row.dossier.state,
                state_after=row.dossier.state,
                reason=reason,
            )
            for row in rows
        )
        Event.announce(Event.Kind.MOVED, [event.pk for event in events])
    return len(rows)
