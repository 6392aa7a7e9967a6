"""Rà soát thủ tục: how each procedure really goes in a ward, and what to simplify first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from math import ceil
from operator import itemgetter

from django.utils.safestring import SafeString

from desk.calendar import Limit, OfficeHours, Unit, WorkingCalendar
from desk.charts import parts
from desk.models import Ward
from desk.period import Days, within
from desk.ruler import OfficeRuler, is_shorter
from desk.vietnamese import capitalise, lower_first, number, percent
from dossiers.counting import Measure
from dossiers.models import CommittedTerm, Procedure, SupplementRequest
from dossiers.models.procedure import Term
from dossiers.report import Line, Report
from dossiers.report_tables import in_days

#: Fewer results or requests say nothing about what to change.
ENOUGH, OFTEN = 20, 3
#: A smaller share of results in time is something to be mended.
IN_TIME = 0.9
#: Where the time goes, in the order a dossier takes the steps.
STEPS = {
    Measure.DESK_HOURS: "Tại quầy",
    Measure.OFFICER_HOURS: "Công chức",
    Measure.LEADER_HOURS: "Lãnh đạo",
}


def office_hours(limit: Limit, hours: OfficeHours) -> float:
    """About how many office hours a term is; a week of the calendar has five days."""
    day = hours.day_length / timedelta(hours=1)
    if limit.unit is Unit.HOUR:
        return limit.value
    return day * {Unit.SAME_DAY: 1, Unit.WORKING_DAY: limit.value, Unit.CALENDAR_DAY: limit.value * 5 / 7}[limit.unit]


def could_promise(p90: int, limit: Limit, hours: OfficeHours) -> Limit | None:
    """A shorter term that 9 in 10 results kept with a day (an hour) to spare; None where the law's is short enough."""
    days = ceil(p90 / (hours.day_length / timedelta(hours=1)))
    offer = Limit(p90 + 1, Unit.HOUR) if limit.unit is Unit.HOUR else Limit(days + 1, Unit.WORKING_DAY)
    return offer if is_shorter(offer, limit, hours) else None


@dataclass
class Missing:
    """How often papers were missing, which, and the office hours for which dossiers waited for them."""

    asked: int = 0
    items: Counter[str] = field(default_factory=Counter)
    hours: float = 0


@dataclass
class Reviewed:
    """One procedure of a ward and period."""

    procedure: Procedure
    committed: CommittedTerm | None
    line: Line
    missing: Missing
    hours: OfficeHours

    @property
    def term(self) -> Term:
        """What a slip of today promises."""
        return self.committed or self.procedure

    @property
    def sooner(self) -> str:
        """By how much half of the results come before the term ends; nothing for less than half a day."""
        if self.line.median is None or self.procedure.is_same_day:
            return ""
        left = int(office_hours(self.term.limit, self.hours)) - self.line.median
        return self.in_days(left) if timedelta(hours=left) >= self.hours.day_length / 2 else ""

    def in_days(self, hours: int | None) -> str:
        """In days as long as the ward's."""
        return in_days(hours, self.hours.day_length)

    @property
    def median(self) -> str:
        return self.in_days(self.line.median)

    @property
    def p90(self) -> str:
        return self.in_days(self.line.p90)

    @cached_property
    def spent(self) -> list[tuple[str, float]]:
        """The steps, each with its share of the working time."""
        sums = [sum(value * count for value, count in self.line.hours[step].items()) for step in STEPS]
        whole = sum(sums)
        return [(name, part / whole) for name, part in zip(STEPS.values(), sums, strict=True)] if whole else []

    @property
    def spent_words(self) -> str:
        """ "Tại quầy 10%, công chức 75%, lãnh đạo 15%"."""
        return capitalise(", ".join(f"{lower_first(name)} {percent(share, 0)}" for name, share in self.spent))

    @property
    def bar(self) -> SafeString:
        return parts([share for _, share in self.spent])

    @property
    def commonest(self) -> list[tuple[str, int]]:
        return self.missing.items.most_common(3)

    @cached_property
    def offer(self) -> Limit | None:
        """The shorter term that the ward could commit itself to."""
        if self.line.p90 is None or self.line.resolved < ENOUGH:
            return None
        return could_promise(self.line.p90, self.term.limit, self.hours)

    @property
    def ideas(self) -> list[Idea]:
        found = []
        if self.offer:
            gain = office_hours(self.term.limit, self.hours) - office_hours(self.offer, self.hours)
            law = "luật cho" if self.committed is None else "đang cam kết"
            words = (
                f"Xong trong {self.p90} ở 9 trong 10 hồ sơ, {law} {plain(self.term.limit)}: "
                f"có thể cam kết {plain(self.offer)}."
            )
            found.append(Idea(self, words, int(gain * self.line.resolved), self.line.resolved))
        if self.missing.asked >= OFTEN:
            paper, count = self.commonest[0]
            words = (
                f"{number(self.missing.asked)} hồ sơ phải bổ sung giấy, "
                f"nhiều nhất “{paper}” ({number(count)}): nên dặn trước khi người dân đến."
            )
            found.append(Idea(self, words, int(self.missing.hours), self.missing.asked))
        if self.line.resolved >= ENOUGH and self.line.share is not None and self.line.share < IN_TIME:
            late, done = number(self.line.late), number(self.line.resolved)
            words = f"{late} trong {done} kết quả trễ hẹn, chỉ {percent(self.line.share)} đúng hạn"
            if self.spent:
                name, share = max(self.spent, key=itemgetter(1))
                words += f"; lâu nhất ở bước {lower_first(name)} ({percent(share, 0)} thời gian), nên xem trước"
            found.append(Idea(self, f"{words}.", None, self.line.late))
        return found


def plain(limit: Limit) -> str:
    """ "2 ngày làm việc": as people say it, without the zero that a slip writes."""
    return limit.words.lstrip("0")


@dataclass(frozen=True)
class Idea:
    """What to simplify: a sentence, the office hours that citizens would wait less in such a period, None where nobody
    knows how many, and in how many dossiers.
    """

    of: Reviewed
    words: str
    hours: int | None
    count: int

    @property
    def gain(self) -> str:
        if self.hours is None:
            return f"{number(self.count)} hồ sơ khỏi trễ"
        return f"{number(self.hours)} giờ chờ, {number(self.count)} hồ sơ"


class Review:
    """The procedures of a ward in a period, the busiest first; in a fixed number of queries."""

    def __init__(self, ward: Ward, days: Days, calendar: WorkingCalendar, today: date) -> None:
        self.ward, self.days, self.calendar, self.today = ward, days, calendar, today

    @cached_property
    def lines(self) -> list[Reviewed]:
        found = Report([self.ward], self.days, with_steps=True).by_procedure()
        busy = [line for line in found if line.received or line.resolved]
        newest: dict[str, Procedure] = {row.code: row for row in Procedure.objects.order_by("valid_from")}
        newest |= {row.code: row for row in Procedure.objects.in_force(self.today)}
        terms = CommittedTerm.objects.of_each(self.ward, newest.values(), self.today)
        missing, hours = self.missing(), self.ward.hours
        rows = [Reviewed(newest[row.key], terms.get(row.key), row, missing[row.key], hours) for row in busy]
        return sorted(rows, key=lambda row: (-row.line.received, row.line.name))

    def missing(self) -> dict[str, Missing]:
        found: dict[str, Missing] = defaultdict(Missing)
        ruler = OfficeRuler(self.calendar)
        rows = SupplementRequest.objects.filter(within("asked_at", self.days), dossier__ward=self.ward)
        for code, items, asked, answered in rows.values_list(
            "dossier__procedure__code", "items", "asked_at", "answered_at"
        ):
            found[code].asked += 1
            found[code].items.update(items)
            if answered:
                found[code].hours += ruler.between(asked, answered) / timedelta(hours=1)
        return found

    @cached_property
    def ideas(self) -> Sequence[Idea]:
        """What to simplify: promises that are broken, then what saves most."""
        found = (idea for row in self.lines for idea in row.ideas)
        return sorted(found, key=lambda idea: (idea.hours is not None, -(idea.hours or 0), -idea.count))

    @property
    def headline(self) -> str:
        if not self.lines:
            return f"{self.days.words}: chưa có hồ sơ nào."
        if not self.ideas:
            return f"Đã xem {number(len(self.lines))} thủ tục: chưa thấy việc nào cần làm gọn."
        return f"{number(len(self.ideas))} việc có thể làm gọn, trong {number(len(self.lines))} thủ tục."
