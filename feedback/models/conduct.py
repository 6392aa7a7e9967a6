"""Quy tắc ứng xử: what a ward has laid down for itself, beside what every desk of the city promises."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from desk.models import Ward, WardQuerySet


class WardRule(models.Model):
    """A regulation of the ward's own, shown on the page of the code of conduct from a day on."""

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    title = models.CharField("tên quy định", max_length=160)
    words = models.TextField("nội dung", max_length=5000)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến ngày", null=True, blank=True)

    objects = WardQuerySet.as_manager()

    class Meta:
        verbose_name = "quy định của đơn vị"
        verbose_name_plural = "quy định của đơn vị"
        ordering: ClassVar = ["ward", "-valid_from", "pk"]

    def __str__(self) -> str:
        return self.title
