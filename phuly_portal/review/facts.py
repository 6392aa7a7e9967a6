"""What a review reads: kept counts of dossiers, and one grouped query for each other thing, now and in the period
before."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone

from desk.models import Staff, Ward
from desk.period import Days, month_of, months_later, within
from dossiers.counting import Measure, outcomes_by
from dossiers.models import Dossier, FigureRun, Handover, HelpGiven, HomeVisit, SupplementRequest
from dossiers.models.handover import EARLY, LATE, ON_TIME
from dossiers.report import Line, Report
from dossiers.report_numbers import late_at_end
from dossiers.scoring import Times
from feedback.figures import Line as Rated
from feedback.figures import Satisfaction, satisfaction
from feedback.models import Campaign, Contribution, Dialogue
from feedback.period import Period
from feedback.tables import Ballots, all_wards
from letters.models import Letter

#: Months that the course of the share on time is drawn for.
COURSE = 12


@dataclass(frozen=True)
class Facts:
    """Of these wards, all of which the person sees, in those days; `ward` is None for the city as a whole."""

    staff: Staff
    wards: list[Ward]
    ward: Ward | None
    days: Days
    now: datetime

    def mine(self, model: Any) -> Any:
        """The rows of these wards that this person sees."""
        rows = model.objects.visible_to(self.staff)
        return rows.filter(**{f"{rows.ward_path}__in": self.wards})

    @property
    def is_over(self) -> bool:
        return self.days.last < timezone.localdate(self.now)

    @property
    def before(self) -> Days:
        return self.days.beside(timezone.localdate(self.now))

    @cached_property
    def report(self) -> Report:
        return Report(self.wards, self.days)

    @cached_property
    def line(self) -> Line:
        return self.report.total()

    @cached_property
    def still_late(self) -> int:
        """How many of the dossiers that were late at the end of the period are open now."""
        return late_at_end(self.mine(Dossier), self.days).open().count()

    @cached_property
    def line_before(self) -> Line:
        return Report(self.wards, self.before).total()

    @cached_property
    def fields(self) -> list[Line]:
        """By field of work, the one with most first; what counts nothing in the period left out."""
        lines = [line for line in self.report.by_field() if line.received or line.resolved]
        return sorted(lines, key=lambda line: (-line.received, line.name))

    @cached_property
    def course(self) -> list[tuple[Any, float | None, int]]:
        """The shares on time of twelve months, the last of them that of the period's last day."""
        last = month_of(self.days.last)
        return Report(self.wards, Days.of_months(months_later(last, 1 - COURSE), COURSE)).shares_by_month()

    @cached_property
    def counted_at(self) -> datetime | None:
        at = FigureRun.objects.values_list("counted_at", flat=True).first()
        return timezone.localtime(at) if at else None

    # letters, help, visits

    def letters(self, days: Days) -> Counter[str]:
        return self.mine(Letter).issued_by(days, "kind")

    @cached_property
    def helped(self) -> tuple[Counter[str], Counter[str]]:
        """People helped, by procedure: in these days and before."""
        now, before = (self.mine(HelpGiven).helped_by(days, "procedure__short_name") for days in self.both)
        return now, before

    @cached_property
    def visits(self) -> tuple[Counter[str], Counter[str]]:
        now, before = (self.mine(HomeVisit).done_by(days, "purpose") for days in self.both)
        return now, before

    @property
    def both(self) -> tuple[Days, Days]:
        return self.days, self.before

    # what people say

    @cached_property
    def said(self) -> tuple[Satisfaction | None, Satisfaction | None]:
        today = timezone.localdate(self.now)
        now, before = (satisfaction(self.wards, today, Period.touching(days)) for days in self.both)
        return now, before

    @cached_property
    def campaigns(self) -> list[tuple[Campaign, Rated]]:
        """The campaigns that ended in these days, each with its total in these wards.

        Ballots know no day, so a campaign is counted once and whole: in the period that holds its end.
        """
        ended = within("closed_at", self.days) | Q(
            closed_at=None, closes_on__gte=self.days.first, closes_on__lte=self.days.last
        )
        rows = Campaign.objects.filter(ended, areas__ward__in=self.wards).distinct()
        found = []
        for campaign in rows.select_related("question_set__scale"):
            lines = Ballots(self.staff, campaign).rated({ward.pk: str(ward) for ward in self.wards}, "ward")
            found.append((campaign, all_wards(lines)))
        return found

    @cached_property
    def contributions(self) -> dict[str, int]:
        return self.mine(Contribution).account(self.days, timezone.localdate(self.now))

    @cached_property
    def reflections(self) -> dict[str, int]:
        """Phản ánh, kiến nghị: without words of praise."""
        rows = self.mine(Contribution).exclude(kind=Contribution.Kind.PRAISE)
        return rows.account(self.days, timezone.localdate(self.now))

    @cached_property
    def contributions_before(self) -> dict[str, int]:
        return self.mine(Contribution).account(self.before, timezone.localdate(self.now))

    @cached_property
    def dialogues(self) -> dict[str, int]:
        return self.mine(Dialogue).account(self.days, timezone.localdate(self.now))

    # what the points stand on

    @cached_property
    def complained(self) -> dict[int | None, Times]:
        """Results that were complained of, by officer."""
        rows = outcomes_by(self.mine(Contribution).complained_of(self.days), "officer_id")
        return {
            officer: Times(*(rows[officer, told] for told in (Measure.EARLY, Measure.ON_TIME, Measure.LATE)))
            for officer, _ in rows
        }

    @cached_property
    def asked(self) -> Counter[int | None]:
        """Results whose owners were asked for papers, once each by law, by officer."""
        return self.mine(SupplementRequest).of_results(self.days).counted_by("dossier__officer")

    @cached_property
    def steps(self) -> dict[int, Times]:
        """How the officers kept their share of the term, by officer."""
        rows = self.mine(Handover).filter(step=Handover.Step.OFFICER).outcomes(self.days, "receiver")
        return {officer: Times(*(rows[officer, told] for told in (EARLY, ON_TIME, LATE))) for officer, _ in rows}


def times_of(line: Line) -> Times:
    return Times(line.early, line.on_time, line.late)
