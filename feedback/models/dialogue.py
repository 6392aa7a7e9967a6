"""Đối thoại với nhân dân: announced, held, and what was promised there followed until it is done."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from desk.models import Ward, WardQuerySet


class Dialogue(models.Model):
    class Kind(models.TextChoices):
        REGULAR = "regular", "Thường kỳ"
        URGENT = "urgent", "Đột xuất"

    class State(models.TextChoices):
        ANNOUNCED = "announced", "Đã thông báo"
        HELD = "held", "Đã tổ chức"
        CALLED_OFF = "called_off", "Thôi tổ chức"

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    kind = models.CharField("loại", max_length=7, choices=Kind, default=Kind.REGULAR)
    topic = models.CharField("chủ đề", max_length=200)
    place = models.CharField("địa điểm", max_length=200)
    starts_at = models.DateTimeField("bắt đầu")
    ends_at = models.DateTimeField("kết thúc")
    state = models.CharField("trạng thái", max_length=10, choices=State, default=State.ANNOUNCED)
    announced_at = models.DateTimeField("thông báo lúc")
    announced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    minutes = models.TextField("biên bản tóm tắt", max_length=10_000, blank=True)
    people = models.PositiveIntegerField("số người dự", null=True, blank=True)
    called_off_reason = models.CharField("thôi tổ chức vì", max_length=300, blank=True)

    objects = WardQuerySet.as_manager()

    class Meta:
        verbose_name = "buổi đối thoại"
        verbose_name_plural = "buổi đối thoại"
        ordering: ClassVar = ["-starts_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="dialogue_hours_in_order",
                violation_error_message="Giờ kết thúc phải sau giờ bắt đầu.",
            ),
            models.CheckConstraint(
                condition=~Q(state="held") | ~Q(minutes="") & Q(people__isnull=False), name="dialogue_held_has_minutes"
            ),
            models.CheckConstraint(
                condition=~Q(state="called_off") | ~Q(called_off_reason=""), name="dialogue_called_off_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return reverse("feedback:dialogue", args=[self.pk])


class DialogueQuestion(models.Model):
    """What somebody wants to ask at a dialogue, sent before it or asked there; the name stays with the ward."""

    dialogue = models.ForeignKey(Dialogue, models.PROTECT, related_name="questions")
    key = models.UUIDField(unique=True)
    words = models.CharField("câu hỏi", max_length=1000)
    name = models.CharField("họ và tên", max_length=160, blank=True)
    phone = models.CharField("điện thoại", max_length=11, blank=True)
    asked_at = models.DateTimeField("gửi lúc")
    answer = models.CharField("trả lời tại buổi đối thoại", max_length=2000, blank=True)
    is_public = models.BooleanField("đăng cùng biên bản, không ghi tên", default=False)

    class Meta:
        verbose_name = "câu hỏi đối thoại"
        verbose_name_plural = "câu hỏi đối thoại"
        ordering: ClassVar = ["asked_at", "pk"]

    def __str__(self) -> str:
        return self.words[:60]


class DialoguePromise(models.Model):
    """What the ward promised at a dialogue: who sees to it, by which day, and when it was done."""

    dialogue = models.ForeignKey(Dialogue, models.PROTECT, related_name="promises")
    words = models.CharField("việc đã hứa", max_length=500)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người phụ trách"
    )
    due_on = models.DateField("xong trước hết ngày")
    done_at = models.DateTimeField("xong lúc", null=True)
    done_words = models.CharField("đã làm", max_length=500, blank=True)

    class Meta:
        verbose_name = "việc đã hứa"
        verbose_name_plural = "việc đã hứa"
        ordering: ClassVar = ["due_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(done_at=None, done_words="") | Q(done_at__isnull=False) & ~Q(done_words=""),
                name="dialogue_promise_done_says_what",
            ),
        ]

    def __str__(self) -> str:
        return self.words[:60]
