"""The report of a period: what came in, what was done in time, what is open, how long it took, and why it was late.

Every number is a sum of kept counts (`dossiers.models.figure`), and opens the list of the dossiers it counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from desk.models import Staff, Ward
from desk.period import Days, month_of
from dossiers.counting import RESOLVED, STEP_HOURS, Cut, Measure
from dossiers.models import DelayCause, Dossier, Figure, Procedure
from dossiers.models.figure import FigureQuerySet, Span

#: What comes and goes, so that the sums before a day are what is there in the morning.
FLOWS = (
    Measure.RECEIVED,
    *RESOLVED,
    Measure.REFUSED,
    Measure.STOPPED,
    Measure.FELL_LATE,
    Measure.LATE_LEFT,
    Measure.ASKED,
    Measure.ANSWERED,
)

COMING_AND_GOING = (Measure.RECEIVED, Measure.RETURNED)
HOURS = (Measure.HOURS, *STEP_HOURS.values())
#: The line of what no officer has: an address cannot ask for nothing.
NOBODY, NOBODY_WORDS = "chua-co", "Chưa có công chức"


def percentile(hours: Mapping[int, int], share: float) -> int | None:
    """Within how many office hours so large a share was done; None where nothing was."""
    count, reached = sum(hours.values()), 0
    for value in sorted(hours):
        reached += hours[value]
        if reached >= share * count:
            return value
    return None


@dataclass
class Line:
    """The numbers of a period for one ward, procedure, field, officer or channel, or for all together.

    `now` counts what happened in it, `then` what had happened before; `hours` is how many results took how many
    office hours, `causes` how many promises were missed why.
    """

    key: Any
    name: str
    now: Counter[str] = field(default_factory=Counter)
    then: Counter[str] = field(default_factory=Counter)
    hours: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    causes: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: Line) -> Line:
        hours: dict[str, Counter[int]] = defaultdict(Counter)
        for line in (self, other):
            for measure, counts in line.hours.items():
                hours[measure] = hours[measure] + counts
        sums = (self.now + other.now, self.then + other.then, hours, self.causes + other.causes)
        return Line(self.key, self.name, *sums)

    # what is there: receipts less what went

    @property
    def carried(self) -> int:
        """Received before the period, and not done or ended by then."""
        return unfinished(self.then)

    @property
    def open(self) -> int:
        return self.carried + unfinished(self.now)

    @property
    def open_late(self) -> int:
        return sum(counts[Measure.FELL_LATE] - late_no_more(counts) for counts in (self.then, self.now))

    @property
    def waiting(self) -> int:
        """The clock stands until its owner brings the missing papers."""
        return sum(counts[Measure.ASKED] - counts[Measure.ANSWERED] for counts in (self.then, self.now))

    @property
    def open_in_time(self) -> int:
        return self.open - self.open_late - self.waiting

    # what happened

    @property
    def received(self) -> int:
        return self.now[Measure.RECEIVED]

    @property
    def early(self) -> int:
        return self.now[Measure.EARLY]

    @property
    def on_time(self) -> int:
        return self.now[Measure.ON_TIME]

    @property
    def late(self) -> int:
        return self.now[Measure.LATE]

    @property
    def resolved(self) -> int:
        return sum(self.now[measure] for measure in RESOLVED)

    @property
    def refused(self) -> int:
        return self.now[Measure.REFUSED]

    @property
    def stopped(self) -> int:
        return self.now[Measure.STOPPED]

    @property
    def returned(self) -> int:
        return self.now[Measure.RETURNED]

    @property
    def in_time(self) -> int:
        return self.early + self.on_time

    @property
    def share(self) -> float | None:
        """Of the results, how many came in time, early ones among them; None where there was none."""
        return self.in_time / self.resolved if self.resolved else None

    @property
    def median(self) -> int | None:
        return percentile(self.hours[Measure.HOURS], 0.5)

    @property
    def p90(self) -> int | None:
        return percentile(self.hours[Measure.HOURS], 0.9)

    # lời hẹn lỡ và thư xin lỗi, by the promised day

    @property
    def missed(self) -> int:
        return self.now[Measure.MISSED]

    @property
    def apologised(self) -> int:
        return self.now[Measure.APOLOGISED]

    @property
    def prompt(self) -> int:
        """Apologies issued on the promised day at the latest."""
        return self.now[Measure.PROMPT]

    @property
    def waived(self) -> int:
        return self.now[Measure.WAIVED]

    @property
    def owed(self) -> int:
        return self.missed - self.apologised - self.waived


def unfinished(counts: Counter[str]) -> int:
    gone = (*RESOLVED, Measure.REFUSED, Measure.STOPPED)
    return counts[Measure.RECEIVED] - sum(counts[measure] for measure in gone)


def late_no_more(counts: Counter[str]) -> int:
    return counts[Measure.LATE] + counts[Measure.LATE_LEFT]


def wards_seen(staff: Staff, days: Days) -> list[Ward]:
    """The own ward, in service or not; for the city those in service, and those that ever counted until then."""
    wards = Ward.objects.visible_to(staff)
    if not staff.sees_all_wards:
        return list(wards)
    counts = Figure.objects.cut_by(Cut.ALL, [Measure.RECEIVED]).filter(ward=OuterRef("pk"), span=Span.DAY)
    return list(wards.filter(Q(is_in_service=True) | Exists(counts.filter(first__lt=days.after))))


class Report:
    """The lines of a period for the wards that somebody sees. `wards` may be fewer than that.

    Only `with_steps` do its procedures know the hours of each step.
    """

    def __init__(self, wards: Iterable[Ward], days: Days, *, with_steps: bool = False) -> None:
        self.wards, self.days = list(wards), days
        self.measures = [measure for measure in Measure if with_steps or measure not in STEP_HOURS.values()]
        self.figures: FigureQuerySet = Figure.objects.of_wards(self.wards)

    def total(self) -> Line:
        return named(self.lines_by(Cut.ALL, "cut").get("", Line("", "")), "Tất cả")

    def by_ward(self) -> list[Line]:
        """A line for each ward, the empty ones too."""
        found = self.lines_by(Cut.ALL, "ward")
        return [named(found.get(ward.pk, Line("", "")), str(ward), ward.slug) for ward in self.wards]

    def by_procedure(self) -> list[Line]:
        """A line for each procedure that counts anything: versions of one procedure are one."""
        return self.merged(Cut.PROCEDURE, lambda row: (row.code, row.short_name))

    def by_field(self) -> list[Line]:
        return self.merged(Cut.PROCEDURE, lambda row: (row.field, row.field))

    def merged(self, cut: str, into: Callable[[Procedure], tuple[str, str]]) -> list[Line]:
        found, lines = self.lines_by(cut, "key"), dict[str, Line]()
        procedures = {str(row.pk): row for row in Procedure.objects.order_by("valid_from")}
        for key, procedure in procedures.items():
            if key in found:
                code, name = into(procedure)
                line = named(found[key], name, code)
                lines[code] = named(lines[code] + line, name) if code in lines else line
        return list(lines.values())

    def by_officer(self) -> list[Line]:
        """A line for each officer, and one for what no officer had."""
        found = self.lines_by(Cut.OFFICER, "key")
        people = {str(person.pk): str(person) for person in Staff.objects.filter(pk__in=[key for key in found if key])}
        return [named(line, people.get(key, NOBODY_WORDS), key or NOBODY) for key, line in found.items()]

    def by_channel(self) -> list[Line]:
        found = self.lines_by(Cut.CHANNEL, "key")
        return [named(found[value], label) for value, label in Dossier.Channel.choices if value in found]

    def lines_by(self, cut: str, by: str) -> dict[Any, Line]:
        lines = dict[Any, Line]()

        def line(key: Any) -> Line:
            if key not in lines:
                lines[key] = Line(key, "")
            return lines[key]

        now = self.figures.cut_by(cut, self.measures).within(self.days)
        for (key, measure, value), count in now.totals(by, "measure", "value").items():
            if measure == Measure.CAUSE:
                line(key).causes[value] += count
            elif measure in HOURS:
                line(key).hours[measure][value] += count
            else:
                line(key).now[measure] += count
        past = self.figures.cut_by(cut, FLOWS).before(self.days.first)
        for (key, measure), count in past.totals(by, "measure").items():
            line(key).then[measure] += count
        return lines

    # what is drawn

    def each_day(self, days: Days) -> list[tuple[date, int, int]]:
        """Received and handed back on each of those days."""
        return self.each(Span.DAY, days, list(days))

    def each_month(self, days: Days) -> list[tuple[date, int, int]]:
        """The same for each whole month that they touch."""
        months = sorted({month_of(day) for day in days})
        return self.each(Span.MONTH, Days(months[0], days.last), months)

    def each(self, span: Span, days: Days, firsts: list[date]) -> list[tuple[date, int, int]]:
        counts = self.figures.cut_by(Cut.ALL, COMING_AND_GOING).each(span, days).totals("first", "measure")
        return [(first, counts[first, Measure.RECEIVED], counts[first, Measure.RETURNED]) for first in firsts]

    def shares_by_month(self) -> list[tuple[date, float | None, int]]:
        """The share in time of each month that begins in the period, with the count of results it stands on."""
        return self.shares(Span.MONTH, month_of)

    def shares_by_week(self) -> list[tuple[date, float | None, int]]:
        """The same of each week, from Monday on."""
        return self.shares(Span.DAY, lambda day: day - timedelta(days=day.weekday()))

    def shares(self, span: Span, start_of: Callable[[date], date]) -> list[tuple[date, float | None, int]]:
        counts = self.figures.cut_by(Cut.ALL, RESOLVED).each(span, self.days)
        late, whole = Counter[date](), Counter[date]()
        for (first, measure), count in counts.totals("first", "measure").items():
            whole[start_of(first)] += count
            late[start_of(first)] += count if measure == Measure.LATE else 0
        return [(first, 1 - late[first] / whole[first], whole[first]) for first in sorted(whole)]


def named(line: Line, name: str, key: Any = None) -> Line:
    line.name, line.key = name, line.key if key is None else key
    return line


def why(causes: Counter[int]) -> list[tuple[str, int]]:
    """Causes of delay with their counts, the commonest first; "" where nobody has said it."""
    names = dict(DelayCause.objects.values_list("pk", "name"))
    return [(names.get(key, ""), count) for key, count in causes.most_common()]
