"""Tại nhà: two people of the ward go to somebody who cannot come, to take papers or to bring a result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import timezone

from desk.calendar import Half
from desk.models import CalendarDay, Hamlet, Staff, Ward, WardQuerySet
from desk.period import Days, within
from dossiers.models.dossier import Dossier
from dossiers.models.procedure import Procedure
from dossiers.models.state import DossierError

if TYPE_CHECKING:
    from dossiers.models.event import Event

#: The desk offers a visit by itself from this age up (the local model "tại nhà cho người cao tuổi").
OFFERED_FROM_AGE = 60


def months(rows: models.QuerySet, moment: str, first: date, after: date) -> dict[date, int]:
    """How many rows fall in each month of [first, after) by that moment: {first day of the month: count}."""
    start, end = (timezone.make_aware(datetime.combine(day, datetime.min.time())) for day in (first, after))
    found = rows.filter(**{f"{moment}__gte": start, f"{moment}__lt": end}).order_by()
    counted = found.annotate(month=TruncMonth(moment)).values("month").annotate(n=models.Count("pk"))
    return {timezone.localdate(row["month"]): row["n"] for row in counted.order_by("month")}


class HomeVisitQuerySet(WardQuerySet):
    def waiting(self) -> Self:
        """Asked for and without a day, those who were not met included: the longest wait first."""
        return self.filter(state__in=(HomeVisit.State.ASKED, HomeVisit.State.NOT_MET)).order_by("asked_at", "pk")

    def planned(self) -> Self:
        return self.filter(state=HomeVisit.State.PLANNED)

    def round_of(self, day: date) -> Self:
        """Where the ward's people go on that day: morning before afternoon, hamlet by hamlet."""
        rows = self.filter(day=day).exclude(state__in=(HomeVisit.State.ASKED, HomeVisit.State.CALLED_OFF))
        in_order = models.Case(models.When(half=Half.MORNING, then=0), default=1)
        return rows.order_by(in_order, F("hamlet__position").asc(nulls_last=True), "hamlet__name", "name", "pk")

    def done_by_month(self, first: date, after: date) -> dict[date, int]:
        """Visits done in each month of [first, after): {first day of the month: count}."""
        return months(self.filter(state=HomeVisit.State.DONE), "ended_at", first, after)

    def done_by(self, days: Days, *names: str) -> Counter[Any]:
        """Visits done in those days, by the columns named, such as "ward"."""
        return self.filter(within("ended_at", days), state=HomeVisit.State.DONE).counted_by(*names)

    def ask(self, *, ward: Ward, by: Staff | None, at: datetime, key: UUID, **facts: Any) -> HomeVisit:
        """Note a request; `by` is None when it came over the web. The same `key` gives the same row."""
        try:
            with transaction.atomic():
                visit: HomeVisit = self.create(  # type: ignore[assignment]
                    ward=ward, asked_by=by, asked_at=at, key=key, **facts
                )
                visit.note(at=at, by=by)
                return visit
        except IntegrityError:
            if already := self.filter(ward=ward, key=key).first():
                return already  # type: ignore[return-value]
            raise


class HomeVisit(models.Model):
    class Channel(models.TextChoices):
        PHONE = "phone", "Điện thoại"
        COUNTER = "counter", "Tại quầy"
        WEB = "web", "Trang mạng"

    class Purpose(models.TextChoices):
        RECEIVE = "receive", "Nhận hồ sơ"
        RETURN = "return", "Trả kết quả"

    class State(models.TextChoices):
        ASKED = "asked", "Chờ xếp lịch"
        PLANNED = "planned", "Đã xếp lịch"
        DONE = "done", "Đã xong"
        NOT_MET = "not_met", "Không gặp"
        CALLED_OFF = "called_off", "Thôi không đến"

    #: A visit that may still get a day.
    TO_PLAN: ClassVar = (State.ASKED, State.PLANNED, State.NOT_MET)

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    key = models.UUIDField(default=uuid4)
    channel = models.CharField("yêu cầu qua", max_length=7, choices=Channel)
    asked_at = models.DateTimeField("yêu cầu lúc")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    purpose = models.CharField("đến để", max_length=7, choices=Purpose, default=Purpose.RECEIVE)
    procedure = models.ForeignKey(Procedure, models.PROTECT, verbose_name="thủ tục", null=True, blank=True)
    dossier = models.ForeignKey(Dossier, models.PROTECT, verbose_name="hồ sơ", null=True, related_name="visits")
    name = models.CharField("họ và tên", max_length=160)
    phone = models.CharField("điện thoại", max_length=11)
    address = models.CharField("địa chỉ", max_length=250)
    hamlet = models.ForeignKey(Hamlet, models.PROTECT, verbose_name="thôn, tổ", null=True, blank=True)
    wish = models.CharField("người dân nói thêm", max_length=300, blank=True)
    state = models.CharField("trạng thái", max_length=10, choices=State, default=State.ASKED)
    day = models.DateField("ngày đến", null=True)
    half = models.CharField("buổi", max_length=9, choices=[(half, half.words) for half in Half], blank=True)
    first_staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    second_staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField("xong lúc", null=True)

    objects = HomeVisitQuerySet.as_manager()

    class Meta:
        verbose_name = "lượt đến nhà"
        verbose_name_plural = "lượt đến nhà"
        ordering: ClassVar = ["-asked_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ward", "key"], name="visit_asked_once"),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(state="planned"), name="visit_one_planned_per_dossier"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("asked", "called_off"))
                | Q(day__isnull=False, first_staff__isnull=False, second_staff__isnull=False) & ~Q(half=""),
                name="visit_planned_has_day_and_pair",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("asked", "called_off"))
                | Q(purpose="receive", procedure__isnull=False)
                | Q(purpose="return", dossier__isnull=False),
                name="visit_planned_has_a_matter",
            ),
            models.CheckConstraint(condition=~Q(first_staff=F("second_staff")), name="visit_pair_is_two_people"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(dossier__isnull=False, ended_at__isnull=False),
                name="visit_done_has_a_dossier",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["ward", "day"], name="visit_round"),
            models.Index(fields=["ward", "state", "asked_at"], name="visit_waiting"),
            models.Index(fields=["ended_at", "ward"], condition=Q(state="done"), name="visit_done"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.get_purpose_display().lower()}"

    def get_absolute_url(self) -> str:
        return reverse("dossiers:visit", args=[self.pk])

    @property
    def pair(self) -> list[Staff]:
        return [staff for staff in (self.first_staff, self.second_staff) if staff]

    @property
    def half_words(self) -> str:
        return Half(self.half).words if self.half else ""

    @property
    def can_be_planned(self) -> bool:
        return self.state in self.TO_PLAN

    # the verbs

    def plan(
        self,
        *,
        day: date,
        half: str,
        pair: tuple[Staff, Staff],
        by: Staff,
        at: datetime,
        hamlet: Hamlet | None = None,
        procedure: Procedure | None = None,
        dossier: Dossier | None = None,
    ) -> None:
        """Give the visit its half day and its two people, or others than before.

        Raises DossierError when the ward does not work on that day, the half day is over, the pair is not two people
        of the ward, or it is not said what they come for.
        """
        calendar = CalendarDay.objects.calendar(self.ward.hours)
        if not calendar.is_working(day):
            raise DossierError(f"Ngày {day:%d/%m/%Y} không làm việc ({calendar.why_off(day)[0].lower()}"
                               f"{calendar.why_off(day)[1:]}). Xin chọn ngày khác.")  # fmt: skip
        if calendar.closes_at(day, Half(half)) <= at:
            raise DossierError("Buổi này đã qua. Xin chọn buổi khác.")
        if pair[0].pk == pair[1].pk or any(one.ward_id != self.ward_id or not one.is_active for one in pair):
            raise DossierError("Xin chọn hai người khác nhau của phường, xã.")
        with self._locked(self.TO_PLAN, by):
            self.procedure, self.dossier = procedure or self.procedure, dossier or self.dossier
            self.hamlet = hamlet or self.hamlet
            self._check_matter()
            self.day, self.half, (self.first_staff, self.second_staff) = day, half, pair
            self._go(self.State.PLANNED, by, at, words=f"{Half(half).words} {day:%d/%m/%Y}: {pair[0]}, {pair[1]}")

    def not_met(self, *, reason: str, by: Staff, at: datetime) -> None:
        """They were there and met nobody; the visit may be planned again. Raises DossierError before its half day."""
        with self._locked((self.State.PLANNED,), by):
            opens = CalendarDay.objects.calendar(self.ward.hours).hours.span(Half(self.half))[0]
            if self.day and at < timezone.make_aware(datetime.combine(self.day, opens)):
                raise DossierError("Buổi đến nhà chưa tới nên chưa ghi là không gặp được.")
            self._go(self.State.NOT_MET, by, at, words=reason)

    def call_off(self, *, reason: str, by: Staff, at: datetime) -> None:
        with self._locked(self.TO_PLAN, by):
            self._go(self.State.CALLED_OFF, by, at, words=reason, ended_at=at)

    def receive(self, *, by: Staff, at: datetime, **facts: Any) -> Dossier:
        """Take the dossier in at the home, as at the counter; the visit is done. The same intake twice is one."""
        with transaction.atomic():
            facts = {**facts, "ward": self.ward, "channel": Dossier.Channel.HOME}
            dossier = Dossier.objects.receive(by=by, at=at, **facts)
            if HomeVisit.objects.filter(pk=self.pk, dossier=dossier, state=self.State.DONE).exists():
                return dossier
            with self._locked((self.State.PLANNED,), by):
                if self.purpose != self.Purpose.RECEIVE:
                    raise DossierError("Lượt này đến để trả kết quả, không phải để nhận hồ sơ.")
                self._go(self.State.DONE, by, at, words=dossier.code, dossier=dossier, ended_at=at)
        return dossier

    def hand_back(self, *, by: Staff, at: datetime, **facts: Any) -> Event:
        """Hand the result back at the home; `facts` as in Dossier.hand_back. The visit is done."""
        with self._locked((self.State.PLANNED,), by):
            if self.purpose != self.Purpose.RETURN or self.dossier is None:
                raise DossierError("Lượt này đến để nhận hồ sơ, không phải để trả kết quả.")
            event = self.dossier.hand_back(by=by, at=at, **facts)
            self._go(self.State.DONE, by, at, words=self.dossier.code, ended_at=at)
        return event

    # how each of them is done

    def _check_matter(self) -> None:
        if self.purpose == self.Purpose.RECEIVE and self.procedure is None:
            raise DossierError("Xin chọn thủ tục để biết cần lấy giấy tờ gì.")
        if self.purpose == self.Purpose.RETURN and self.dossier is None:
            raise DossierError("Xin ghi mã hồ sơ có kết quả cần trả.")
        others = HomeVisit.objects.filter(dossier=self.dossier, state=self.State.PLANNED).exclude(pk=self.pk)
        if self.dossier and (self.dossier.ward_id != self.ward_id or others.exists()):
            raise DossierError("Hồ sơ này đã có lịch đến nhà khác.")

    @contextmanager
    def _locked(self, states: tuple[str, ...], by: Staff) -> Iterator[None]:
        if by.ward_id != self.ward_id or not by.has_role("clerk"):
            raise DossierError("Chỉ cán bộ một cửa của đơn vị mới xếp lịch và ghi kết quả đến nhà.")
        with transaction.atomic():
            rows = HomeVisit.objects.filter(pk=self.pk, state__in=states).select_for_update(no_key=True)
            if not rows.values_list("pk", flat=True).first():
                raise DossierError("Lượt đến nhà này vừa đổi. Xin xem lại.")
            self.refresh_from_db()
            yield

    def _go(self, state: str, by: Staff, at: datetime, *, words: str, **changes: Any) -> None:
        self.state = state
        for field, value in changes.items():
            setattr(self, field, value)
        self.save()
        self.note(at=at, by=by, words=words)

    def note(self, *, at: datetime, by: Staff | None, words: str = "") -> None:
        self.steps.create(state=self.state, at=at, by=by, words=words)


class HomeVisitStep(models.Model):
    """What happened to a visit: append-only. `words` are the reason, the plan or the dossier's code."""

    visit = models.ForeignKey(HomeVisit, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=HomeVisit.State)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = "diễn biến đến nhà"
        verbose_name_plural = "diễn biến đến nhà"
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.at:%d/%m/%Y %H:%M}"
