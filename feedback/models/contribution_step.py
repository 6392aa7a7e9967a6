"""What came with a contribution, and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from desk.models import WardQuerySet
from feedback.signals import contribution_recorded


class FileQuerySet(WardQuerySet):
    ward_path = "contribution__ward"


class ContributionFile(models.Model):
    """A picture or paper that somebody sent along; judged like the scans of a dossier, served to the ward only."""

    contribution = models.ForeignKey("feedback.Contribution", models.PROTECT, related_name="files")
    name = models.CharField("tên tệp", max_length=100)
    kind = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    stored = models.CharField(max_length=120, unique=True)

    objects = FileQuerySet.as_manager()

    class Meta:
        verbose_name = "tệp kèm theo"
        verbose_name_plural = "tệp kèm theo"
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name


class ContributionStep(models.Model):
    """What happened to a contribution: append-only."""

    class Kind(models.TextChoices):
        RECEIVED = "received", "Nhận ý kiến"
        ASSIGNED = "assigned", "Phân công"
        OVERDUE = "overdue", "Quá hạn trả lời"
        ANSWERED = "answered", "Trả lời"
        PUBLISHED = "published", "Đăng công khai"
        WITHDRAWN = "withdrawn", "Thôi đăng"

    contribution = models.ForeignKey("feedback.Contribution", models.PROTECT, related_name="steps")
    kind = models.CharField("việc", max_length=9, choices=Kind)
    at = models.DateTimeField("lúc")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = "diễn biến ý kiến"
        verbose_name_plural = "diễn biến ý kiến"
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contribution"], condition=Q(kind="overdue"), name="contribution_overdue_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%d/%m/%Y %H:%M}"

    @staticmethod
    def announce(kind: str, step_ids: Sequence[int]) -> None:
        contribution_recorded.send(sender=ContributionStep, kind=str(kind), step_ids=step_ids)
