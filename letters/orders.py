"""What follows what: a dossier's events, an answered contribution and the clock order letters; one statement a set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value

from desk.sql import insert_from
from dossiers.models import OPEN, Appointment, Event
from feedback.models import Contribution, ContributionStep
from letters.models import Letter, LetterKind, LetterPolicy

Rows = models.QuerySet[Any]


def wanted(events: Rows, kind: Any) -> Rows:
    """Without the wards that have switched the kind off."""
    off = LetterPolicy.objects.switched_off().filter(ward=OuterRef("dossier__ward"), kind=kind)
    return events.exclude(Exists(off))


def apologies(events: Rows, at: datetime) -> int:
    """A broken promise: an apology, unless it has one."""
    return order(events, at, kind=Value(LetterKind.APOLOGY.value), appointment=F("appointment_id"))


def with_the_result(events: Rows, at: datetime) -> int:
    """Birth, marriage, death: the letter that its procedure names, where the family has agreed."""
    agreed = events.filter(dossier__agrees_to_letter=True).exclude(dossier__procedure__letter="")
    return order(wanted(agreed, OuterRef("dossier__procedure__letter")), at, kind=F("dossier__procedure__letter"))


def thanks_for_patience(events: Rows, at: datetime) -> int:
    """A promise was broken and apologised for, and the result is there a day before the new date."""
    broken = Letter.objects.issued().current().filter(appointment__outcome=Appointment.Outcome.BROKEN)
    sorry = broken.filter(kind=LetterKind.APOLOGY, dossier=OuterRef("dossier"))
    said_sorry = sorry.filter(issued_at__lt=OuterRef("at"))
    new_date = Appointment.objects.filter(
        dossier=OuterRef("dossier"),
        is_current=True,
        cause=Appointment.Cause.RESCHEDULED,
        due_at__gte=OuterRef("at") + timedelta(days=1),
    )
    early = events.filter(Exists(said_sorry), Exists(new_date))
    kind = Value(LetterKind.PATIENCE.value)
    return order(wanted(early, kind), at, kind=kind)


#: What is ordered after which event. What the clock orders is `order_ahead`. A lost or damaged dossier is no event:
#: whoever finds it out writes the apology by hand, from the dossier's page.
LETTER_AFTER: Mapping[str, Callable[[Rows, datetime], int]] = {
    Event.Kind.RECEIVED: with_the_result,
    Event.Kind.CORRECTED: with_the_result,
    Event.Kind.OVERDUE: apologies,
    Event.Kind.READY: thanks_for_patience,
}


#: The letter for somebody whose contribution was answered so. One that changed something and one that was right are
#: thanked for or apologised for; a kind word is always thanked for.
LETTER_AFTER_ANSWER = {
    LetterKind.PRAISE: Q(contribution__kind=Contribution.Kind.PRAISE),
    LetterKind.IDEA: Q(contribution__verdict=Contribution.Verdict.ACCEPTED),
    LetterKind.FAULT: Q(contribution__verdict=Contribution.Verdict.RIGHT, contribution__dossier__isnull=False),
}


def order_after_step(kind: str, step_ids: Sequence[int], at: datetime) -> int:
    """The letters that answered contributions call for; nobody can write to who left no name."""
    if kind != ContributionStep.Kind.ANSWERED or not step_ids:
        return 0
    named = ContributionStep.objects.filter(pk__in=step_ids, kind=kind).exclude(contribution__name="")
    made = 0
    for letter_kind, fits in LETTER_AFTER_ANSWER.items():
        off = LetterPolicy.objects.switched_off().filter(ward=OuterRef("contribution__ward"), kind=letter_kind)
        about = {"ward": F("contribution__ward_id"), "contribution": F("contribution_id")}
        made += insert(named.filter(fits).exclude(Exists(off)), at, kind=Value(letter_kind.value), **about)
    return made


def order(rows: Rows, at: datetime, **columns: Any) -> int:
    """Order a letter about the dossier of each row."""
    return insert(rows, at, ward=F("dossier__ward_id"), dossier=F("dossier_id"), **columns)


def insert(rows: Rows, at: datetime, **columns: Any) -> int:
    """A letter for each row; one that is there already stays the only one. Returns how many are new."""
    now = Value(at, models.DateTimeField())
    return len(insert_from(rows, Letter, ordered_at=now, touched_at=now, **columns))


def order_after(kind: str, event_ids: Sequence[int], at: datetime) -> int:
    """The letters that a set of events calls for. The ids of a set lie together, so two of them say which."""
    rule = LETTER_AFTER.get(kind)
    if rule is None:
        return 0
    return rule(Event.objects.filter(kind=kind, pk__gte=min(event_ids), pk__lte=max(event_ids)), at)


def order_ahead(now: datetime) -> int:
    """Draft the apology for each promise that is about to break."""
    return order_apologies(Appointment.objects.about_to_break(now).filter(dossier__state__in=OPEN), now)


def order_apologies(promises: Rows, at: datetime) -> int:
    """An apology for each of these promises that has none."""
    return order(promises, at, kind=Value(LetterKind.APOLOGY.value), appointment=F("pk"))
