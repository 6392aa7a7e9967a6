"""Đợt lấy phiếu: paper ballots in the hamlets, handed out, collected, typed in twice, and frozen."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from desk.models import Hamlet, Ward, WardQuerySet
from feedback.models.counts import BallotTallyQuerySet
from feedback.models.question import Question, QuestionSet


class Campaign(models.Model):
    """One round of ballots with one set of questions. Once closed, neither it nor what belongs to it changes."""

    name = models.CharField("tên đợt", max_length=120)
    question_set = models.ForeignKey(QuestionSet, models.PROTECT, verbose_name="bộ câu hỏi")
    opens_on = models.DateField("từ ngày")
    closes_on = models.DateField("đến ngày")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="ai mở")
    closed_at = models.DateTimeField("khóa lúc", null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="ai khóa"
    )

    class Meta:
        verbose_name = "đợt lấy phiếu"
        verbose_name_plural = "đợt lấy phiếu"
        ordering: ClassVar = ["-opens_on", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], name="campaign_name_once"),
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("closes_on")),
                name="campaign_days_in_order",
                violation_error_message="Ngày kết thúc phải từ ngày bắt đầu trở đi.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="campaign_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("feedback:campaign", args=[self.pk])


class CampaignArea(models.Model):
    """The ballots of one hamlet (or of a ward without hamlets) in a campaign: how many of what, and who counted."""

    class Way(models.TextChoices):
        BALLOTS = "ballots", "Từng phiếu, hai người nhập"
        TALLIES = "tallies", "Số đã kiểm"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="areas", verbose_name="đợt")
    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    hamlet = models.ForeignKey(Hamlet, models.PROTECT, null=True, blank=True, verbose_name="thôn, tổ")
    target = models.PositiveIntegerField("số phiếu cần lấy")
    handed_out = models.PositiveIntegerField("phiếu phát ra", default=0)
    collected = models.PositiveIntegerField("phiếu thu về", default=0)
    invalid = models.PositiveIntegerField("phiếu không hợp lệ", default=0)
    way = models.CharField("cách nhập", max_length=7, choices=Way, blank=True)
    counted_by = models.CharField("người kiểm phiếu", max_length=160, blank=True)
    minutes = models.CharField("biên bản kiểm phiếu", max_length=120, blank=True)
    minutes_name = models.CharField(max_length=100, blank=True)
    accepted_at = models.DateTimeField("chốt lúc", null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = WardQuerySet.as_manager()

    class Meta:
        verbose_name = "địa bàn lấy phiếu"
        verbose_name_plural = "địa bàn lấy phiếu"
        ordering: ClassVar = ["campaign", "ward__position", "hamlet__position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "hamlet"], name="campaign_area_once"),
            models.UniqueConstraint(
                fields=["campaign", "ward"], condition=Q(hamlet=None), name="campaign_whole_ward_once"
            ),
            models.CheckConstraint(
                condition=Q(collected__lte=F("handed_out")) & Q(invalid__lte=F("collected")),
                name="campaign_sheets_in_order",
                violation_error_message="Phiếu thu về không nhiều hơn phiếu phát ra; "
                "phiếu không hợp lệ không nhiều hơn phiếu thu về.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hamlet or self.ward}, {self.campaign}"

    def get_absolute_url(self) -> str:
        return reverse("feedback:area", args=[self.pk])


class Typing(models.Model):
    """One person's typing of the ballots of an area: the first or the second. Two people, never one twice."""

    area = models.ForeignKey(CampaignArea, models.PROTECT, related_name="typings")
    turn = models.PositiveSmallIntegerField()
    typist = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["area", "turn"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["area", "turn"], name="typing_turn_once"),
            models.UniqueConstraint(fields=["area", "typist"], name="typing_by_two_people"),
            models.CheckConstraint(condition=Q(turn__in=(1, 2)), name="typing_first_or_second"),
        ]

    def __str__(self) -> str:
        return f"{self.area}, lần {self.turn}"


class Ballot(models.Model):
    """One sheet as one person typed it: a digit in `marks` for each question, 0 where none or too many are ticked."""

    typing = models.ForeignKey(Typing, models.PROTECT, related_name="ballots")
    number = models.PositiveIntegerField()
    marks = models.CharField(max_length=40)

    class Meta:
        ordering: ClassVar = ["typing", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["typing", "number"], name="ballot_number_once"),
            models.CheckConstraint(condition=Q(marks__regex=r"^[0-9]+$"), name="ballot_marks_are_digits"),
        ]

    def __str__(self) -> str:
        return f"Phiếu {self.number}: {self.marks}"


class BallotTally(models.Model):
    """What the ballots of an area say: how many ticked which level of which question. Every figure reads this."""

    area = models.ForeignKey(CampaignArea, models.PROTECT, related_name="tallies")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()

    objects = BallotTallyQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["area", "question", "value"], name="ballot_tally_once"),
            models.CheckConstraint(condition=Q(value__gte=1), name="ballot_tally_of_a_level"),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.question_id}: {self.value} × {self.count}"
