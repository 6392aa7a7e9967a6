"""Nguy cơ trễ: which open dossiers may miss their promise, from how results of the same procedure went in the past.

No model, two plain counts kept for the report. Of the results that took longer than this dossier has had since its term
began, how many missed their promise? A late one was still open then, whatever became of the others, so that share is
the chance of being late, and `backtest_risk` holds it against what came. And how long did nine in ten of those that had
been at this step as long still need?
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from math import ceil
from typing import Any

from django.db.models import Q
from django.utils import timezone

from desk.calendar import ONE_DAY, WorkingCalendar
from desk.models import Ward
from desk.period import Days, month_of, months_later
from desk.ruler import OfficeRuler
from desk.vietnamese import number
from dossiers.counting import Cut, Measure
from dossiers.lives import Running, lives
from dossiers.models import Figure, Procedure, State
from dossiers.models.dossier import DossierQuerySet
from dossiers.report_tables import in_days

#: Fewer results say nothing.
ENOUGH = 20
#: The past that is looked at: this month so far and so many before.
MONTHS = 12
#: A dossier is called at risk when more than this share of like results were late. Chosen by `backtest_risk` on sixty
#: days of the demonstration: of the dossiers so called 14% became late, of all 8%, and half of the late ones were
#: called; a lower share calls two in three dossiers, a higher one is right no more often.
AT_RISK = 0.1
HOUR = timedelta(hours=1)
#: What it still takes, by where the dossier is: the whole way, the way from the officer on, or the signing.
MEASURES = {
    State.RECEIVED: Measure.HOURS,
    State.IN_PROGRESS: Measure.REST_HOURS,
    State.SIGNING: Measure.LEADER_HOURS,
}


class Past:
    """How long results took from a step on: `hours` counts them by office hours begun, 0 for those that skipped it;
    `late` of all of them missed their promise.

    A result counted at hour 5 took anything from four hours to five.
    """

    def __init__(self, hours: Mapping[int, int], whose: str = "", late: int = 0) -> None:
        self.values = sorted(value for value in hours if value > 0)
        self.counts = [hours[value] for value in self.values]
        self.sums = [0, *accumulate(self.counts)]
        self.count, self.whose, self.late = self.sums[-1], whose, late

    def longer(self, hours: float) -> float:
        """How many took longer; of those that ended within the hour begun, as large a part as is left of it."""
        place = bisect_right(self.values, hours)
        whole: float = self.count - self.sums[place]
        if place < len(self.values) and self.values[place] - hours < 1:
            whole -= self.counts[place] * (1 - (self.values[place] - hours))
        return whole

    def within(self, share: float, spent: float) -> int:
        """In how many further hours so large a share of those that took longer than `spent` was done."""
        rest = (1 - share) * self.longer(spent)
        return next((ceil(value - spent) for value in self.values if self.longer(value) <= rest), 0)


class History:
    """What is known on a day of how long procedures take in some wards: the own results, else those of all wards.

    At most three queries, whatever is asked of it.
    """

    def __init__(self, wards: Iterable[Ward], day: date, **procedures: Any) -> None:
        """`procedures` narrows them, as in `code="1.004873"`; versions of one procedure are together."""
        self.days = Days(months_later(month_of(day), -MONTHS), day - ONE_DAY)
        known = Procedure.objects.filter(**procedures).values_list("pk", "code")
        self.codes = {str(pk): code for pk, code in known}
        self.own: dict[tuple, Counter[int]] = defaultdict(Counter)
        self.all: dict[tuple, Counter[int]] = defaultdict(Counter)
        wards = list(wards)
        mine = self.counts(ward__in=wards, key__in=self.codes).totals(*OF_WARD)
        for (ward, key, measure, value), count in mine.items():
            self.own[ward, self.codes[key], measure][value] += count
        few = {
            code
            for code in self.codes.values()
            for measure in MEASURES.values()
            if any(self.results(self.own[ward.pk, code, measure]) < ENOUGH for ward in wards)
        }
        keys = [key for key, code in self.codes.items() if code in few]
        for (key, measure, value), count in self.counts(key__in=keys).totals(*OF_WARD[1:]).items():
            self.all[self.codes[key], measure][value] += count
        self.found: dict[tuple, Past | None] = {}

    def counts(self, **which: Any) -> Any:
        rows = Figure.objects.cut_by(Cut.PROCEDURE, [*MEASURES.values(), Measure.LATE]).within(self.days)
        return rows.filter(Q(value__gt=0) | Q(measure=Measure.LATE), **which)

    @staticmethod
    def results(hours: Mapping[int, int]) -> int:
        return sum(hours.values())

    def past(self, ward: int, code: str, measure: str) -> Past | None:
        """The own ward's results where there are enough, else those of all wards, else nothing."""
        key = (ward, code, measure)
        if key not in self.found:
            late = self.results(self.own[ward, code, Measure.LATE]), self.results(self.all[code, Measure.LATE])
            own = Past(self.own[key], "của đơn vị", late[0])
            every = Past(self.all[code, measure], "của toàn thành phố", late[1])
            self.found[key] = next((past for past in (own, every) if past.count >= ENOUGH), None)
        return self.found[key]


OF_WARD = ("ward", "key", "measure", "value")


@dataclass(frozen=True)
class Risk:
    """What the past says of one open dossier: of `alike` results that took longer than it has had, `late` missed their
    promise. `left` is office time to its own; 9 in 10 of those as long at its step took `need` office hours more, None
    where they are too few.
    """

    running: Running
    alike: int
    late: int
    whose: str
    left: timedelta
    need: int | None

    @property
    def share(self) -> float:
        return self.late / self.alike

    @property
    def is_high(self) -> bool:
        return self.share > AT_RISK

    def words(self, calendar: WorkingCalendar) -> str:
        """ "Hồ sơ này còn 1 ngày; 9 trong 10 hồ sơ loại này cần thêm đến 2,5 ngày từ đây."."""
        left = f"Hồ sơ này còn {calendar.in_working_time(self.left)}"
        if self.need is None:
            return f"{left}."
        return f"{left}; 9 trong 10 hồ sơ loại này cần thêm đến {in_days(self.need, calendar.hours.day_length)} từ đây."

    @property
    def basis(self) -> str:
        """On what that stands, in whole numbers."""
        told = f"{number(self.alike)} hồ sơ {self.whose}"
        return f"Trong {told} từng làm lâu hơn hồ sơ này đến nay, {number(self.late)} hồ sơ lỡ hẹn (12 tháng qua)."


def running(dossiers: DossierQuerySet, now: datetime) -> list[Running]:
    """Those that may still be kept."""
    stood = (life.at(now) for life in lives(dossiers.on_time(now)))
    return [found[0] for found in stood if found]


def weigh(row: Running, history: History, ruler: OfficeRuler, now: datetime) -> Risk | None:
    """What the past says of one dossier; None where it says too little."""
    whole = history.past(row.ward, row.code, Measure.HOURS)
    alike = int(whole.longer(ruler.between(row.began, now) / HOUR)) if whole else 0
    if whole is None or alike < ENOUGH:
        return None
    step, spent = history.past(row.ward, row.code, MEASURES[row.state]), ruler.between(row.since, now) / HOUR
    need = step.within(0.9, spent) if step and step.longer(spent) >= ENOUGH else None
    return Risk(row, alike, min(whole.late, alike), whole.whose, ruler.between(now, row.promised_at), need)


def weighed(
    rows: Iterable[Running], history: History, calendar: WorkingCalendar, now: datetime
) -> Iterator[tuple[Running, Risk | None]]:
    """What the past says of each, by the calendar of their ward."""
    ruler = OfficeRuler(calendar)
    return ((row, weigh(row, history, ruler, now)) for row in rows)


def risk_of(dossiers: DossierQuerySet, ward: Ward, calendar: WorkingCalendar, now: datetime) -> Risk | None:
    """The same of the one dossier of that set; None too where it is no longer open or late already."""
    for row in running(dossiers, now):
        history = History([ward], timezone.localdate(now), code=row.code)
        return weigh(row, history, OfficeRuler(calendar), now)
    return None


@dataclass(frozen=True)
class Outlook:
    """The dossiers at risk in a ward, the most dangerous first; how many may still be kept, and of how many of them the
    past says too little.
    """

    high: list[Risk]
    open: int
    unknown: int

    @classmethod
    def of(cls, dossiers: DossierQuerySet, ward: Ward, calendar: WorkingCalendar, now: datetime) -> Outlook:
        rows, history = running(dossiers, now), History([ward], timezone.localdate(now))
        risks = [risk for _, risk in weighed(rows, history, calendar, now)]
        high = sorted((risk for risk in risks if risk and risk.is_high), key=lambda risk: (-risk.share, risk.left))
        return cls(high, len(rows), risks.count(None))
