"""Máy ở quầy: a device by the door on which anybody says in one tap how it went."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from desk.models import Staff, Ward, WardQuerySet
from feedback.models.answer import Answer, answer_key
from feedback.models.error import FeedbackError
from feedback.models.stage import Stage

#: Taps without a slip that a tablet counts in an hour: two counters serve some 25 people in their busiest hour, so what
#: goes beyond is somebody playing.
TAPS_PER_HOUR = 30


class TabletQuerySet(WardQuerySet):
    def in_use(self) -> Self:
        return self.filter(unpaired_at=None)

    def pair(self, *, name: str, by: Staff, at: datetime) -> Tablet:
        """A new device of the person's own ward. Raises FeedbackError for who works in none."""
        if by.ward_id is None:
            raise FeedbackError("Chỉ cán bộ của phường, xã mới ghép máy ở quầy.")
        return self.create(ward=by.ward, name=name, paired_by=by, paired_at=at)  # type: ignore[return-value]


class Tablet(models.Model):
    """A device by the door that a staff member has paired; its session holds the row's number."""

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    name = models.CharField("đặt ở", max_length=60)
    paired_at = models.DateTimeField("ghép lúc")
    paired_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="ai ghép")
    unpaired_at = models.DateTimeField("thôi dùng lúc", null=True)
    hour = models.DateTimeField(null=True)
    taps_in_hour = models.PositiveIntegerField(default=0)
    not_counted = models.PositiveIntegerField("lần chạm không tính", default=0)

    objects = TabletQuerySet.as_manager()

    class Meta:
        verbose_name = "máy lấy ý kiến"
        verbose_name_plural = "máy lấy ý kiến"
        ordering: ClassVar = ["-paired_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def tap(self, *, number: UUID, value: int, at: datetime) -> bool:
        """Count a tap without a slip; whether it was counted. The same number is one tap, however often it is sent."""
        hour = timezone.localtime(at).replace(minute=0, second=0, microsecond=0)
        with transaction.atomic():
            row = Tablet.objects.select_for_update(no_key=True).get(pk=self.pk)
            if Answer.objects.filter(key=answer_key(str(number), Stage.WALK_IN)).exists():
                return True
            taps = row.taps_in_hour if row.hour == hour else 0
            if taps >= TAPS_PER_HOUR:
                Tablet.objects.filter(pk=row.pk).update(not_counted=F("not_counted") + 1)
                return False
            Answer.objects.walk_in(ward=row.ward, number=number, value=value, at=at)
            Tablet.objects.filter(pk=row.pk).update(hour=hour, taps_in_hour=taps + 1)
        return True

    def stop(self, *, at: datetime) -> None:
        """The device is used no longer: its page asks for a staff member. Once stopped it stays so."""
        Tablet.objects.in_use().filter(pk=self.pk).update(unpaired_at=at)
