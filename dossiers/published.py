"""What everybody may know of the dossiers: results in time, how long they took, promises missed, apologies sent.

No group of fewer than five results is told, and none can be found out by subtraction. The smallest things that are
told are the results of one procedure in one ward in one month. Small procedures are pooled with others of their field,
small fields with other fields; a month in which a ward has fewer than five is left out everywhere. So these parts do
not overlap, each has five or more, and every figure is a sum of whole parts. A month is told when it is over; of the
one that runs only sums of wards are, in steps of five or more (`desk.groups.told_until`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.utils import timezone

from desk.calendar import ONE_DAY
from desk.groups import SHOWN_FROM, told_until, too_small
from desk.models import Ward
from desk.period import Days, month_of
from dossiers.counting import RESOLVED, Cut, Measure
from dossiers.models import Figure, FigureRun, Procedure
from dossiers.models.figure import Span
from dossiers.report import Line

#: What is called where small procedures are told together.
POOLED = "Các thủ tục ít hồ sơ, gộp chung"
#: What becomes of promises; of a ward, never of one procedure.
PROMISES = (Measure.MISSED, Measure.APOLOGISED, Measure.WAIVED)


class Place(NamedTuple):
    """A procedure's field and code; no code where small procedures of a field are pooled, nothing where fields are."""

    field: str = ""
    code: str = ""


def places(counts: Mapping[Place, int]) -> dict[Place, Place]:
    """Where the results of each procedure of a ward's month are told; no place at all where the month has too few."""
    fields: dict[str, Counter[Place]] = defaultdict(Counter)
    for place, count in counts.items():
        fields[place.field][place] += count
    sums = {name: sum(parts.values()) for name, parts in fields.items()}
    if sum(sums.values()) < SHOWN_FROM:
        return {}
    pooled, found = too_small(sums), dict[Place, Place]()
    for name, parts in fields.items():
        small = too_small(parts)
        for place in parts:
            found[place] = Place() if name in pooled else Place(name) if place in small else place
    return found


def counted_until() -> date | None:
    """The day on which the counts were last made, which may not be over; None before the first time."""
    run = FigureRun.objects.first()
    return timezone.localdate(run.counted_at) if run and run.counted_at else None


@dataclass
class Part:
    """The results of one place in one ward's month."""

    ward: int
    month: date
    place: Place
    line: Line = field(default_factory=lambda: Line("", ""))


class Published:
    """The figures of whole months that are over, for some wards. `months` may reach into the future: it is not told."""

    def __init__(self, wards: Iterable[Ward], months: Days, today: date) -> None:
        """`today` is the day on which the counts were made."""
        self.wards = list(wards)
        self.days = Days(months.first, min(months.last, month_of(today) - ONE_DAY))
        self.figures = Figure.objects.of_wards(self.wards).each(Span.MONTH, self.days)

    @property
    def months(self) -> list[date]:
        return [day for day in self.days if day.day == 1]

    @cached_property
    def procedures(self) -> dict[str, Place]:
        return {str(pk): Place(*rest) for pk, *rest in Procedure.objects.values_list("pk", "field", "code")}

    @cached_property
    def names(self) -> dict[str, str]:
        """What the newest version of each procedure is called."""
        return {row.code: row.short_name for row in Procedure.objects.order_by("valid_from")}

    @cached_property
    def told(self) -> dict[tuple[int, date], Counter[str]]:
        """The wards' months that are told, with their results in time or not."""
        rows = self.figures.cut_by(Cut.ALL, RESOLVED)
        cells: dict[tuple[int, date], Counter[str]] = defaultdict(Counter)
        for (ward, month, measure), count in rows.totals("ward", "first", "measure").items():
            cells[ward, month][measure] += count
        return {cell: counts for cell, counts in cells.items() if sum(counts.values()) >= SHOWN_FROM}

    def in_time(self) -> Line:
        """All that is told, without the hours it took: what a home page needs."""
        return Line("", "", sum(self.told.values(), Counter()))

    @cached_property
    def where(self) -> dict[tuple[int, date], dict[Place, Place]]:
        """For each ward and month that is told, where its procedures are."""
        cells: dict[tuple[int, date], Counter[Place]] = defaultdict(Counter)
        for (ward, month, key, _), count in self.results.items():
            cells[ward, month][self.procedures[key]] += count
        return {cell: found for cell, counts in cells.items() if (found := places(counts))}

    @cached_property
    def results(self) -> Counter[tuple]:
        rows = self.figures.cut_by(Cut.PROCEDURE, RESOLVED)
        return rows.totals("ward", "first", "key", "measure")

    def place(self, ward: int, month: date, key: str) -> Place | None:
        return self.where.get((ward, month), {}).get(self.procedures[key])

    # each part, for the open data

    def parts(self) -> Iterator[Part]:
        """The parts of all that is told, in the order of months, wards and procedures."""
        found: dict[tuple, Part] = {}

        def line(ward: int, month: date, key: str) -> Line | None:
            place = self.place(ward, month, key)
            if place is None:
                return None
            return found.setdefault((ward, month, place), Part(ward, month, place)).line

        for (ward, month, key, measure), count in self.results.items():
            if told := line(ward, month, key):
                told.now[measure] += count
        rows = self.figures.cut_by(Cut.PROCEDURE, [Measure.HOURS])
        for (ward, month, key, value), count in rows.totals("ward", "first", "key", "value").items():
            if told := line(ward, month, key):
                told.hours[Measure.HOURS][value] += count
        order = {ward.pk: number for number, ward in enumerate(self.wards)}
        yield from sorted(found.values(), key=lambda part: (part.month, order[part.ward], *part.place))

    def ward_months(self) -> dict[tuple[date, int], Line]:
        """The sums of each ward and month that is told."""
        lines: dict[tuple[date, int], Line] = {}
        measures = (*RESOLVED, *PROMISES, Measure.HOURS)
        rows = self.figures.cut_by(Cut.ALL, measures)
        for (ward, month, measure, value), count in rows.totals("ward", "first", "measure", "value").items():
            if (ward, month) in self.told:
                add(lines.setdefault((month, ward), Line(ward, "")), measure, value, count)
        return lines

    # sums of them, for the page

    @cached_property
    def of_wards(self) -> dict[int, Line]:
        lines: dict[int, Line] = {}
        for (_, ward), line in self.ward_months().items():
            lines[ward] = lines[ward] + line if ward in lines else line
        return lines

    def total(self) -> Line:
        return sum(self.of_wards.values(), Line("", ""))

    def by_ward(self) -> list[Line]:
        return wards_of(self.wards, self.of_wards)

    def by_procedure(self) -> list[Line]:
        """The most used first; at the end what was pooled, whose key is empty."""
        lines = self.merged(lambda place: place.code)
        for code, line in lines.items():
            line.name = self.names.get(code, POOLED)
        return sorted(lines.values(), key=lambda line: (not line.key, -line.resolved, line.name))

    def by_field(self) -> list[Line]:
        lines = self.merged(lambda place: place.field)
        for name, line in lines.items():
            line.name = name or "Các lĩnh vực ít hồ sơ, gộp chung"
        return sorted(lines.values(), key=lambda line: (not line.key, -line.resolved, line.name))

    def merged(self, into: Any) -> dict[str, Line]:
        lines: dict[str, Line] = {}

        def line(place: Place) -> Line:
            return lines.setdefault(into(place), Line(into(place), ""))

        for (ward, month, key, measure), count in self.results.items():
            if place := self.place(ward, month, key):
                line(place).now[measure] += count
        for place, hours in self.hours.items():
            line(place).hours[Measure.HOURS].update(+hours)
        return {key: line for key, line in lines.items() if line.resolved}

    @cached_property
    def hours(self) -> dict[Place, Counter[int]]:
        """The office hours of each place: summed by the database, then those taken out that are told elsewhere."""
        rows = self.figures.cut_by(Cut.PROCEDURE, [Measure.HOURS])
        found: dict[Place, Counter[int]] = defaultdict(Counter)
        for (key, value), count in rows.totals("key", "value").items():
            found[self.procedures[key]][value] += count
        elsewhere = {
            (ward, month, key): to
            for ward, month, key, _ in self.results
            if (to := self.place(ward, month, key)) != self.procedures[key]
        }
        if not elsewhere:
            return found
        moved = rows
        for name, values in zip(("ward", "first", "key"), zip(*elsewhere, strict=True), strict=False):
            moved = moved.filter(**{f"{name}__in": set(values)})
        for (ward, month, key, value), count in moved.totals("ward", "first", "key", "value").items():
            if (ward, month, key) in elsewhere:
                found[self.procedures[key]][value] -= count
                if to := elsewhere[ward, month, key]:
                    found[to][value] += count
        return found


class Running:
    """The sums of wards in the month that runs, each up to the day that may be told."""

    def __init__(self, wards: Iterable[Ward], today: date) -> None:
        self.wards, self.days = list(wards), Days(month_of(today), today - ONE_DAY)
        rows = Figure.objects.of_wards(self.wards).cut_by(Cut.ALL, (*RESOLVED, *PROMISES, Measure.HOURS))
        self.counts = rows.each(Span.DAY, self.days).totals("ward", "first", "measure", "value")

    @cached_property
    def until(self) -> dict[int, date]:
        """Up to which day each ward is told; not there while there is too little."""
        added: dict[int, Counter[date]] = defaultdict(Counter)
        for (ward, day, measure, _), count in self.counts.items():
            if measure in RESOLVED:
                added[ward][day] += count
        return {ward: last for ward, days in added.items() if (last := told_until(sorted(days.items())))}

    @cached_property
    def of_wards(self) -> dict[int, Line]:
        lines = {ward: Line(ward, "") for ward in self.until}
        for (ward, day, measure, value), count in self.counts.items():
            if ward in lines and day <= self.until[ward]:
                add(lines[ward], measure, value, count)
        return lines

    def total(self) -> Line:
        return sum(self.of_wards.values(), Line("", ""))

    def by_ward(self) -> list[Line]:
        return wards_of(self.wards, self.of_wards)


def add(line: Line, measure: str, value: int, count: int) -> None:
    if measure == Measure.HOURS:
        line.hours[measure][value] += count
    else:
        line.now[measure] += count


def wards_of(wards: list[Ward], lines: Mapping[int, Line]) -> list[Line]:
    """A line for each ward, an empty one where nothing may be told."""
    found = [lines.get(ward.pk, Line(ward.pk, "")) for ward in wards]
    for ward, line in zip(wards, found, strict=True):
        line.name = str(ward)
    return found
