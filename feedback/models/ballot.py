"""The ballots of an area as two people typed them, what was settled where they differ, and the counts that result."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q

from feedback.models.counts import CountedQuerySet
from feedback.models.error import FeedbackError
from feedback.models.question import Question

if TYPE_CHECKING:
    from desk.models import Staff
    from feedback.models.campaign import Campaign

#: The highest number of a ballot of one area.
MOST = 5000


class Typing(models.Model):
    """One person's typing of the ballots of an area: the first or the second. Two people, never one twice."""

    area = models.ForeignKey("feedback.CampaignArea", models.PROTECT, related_name="typings")
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

    def put(self, *, number: int, marks: str, by: Staff) -> int:
        """Keep a ballot as typed; typed again, the last word counts. How many this typing has now.

        What was settled about the number goes: somebody has looked at the paper again.
        """
        with self._locked(by):
            if not 1 <= number <= MOST:
                raise FeedbackError(f"Số phiếu từ 1 đến {MOST}.")
            if not self.area.campaign.question_set.fits(marks):
                raise FeedbackError("Có câu trả lời không thuộc thang của phiếu này. Xin nhập lại phiếu.")
            Ballot.objects.bulk_create(
                [Ballot(typing=self, number=number, marks=marks)],
                update_conflicts=True,
                unique_fields=["typing", "number"],
                update_fields=["marks"],
            )
            self.area.settled.filter(number=number).delete()
            return self.ballots.count()

    def remove(self, *, number: int, by: Staff) -> None:
        """Take a ballot out that was typed under a wrong number."""
        with self._locked(by):
            self.area.settled.filter(number=number).delete()
            if not self.ballots.filter(number=number).delete()[0]:
                raise FeedbackError(f"Chưa có phiếu số {number}.")

    def finish(self, *, by: Staff, at: datetime) -> None:
        """All ballots are typed. Raises FeedbackError when their number is not that of the valid sheets."""
        with self._locked(by):
            if trouble := self.area.trouble_with(self.ballots.count()):
                raise FeedbackError(trouble)
            self.finished_at = at
            self.save(update_fields=["finished_at"])

    def resume(self, *, by: Staff) -> None:
        """Go on after having finished: a number was wrong, or a sheet was found."""
        with self._locked(by, is_finished=True):
            self.finished_at = None
            self.save(update_fields=["finished_at"])

    def _locked(self, by: Staff, *, is_finished: bool = False) -> Any:
        if by.pk != self.typist_id:
            raise FeedbackError("Lần nhập này của người khác. Xin nhập lần của mình.")
        return self.area.locked(by, typing=self, is_finished=is_finished)


class BallotQuerySet(models.QuerySet):
    def differences(self) -> Any:
        """(area, number) of the ballots here that two finished typings read differently and nobody has settled."""
        settled = Settled.objects.filter(area=OuterRef("typing__area"), number=OuterRef("number"))
        going_on = Typing.objects.filter(area=OuterRef("typing__area"), finished_at=None)
        both = Typing.objects.filter(area=OuterRef("typing__area"), turn=2)
        rows = self.filter(~Exists(settled), ~Exists(going_on), Exists(both)).order_by()
        seen = rows.values("typing__area", "number").annotate(n=Count("pk"), low=Min("marks"), high=Max("marks"))
        return seen.filter(~Q(n=2) | ~Q(low=F("high"))).values_list("typing__area", "number")

    def numbered(self) -> dict[int, str]:
        return dict(self.order_by("number").values_list("number", "marks"))


class Ballot(models.Model):
    """One sheet as one person typed it: a digit in `marks` for each question, 0 where none or too many are ticked."""

    typing = models.ForeignKey(Typing, models.PROTECT, related_name="ballots")
    number = models.PositiveIntegerField()
    marks = models.CharField(max_length=40)

    objects = BallotQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["typing", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["typing", "number"], name="ballot_number_once"),
            models.CheckConstraint(condition=Q(marks__regex=r"^[0-9]+$"), name="ballot_marks_are_digits"),
        ]

    def __str__(self) -> str:
        return f"Phiếu {self.number}: {self.marks}"


class Settled(models.Model):
    """What the sheet itself says where the two typings differ, and who looked."""

    area = models.ForeignKey("feedback.CampaignArea", models.PROTECT, related_name="settled")
    number = models.PositiveIntegerField()
    marks = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["area", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["area", "number"], name="ballot_settled_once"),
            models.CheckConstraint(condition=Q(marks__regex=r"^[0-9]+$"), name="settled_marks_are_digits"),
        ]

    def __str__(self) -> str:
        return f"Phiếu {self.number}: {self.marks}"


class BallotTallyQuerySet(CountedQuerySet):
    ward_path = "area__ward"
    through = "area__"
    own = ("question", "question__factor", "value")

    def of_campaign(self, campaign: Campaign) -> Self:
        """What its ballots say on the scale of its questions; a question with a scale of its own stays out."""
        asked = {"question__question_set": campaign.question_set_id, "question__own_scale": None}
        return self.filter(area__campaign=campaign, **asked)

    def count_up(self, area: Any, counts: dict[int, list[int]]) -> Self:
        """Keep {question: [how many ticked level 1, 2, ...]} of an area."""
        return self.bulk_create(  # type: ignore[return-value]
            self.model(area=area, question_id=question, value=value, count=count)
            for question, row in counts.items()
            for value, count in enumerate(row, start=1)
            if count
        )


class BallotTally(models.Model):
    """What the ballots of an accepted area say: how many ticked which level of a question. Every figure reads it."""

    area = models.ForeignKey("feedback.CampaignArea", models.PROTECT, related_name="tallies")
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
