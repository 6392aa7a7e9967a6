"""Góp ý, phản ánh, lời khen: what people write to the ward, and what the ward answers by a day."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from desk.models import Ward, WardQuerySet
from dossiers.models import Dossier


class ContributionTerm(models.Model):
    """How many working days the ward has to answer, from a day on: dated, because no source fixes one number."""

    kind = models.CharField("loại", max_length=9)
    valid_from = models.DateField("từ ngày")
    days = models.PositiveSmallIntegerField("ngày làm việc")
    basis = models.CharField("căn cứ", max_length=160, blank=True)

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


class Contribution(models.Model):
    class Kind(models.TextChoices):
        IDEA = "idea", "Góp ý"
        COMPLAINT = "complaint", "Phản ánh"
        PRAISE = "praise", "Lời khen"

    class Channel(models.TextChoices):
        WEB = "web", "Trang mạng"
        COUNTER = "counter", "Tại quầy"
        LETTER = "letter", "Thư, đơn"
        SURVEY = "survey", "Sau khi khảo sát"

    class State(models.TextChoices):
        RECEIVED = "received", "Chờ phân công"
        ASSIGNED = "assigned", "Đang xem xét"
        ANSWERED = "answered", "Đã trả lời"

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", "Tiếp thu, có thay đổi"
        RIGHT = "right", "Phản ánh đúng"
        NOT_RIGHT = "not_right", "Phản ánh chưa đúng"
        NOTED = "noted", "Ghi nhận"

    OPEN: ClassVar = (State.RECEIVED, State.ASSIGNED)

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    code = models.CharField("mã", max_length=20, unique=True)
    key = models.UUIDField(default=uuid4, unique=True)
    kind = models.CharField("loại", max_length=9, choices=Kind)
    channel = models.CharField("qua", max_length=7, choices=Channel)
    words = models.TextField("nội dung", max_length=3000)
    dossier = models.ForeignKey(
        Dossier, models.PROTECT, null=True, blank=True, verbose_name="về hồ sơ", related_name="contributions"
    )
    name = models.CharField("họ và tên", max_length=160, blank=True)
    phone = models.CharField("điện thoại", max_length=11, blank=True)
    email = models.EmailField("thư điện tử", max_length=120, blank=True)
    address = models.CharField("địa chỉ", max_length=250, blank=True)
    may_publish = models.BooleanField("đồng ý đăng, không ghi tên", default=False)
    state = models.CharField("trạng thái", max_length=8, choices=State, default=State.RECEIVED)
    received_at = models.DateTimeField("nhận lúc")
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField("trả lời trước hết ngày")
    overdue_at = models.DateTimeField("ghi nhận trễ lúc", null=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="người xem xét"
    )
    verdict = models.CharField("kết luận", max_length=9, choices=Verdict, blank=True)
    answer = models.TextField("trả lời", max_length=3000, blank=True)
    change = models.CharField("điều đã thay đổi", max_length=500, blank=True)
    answered_at = models.DateTimeField("trả lời lúc", null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField("đăng lúc", null=True)
    published_words = models.CharField("lời đăng", max_length=1000, blank=True)

    objects = WardQuerySet.as_manager()

    class Meta:
        verbose_name = "ý kiến"
        verbose_name_plural = "ý kiến"
        ordering: ClassVar = ["-received_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False, answered_by__isnull=False)
                & ~Q(verdict="")
                & ~Q(answer="")
                | ~Q(state="answered") & Q(answered_at=None, verdict="", answer="", published_at=None),
                name="contribution_answered_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(state="assigned") | Q(assigned_to__isnull=False), name="contribution_assigned_to_somebody"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(may_publish=True) & ~Q(published_words=""),
                name="contribution_published_if_agreed",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["ward", "due_on"], condition=Q(state__in=("received", "assigned")), name="contribution_open"
            ),
            models.Index(
                fields=["ward", "-published_at"],
                condition=Q(published_at__isnull=False),
                name="contribution_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}"

    def get_absolute_url(self) -> str:
        return reverse("feedback:contribution", args=[self.code])


class ContributionFile(models.Model):
    """A picture or paper that somebody sent along; judged like the scans of a dossier, served to the ward only."""

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="files")
    name = models.CharField("tên tệp", max_length=100)
    kind = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    stored = models.CharField(max_length=120, unique=True)

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

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="steps")
    kind = models.CharField("việc", max_length=9, choices=Kind)
    at = models.DateTimeField("lúc")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = "diễn biến ý kiến"
        verbose_name_plural = "diễn biến ý kiến"
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%d/%m/%Y %H:%M}"
