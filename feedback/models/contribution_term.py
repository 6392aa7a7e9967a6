"""How long the ward may take to answer."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from desk.models import DatedQuerySet


class ContributionTerm(models.Model):
    """How many working days the ward has to answer, from a day on: dated, because no source fixes one number."""

    kind = models.CharField("loại", max_length=9)
    valid_from = models.DateField("từ ngày")
    days = models.PositiveSmallIntegerField("ngày làm việc")
    basis = models.CharField("căn cứ", max_length=160, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "hạn trả lời"
        verbose_name_plural = "hạn trả lời"
        ordering: ClassVar = ["kind", "-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "valid_from"], name="contribution_term_once"),
            models.CheckConstraint(
                condition=Q(kind__in=("idea", "complaint", "praise")), name="contribution_term_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.days}"
