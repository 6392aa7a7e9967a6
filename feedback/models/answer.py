"""Phiếu của người dân: what somebody answered, kept so that nobody can say who it was (Nghị định 61/2018, Điều 27).

An answer knows its ward, procedure and month, not its dossier: its key is a keyed hash of the slip's token and the
stage. For seven days the same slip may change it. Then it is sealed: the key stays, so that nobody answers twice, the
day goes, and what it says is counted into `Tally`. So a figure is `Tally` plus the answers that are still open.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from desk.models import Ward, WardQuerySet
from dossiers.models import Procedure
from feedback.models.counts import MarkQuerySet, TallyQuerySet
from feedback.models.question import Question

#: How long an answer may be changed.
CHANGEABLE = timedelta(days=7)


class Stage(models.TextChoices):
    RECEIVED = "received", "Khi nộp hồ sơ"
    RETURNED = "returned", "Khi nhận kết quả"
    WALK_IN = "walk_in", "Không có giấy tiếp nhận"


class Channel(models.TextChoices):
    SLIP = "slip", "Qua mã trên giấy"
    TABLET = "tablet", "Máy ở quầy"
    STAFF = "staff", "Cán bộ nhập giúp"


def answer_key(what: str, stage: str) -> str:
    """The key of an answer: a keyed hash of a slip's token (or of the number a tablet gave a tap) and the stage."""
    return salted_hmac(f"feedback.answer.{stage}", what, algorithm="sha256").hexdigest()


class Tablet(models.Model):
    """Máy ở quầy: a device by the door that a staff member has paired; its session holds the row's number."""

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    name = models.CharField("đặt ở", max_length=60)
    paired_at = models.DateTimeField("ghép lúc")
    paired_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="ai ghép")
    unpaired_at = models.DateTimeField("thôi dùng lúc", null=True)
    hour = models.DateTimeField(null=True)
    taps_in_hour = models.PositiveIntegerField(default=0)

    objects = WardQuerySet.as_manager()

    class Meta:
        verbose_name = "máy lấy ý kiến"
        verbose_name_plural = "máy lấy ý kiến"
        ordering: ClassVar = ["-paired_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class Answer(models.Model):
    """One filled-in survey. While `changeable_until` stands it may be changed; afterwards it is sealed and counted."""

    key = models.CharField(max_length=64, unique=True)
    ward = models.ForeignKey(Ward, models.PROTECT, related_name="+")
    procedure = models.ForeignKey(Procedure, models.PROTECT, null=True, related_name="+")
    month = models.DateField()
    stage = models.CharField(max_length=8, choices=Stage)
    channel = models.CharField(max_length=6, choices=Channel)
    changeable_until = models.DateField(null=True)
    comment = models.CharField(max_length=1000, blank=True)

    objects = WardQuerySet.as_manager()

    class Meta:
        verbose_name = "phiếu khảo sát"
        verbose_name_plural = "phiếu khảo sát"
        ordering: ClassVar = ["key"]  # not the order in which people came
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(month__day=1), name="answer_month_is_a_month"),
            models.CheckConstraint(
                condition=Q(stage="walk_in", procedure=None) | ~Q(stage="walk_in") & Q(procedure__isnull=False),
                name="answer_of_a_slip_has_its_procedure",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["changeable_until"], condition=Q(changeable_until__isnull=False), name="answer_still_open"
            ),
            models.Index(fields=["ward", "month"], condition=~Q(comment=""), name="answer_comments"),
        ]

    def __str__(self) -> str:
        return f"{self.ward}, {self.month:%m/%Y}"


class Mark(models.Model):
    """What an answer says to one question: the value of a level of the question's scale."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="marks")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField()

    objects = MarkQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["answer", "question"], name="mark_once_per_question")]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.value}"


class Tally(models.Model):
    """How many sealed answers said what: the counts behind every figure of the surveys, kept by a nightly task."""

    ward = models.ForeignKey(Ward, models.PROTECT, related_name="+")
    procedure = models.ForeignKey(Procedure, models.PROTECT, null=True, related_name="+")
    month = models.DateField()
    stage = models.CharField(max_length=8, choices=Stage)
    channel = models.CharField(max_length=6, choices=Channel)
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()

    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name = "số đếm"
        verbose_name_plural = "số đếm"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ward", "procedure", "month", "stage", "channel", "question", "value"],
                condition=Q(procedure__isnull=False),
                name="tally_once",
            ),
            models.UniqueConstraint(
                fields=["ward", "month", "stage", "channel", "question", "value"],
                condition=Q(procedure=None),
                name="tally_once_without_procedure",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["question", "month"], name="tally_of_question")]

    def __str__(self) -> str:
        return f"{self.ward_id} {self.month:%m/%Y} {self.question_id}: {self.value} × {self.count}"
