"""Tổ viết giúp: that somebody was helped with a declaration. What they declared is never stored."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models

from desk.models import Staff, Ward, WardQuerySet
from desk.period import Days, within
from dossiers.models.procedure import Procedure
from dossiers.models.visit import months


class HelpGivenQuerySet(WardQuerySet):
    def record(self, *, ward: Ward, procedure: Procedure, helper: Staff, at: datetime, key: UUID) -> None:
        """Count one person helped; printing the same page again (the same `key`) counts nothing twice."""
        row = self.model(ward=ward, procedure=procedure, helper=helper, at=at, key=key)
        self.bulk_create([row], ignore_conflicts=True)

    def by_month(self, first: date, after: date) -> dict[date, int]:
        """People helped in each month of [first, after): {first day of the month: count}."""
        return months(self, "at", first, after)

    def helped_by(self, days: Days, *names: str) -> Counter[Any]:
        """People helped in those days, by the columns named, such as "ward"."""
        return self.filter(within("at", days)).counted_by(*names)


class HelpGiven(models.Model):
    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    procedure = models.ForeignKey(Procedure, models.PROTECT, verbose_name="thủ tục")
    helper = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="người giúp", related_name="+")
    at = models.DateTimeField("lúc")
    key = models.UUIDField()

    objects = HelpGivenQuerySet.as_manager()

    class Meta:
        verbose_name = "lượt viết giúp"
        verbose_name_plural = "lượt viết giúp"
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["ward", "key"], name="help_given_once")]
        indexes: ClassVar = [models.Index(fields=["ward", "at"], name="help_given_by_month")]

    def __str__(self) -> str:
        return f"{self.procedure.short_name}, {self.at:%d/%m/%Y}"
