"""Gọi lại: somebody left a telephone number and is called within two working days; without their score, for good."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice
from typing import ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from desk.models import CalendarDay, Staff, Ward, WardQuerySet
from dossiers.models import Dossier
from feedback.models.error import FeedbackError

#: How many working days the desk has to call back.
CALL_BACK_DAYS = 2


def callback_key(token: str, stage: str) -> str:
    """What keeps a wish to be called from standing twice. Only who holds the secret could join it with an answer's."""
    return salted_hmac(f"feedback.callback.{stage}", token, algorithm="sha256").hexdigest()


class CallBackQuerySet(WardQuerySet):
    def waiting(self) -> Self:
        """Not called yet, the one due first in front."""
        return self.filter(called_at=None).order_by("due_on", "pk")

    def overdue(self, today: date) -> Self:
        return self.waiting().filter(due_on__lt=today)

    def done(self) -> Self:
        return self.filter(called_at__isnull=False).order_by("-called_at", "-pk")

    def of(self, dossier: Dossier, stage: str) -> CallBack | None:
        """For the page that the slip's token opens, and for nobody else."""
        return self.filter(key=callback_key(dossier.token, stage)).first()  # type: ignore[return-value]

    def ask(
        self, *, dossier: Dossier, stage: str, phone: str, at: datetime, name: str = "", words: str = ""
    ) -> CallBack:
        """Note the wish to be called. Said again before the call it is one wish, with what was said last.

        Raises FeedbackError when the call has been made.
        """
        day = timezone.localdate(at)
        calendar = CalendarDay.objects.calendar(dossier.ward.hours)
        due_on = next(islice(calendar.working_days_after(day), CALL_BACK_DAYS - 1, None))
        said = {"phone": phone, "name": name, "words": words}
        with transaction.atomic():
            row, is_new = self.get_or_create(
                key=callback_key(dossier.token, stage),
                defaults={"ward": dossier.ward, "asked_on": day, "due_on": due_on, **said},
            )
            if not is_new and not self.filter(pk=row.pk, called_at=None).update(**said):
                raise FeedbackError("Chúng tôi đã gọi lại cho ông/bà. Cần nói thêm, xin ông/bà gọi Bộ phận Một cửa.")
        return row  # type: ignore[return-value]


class CallBack(models.Model):
    """Somebody who wants to be called. What they wrote stands here only: an answer keeps words or number, not both."""

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    name = models.CharField("xưng hô", max_length=80, blank=True)
    phone = models.CharField("điện thoại", max_length=11)
    words = models.CharField("điều chưa hài lòng", max_length=1000, blank=True)
    key = models.CharField(max_length=64, unique=True)
    asked_on = models.DateField("ngày để lại số")
    due_on = models.DateField("gọi trước hết ngày")
    called_at = models.DateTimeField("đã gọi lúc", null=True)
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="ai gọi"
    )
    outcome = models.CharField("đã trao đổi", max_length=1000, blank=True)

    objects = CallBackQuerySet.as_manager()

    class Meta:
        verbose_name = "lượt gọi lại"
        verbose_name_plural = "lượt gọi lại"
        ordering: ClassVar = ["due_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(called_at=None, called_by=None, outcome="")
                | Q(called_at__isnull=False, called_by__isnull=False) & ~Q(outcome=""),
                name="callback_done_says_what",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["ward", "due_on"], condition=Q(called_at=None), name="callback_waiting"),
        ]

    def __str__(self) -> str:
        return f"Gọi lại trước hết ngày {self.due_on:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("feedback:callback", args=[self.pk])

    @property
    def who(self) -> str:
        return self.name or "Người dân không ghi tên"

    def is_overdue(self, today: date) -> bool:
        return self.called_at is None and self.due_on < today

    def called(self, *, outcome: str, by: Staff, at: datetime) -> None:
        """Note what was said. Raises FeedbackError for other wards' people, and when somebody has called already."""
        if by.ward_id != self.ward_id:
            raise FeedbackError("Chỉ cán bộ của đơn vị mới ghi cuộc gọi này.")
        waiting = CallBack.objects.filter(pk=self.pk, called_at=None)
        if not waiting.update(called_at=at, called_by=by, outcome=outcome):
            raise FeedbackError("Đồng nghiệp đã gọi và ghi lại cuộc gọi này rồi.")
