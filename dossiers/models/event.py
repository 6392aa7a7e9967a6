"""What happened to a dossier: append-only, the source of timeline, control slip and audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from desk.models import WardQuerySet
from dossiers.models.correction import OFF_THE_SLIP, label_of, shown
from dossiers.signals import event_recorded

if TYPE_CHECKING:
    from dossiers.models.dossier import Dossier


class EventQuerySet(WardQuerySet):
    ward_path = "dossier__ward"

    def reminders(self) -> Self:
        return self.filter(kind=Event.Kind.REMINDED)

    def steps(self) -> Self:
        """What moved a matter on: not what the clock and the calendar did to it, mended mistakes, a leader's word."""
        kinds = Event.Kind
        return self.exclude(kind__in=(kinds.OVERDUE, kinds.MOVED, kinds.CORRECTED, kinds.WAIVED, kinds.RECALLED))


class Event(models.Model):
    class Kind(models.TextChoices):
        RECEIVED = "received", "Tiếp nhận hồ sơ"
        GIVEN = "given", "Chuyển hồ sơ"
        TAKEN_UP = "taken_up", "Nhận xử lý"
        TAKEN_BACK = "taken_back", "Lấy lại hồ sơ chưa ai nhận"
        PAPERS_REQUESTED = "papers_asked", "Yêu cầu bổ sung"
        RESTARTED = "restarted", "Nhận đủ giấy bổ sung"
        RESCHEDULED = "rescheduled", "Hẹn lại"
        EXPLAINED = "explained", "Ghi nguyên nhân chậm"
        MOVED = "moved", "Đổi ngày hẹn theo lịch nghỉ"
        CORRECTED = "corrected", "Sửa sai sót"
        OVERDUE = "overdue", "Quá hạn"
        WAIVED = "waived", "Cho trả trước thư xin lỗi"
        RECALLED = "recalled", "Thu hồi thư xin lỗi"
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
        Kind.TAKEN_BACK: "Hồ sơ chưa chuyển đi",
        Kind.PAPERS_REQUESTED: "Chúng tôi xin ông/bà bổ sung giấy tờ",
        Kind.RESTARTED: "Ông/bà đã bổ sung đủ giấy tờ, thời hạn tính lại từ đầu",
        Kind.RESCHEDULED: "Chúng tôi xin hẹn lại ngày trả",
        Kind.EXPLAINED: "Chúng tôi báo lý do chưa kịp hẹn",
        Kind.MOVED: "Ngày hẹn đổi theo lịch nghỉ",
        Kind.CORRECTED: "Sửa lại thông tin trên giấy hẹn",
        Kind.OVERDUE: "Chưa có kết quả, chúng tôi đã lỡ hẹn",
        Kind.WAIVED: "Chúng tôi xin trả kết quả trước, thư xin lỗi gửi sau",
        Kind.RECALLED: "Chúng tôi thu hồi thư xin lỗi, sẽ gửi thư khác",
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
        if self.kind == Event.Kind.CORRECTED and self.details.keys() <= OFF_THE_SLIP:
            return "Sửa lại thông tin của hồ sơ"
        return self.CITIZEN_WORDS[Event.Kind(self.kind)]
