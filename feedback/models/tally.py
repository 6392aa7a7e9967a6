"""Số đếm: how many sealed answers said what. Every figure of the surveys stands on these counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import IntegrityError, models, transaction
from django.db.models import Count, Q

from desk.models import Ward
from dossiers.models import Procedure
from dossiers.models.figure import Differences, Progress
from feedback.models.counts import MarkQuerySet, SurveyQuerySet
from feedback.models.question import Question
from feedback.models.stage import Channel, Stage

#: What a count is of, in the order of its key.
FIELDS = ("ward_id", "procedure_id", "month", "stage", "channel", "question_id", "value")
#: The first five of them, as a mark reaches them.
OF_ANSWER = tuple(f"answer__{name}" for name in FIELDS[:5])
#: Rows written by one statement.
BATCH = 500


class Mark(models.Model):
    """What an answer says to one question: the value of a level of the question's scale."""

    answer = models.ForeignKey("feedback.Answer", models.CASCADE, related_name="marks")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+", db_index=False)  # see the indexes
    value = models.PositiveSmallIntegerField()

    objects = MarkQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["answer", "question"], name="mark_once_per_question")]
        indexes: ClassVar = [models.Index(fields=["question", "answer", "value"], name="mark_of_question")]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.value}"


class TallyQuerySet(SurveyQuerySet):
    def add(self, counts: Mapping[tuple, int]) -> None:
        """Add to the counts, by the values of FIELDS. Belongs inside the transaction that seals what is counted.

        Who adds to the same counts at the same moment waits; where both make one anew, the second
        starts again.
        """
        months = {key[FIELDS.index("month")] for key in counts}
        rows: list[Tally] = list(
            self.filter(month__in=months).order_by("pk").select_for_update(no_key=True)  # type: ignore[arg-type]
        )
        new = sorted(set(counts) - {row.key for row in rows}, key=str)
        made = [Tally(**dict(zip(FIELDS, key, strict=True)), count=counts[key]) for key in new]
        try:
            with transaction.atomic():
                Tally.objects.bulk_create(made, batch_size=BATCH)
        except IntegrityError:
            if set(self.filter(month__in=months).values_list(*FIELDS)).isdisjoint(new):
                raise  # nobody else has made them: they are wrong
            self.add(counts)
            return
        changed = [row for row in rows if counts.get(row.key)]
        for row in changed:
            row.count += counts[row.key]
        Tally.objects.bulk_update(changed, ["count"], batch_size=BATCH)

    def recounted(self) -> dict[tuple, int]:
        """The same counts from the sealed answers themselves."""
        sealed = Mark.objects.filter(answer__changeable_until=None)
        rows = sealed.values_list(*OF_ANSWER, "question_id", "value").annotate(n=Count("pk")).order_by()
        return {tuple(key): n for *key, n in rows}

    def differences(self, say: Progress | None = None) -> Differences:
        """Where a kept count is not what a recount gives: {key: (kept, recounted)}."""
        kept = {row.key: row.count for row in self.all()}  # type: ignore[attr-defined]
        true = self.recounted()
        pairs = {key: (kept.get(key, 0), true.get(key, 0)) for key in {*kept, *true}}
        return {key: (one, other) for key, (one, other) in pairs.items() if one != other}

    def rebuild(self, say: Progress | None = None) -> Differences:
        """Mend every count that is wrong; gives what was wrong. Who seals meanwhile waits, and is added afterwards."""
        with transaction.atomic():
            list(self.order_by("pk").select_for_update(no_key=True).values_list("pk"))
            found = self.differences()
            self.add({key: true - kept for key, (kept, true) in found.items()})
        return found


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
        indexes: ClassVar = [
            models.Index(
                fields=["question", "month", "ward", "stage", "value", "count"], name="tally_of_question_by_ward"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ward_id} {self.month:%m/%Y} {self.question_id}: {self.value} × {self.count}"

    @property
    def key(self) -> tuple:
        return tuple(getattr(self, name) for name in FIELDS)
