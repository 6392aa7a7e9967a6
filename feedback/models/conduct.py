"""Quy tắc ứng xử: what a ward has laid down for itself, beside what every desk of the city promises."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from desk.models import Staff, Ward, WardQuerySet


def responsible(ward: Ward) -> models.QuerySet[Staff]:
    """Who answers for the conduct of the ward's people: its leaders, who signs in full first."""
    in_order = models.Case(models.When(power=Staff.Power.CHAIR, then=0), default=1)
    return Staff.objects.filter(ward=ward, is_leader=True, is_active=True).order_by(in_order, "full_name")


class WardRuleQuerySet(WardQuerySet):
    def in_force(self, ward: Ward, day: date) -> Self:
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), ward=ward, valid_from__lte=day)


class WardRule(models.Model):
    """A regulation of the ward's own, shown on the page of the code of conduct from a day on."""

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    title = models.CharField("tên quy định", max_length=160)
    words = models.TextField("nội dung", max_length=5000)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến ngày", null=True, blank=True)

    objects = WardRuleQuerySet.as_manager()

    class Meta:
        verbose_name = "quy định của đơn vị"
        verbose_name_plural = "quy định của đơn vị"
        ordering: ClassVar = ["ward", "-valid_from", "pk"]

    def __str__(self) -> str:
        return self.title
