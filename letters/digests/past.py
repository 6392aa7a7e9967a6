"""The figures of a week or a month, ward by ward, each beside those of the span before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from desk.models import Ward
from desk.period import Days
from dossiers.models import Appointment, Figure
from dossiers.report import Line, Report
from feedback.figures import Satisfaction, satisfaction_of_each
from feedback.period import Period


@dataclass(frozen=True)
class Past:
    """What one ward did in a span of days, and in the span before; `satisfaction` is of the months it touches."""

    ward: Ward
    line: Line
    before: Line
    satisfaction: Satisfaction | None


def past(wards: Iterable[Ward], days: Days, now: datetime) -> list[Past]:
    """One for each ward, in the order given; as many queries for one ward as for all.

    What the worker would count in the next minutes is counted first: after an outage the mail may be what it does
    first, and would say of the days it lay still that nothing happened.
    """
    Appointment.objects.break_overdue(now)
    Figure.objects.keep_up(now)
    wards = list(wards)
    lines, before = Report(wards, days).by_ward(), Report(wards, days.before).by_ward()
    said = satisfaction_of_each(wards, timezone.localdate(now), Period.touching(days))
    pairs = zip(wards, lines, before, strict=True)
    return [Past(ward, line, then, said.get(ward.pk)) for ward, line, then in pairs]
