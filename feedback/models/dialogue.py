"""Đối thoại với nhân dân: announced, held, and what was promised there followed until it is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from desk.models import Staff, Ward, WardQuerySet
from desk.period import Days, within
from feedback.models.error import FeedbackError

#: Who of the ward prepares dialogues and writes down what came of them.
ORGANISERS = ("clerk", "leader")


class DialogueQuerySet(WardQuerySet):
    def coming(self, now: datetime) -> Self:
        """Announced and not over yet, the nearest first."""
        return self.filter(state=Dialogue.State.ANNOUNCED, ends_at__gte=now).order_by("starts_at", "pk")

    def unwritten(self, now: datetime) -> Self:
        """Over, and nobody has written the minutes."""
        return self.filter(state=Dialogue.State.ANNOUNCED, ends_at__lt=now).order_by("starts_at", "pk")

    def held(self) -> Self:
        return self.filter(state=Dialogue.State.HELD)

    def held_in(self, days: Days) -> Self:
        return self.held().filter(within("starts_at", days))

    def account(self, days: Days, today: date) -> dict[str, int]:
        """Of the dialogues held in those days: how many, "people", "questions", "promises", how many are "done" and
        how many "late".
        """
        held = self.held_in(days).order_by()
        promises = DialoguePromise.objects.filter(dialogue__in=held.values("pk"))
        is_late = Q(done_at=None, due_on__lt=today)
        sums = {"held": models.Count("pk"), "people": Coalesce(models.Sum("people"), 0)}
        kept = {"promises": models.Count("pk"), "done": models.Count("done_at")}
        questions = DialogueQuestion.objects.filter(dialogue__in=held.values("pk")).count()
        late = {"late": models.Count("pk", filter=is_late)}
        return {**held.aggregate(**sums), **promises.aggregate(**kept, **late), "questions": questions}

    def called_off(self) -> Self:
        return self.filter(state=Dialogue.State.CALLED_OFF)

    def with_counts(self) -> Self:
        """How many questions were sent, and whether a promise is still open."""
        promises = DialoguePromise.objects.filter(dialogue=OuterRef("pk"), done_at=None)
        counted = self.annotate(asked=models.Count("questions"), has_open_promise=Exists(promises))
        return counted.order_by("-starts_at", "-pk")

    def announce(self, *, ward: Ward, key: UUID, by: Staff, at: datetime, **facts: Any) -> Dialogue:
        """Announce a dialogue; the same `key` gives the same row."""
        check_organiser(ward, by)
        if facts["starts_at"] <= at:
            raise FeedbackError("Giờ bắt đầu đã qua. Xin chọn giờ khác.")
        try:
            with transaction.atomic():
                return self.create(  # type: ignore[return-value]
                    ward=ward, key=key, announced_by=by, announced_at=at, changed_at=at, **facts
                )
        except IntegrityError:
            if already := self.filter(ward=ward, key=key).first():
                return already  # type: ignore[return-value]
            raise


def check_organiser(ward: Ward, by: Staff) -> None:
    if by.ward_id != ward.pk or not by.has_role(*ORGANISERS):
        raise FeedbackError("Chỉ cán bộ một cửa hoặc lãnh đạo của đơn vị mới làm việc này.")


class Dialogue(models.Model):
    class Kind(models.TextChoices):
        REGULAR = "regular", "Thường kỳ"
        URGENT = "urgent", "Đột xuất"

    class State(models.TextChoices):
        ANNOUNCED = "announced", "Đã thông báo"
        HELD = "held", "Đã tổ chức"
        CALLED_OFF = "called_off", "Thôi tổ chức"

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    key = models.UUIDField(default=uuid4, unique=True)
    kind = models.CharField("loại", max_length=7, choices=Kind, default=Kind.REGULAR)
    topic = models.CharField("chủ đề", max_length=200)
    place = models.CharField("địa điểm", max_length=200)
    starts_at = models.DateTimeField("bắt đầu")
    ends_at = models.DateTimeField("kết thúc")
    state = models.CharField("trạng thái", max_length=10, choices=State, default=State.ANNOUNCED)
    announced_at = models.DateTimeField("thông báo lúc")
    announced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField("đổi lần cuối lúc")
    changes = models.PositiveSmallIntegerField("số lần đổi", default=0)
    minutes = models.TextField("biên bản tóm tắt", max_length=10_000, blank=True)
    people = models.PositiveIntegerField("số người dự", null=True, blank=True)
    called_off_reason = models.CharField("thôi tổ chức vì", max_length=300, blank=True)

    objects = DialogueQuerySet.as_manager()

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

    def get_desk_url(self) -> str:
        """The page on which the ward prepares it and writes down what came of it."""
        return reverse("feedback:dialogue_desk", args=[self.pk])

    def takes_questions(self, now: datetime) -> bool:
        """Whether anybody may still send a question over the web."""
        return self.state == self.State.ANNOUNCED and now < self.starts_at

    # the verbs

    def change(self, *, by: Staff, at: datetime, **facts: Any) -> None:
        """Another topic, place or time: calendars that have the dialogue take the new one."""
        if facts["starts_at"] <= at:
            raise FeedbackError("Giờ bắt đầu đã qua. Xin chọn giờ khác.")
        with self._locked(self.State.ANNOUNCED, by):
            self._go(at, **facts)

    def call_off(self, *, reason: str, by: Staff, at: datetime) -> None:
        with self._locked(self.State.ANNOUNCED, by):
            self._go(at, state=self.State.CALLED_OFF, called_off_reason=reason)

    def hold(self, *, minutes: str, people: int, by: Staff, at: datetime) -> None:
        """It took place: what was said, and how many came. Raises FeedbackError before it has begun."""
        with self._locked(self.State.ANNOUNCED, by):
            if at < self.starts_at:
                raise FeedbackError("Buổi đối thoại chưa bắt đầu nên chưa ghi biên bản được.")
            self._go(at, state=self.State.HELD, minutes=minutes, people=people)

    def ask(
        self, *, words: str, key: UUID, at: datetime, by: Staff | None = None, name: str = "", phone: str = ""
    ) -> DialogueQuestion:
        """A question for it; `by` writes down what was asked there, None stands for a citizen who sends it before.

        The same `key` gives the same row.
        """
        if by:
            check_organiser(self.ward, by)
        elif not self.takes_questions(at):
            raise FeedbackError("Buổi đối thoại đã bắt đầu hoặc đã thôi, nên không nhận câu hỏi qua mạng nữa.")
        facts = {"dialogue": self, "words": words, "name": name, "phone": phone, "asked_at": at}
        question, _ = DialogueQuestion.objects.get_or_create(key=key, defaults=facts)
        return question

    def promise(
        self, *, words: str, responsible: Staff, due_on: date, key: UUID, by: Staff, at: datetime
    ) -> DialoguePromise:
        """What the ward promised there. The same `key` gives the same row."""
        check_organiser(self.ward, by)
        if at < self.starts_at or self.state == self.State.CALLED_OFF:
            raise FeedbackError("Buổi đối thoại chưa diễn ra nên chưa có việc đã hứa.")
        if responsible.ward_id != self.ward_id or not responsible.is_active:
            raise FeedbackError("Xin chọn người đang làm việc ở đơn vị.")
        facts = {"dialogue": self, "words": words, "responsible": responsible, "due_on": due_on}
        promise, _ = DialoguePromise.objects.get_or_create(key=key, defaults=facts)
        return promise

    # how each of them is done

    @contextmanager
    def _locked(self, state: str, by: Staff) -> Iterator[None]:
        check_organiser(self.ward, by)
        with transaction.atomic():
            rows = Dialogue.objects.filter(pk=self.pk, state=state).select_for_update(no_key=True)
            if not rows.values_list("pk", flat=True).first():
                raise FeedbackError("Buổi đối thoại này vừa đổi. Xin xem lại.")
            self.refresh_from_db()
            yield

    def _go(self, at: datetime, **facts: Any) -> None:
        for field, value in facts.items():
            setattr(self, field, value)
        self.changed_at, self.changes = at, self.changes + 1
        self.save()


class QuestionQuerySet(WardQuerySet):
    ward_path = "dialogue__ward"


class PromiseQuerySet(WardQuerySet):
    ward_path = "dialogue__ward"

    def late(self, today: date) -> Self:
        return self.filter(done_at=None, due_on__lt=today)


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

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = "câu hỏi đối thoại"
        verbose_name_plural = "câu hỏi đối thoại"
        ordering: ClassVar = ["asked_at", "pk"]

    def __str__(self) -> str:
        return self.words[:60]

    def reply(self, *, answer: str, is_public: bool, by: Staff, at: datetime) -> None:
        """What was answered there, and whether both are shown with the minutes. May be mended later."""
        check_organiser(self.dialogue.ward, by)
        if at < self.dialogue.starts_at:
            raise FeedbackError("Buổi đối thoại chưa bắt đầu nên chưa ghi trả lời được.")
        self.answer, self.is_public = answer, is_public
        self.save(update_fields=["answer", "is_public"])


class DialoguePromise(models.Model):
    """What the ward promised at a dialogue: who sees to it, by which day, and when it was done."""

    dialogue = models.ForeignKey(Dialogue, models.PROTECT, related_name="promises")
    key = models.UUIDField(default=uuid4, unique=True)
    words = models.CharField("việc đã hứa", max_length=500)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người phụ trách"
    )
    due_on = models.DateField("xong trước hết ngày")
    done_at = models.DateTimeField("xong lúc", null=True)
    done_words = models.CharField("đã làm", max_length=500, blank=True)

    objects = PromiseQuerySet.as_manager()

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

    def is_late(self, today: date) -> bool:
        """Whether its day has passed and it is not done."""
        return self.done_at is None and self.due_on < today

    def finish(self, *, words: str, by: Staff, at: datetime) -> None:
        """It is done, says who answers for it or a leader. Two presses at once are one."""
        if by.pk != self.responsible_id and not (by.ward_id == self.dialogue.ward_id and by.has_role("leader")):
            raise FeedbackError("Chỉ người phụ trách hoặc lãnh đạo mới ghi là đã xong.")
        if not DialoguePromise.objects.filter(pk=self.pk, done_at=None).update(done_at=at, done_words=words):
            raise FeedbackError("Việc này đã ghi là xong rồi.")
        self.refresh_from_db()
