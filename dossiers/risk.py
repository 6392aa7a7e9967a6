"""Nguy cơ trễ: which open dossiers will probably miss their promise, from how long the same step took in the past.

No model, one plain question: of the results of this procedure that at this step had already taken as long as this
dossier, how many took longer than the time that is left to its promise? The counts are those kept for the report.
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

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from desk.calendar import ONE_DAY, WorkingCalendar
from desk.models import Ward
from desk.period import Days, month_of, months_later
from desk.ruler import OfficeRuler
from desk.vietnamese import number
from dossiers.counting import Cut, Measure
from dossiers.models import Appointment, Figure, Handover, Procedure, State
from dossiers.models.dossier import DossierQuerySet
from dossiers.report_tables import in_days

#: Fewer results say nothing.
ENOUGH = 20
#: The past that is looked at: this month so far and so many before.
MONTHS = 12
#: A dossier is called at risk when more than this share of like results would not be done in time. Chosen by
#: `backtest_risk` on sixty days of the demonstration: morning by morning this share was right most often, and saw six
#: in ten of the dossiers that became late; half of them, the first thought, saw two.
AT_RISK = 0.3
HOUR = timedelta(hours=1)
#: What is compared, by where the dossier is: the whole way, the way from the officer on, or the signing.
MEASURES = {
    State.RECEIVED: Measure.HOURS,
    State.IN_PROGRESS: Measure.REST_HOURS,
    State.SIGNING: Measure.LEADER_HOURS,
}


class Past:
    """How long results took from a step on: `hours` counts them by office hours begun, 0 for those that skipped it.

    A result counted at hour 5 took anything from four hours to five.
    """

    def __init__(self, hours: Mapping[int, int], whose: str = "") -> None:
        self.values = sorted(value for value in hours if value > 0)
        self.counts = [hours[value] for value in self.values]
        self.sums = [0, *accumulate(self.counts)]
        self.count, self.whose = self.sums[-1], whose

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
        rows = Figure.objects.cut_by(Cut.PROCEDURE, MEASURES.values()).within(self.days)
        return rows.filter(value__gt=0, **which)

    @staticmethod
    def results(hours: Mapping[int, int]) -> int:
        return sum(hours.values())

    def past(self, ward: int, code: str, measure: str) -> Past | None:
        """The own ward's results where there are enough, else those of all wards, else nothing."""
        key = (ward, code, measure)
        if key not in self.found:
            own, every = Past(self.own[key], "của đơn vị"), Past(self.all[code, measure], "của toàn thành phố")
            self.found[key] = next((past for past in (own, every) if past.count >= ENOUGH), None)
        return self.found[key]


OF_WARD = ("ward", "key", "measure", "value")


@dataclass(frozen=True)
class Running:
    """An open dossier at a moment: at which step it has been since when, and what it is promised for."""

    pk: int
    ward: int
    code: str
    state: State
    since: datetime
    promised_at: datetime


@dataclass(frozen=True)
class Risk:
    """What the past says of one open dossier: of `alike` results that had taken as long, which is `spent` office hours,
    `share` took longer than the time that is `left`; 9 in 10 of them took `need` hours more.
    """

    running: Running
    share: float
    alike: int
    left: timedelta
    spent: float
    past: Past

    @property
    def need(self) -> int:
        return self.past.within(0.9, self.spent)

    @property
    def is_high(self) -> bool:
        return self.share > AT_RISK

    def words(self, calendar: WorkingCalendar) -> str:
        """ "9 trong 10 hồ sơ loại này cần thêm 2,5 ngày từ đây; hồ sơ này còn 1 ngày." """
        left = calendar.in_working_time(self.left)
        return f"9 trong 10 hồ sơ loại này cần thêm đến {in_days(self.need)} từ đây; hồ sơ này còn {left}."

    @property
    def basis(self) -> str:
        """On how many results that stands."""
        late = min(10, max(1, round(10 * self.share)))
        told = f"{number(self.alike)} hồ sơ {self.past.whose}"
        return f"{late} trong 10 hồ sơ như vậy không kịp, theo {told} trong 12 tháng."


def running(dossiers: DossierQuerySet, now: datetime) -> list[Running]:
    """Those that may still be kept; one query. A step runs from when its holder took it over, or the term began."""
    taken = Handover.objects.filter(dossier=OuterRef("pk"), accepted_at__isnull=False).order_by("-accepted_at")
    began = Appointment.objects.filter(dossier=OuterRef("pk"), cause=Appointment.Cause.RESTARTED).order_by("-made_at")
    rows = dossiers.on_time(now).order_by().annotate(
        taken_at=Subquery(taken.values("accepted_at")[:1]), began_at=Subquery(began.values("made_at")[:1])
    )  # fmt: skip
    names = ("pk", "ward_id", "procedure__code", "state", "received_at", "taken_at", "began_at", "promised_at")
    found = []
    for pk, ward, code, state, *moments, promised_at in rows.values_list(*names):
        found.append(Running(pk, ward, code, State(state), max(filter(None, moments)), promised_at))
    return found


def weigh(row: Running, history: History, ruler: OfficeRuler, now: datetime) -> Risk | None:
    """What the past says of one dossier; None where it says too little."""
    past = history.past(row.ward, row.code, MEASURES[row.state])
    spent, left = ruler.between(row.since, now) / HOUR, ruler.between(now, row.promised_at)
    alike = past.longer(spent) if past else 0
    if past is None or alike < ENOUGH:
        return None
    late = past.longer(spent + left / HOUR)
    return Risk(row, late / alike, int(alike), left, spent, past)


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
