"""What is counted of dossiers, and on which day it counts: the one place where a report's numbers are defined.

What has come in, and what waits at the end of a day, are sums of these counts; so nothing is stored twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from desk.period import Days, within
from dossiers.models.appointment import Appointment
from dossiers.models.dossier import Dossier
from dossiers.models.event import Event
from dossiers.models.state import State
from dossiers.models.supplement import SupplementRequest


class Cut(models.TextChoices):
    """By what a report is broken down; the first is all together."""

    ALL = "", "Tất cả"
    PROCEDURE = "procedure", "Thủ tục"
    OFFICER = "officer", "Công chức"
    CHANNEL = "channel", "Cách nộp"


class Measure(models.TextChoices):
    """What is counted; the day is that of the receipt, the result, the end, or the promise that was missed."""

    RECEIVED = "received", "Tiếp nhận"
    EARLY = "early", "Giải quyết trước hạn"
    ON_TIME = "on_time", "Giải quyết đúng hạn"
    LATE = "late", "Giải quyết quá hạn"
    REFUSED = "refused", "Từ chối"
    STOPPED = "stopped", "Dừng"
    RETURNED = "returned", "Đã trả kết quả"
    FELL_LATE = "fell_late", "Lỡ hẹn lần đầu của thời hạn"
    LATE_LEFT = "late_left", "Đang quá hạn thì dừng, từ chối hoặc chờ bổ sung"
    ASKED = "asked", "Yêu cầu bổ sung"
    ANSWERED = "answered", "Hết chờ bổ sung"
    MISSED = "missed", "Lời hẹn đã lỡ"
    APOLOGISED = "apologised", "Đã xin lỗi"
    PROMPT = "prompt", "Xin lỗi kịp ngày hẹn"
    WAIVED = "waived", "Cho trả trước thư xin lỗi"
    CAUSE = "cause", "Nguyên nhân chậm"  # its value is the cause's key, 0 where nobody has said it
    HOURS = "hours", "Giờ làm việc"  # its value, as that of the next four: office hours begun, from receipt to result
    DESK_HOURS = "desk_hours", "Giờ ở quầy"
    OFFICER_HOURS = "officer_hours", "Giờ ở công chức"
    LEADER_HOURS = "leader_hours", "Giờ ở lãnh đạo"
    REST_HOURS = "rest_hours", "Giờ từ khi công chức nhận"


#: A result in time, or not; their sum is all results.
RESOLVED = (Measure.EARLY, Measure.ON_TIME, Measure.LATE)
#: How long each step took, and the rest of the way from the officer on: kept for procedures only.
STEP_HOURS = {
    "desk": Measure.DESK_HOURS,
    "officer": Measure.OFFICER_HOURS,
    "leader": Measure.LEADER_HOURS,
    "rest": Measure.REST_HOURS,
}
#: What a count is of, apart from its day.
OF_ALL = ("ward_id", "cut", "key", "measure", "value")

MINUTES = ("desk_minutes", "officer_minutes", "leader_minutes")


def still_asked() -> Exists:
    """Papers that were asked for and have not come: the clock stands, or stood until the end."""
    return Exists(SupplementRequest.objects.filter(dossier=OuterRef("pk"), answered_at=None))


def hours(*minutes: str) -> Any:
    """Office hours begun, of the minutes in those columns; a second past the hour is rounded as a minute is."""
    total: Any = F(minutes[0])
    for name in minutes[1:]:
        total = total + F(name)
    return (total + Value(59)) / Value(60)


def received(days: Days) -> Iterator[tuple]:
    yield from counted(Dossier.objects.filter(within("received_at", days)), "received_at", Measure.RECEIVED)


#: Whether a result came in time: needs `day` (of the result) and `promised_day` beside it.
OUTCOME = Case(
    When(promised_at__lt=F("ready_at"), then=Value(Measure.LATE)),
    When(promised_day__gt=F("day"), then=Value(Measure.EARLY)),
    default=Value(Measure.ON_TIME),
)


def outcomes_by(dossiers: QuerySet, *names: str) -> Counter[tuple]:
    """Results by the columns named and whether they came in time, from the rows themselves: meant for a few of them."""
    days = {"day": TruncDate("ready_at"), "promised_day": TruncDate("promised_at")}
    rows = dossiers.filter(ready_at__isnull=False).order_by().annotate(**days).annotate(outcome=OUTCOME)
    found = rows.values_list(*names, "outcome").annotate(how_many=Count("pk", distinct=True))
    return Counter({tuple(key): count for *key, count in found})


def resolved(days: Days) -> Iterator[tuple]:
    """Results, each in time or not, with the office hours it took in all and at each step."""
    took = (hours(*MINUTES), *(hours(name) for name in MINUTES), hours(*MINUTES[1:]))
    rows = Dossier.objects.filter(within("ready_at", days)).annotate(promised_day=TruncDate("promised_at"))
    for key, (told, *spent), count in grouped(rows, "ready_at", OUTCOME, *took):
        yield key, told, 0, count
        for measure, value in zip((Measure.HOURS, *STEP_HOURS.values()), spent, strict=True):
            if value is not None:  # a result older than the columns
                yield key, measure, value, count


def ended(days: Days) -> Iterator[tuple]:
    """Refusals and stops; of those whose papers never came the clock had stood still."""
    rows = Dossier.objects.filter(within("ended_at", days)).annotate(waits=still_asked())
    told = Case(When(state=State.REFUSED, then=Value(Measure.REFUSED)), default=Value(Measure.STOPPED))
    yield from counted(rows, "ended_at", told)
    yield from counted(rows.filter(waits=True), "ended_at", Measure.ANSWERED)
    late = rows.filter(waits=False, ended_at__gt=F("promised_at"))
    yield from counted(late, "ended_at", Measure.LATE_LEFT)


def returned(days: Days) -> Iterator[tuple]:
    yield from counted(Dossier.objects.filter(within("returned_at", days)), "returned_at", Measure.RETURNED)


def asked(days: Days) -> Iterator[tuple]:
    rows = SupplementRequest.objects.filter(within("asked_at", days))
    yield from counted(rows, "asked_at", Measure.ASKED)
    late = rows.filter(answered_at=None, asked_at__gt=F("dossier__promised_at"))
    yield from counted(late, "asked_at", Measure.LATE_LEFT)


def answered(days: Days) -> Iterator[tuple]:
    yield from counted(SupplementRequest.objects.filter(within("answered_at", days)), "answered_at", Measure.ANSWERED)


def missed(days: Days) -> Iterator[tuple]:
    """Broken promises for that day, what became of their apology, and those from which a dossier is late."""
    rows = Appointment.objects.filter(on_days(days), outcome=Appointment.Outcome.BROKEN)
    told = rows.filter(apology_settled_at__isnull=False, waived_reason="")
    yield from counted(rows, "day", Measure.MISSED)
    yield from counted(told, "day", Measure.APOLOGISED)
    yield from counted(
        told.annotate(told_on=TruncDate("apology_settled_at")).filter(told_on__lte=F("day")), "day", Measure.PROMPT
    )
    yield from counted(rows.exclude(waived_reason=""), "day", Measure.WAIVED)
    of_term = rows.filter(due_at=F("dossier__promised_at"))
    yield from counted(of_term, "day", Measure.FELL_LATE, Count("dossier", distinct=True))


def causes(days: Days) -> Iterator[tuple]:
    """Why promises for that day were missed or made anew, as `Appointment.objects.causes` says it."""
    rows = Appointment.objects.missed_or_put_off().filter(on_days(days))
    for key, (cause,), count in grouped(rows, "day", F("delay_cause")):
        yield key, Measure.CAUSE, cause or 0, count


SOURCES: tuple[Callable[[Days], Iterator[tuple]], ...] = (
    received,
    resolved,
    ended,
    returned,
    asked,
    answered,
    missed,
    causes,
)


def on_days(days: Days) -> Q:
    return Q(day__gte=days.first, day__lt=days.after)


def grouped(rows: QuerySet, when: str, *what: Any, how_many: Any = None) -> Iterator[tuple]:
    """((day, ward, procedure, officer, channel), what, how many) of dossiers, or of rows that hang on a dossier."""
    path = "" if rows.model is Dossier else "dossier__"
    if when != "day":
        rows = rows.annotate(day=TruncDate(when))
    by = ["day", *(f"{path}{name}" for name in ("ward_id", "procedure_id", "officer_id", "channel"))]
    named = {f"what_{number}": expression for number, expression in enumerate(what)}
    found = rows.order_by().annotate(**named).values_list(*by, *named).annotate(how_many=how_many or Count("pk"))
    for *key, count in found:
        yield tuple(key[: len(by)]), key[len(by) :], count


def counted(rows: QuerySet, when: str, measure: Any, how_many: Any = None) -> Iterator[tuple]:
    told = Value(measure) if isinstance(measure, Measure) else measure
    for key, (name,), count in grouped(rows, when, told, how_many=how_many):
        yield key, name, 0, count


def counts_of(days: Days) -> dict[date, Counter[tuple]]:
    """What each of those days counts, by OF_ALL: each count under every cut that it belongs to."""
    every, by_procedure, by_officer, by_channel = Cut.values
    steps = {measure.value for measure in STEP_HOURS.values()}
    found: dict[date, dict[tuple, int]] = defaultdict(lambda: defaultdict(int))
    for source in SOURCES:
        for (day, ward, procedure, officer, channel), measure, value, count in source(days):
            counts, name = found[day], str(measure)
            counts[ward, by_procedure, str(procedure), name, value] += count
            if name not in steps:
                counts[ward, every, "", name, value] += count
                counts[ward, by_officer, str(officer or ""), name, value] += count
                counts[ward, by_channel, channel, name, value] += count
    return defaultdict(Counter, {day: Counter(counts) for day, counts in found.items()})


def days_of(dossiers: QuerySet) -> dict[date, set[int]]:
    """The days on which anything of these dossiers counts or has counted, each with their wards."""
    appointments = Appointment.objects.filter(dossier__in=dossiers.order_by().values("pk"))
    papers = SupplementRequest.objects.filter(dossier__in=dossiers.order_by().values("pk"))
    found: dict[date, set[int]] = defaultdict(set)
    for rows, ward, names in (
        (dossiers, "ward_id", ("received_at", "ready_at", "ended_at", "returned_at")),
        (papers, "dossier__ward_id", ("asked_at", "answered_at")),
    ):
        for name in names:
            pairs = rows.order_by().exclude(**{name: None}).values_list(ward, TruncDate(name)).distinct()
            for of_ward, day in pairs:
                found[day].add(of_ward)
    for of_ward, day in appointments.order_by().values_list("dossier__ward_id", "day").distinct():
        found[day].add(of_ward)
    corrected = Event.objects.filter(kind=Event.Kind.CORRECTED, dossier__in=dossiers.order_by().values("pk"))
    for of_ward, details in corrected.values_list("dossier__ward_id", "details"):
        for written in details.get("received_at", []):
            found[timezone.localdate(datetime.fromisoformat(written))].add(of_ward)
    return found
