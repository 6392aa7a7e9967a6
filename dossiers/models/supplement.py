"""Papers that are missing: asked for once and completely; and matters that the desk looked at but did not take."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from desk.fields import FoldedField
from desk.models import Counter, Staff, Ward, WardQuerySet
from desk.period import Days, within
from dossiers.models.procedure import Edition, Procedure


class SupplementQuerySet(WardQuerySet):
    ward_path = "dossier__ward"

    def of_results(self, days: Days) -> Self:
        """Those about dossiers whose result came in these days."""
        return self.filter(within("dossier__ready_at", days))


class SupplementRequest(models.Model):
    """Mẫu 02 after examination: one for each dossier (Nghị định 61/2018, Điều 15 khoản 3: once and completely)."""

    dossier = models.OneToOneField("dossiers.Dossier", models.PROTECT, related_name="supplement")
    items = models.JSONField("nội dung bổ sung")
    reason = models.CharField("lý do", max_length=500)
    asked_at = models.DateTimeField("yêu cầu lúc")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField("nhận đủ lúc", null=True)

    objects = SupplementQuerySet.as_manager()

    class Meta:
        verbose_name = "yêu cầu bổ sung"
        verbose_name_plural = "yêu cầu bổ sung"

    def __str__(self) -> str:
        return ", ".join(self.items)


class PresentationQuerySet(WardQuerySet):
    def between(self, first: date, last: date) -> Self:
        """Of the days from first to last, both included."""
        return self.filter(within("at", Days(first, last)))

    def present(self, *, ward: Ward, by: Staff, at: datetime, key: UUID, **facts: Any) -> Presentation:
        """Log a matter that is not taken; numbers run in the year and kind. The same `key` gives the same row."""
        day = timezone.localdate(at)
        try:
            with transaction.atomic():
                series = f"{facts['kind']}-{day.year}"
                number = Counter.objects.next(ward, series)
                edition = Edition.objects.on(day)
                return self.create(ward=ward, by=by, at=at, key=key, edition=edition, number=number, **facts)  # type: ignore[return-value]
        except IntegrityError:
            if already := self.filter(ward=ward, key=key).first():
                return already  # type: ignore[return-value]
            raise


class Presentation(models.Model):
    """A matter presented at the counter and not received: Mẫu 02 or 03 is printed and logged.

    It has no dossier code, no appointment and no place in the register.
    """

    class Kind(models.TextChoices):
        SUPPLEMENT = "supplement", "Hướng dẫn bổ sung"
        REFUSAL = "refusal", "Từ chối tiếp nhận"

    ward = models.ForeignKey(Ward, models.PROTECT)
    key = models.UUIDField(default=uuid4)
    kind = models.CharField("giấy đã trao", max_length=10, choices=Kind)
    edition = models.ForeignKey(Edition, models.PROTECT)
    procedure = models.ForeignKey(Procedure, models.PROTECT)
    number = models.PositiveIntegerField("số")
    applicant_name = models.CharField("họ và tên", max_length=160)
    applicant_folded = FoldedField(of="applicant_name")
    address = models.CharField("địa chỉ", max_length=250, blank=True)
    phone = models.CharField("điện thoại", max_length=11, blank=True)
    email = models.EmailField("email", max_length=120, blank=True)
    items = models.JSONField("nội dung bổ sung", default=list)
    reason = models.CharField("lý do", max_length=500)
    at = models.DateTimeField("lúc")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = PresentationQuerySet.as_manager()

    class Meta:
        verbose_name = "việc đã xem, chưa nhận"
        verbose_name_plural = "việc đã xem, chưa nhận"
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["ward", "key"], name="presentation_once")]

    def __str__(self) -> str:
        return f"{self.applicant_name}, {self.procedure.short_name}"
