"""Promises: a half day each, with its cause and how it was counted."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.utils import timezone

from desk import calendar
from desk.calendar import Promise, Step, WorkingCalendar
from desk.models import CalendarDay, Ward, WardQuerySet
from desk.sql import insert_from
from desk.vietnamese import day_in_words, day_month, weekday
from dossiers.models.cause import DelayCause
from dossiers.models.event import Event
from dossiers.models.procedure import Procedure

if TYPE_CHECKING:
    from desk.models import Staff
    from dossiers.models.dossier import Dossier


#: The promise that holds now and may still be kept.
RUNNING = Q(outcome="open", is_current=True)
#: The columns of a ward that are its office hours.
HOURS = ("morning_opens", "morning_closes", "afternoon_opens", "afternoon_closes")


def chosen(days: WorkingCalendar, day: date, half: calendar.Half, why: str) -> Promise:
    """The promise of a half day that a person chose: nothing is counted."""
    return Promise(day, half, days.closes_at(day, half), (Step(day, "due", f"{why}: trả kết quả {half.words}"),))


class AppointmentQuerySet(WardQuerySet):
    ward_path = "dossier__ward"

    def unsettled(self) -> AppointmentQuerySet:
        """Promises of which nobody knows yet whether they were kept."""
        return self.filter(outcome=Appointment.Outcome.OPEN)

    def unexplained(self) -> AppointmentQuerySet:
        """Promises that were missed, or still run, without a word about why."""
        return self.filter(Q(outcome=Appointment.Outcome.BROKEN) | RUNNING, delay_cause=None)

    def about_to_break(self, now: datetime) -> AppointmentQuerySet:
        """Promises that run and are near (domain.md, "The apology"): one working day before the promised day, and for
        same-day matters when the promised half begins, if they were there by then.
        """
        at_once = Procedure.LimitUnit.SAME_DAY
        same_day = Q(dossier__procedure__limit_unit=at_once) | Q(
            dossier__committed__isnull=False, dossier__committed__limit_unit=at_once
        )
        is_near = ~same_day & Q(due_at__lt=CalendarDay.objects.calendar().end_of_next_day(now))
        for hours in Ward.objects.in_service().values(*HOURS).distinct().order_by():
            same_hours = Q(**{f"dossier__ward__{name}": value for name, value in hours.items()})
            for half in calendar.Half:
                length = calendar.OfficeHours(**hours).length(half)
                has_begun = Q(half=half.value, due_at__lte=now + length, dossier__received_at__lte=F("due_at") - length)
                is_near |= same_day & same_hours & has_begun
        return self.filter(RUNNING, is_near, due_at__gte=now)

    def to_explain(self, now: datetime) -> AppointmentQuerySet:
        """Promises that were missed, or are about to be, without a word about why."""
        silent = self.unexplained()
        return silent.filter(due_at__lt=now) | silent.about_to_break(now)

    def in_debt(self) -> AppointmentQuerySet:
        """Broken promises that nobody has apologised for yet."""
        return self.filter(outcome=Appointment.Outcome.BROKEN, apology_settled_at=None)

    def settle_apology(self, at: datetime, waived_reason: str = "") -> int:
        """The apology is issued, or a leader lets the result go out without it and says why."""
        return self.filter(apology_settled_at=None).update(apology_settled_at=at, waived_reason=waived_reason)

    def missed_or_put_off(self) -> AppointmentQuerySet:
        """Promises that were missed, or made anew with a cause; not those kept in spite of the trouble foreseen."""
        put_off = Q(delay_cause__isnull=False, is_current=False) & ~Q(outcome=Appointment.Outcome.LIFTED)
        return self.filter(Q(outcome=Appointment.Outcome.BROKEN) | put_off)

    def causes(self, first: date, after: date) -> list[tuple[str, int]]:
        """Why promises for the days of [first, after) were missed or made anew: (cause, count), the commonest first.

        One without a word is counted under "".
        """
        rows = self.missed_or_put_off().filter(day__gte=first, day__lt=after)
        counted = rows.order_by().values("delay_cause__name").annotate(n=models.Count("pk")).order_by("-n")
        return [(row["delay_cause__name"] or "", row["n"]) for row in counted]

    def break_overdue(self, now: datetime) -> list[int]:
        """Record as broken each open promise whose half day has passed; returns the ids of the events.

        One event for each promise and one signal for the set, however often and by however many it is called: the
        update takes the rows, the unique constraint on events has the last word (domain.md, "Kept or broken").
        """
        with transaction.atomic():
            late = self.unsettled().filter(due_at__lt=now)
            if not late.update(outcome=Appointment.Outcome.BROKEN, outcome_at=now):
                return []
            event_ids = insert_from(
                self.filter(outcome=Appointment.Outcome.BROKEN, outcome_at=now),
                Event,
                dossier=F("dossier_id"),
                appointment=F("pk"),
                kind=Value(Event.Kind.OVERDUE.value),
                at=Value(now, models.DateTimeField()),
                state_before=F("dossier__state"),
                state_after=F("dossier__state"),
                reason=Value(""),
            )
            Event.announce(Event.Kind.OVERDUE, event_ids)
        return event_ids


class Appointment(models.Model):
    """Giấy hẹn: the promise of a half day. A dossier has one current promise; older ones stay."""

    class Cause(models.TextChoices):
        INTAKE = "intake", "Khi tiếp nhận"
        RESTARTED = "restarted", "Tính lại sau khi bổ sung"
        RESCHEDULED = "rescheduled", "Hẹn lại"
        CALENDAR = "calendar", "Lịch nghỉ thay đổi"
        CORRECTED = "corrected", "Sửa sai sót"

    class Outcome(models.TextChoices):
        OPEN = "open", "Chưa biết"
        KEPT = "kept", "Giữ lời"
        BROKEN = "broken", "Lỡ hẹn"
        LIFTED = "lifted", "Thôi hẹn"

    class Half(models.TextChoices):
        MORNING = calendar.Half.MORNING.value, "buổi sáng"
        AFTERNOON = calendar.Half.AFTERNOON.value, "buổi chiều"

    dossier = models.ForeignKey("dossiers.Dossier", models.PROTECT, related_name="appointments")
    cause = models.CharField("nguyên do", max_length=12, choices=Cause)
    reason = models.CharField("lý do", max_length=500, blank=True)
    delay_cause = models.ForeignKey(
        DelayCause, models.PROTECT, verbose_name="nguyên nhân chậm", null=True, related_name="+"
    )
    delay_words = models.CharField("lý do chậm", max_length=500, blank=True, db_default="")
    day = models.DateField("ngày hẹn")
    half = models.CharField("buổi", max_length=9, choices=Half)
    due_at = models.DateTimeField("hạn")
    count = models.JSONField("cách tính", default=list)
    is_provisional = models.BooleanField("lịch nghỉ chưa chính thức", default=False)
    is_current = models.BooleanField("đang hiệu lực", default=True)
    made_at = models.DateTimeField("lập lúc")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField("kết quả", max_length=6, choices=Outcome, default=Outcome.OPEN)
    outcome_at = models.DateTimeField("ghi nhận lúc", null=True)
    apology_settled_at = models.DateTimeField("đã xin lỗi lúc", null=True)
    waived_reason = models.CharField("trả trước thư xin lỗi vì", max_length=500, blank=True, db_default="")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = "hẹn trả"
        verbose_name_plural = "hẹn trả"
        ordering: ClassVar = ["made_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(is_current=True), name="appointment_one_current_per_dossier"
            ),
            models.CheckConstraint(
                condition=Q(outcome="open", outcome_at=None) | ~Q(outcome="open") & Q(outcome_at__isnull=False),
                name="appointment_outcome_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(waived_reason="") | Q(apology_settled_at__isnull=False),
                name="appointment_waived_is_settled",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(outcome="open"), name="appointment_open_due"),
            models.Index(fields=["outcome_at"], condition=Q(outcome="broken"), name="appointment_broken_at"),
            models.Index(
                fields=["day"],
                condition=Q(outcome="broken") | Q(delay_cause__isnull=False),
                name="appointment_missed_on",
            ),
            models.Index(
                fields=["dossier", "due_at", "day"],
                condition=Q(outcome="broken"),
                name="appointment_broken_of",
            ),
            models.Index(
                fields=["dossier", "-made_at", "-id"],
                condition=Q(delay_cause__isnull=False),
                name="appointment_cause_said",
            ),
            models.Index(
                fields=["apology_settled_at"],
                condition=Q(apology_settled_at__isnull=False),
                name="appointment_apology_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_half_display()} {day_in_words(self.day)}"

    @classmethod
    def plan(
        cls, dossier: Dossier, promise: Promise, *, cause: str, by: Staff | None, at: datetime, **more: Any
    ) -> Appointment:
        """An unsaved appointment that holds what the calendar promised."""
        return cls(
            dossier=dossier,
            cause=cause,
            day=promise.day,
            half=promise.half.value,
            due_at=promise.due_at,
            count=[step.as_json() for step in promise.steps],
            is_provisional=promise.provisional,
            made_at=at,
            made_by=by,
            **more,
        )

    @property
    def steps(self) -> list[Step]:
        return [Step.from_json(row) for row in self.count]

    @property
    def days(self) -> list[Step]:
        """The count as it went: of a promise that was lifted, the days until then and the day of the stop."""
        if self.outcome != self.Outcome.LIFTED:
            return self.steps
        stopped = timezone.localdate(self.outcome_at)
        return [*(step for step in self.steps if step.day < stopped), Step(stopped, "stop", "Dừng tính")]

    def recounted(self, days: WorkingCalendar) -> Promise:
        """What those working days promise in its place. A half day that somebody chose only moves off a day off."""
        if self.due_at == self.dossier.promised_at:
            return self.dossier.promise_of_term(days)
        day = self.day if days.is_working(self.day) else days.next_working_day(self.day)
        return chosen(days, day, calendar.Half(self.half), self.get_cause_display())

    def owe_apology_again(self, *, reason: str, by: Staff, at: datetime) -> None:
        """Its apology is recalled, and a recalled one is none: it owes one until the letter in its place is issued, or
        a leader waives it. What was waived stays so.
        """
        told = Appointment.objects.filter(pk=self.pk, waived_reason="", apology_settled_at__isnull=False)
        if told.update(apology_settled_at=None):
            state = self.dossier.state
            facts = {"appointment": self, "reason": reason, "state_before": state, "state_after": state}
            Event.record(Event.Kind.RECALLED, self.dossier, by=by, at=at, **facts)

    @property
    def in_words(self) -> str:
        """ "thứ Năm, 26/11/2026, buổi chiều"."""
        return f"{day_in_words(self.day)}, {self.get_half_display()}"

    @property
    def short(self) -> str:
        """ "chiều thứ Năm, 26/11"."""
        return f"{calendar.Half(self.half).short} {weekday(self.day)}, {day_month(self.day)}"

    @property
    def hours(self) -> tuple[time, time]:
        """When the counter opens and closes on the promised half day."""
        return self.dossier.ward.hours.span(calendar.Half(self.half))
