"""Phiếu của người dân: what somebody answered, kept so that nobody can say who it was (Nghị định 61/2018, Điều 27).

An answer knows its ward, procedure and month, not its dossier: its key is a keyed hash of the slip's token and the
stage. For seven days the same slip may change it. Then it is sealed: the key stays, so that nobody answers twice, the
day goes, and what it says is counted into `Tally`. So a figure is `Tally` plus the answers that are still open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from desk.models import Staff, Ward, WardQuerySet
from dossiers.models import Appointment, Dossier, Procedure
from feedback.models.callback import CallBack
from feedback.models.error import FeedbackError
from feedback.models.question import Level, Question, QuestionSet
from feedback.models.stage import Channel, Stage
from feedback.models.tally import BATCH, OF_ANSWER, Mark, Tally

#: How long an answer may be changed.
CHANGEABLE = timedelta(days=7)
TOO_LATE = "Đã quá bảy ngày nên ý kiến này không đổi được nữa. Xin cảm ơn ông/bà đã cho ý kiến."


def answer_key(what: str, stage: str) -> str:
    """The key of an answer: a keyed hash of a slip's token (or of the number a tablet gave a tap) and the stage."""
    return salted_hmac(f"feedback.answer.{stage}", what, algorithm="sha256").hexdigest()


def was_late(dossier: Dossier, at: datetime) -> bool:
    """Whether a promise was broken, noticed by the clock of the desk or not yet."""
    broken = dossier.appointments.filter(outcome=Appointment.Outcome.BROKEN)
    return dossier.is_overdue(at) or broken.exists()


class AnswerQuerySet(WardQuerySet):
    def changeable(self, today: date) -> Self:
        return self.filter(changeable_until__gte=today)

    def of(self, dossier: Dossier, stage: str) -> Answer | None:
        """For who holds the slip, and for nobody else."""
        return self.filter(key=answer_key(dossier.token, stage)).first()  # type: ignore[return-value]

    def give(self, *, dossier: Dossier, stage: str, value: int, channel: str, at: datetime) -> Answer:
        """The first tap, which already counts. A dossier has one answer for each stage: another tap changes its mind.

        Raises FeedbackError when the answer is older than seven days, or the value is no word of the scale.
        """
        about = {"ward": dossier.ward, "procedure": dossier.procedure, "channel": channel}
        return self._give(answer_key(dossier.token, stage), stage, value, at, about)

    def walk_in(self, *, ward: Ward, number: UUID, value: int, at: datetime) -> Answer:
        """A tap without a slip, under the number that the tablet gave it: sent twice it is one answer."""
        about = {"ward": ward, "channel": Channel.TABLET}
        return self._give(answer_key(str(number), Stage.WALK_IN), Stage.WALK_IN, value, at, about)

    def _give(self, key: str, stage: str, value: int, at: datetime, about: dict[str, Any]) -> Answer:
        day = timezone.localdate(at)
        about = {**about, "stage": stage, "month": day.replace(day=1), "changeable_until": day + CHANGEABLE}
        with transaction.atomic():
            answer: Answer = self.get_or_create(key=key, defaults=about)[0]  # type: ignore[assignment]
            if not answer.is_changeable(day):
                raise FeedbackError(TOO_LATE)
            answer.change({answer.question_set.main_question: value}, at=at, channel=about["channel"])
        return answer

    def type_in(
        self, *, dossier: Dossier, said: Mapping[Question, int], by: Staff, at: datetime, words: str = ""
    ) -> None:
        """What somebody told the clerk after the return, or ticked on a sheet of paper.

        An answer that somebody gave without the desk's help stands; nobody at the desk is told whether there is one.
        Raises FeedbackError for who is no clerk of the ward, before the return, and as `change` does.
        """
        if by.ward_id != dossier.ward_id or not by.has_role("clerk"):
            raise FeedbackError("Chỉ cán bộ một cửa của đơn vị mới ghi giúp ý kiến.")
        if not dossier.returned_at:
            raise FeedbackError("Hồ sơ chưa trả kết quả nên chưa hỏi được ý kiến.")
        day = timezone.localdate(at)
        about = {
            "ward": dossier.ward,
            "procedure": dossier.procedure,
            "channel": Channel.STAFF,
            "stage": Stage.RETURNED,
            "month": day.replace(day=1),
            "changeable_until": day + CHANGEABLE,
        }
        with transaction.atomic():
            key = answer_key(dossier.token, Stage.RETURNED)
            answer: Answer = self.get_or_create(key=key, defaults=about)[0]  # type: ignore[assignment]
            typed = self.changeable(day).filter(pk=answer.pk, channel=Channel.STAFF)
            if typed.select_for_update(no_key=True).exists():
                answer.change(said, at=at, channel=Channel.STAFF, comment=words)

    def tell_more(self, *, dossier: Dossier, stage: str, said: Mapping[Question, int], at: datetime) -> None:
        """Further questions answered, or answered anew. Raises FeedbackError as `give` does."""
        self.get(key=answer_key(dossier.token, stage)).change(said, at=at)  # type: ignore[attr-defined]

    def leave_words(
        self, *, dossier: Dossier, stage: str, at: datetime, words: str = "", phone: str = "", name: str = ""
    ) -> None:
        """Words beside a given answer. With a telephone number they go to who calls, and only there.

        Raises FeedbackError as `give` and `CallBack.objects.ask` do.
        """
        with transaction.atomic():
            answer: Answer = self.get(key=answer_key(dossier.token, stage))  # type: ignore[assignment]
            answer.change({}, comment="" if phone else words, at=at)
            if phone:
                CallBack.objects.ask(dossier=dossier, stage=stage, phone=phone, name=name, words=words, at=at)

    def seal(self, today: date) -> int:
        """Count what may no longer be changed into `Tally`, all of it or nothing; returns how many answers.

        Who seals at the same moment waits for the rows and finds them sealed.
        """
        with transaction.atomic():
            old = self.filter(changeable_until__lt=today).order_by("pk").select_for_update(no_key=True)
            pks, counts = list(old.values_list("pk", flat=True)), Counter[tuple]()
            for start in range(0, len(pks), BATCH):
                batch = pks[start : start + BATCH]
                marks = Mark.objects.filter(answer__in=batch)
                counts.update(marks.values_list(*OF_ANSWER, "question_id", "value"))
                self.filter(pk__in=batch).update(changeable_until=None)
            Tally.objects.add(counts)
        return len(pks)


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

    objects = AnswerQuerySet.as_manager()

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
                fields=["changeable_until", "id", "ward", "month", "stage"],
                condition=Q(changeable_until__isnull=False),
                name="answer_open_by_ward",
            ),
            models.Index(fields=["ward", "month"], condition=~Q(comment=""), name="answer_comments"),
        ]

    def __str__(self) -> str:
        return f"{self.ward}, {self.month:%m/%Y}"

    @property
    def question_set(self) -> QuestionSet:
        """What was asked: the set in force on the day of the first tap. Only while the answer may be changed."""
        assert self.changeable_until
        return QuestionSet.objects.on(self.changeable_until - CHANGEABLE, QuestionSet.Use.SURVEY)

    def questions(self, *, late: bool) -> list[Question]:
        """What is asked, the main question first; `late`: the promise was broken."""
        return list(self.question_set.survey(late=late))

    @property
    def main_level(self) -> Level:
        """The word that the first tap chose."""
        question = self.question_set.main_question
        return question.scale.levels.get(value=self.marks.get(question=question).value)

    def is_changeable(self, today: date) -> bool:
        return self.changeable_until is not None and self.changeable_until >= today

    def change(
        self, said: Mapping[Question, int], *, at: datetime, channel: str = Channel.SLIP, comment: str | None = None
    ) -> None:
        """Change what the answer says; what is not mentioned stays, unless the desk had typed it for the person who
        answers now: then the own words take its place, and count as such.

        Raises FeedbackError after seven days, or when a value is no word of its question's scale.
        """
        with transaction.atomic():
            mine = Answer.objects.changeable(timezone.localdate(at)).filter(pk=self.pk)
            row = mine.select_for_update(no_key=True).first()
            if row is None:
                raise FeedbackError(TOO_LATE)
            words = set(Level.objects.values_list("scale", "value"))
            if any((question.scale.pk, value) not in words for question, value in said.items()):
                raise FeedbackError("Xin ông/bà chọn một trong các mức.")
            if row.channel == Channel.STAFF != channel:
                mine.update(channel=channel, comment="")
                self.marks.exclude(question=self.question_set.main_question).delete()
            marks = [Mark(answer=self, question=question, value=value) for question, value in said.items()]
            Mark.objects.bulk_create(
                marks, update_conflicts=True, unique_fields=["answer", "question"], update_fields=["value"]
            )
            if comment is not None:
                mine.update(comment=comment)
