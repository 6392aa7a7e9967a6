"""Bộ câu hỏi: what is asked, on which scale, from which day on."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property


class Scale(models.Model):
    """Words to answer with, best first. Figures of two scales are never put into one percentage."""

    slug = models.SlugField("tên trong mã", unique=True)
    name = models.CharField("tên thang", max_length=80)
    basis = models.CharField("căn cứ", max_length=160, blank=True)

    class Meta:
        verbose_name = "thang đánh giá"
        verbose_name_plural = "thang đánh giá"
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_used(self) -> bool:
        """Whether a set that somebody has answered speaks its words."""
        sets = QuestionSet.objects.filter(Q(scale=self) | Q(questions__own_scale=self)).distinct()
        return any(question_set.is_used for question_set in sets)


class Level(models.Model):
    """One word of a scale. `is_good` counts towards the goal: "Rất hài lòng" and "Tốt" on the article's scale."""

    scale = models.ForeignKey(Scale, models.CASCADE, related_name="levels", verbose_name="thang")
    value = models.PositiveSmallIntegerField("phím", help_text="Từ 1, mức tốt nhất trước; cũng là phím khi nhập phiếu.")
    words = models.CharField("lời", max_length=40)
    is_good = models.BooleanField("tính vào tỷ lệ hài lòng", default=False)

    class Meta:
        verbose_name = "mức"
        verbose_name_plural = "mức"
        ordering: ClassVar = ["scale", "value"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scale", "value"], name="level_once_per_scale"),
            models.CheckConstraint(condition=Q(value__gte=1, value__lte=9), name="level_is_one_key"),
        ]

    def __str__(self) -> str:
        return self.words


class QuestionSetQuerySet(models.QuerySet):
    def on(self, day: date, use: str) -> QuestionSet:
        """The set for that use in force on that day. Raises DoesNotExist before the first one."""
        found = self.filter(use=use, valid_from__lte=day).select_related("scale").order_by("-valid_from").first()
        if found is None:
            raise QuestionSet.DoesNotExist(f"no question set for {use} on {day}")
        return found  # type: ignore[return-value]

    def for_ballots(self) -> Self:
        return self.filter(use=QuestionSet.Use.BALLOT)


class QuestionSet(models.Model):
    """Questions that belong together. Once somebody has answered, its words stay; new words are a new set."""

    class Use(models.TextChoices):
        SURVEY = "survey", "Hỏi sau mỗi hồ sơ"
        BALLOT = "ballot", "Lấy phiếu theo đợt"

    slug = models.SlugField("tên trong mã", unique=True)
    name = models.CharField("tên bộ câu hỏi", max_length=120)
    use = models.CharField("dùng để", max_length=6, choices=Use)
    scale = models.ForeignKey(Scale, models.PROTECT, verbose_name="thang")
    valid_from = models.DateField("từ ngày")
    basis = models.CharField("căn cứ", max_length=160, blank=True)

    objects = QuestionSetQuerySet.as_manager()

    class Meta:
        verbose_name = "bộ câu hỏi"
        verbose_name_plural = "bộ câu hỏi"
        ordering: ClassVar = ["-valid_from", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def main_question(self) -> Question:
        """The one that is always asked first."""
        return self.questions.select_related("own_scale", "question_set__scale").earliest("position")

    def survey(self, *, late: bool) -> models.QuerySet[Question]:
        """What somebody is asked after a dossier, with the words to answer in; `late`: its promise was broken."""
        rows = self.questions.select_related("own_scale", "question_set__scale")
        rows = rows.prefetch_related("own_scale__levels", "question_set__scale__levels")
        return rows if late else rows.filter(only_late=False)

    @cached_property
    def asked(self) -> list[tuple[Question, list[Level]]]:
        """Each question with the levels that answer it, in order."""
        usual = list(self.scale.levels.all())
        questions = self.questions.select_related("own_scale").prefetch_related("own_scale__levels")
        return [(one, list(one.own_scale.levels.all()) if one.own_scale else usual) for one in questions]

    def fits(self, marks: str) -> bool:
        """Whether the digits answer its questions: one each, a level of the question's scale or 0 for none."""
        allowed = [{"0", *(str(level.value) for level in levels)} for _question, levels in self.asked]
        return len(marks) == len(allowed) and all(mark in may for mark, may in zip(marks, allowed, strict=True))

    @property
    def is_used(self) -> bool:
        """Whether somebody has answered it, or a campaign has printed it: from then on its words stay."""
        pointing = [row for row in Question._meta.get_fields(include_hidden=True) if row.one_to_many]
        answers = [row.related_model._default_manager for row in pointing]  # type: ignore[union-attr]
        return self.campaigns.exists() or any(rows.filter(question__question_set=self).exists() for rows in answers)


class Question(models.Model):
    """One question. `factor` groups the criteria of SIPAS; `only_late` is asked where the promise was broken.

    `own_scale` is for a question that the words of its set do not fit, such as one to be answered with yes or no.
    """

    question_set = models.ForeignKey(QuestionSet, models.CASCADE, related_name="questions", verbose_name="bộ câu hỏi")
    position = models.PositiveSmallIntegerField("thứ tự", help_text="Câu 1 là câu chính, luôn hỏi trước.")
    words = models.CharField("câu hỏi", max_length=200)
    factor = models.CharField("yếu tố", max_length=80, blank=True)
    own_scale = models.ForeignKey(Scale, models.PROTECT, null=True, blank=True, verbose_name="thang riêng")
    only_late = models.BooleanField("chỉ hỏi khi hồ sơ trễ hẹn", default=False)

    class Meta:
        verbose_name = "câu hỏi"
        verbose_name_plural = "câu hỏi"
        ordering: ClassVar = ["question_set", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question_set", "position"], name="question_position_once"),
            models.CheckConstraint(condition=Q(position__gte=1), name="question_position_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.words}"

    @property
    def scale(self) -> Scale:
        return self.own_scale or self.question_set.scale
