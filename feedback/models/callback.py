"""Gọi lại: somebody left a telephone number and is called within two working days; without their score, for good."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from desk.models import Ward, WardQuerySet

#: How many working days the desk has to call back.
CALL_BACK_DAYS = 2


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

    objects = WardQuerySet.as_manager()

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
