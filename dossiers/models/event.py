"""What happened to a dossier: append-only, the source of timeline, control slip and audit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from desk.models import WardQuerySet
from desk.vietnamese import money
from dossiers.signals import event_recorded

if TYPE_CHECKING:
    from dossiers.models.dossier import Dossier


def label_of(name: str) -> str:
    """What a field of a dossier is called on the screen."""
    field = Event._meta.get_field("dossier").related_model._meta.get_field(name)
    return str((field.related_model._meta if field.is_relation else field).verbose_name)  # type: ignore[union-attr]


#: How a value is read that is kept in the details of an event otherwise than people write it.
READ: dict[str, Callable[[str], str]] = {
    "received_at": lambda text: f"{timezone.localtime(datetime.fromisoformat(text)):%H:%M %d/%m/%Y}",
    "birth": lambda text: "/".join(reversed(text.split("-"))),
    "fee_vnd": lambda text: money(int(text)) if text.isdigit() else "",
    "letter_facts": lambda text: re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\3/\2/\1", text),
    "fee_paid": lambda text: "có" if text == "True" else "chưa",
}


def kept(value: Any) -> str:
    """A value as the details of an event keep it."""
    return ", ".join(value.values()) if isinstance(value, dict) else str(value)


def shown(name: str, text: str) -> str:
    """A value of that field for people to read."""
    return READ.get(name, str)(text) or "–"


class EventQuerySet(WardQuerySet):
    ward_path = "dossier__ward"

    def reminders(self) -> Self:
        return self.filter(kind=Event.Kind.REMINDED)


class Event(models.Model):
    class Kind(models.TextChoices):
        RECEIVED = "received", "Tiếp nhận hồ sơ"
        GIVEN = "given", "Chuyển hồ sơ"
        TAKEN_UP = "taken_up", "Nhận xử lý"
        PAPERS_REQUESTED = "papers_asked", "Yêu cầu bổ sung"
        RESTARTED = "restarted", "Nhận đủ giấy bổ sung"
        RESCHEDULED = "rescheduled", "Hẹn lại"
        EXPLAINED = "explained", "Ghi nguyên nhân chậm"
        MOVED = "moved", "Đổi ngày hẹn theo lịch nghỉ"
        CORRECTED = "corrected", "Sửa sai sót"
        OVERDUE = "overdue", "Quá hạn"
        WAIVED = "waived", "Cho trả trước thư xin lỗi"
        REMINDED = "reminded", "Lãnh đạo nhắc"
        READY = "ready", "Có kết quả"
        RETURNED = "returned", "Trả kết quả"
        REFUSED = "refused", "Từ chối giải quyết"
        STOPPED = "stopped", "Dừng theo ý người nộp"

    #: The same in the words of the status page.
    CITIZEN_WORDS: ClassVar = {
        Kind.RECEIVED: "Bộ phận Một cửa nhận hồ sơ",
        Kind.GIVEN: "Hồ sơ được chuyển đi trong cơ quan",
        Kind.TAKEN_UP: "Công chức bắt đầu giải quyết",
        Kind.PAPERS_REQUESTED: "Chúng tôi xin ông/bà bổ sung giấy tờ",
        Kind.RESTARTED: "Ông/bà đã bổ sung đủ giấy tờ, thời hạn tính lại từ đầu",
        Kind.RESCHEDULED: "Chúng tôi xin hẹn lại ngày trả",
        Kind.EXPLAINED: "Chúng tôi báo lý do chưa kịp hẹn",
        Kind.MOVED: "Ngày hẹn đổi theo lịch nghỉ",
        Kind.CORRECTED: "Sửa lại thông tin trên giấy hẹn",
        Kind.OVERDUE: "Chưa có kết quả, chúng tôi đã lỡ hẹn",
        Kind.WAIVED: "Chúng tôi xin trả kết quả trước, thư xin lỗi gửi sau",
        Kind.REMINDED: "Lãnh đạo nhắc giải quyết hồ sơ",
        Kind.READY: "Đã có kết quả, mời ông/bà đến nhận",
        Kind.RETURNED: "Đã trả kết quả cho ông/bà",
        Kind.REFUSED: "Hồ sơ không giải quyết được",
        Kind.STOPPED: "Dừng giải quyết theo ý ông/bà",
    }

    dossier = models.ForeignKey("dossiers.Dossier", models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    appointment = models.ForeignKey("dossiers.Appointment", models.PROTECT, null=True, related_name="events")
    state_before = models.CharField(max_length=12, blank=True)
    state_after = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    details = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "diễn biến"
        verbose_name_plural = "diễn biến"
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["appointment"], condition=Q(kind="overdue"), name="event_overdue_once_per_appointment"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["dossier"], condition=Q(kind="reminded"), name="event_reminder")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%d/%m/%Y %H:%M}"

    @classmethod
    def record(cls, kind: str, dossier: Dossier, **facts: object) -> Event:
        """Store one event and announce it; belongs inside the transaction of the act itself."""
        event = cls.objects.create(kind=kind, dossier=dossier, **facts)
        cls.announce(kind, [event.pk])
        return event

    @staticmethod
    def announce(kind: str, event_ids: Sequence[int]) -> None:
        if event_ids:
            event_recorded.send(Event, kind=kind, event_ids=event_ids)

    @property
    def corrections(self) -> list[str]:
        """What a correction changed: "nhận lúc: 08:42 23/11/2026 → 16:30 20/11/2026"."""
        if self.kind != Event.Kind.CORRECTED:
            return []
        return [
            f"{label_of(name)}: {shown(name, old)} → {shown(name, new)}" for name, (old, new) in self.details.items()
        ]

    @property
    def citizen_words(self) -> str:
        return self.CITIZEN_WORDS[Event.Kind(self.kind)]
