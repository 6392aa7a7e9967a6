"""Địa bàn: the ballots of one hamlet in a campaign, handed out, collected, typed in or counted, and accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Count, F, Prefetch, Q
from django.urls import reverse

from desk.models import Hamlet, Staff, Ward, WardQuerySet
from desk.vietnamese import lower_first
from feedback.models.ballot import Ballot, BallotTally, Typing
from feedback.models.campaign import Campaign
from feedback.models.error import FeedbackError
from feedback.models.question import Level, Question


def sheets_out_of_order(handed_out: int, collected: int, invalid: int) -> tuple[str, str] | None:
    """The number that cannot be, and why: no more come back than went out, no more are invalid than came back."""
    if collected > handed_out:
        return "collected", f"Phiếu thu về không nhiều hơn phiếu phát ra ({handed_out})."
    if invalid > collected:
        return "invalid", f"Phiếu không hợp lệ không nhiều hơn phiếu thu về ({collected})."
    return None


class CampaignAreaQuerySet(WardQuerySet):
    def for_list(self) -> Self:
        """With what the pages show of each: place, questions, and the typings with `typed`, how many ballots."""
        typings = Typing.objects.select_related("typist").annotate(typed=Count("ballots")).order_by("turn")
        rows = self.select_related("ward", "hamlet", "campaign__question_set__scale", "accepted_by")
        return rows.prefetch_related(Prefetch("typings", typings))


class CampaignArea(models.Model):
    """The ballots of one hamlet (or of a ward without hamlets) in a campaign: how many of what, and who counted."""

    class Way(models.TextChoices):
        BALLOTS = "ballots", "Nhập từng phiếu, hai người nhập"
        TALLIES = "tallies", "Ghi số đã kiểm"

    #: What the verbs change.
    CHANGING: ClassVar = [
        "target",
        "handed_out",
        "collected",
        "invalid",
        "way",
        "counted_by",
        "drafted",
        "minutes",
        "minutes_name",
        "accepted_at",
        "accepted_by",
    ]

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="areas", verbose_name="đợt")
    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    hamlet = models.ForeignKey(Hamlet, models.PROTECT, null=True, blank=True, verbose_name="thôn, tổ")
    target = models.PositiveIntegerField("số phiếu cần lấy")
    handed_out = models.PositiveIntegerField("phiếu phát ra", default=0)
    collected = models.PositiveIntegerField("phiếu thu về", default=0)
    invalid = models.PositiveIntegerField("phiếu không hợp lệ", default=0)
    way = models.CharField("cách nhập", max_length=7, choices=Way, blank=True)
    counted_by = models.CharField("người kiểm phiếu", max_length=160, blank=True)
    #: Tallies written down and not accepted yet: {question: [level 1, level 2, ...]}.
    drafted = models.JSONField("số đã ghi", default=dict, blank=True)
    minutes = models.CharField("biên bản kiểm phiếu", max_length=120, blank=True)
    minutes_name = models.CharField(max_length=100, blank=True)
    accepted_at = models.DateTimeField("chốt lúc", null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = CampaignAreaQuerySet.as_manager()

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
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, handed_out__gte=1),
                name="campaign_area_accepted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}, {self.campaign}"

    def get_absolute_url(self) -> str:
        return reverse("feedback:area", args=[self.pk])

    @property
    def place(self) -> str:
        """ "Tổ 4", or "Cả phường" where the ward has no hamlets."""
        return str(self.hamlet) if self.hamlet else f"Cả {self.ward.get_kind_display().lower()}"

    @property
    def valid(self) -> int:
        return self.collected - self.invalid

    def trouble_with(self, typed: int) -> str:
        """Why so many typed ballots cannot be all of them; "" when they are."""
        if typed == self.valid:
            return ""
        return (
            f"Đã nhập {typed} phiếu, nhưng số phiếu hợp lệ là {self.valid} "
            f"(thu về {self.collected}, không hợp lệ {self.invalid}). Xin xem lại số phiếu hoặc tập phiếu."
        )

    def may_aim(self, staff: Staff) -> bool:
        is_leader = staff.is_leader and staff.ward_id == self.ward_id
        return is_leader or staff.is_city or staff.pk == self.campaign.opened_by_id

    # the verbs

    def aim(self, *, target: int, by: Staff, at: datetime) -> None:
        """How many sheets are wanted here: said by who opened the campaign, the city or the ward's leader."""
        if not self.may_aim(by):
            raise FeedbackError("Chỉ thành phố, người mở đợt hoặc lãnh đạo đơn vị mới đổi số phiếu cần lấy.")
        with transaction.atomic():
            self.campaign.lock()
            self.refresh_from_db(fields=self.CHANGING)
            self._check_open()
            self.target = target
            self._keep(AreaStep.Kind.AIMED, by, at, words=f"Cần lấy {target} phiếu")

    def count_sheets(
        self, *, handed_out: int, collected: int, invalid: int, counted_by: str, by: Staff, at: datetime
    ) -> None:
        """How many sheets went out, came back and say nothing, and who counted them."""
        if wrong := sheets_out_of_order(handed_out, collected, invalid):
            raise FeedbackError(wrong[1])
        with self.locked(by):
            self.handed_out, self.collected, self.invalid, self.counted_by = handed_out, collected, invalid, counted_by
            words = f"Phát ra {handed_out}, thu về {collected}, không hợp lệ {invalid}"
            self._keep(AreaStep.Kind.COUNTED, by, at, words=words)

    def attach_minutes(self, *, file: File, by: Staff, at: datetime) -> None:
        """Keep the scan of the minutes, which `desk.uploads.Upload` has judged, in place of an older one."""
        stored = default_storage.save(f"minutes/{at:%Y/%m}/{uuid4()}", file)
        try:
            with self.locked(by):
                old, self.minutes, self.minutes_name = self.minutes, stored, str(file.name)
                self._keep(AreaStep.Kind.MINUTES, by, at, words=self.minutes_name)
                if old:
                    transaction.on_commit(lambda: default_storage.delete(old), robust=True)
        except BaseException:
            default_storage.delete(stored)
            raise

    def choose(self, *, way: str, by: Staff, at: datetime) -> None:
        """Type every ballot, or write down what was counted by hand. What is there of the other way is left alone."""
        with self.locked(by):
            self.way = way
            self._keep(AreaStep.Kind.WAY, by, at, words=self.Way(way).label)

    def begin(self, *, by: Staff, at: datetime) -> Typing:
        """This person's typing: the one begun already, or the next turn. Raises FeedbackError for a third person."""
        with self.locked(by):
            self._check_way(self.Way.BALLOTS)
            if mine := self.typings.filter(typist=by).first():
                return mine
            turn = self.typings.count() + 1
            if turn > 2:
                raise FeedbackError("Địa bàn này đã có hai người nhập.")
            return self.typings.create(turn=turn, typist=by, started_at=at)

    def settle(self, *, number: int, marks: str, by: Staff, at: datetime) -> None:
        """What the sheet says, where the two typings of it differ."""
        with self.locked(by):
            if (self.pk, number) not in self.different() and not self.settled.filter(number=number).exists():
                raise FeedbackError(f"Phiếu số {number} không có gì khác nhau.")
            if Ballot.objects.filter(typing__area=self, number=number).count() < 2:
                raise FeedbackError(f"Phiếu số {number} mới có một người nhập. Xin hai người xem lại số phiếu.")
            if not self.campaign.question_set.fits(marks):
                raise FeedbackError("Có câu trả lời không thuộc thang của phiếu này.")
            self.settled.update_or_create(number=number, defaults={"marks": marks, "by": by, "at": at})

    def write_down(self, *, counts: dict[int, list[int]], by: Staff, at: datetime) -> None:
        """Tallies counted by hand: {question: [level 1, 2, ...]}; what is missing to the valid sheets is blank."""
        with self.locked(by):
            self._check_way(self.Way.TALLIES)
            for place, row in enumerate(counts.values(), start=1):
                if sum(row) > self.valid:
                    raise FeedbackError(f"Câu {place}: cộng lại {sum(row)}, nhiều hơn {self.valid} phiếu hợp lệ.")
            self.drafted = {str(question): row for question, row in counts.items()}
            self._keep(AreaStep.Kind.TALLIED, by, at)

    def accept(self, *, by: Staff, at: datetime) -> None:
        """Count the ballots into `BallotTally`. Raises FeedbackError with what is missing; twice is once."""
        with self.locked(by):
            if not by.is_leader:
                raise FeedbackError("Lãnh đạo đơn vị chốt số liệu.")
            if missing := self.missing():
                raise FeedbackError(missing)
            BallotTally.objects.count_up(self, self.counts())
            self.accepted_at, self.accepted_by = at, by
            self._keep(AreaStep.Kind.ACCEPTED, by, at)

    def reopen(self, *, reason: str, by: Staff, at: datetime) -> None:
        """Take the acceptance back while the campaign is open; what was typed stays."""
        with self.locked(by, is_accepted=True):
            if not by.is_leader:
                raise FeedbackError("Lãnh đạo đơn vị mới mở lại được.")
            self.tallies.all().delete()
            self.accepted_at = self.accepted_by = None
            self._keep(AreaStep.Kind.REOPENED, by, at, words=reason)

    # what they stand on

    def missing(self) -> str:
        """The first thing that keeps the area from being accepted; "" when nothing does."""
        if not self.handed_out:
            return "Chưa ghi số phiếu phát ra, thu về."
        if not self.counted_by:
            return "Chưa ghi người kiểm phiếu."
        if not self.valid:
            return ""
        if not self.way:
            return "Chưa chọn cách nhập."
        return self._typing_missing() if self.way == self.Way.BALLOTS else self._tallies_missing()

    def _typing_missing(self) -> str:
        finished = self.typings.exclude(finished_at=None).count()
        if finished < 2:
            return f"Cần hai người nhập xong, mới có {finished} người."
        for typing in self.typings.all():
            if trouble := self.trouble_with(typing.ballots.count()):
                return f"Lần {typing.turn}: {lower_first(trouble)}"
        if count := len(self.different()):
            return f"Còn {count} phiếu hai người nhập khác nhau."
        return ""

    def _tallies_missing(self) -> str:
        if not self.drafted:
            return "Chưa ghi số đã kiểm."
        if over := [sum(row) for row in self.drafted.values() if sum(row) > self.valid]:
            return f"Có câu cộng lại {max(over)}, nhiều hơn {self.valid} phiếu hợp lệ. Xin ghi lại số đã kiểm."
        return ""

    def different(self) -> set[tuple[int, int]]:
        return set(Ballot.objects.filter(typing__area=self).differences())

    def counts(self) -> dict[int, list[int]]:
        """{question: [how many ticked level 1, 2, ...]} by the chosen way."""
        if self.way != self.Way.BALLOTS:
            return {int(question): row for question, row in self.drafted.items()}
        first = Ballot.objects.filter(typing__area=self, typing__turn=1).numbered()
        sheets = first | dict(self.settled.values_list("number", "marks"))
        counts = {}
        for place, (question, levels) in enumerate(self.campaign.question_set.asked):
            ticked = Counter(int(marks[place]) for marks in sheets.values())
            counts[question.pk] = [ticked[level.value] for level in levels]
        return counts

    def results(self) -> list[tuple[Question, list[tuple[Level, int]], int]]:
        """Each question with how many ticked each level, and how many left it blank, as accepted."""
        kept = {(question, value): n for question, value, n in self.tallies.values_list("question", "value", "count")}
        rows = []
        for question, levels in self.campaign.question_set.asked:
            counted = [(level, kept.get((question.pk, level.value), 0)) for level in levels]
            rows.append((question, counted, self.valid - sum(n for _level, n in counted)))
        return rows

    @contextmanager
    def locked(
        self, by: Staff, *, is_accepted: bool = False, typing: Typing | None = None, is_finished: bool = False
    ) -> Iterator[None]:
        """Only one person at a time changes what belongs to the campaign, and only while it is open."""
        if by.ward_id != self.ward_id:
            raise FeedbackError("Chỉ người của đơn vị mới ghi số liệu của địa bàn này.")
        with transaction.atomic():
            self.campaign.lock()
            self.refresh_from_db(fields=self.CHANGING)
            if is_accepted != bool(self.accepted_at):
                raise FeedbackError("Địa bàn này chưa chốt." if is_accepted else "Số liệu của địa bàn này đã chốt.")
            if typing:
                typing.refresh_from_db(fields=["finished_at"])
                if is_finished != bool(typing.finished_at):
                    raise FeedbackError("Lần này chưa nhập xong." if is_finished else "Lần này đã báo nhập xong.")
            yield

    def _check_open(self) -> None:
        if self.accepted_at:
            raise FeedbackError("Số liệu của địa bàn này đã chốt.")

    def _check_way(self, way: Way) -> None:
        if self.way != way:
            raise FeedbackError(f"Xin chọn cách nhập “{way.label}” trước.")

    def _keep(self, kind: str, by: Staff, at: datetime, *, words: str = "") -> None:
        self.save(update_fields=self.CHANGING)
        self.steps.create(kind=kind, by=by, at=at, words=words)


class AreaStep(models.Model):
    """What happened to an area: append-only. `words` are the numbers, the file or the reason."""

    class Kind(models.TextChoices):
        AIMED = "aimed", "Đổi số phiếu cần lấy"
        COUNTED = "counted", "Ghi số phiếu"
        MINUTES = "minutes", "Kèm biên bản"
        WAY = "way", "Chọn cách nhập"
        TALLIED = "tallied", "Ghi số đã kiểm"
        ACCEPTED = "accepted", "Chốt số liệu"
        REOPENED = "reopened", "Mở lại để sửa"

    area = models.ForeignKey(CampaignArea, models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = "diễn biến địa bàn"
        verbose_name_plural = "diễn biến địa bàn"
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%d/%m/%Y %H:%M}"
