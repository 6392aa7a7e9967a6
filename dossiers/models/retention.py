"""How long the portal keeps what it needs only for a while: contact data, scans, the access log.

The paper file and the books have their own, longer terms by law (domain.md 10); these are the portal's copies.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import Q, QuerySet

from desk.models import AccessLog
from dossiers.models.attachment import Attachment
from dossiers.models.dossier import Dossier
from dossiers.models.supplement import Presentation
from dossiers.models.visit import HomeVisit

#: Rows cleared in one transaction.
BATCH = 1000


def ended_before(day: datetime) -> Q:
    return Q(returned_at__lt=day) | Q(ended_at__lt=day)


class RetentionTerm(models.Model):
    class Kind(models.TextChoices):
        CONTACT = "contact", "Điện thoại, email của hồ sơ đã xong"
        SCANS = "scans", "Bản chụp giấy tờ của hồ sơ đã xong"
        PRESENTED = "presented", "Người đến mà việc chưa nhận"
        VISITS = "visits", "Lượt đến nhà đã xong hoặc thôi"
        LOG = "log", "Nhật ký truy cập"

    kind = models.CharField("dữ liệu", max_length=10, choices=Kind, unique=True)
    days = models.PositiveSmallIntegerField(
        "giữ bao nhiêu ngày", help_text="Đếm từ khi hồ sơ kết thúc, hoặc từ ngày ghi."
    )
    basis = models.CharField("căn cứ", max_length=200, blank=True)

    class Meta:
        verbose_name = "thời hạn giữ dữ liệu"
        verbose_name_plural = "thời hạn giữ dữ liệu"
        ordering: ClassVar = ["kind"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(days__gte=30),
                name="retention_at_least_a_month",
                violation_error_message="Ít nhất 30 ngày, để còn giải quyết thắc mắc.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.days} ngày"

    def rows(self, now: datetime) -> QuerySet[Any]:
        """What has outlived this term."""
        day = now - timedelta(days=self.days)
        return {
            self.Kind.CONTACT: Dossier.objects.filter(ended_before(day)).exclude(phone="", email=""),
            self.Kind.SCANS: Attachment.objects.kept().filter(
                Q(dossier__returned_at__lt=day) | Q(dossier__ended_at__lt=day)
            ),
            self.Kind.PRESENTED: Presentation.objects.filter(at__lt=day).exclude(phone="", email="", address=""),
            self.Kind.VISITS: HomeVisit.objects.filter(asked_at__lt=day)
            .exclude(state__in=HomeVisit.TO_PLAN)
            .exclude(phone="", address="", wish=""),
            self.Kind.LOG: AccessLog.objects.filter(at__lt=day),
        }[self.Kind(self.kind)]

    def clear(self, now: datetime) -> int:
        """Clear what has outlived the term, batch by batch; returns how many rows. Safe to stop and to run again."""
        cleared = 0
        while pks := list(self.rows(now).order_by("pk").values_list("pk", flat=True)[:BATCH]):
            with transaction.atomic():
                cleared += self._clear(pks, now)
        return cleared

    def _clear(self, pks: list[int], now: datetime) -> int:
        if self.kind == self.Kind.CONTACT:
            return Dossier.objects.filter(pk__in=pks).update(phone="", email="")
        if self.kind == self.Kind.SCANS:
            return Attachment.objects.filter(pk__in=pks).remove(by=None, at=now)
        if self.kind == self.Kind.PRESENTED:
            return Presentation.objects.filter(pk__in=pks).update(phone="", email="", address="")
        if self.kind == self.Kind.VISITS:
            return HomeVisit.objects.filter(pk__in=pks).update(phone="", address="", wish="")
        return AccessLog.objects.filter(pk__in=pks).delete()[0]


def clear_all(now: datetime) -> Iterator[tuple[RetentionTerm, int]]:
    """Clear what has outlived each term, and the files that an earlier run could not delete."""
    Attachment.objects.sweep(since=now - timedelta(days=7))
    for term in RetentionTerm.objects.all():
        yield term, term.clear(now)
