"""Số liệu: how many dossiers did what on which day. Every report of a period stands on these counts.

A worker keeps them: each run counts anew the days that the dossiers touched since then have to do with, so a run that
is repeated, late or killed does no harm. What is counted, `dossiers.counting` says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Max, Min, Q, Sum
from django.utils import timezone

from desk.calendar import ONE_DAY
from desk.models import Ward, WardQuerySet
from desk.period import Days, month_of, months_later
from desk.sql import others_write
from dossiers.counting import OF_ALL, Cut, Measure, counts_of, days_of
from dossiers.models.appointment import Appointment
from dossiers.models.dossier import Dossier
from dossiers.models.event import Event

#: Rows written by one statement.
BATCH = 5000
#: At most so long lies between the moment for which an apology is settled and its commit.
SETTLING = timedelta(hours=1)
#: Hears how many of how many months are counted.
Progress = Callable[[int, int], None]
#: What a count is of, with what is kept and what a recount gives.
Differences = dict[tuple, tuple[int, int]]


class Span(models.TextChoices):
    DAY = "day", "Ngày"
    MONTH = "month", "Tháng"
    YEAR = "year", "Năm"


def spanning(span: Span, first: date, after: date) -> Q:
    return Q(span=span, first__gte=first, first__lt=after)


def covering(first: date, after: date) -> Q:
    """The fewest counts that together are [first, after): whole years and months, and single days at the edges."""
    month, last_month = first if first.day == 1 else months_later(month_of(first), 1), month_of(after)
    year, last_year = month if month.month == 1 else date(month.year + 1, 1, 1), last_month.replace(month=1)
    if month > last_month:
        edges = [(Span.DAY, first, after)]
    elif year > last_year:
        edges = [(Span.DAY, first, month), (Span.MONTH, month, last_month), (Span.DAY, last_month, after)]
    else:
        edges = [
            (Span.DAY, first, month),
            (Span.MONTH, month, year),
            (Span.YEAR, year, last_year),
            (Span.MONTH, last_year, last_month),
            (Span.DAY, last_month, after),
        ]
    # an empty stretch would still be looked for
    whole = [spanning(*edge) for edge in edges if edge[1] < edge[2]]
    return reduce(or_, whole) if whole else Q(pk__in=())


class FigureQuerySet(WardQuerySet):
    def of_wards(self, wards: Iterable[Ward] | models.QuerySet[Ward]) -> Self:
        return self.filter(ward__in=wards)

    def cut_by(self, cut: str, measures: Iterable[str] = Measure) -> Self:
        """By naming its measures, all or a few, a report reads their days alone."""
        return self.filter(cut=cut, measure__in=list(measures))

    def within(self, days: Days) -> Self:
        return self.filter(covering(days.first, days.after))

    def before(self, day: date) -> Self:
        """The counts of everything before that day: what has come and gone, so what is there in the morning."""
        return self.filter(covering(date.min, day))

    def each(self, span: Span, days: Days) -> Self:
        """The counts of each day or month that begins in `days`."""
        return self.filter(spanning(span, days.first, days.after))

    def totals(self, *names: str) -> Counter[tuple]:
        """How many, by the columns named, such as ("ward", "measure")."""
        rows = self.order_by().values_list(*names).annotate(total=Sum("count"))
        return Counter({tuple(key): total for *key, total in rows})

    # how they are kept

    def keep_up(self, now: datetime) -> int:
        """Count what has happened since the mark; returns how many days of wards were counted.

        The mark moves to the newest event at a moment when nobody else is writing, so that no act is missed, however
        long it takes from its event to its commit. Apologies leave no event; they are found by when they were settled,
        which may have been said some time before it is done.
        """
        with transaction.atomic():
            run = FigureRun.objects.taken()
            newest = Event.objects.aggregate(newest=Max("pk"))["newest"] or 0  # asked for before who writes
            is_quiet = not others_write(Event, Appointment)
            happened = Event.objects.filter(pk__gt=run.event_before)
            settled = Appointment.objects.filter(apology_settled_at__gte=run.counted_before - SETTLING)
            stale: dict[date, set[int]] = defaultdict(set)
            for rows in (happened, settled):
                touched: Any = rows.order_by().values("dossier")
                for day, wards in days_of(Dossier.objects.filter(pk__in=touched)).items():
                    stale[day] |= wards
            self.count_again(stale)
            if is_quiet:
                run.event_before, run.counted_before = newest, now
            run.counted_at = now
            run.save()
        return sum(map(len, stale.values()))

    def count_again(self, stale: Mapping[date, set[int]]) -> None:
        """Count these days anew, each for the wards named, and add up the months and years they lie in."""
        years: dict[date, set[int]] = defaultdict(set)
        for month, days in groupby(sorted(stale), key=month_of):
            of_month = list(days)
            counts = counts_of(Days(of_month[0], of_month[-1]))
            for day in of_month:
                self.put(Span.DAY, day, stale[day], counts[day])
            wards = set().union(*(stale[day] for day in of_month))
            in_month = self.each(Span.DAY, Days.of_months(month)).filter(ward__in=wards)
            self.put(Span.MONTH, month, wards, in_month.totals(*OF_ALL))
            years[month.replace(month=1)] |= wards
        for year, wards in years.items():
            in_year = self.each(Span.MONTH, Days.of_months(year, 12)).filter(ward__in=wards)
            self.put(Span.YEAR, year, wards, in_year.totals(*OF_ALL))

    def put(self, span: Span, first: date, wards: set[int], counts: Counter[tuple]) -> None:
        """What those wards count in that span is this, and nothing else; what is so already stays untouched."""
        true = {(*key, count) for key, count in counts.items() if key[0] in wards}
        gone = []
        for pk, *kept in self.filter(span=span, first=first, ward__in=wards).values_list("pk", *OF_ALL, "count"):
            if (found := tuple(kept)) in true:
                true.remove(found)
            else:
                gone.append(pk)
        for at in range(0, len(gone), BATCH):
            self.filter(pk__in=gone[at : at + BATCH]).delete()
        rows: Iterator[Any] = (
            Figure(span=span, first=first, count=count, **dict(zip(OF_ALL, key, strict=True))) for *key, count in true
        )
        self.bulk_create(rows, batch_size=BATCH)

    # how they are proved

    def rebuild(self, say: Progress | None = None) -> Differences:
        """Count every day from the rows themselves and mend what is wrong, a month at a time; gives what was wrong.

        Where nothing was counted yet, nothing was wrong. The worker goes on from here, a day back: what was on its way
        when its month was counted.
        """
        now = timezone.now()
        found = self.compared(say, mend=True, is_first=not self.exists())
        with transaction.atomic():
            run = FigureRun.objects.taken()
            known = Event.objects.filter(at__lt=now - ONE_DAY).aggregate(newest=Max("pk"))["newest"] or 0
            run.event_before = max(run.event_before, known)
            run.counted_at = run.counted_at or now
            run.save()
        return found

    def differences(self, say: Progress | None = None) -> Differences:
        """Where a kept count is not what a recount gives."""
        return self.compared(say, mend=False)

    def compared(self, say: Progress | None, *, mend: bool, is_first: bool = False) -> Differences:
        months, found, done = self.months(), Differences(), 0

        def compare(span: Span, first: date, true: Counter[tuple]) -> None:
            wrong = self.compare(span, first, true)
            if mend and wrong:
                self.put(span, first, {ward for _, _, ward, *_ in wrong}, true)
            if not is_first:
                found.update(wrong)

        for year, of_year in groupby(months, key=lambda month: month.replace(month=1)):
            true_year = Counter[tuple]()
            for month in of_year:
                with transaction.atomic():
                    if mend:
                        FigureRun.objects.taken()
                    true, true_month = counts_of(Days.of_months(month)), Counter[tuple]()
                    for day in Days.of_months(month):
                        compare(Span.DAY, day, true[day])
                        true_month.update(true[day])
                    compare(Span.MONTH, month, true_month)
                true_year.update(true_month)
                done += 1
                if say:
                    say(done, len(months))
            with transaction.atomic():
                if mend:  # what was mended, and what a worker has counted meanwhile
                    FigureRun.objects.taken()
                    true_year = self.each(Span.MONTH, Days.of_months(year, 12)).totals(*OF_ALL)
                compare(Span.YEAR, year, true_year)
        return found

    def compare(self, span: Span, first: date, true: Counter[tuple]) -> Differences:
        kept = self.filter(span=span, first=first).totals(*OF_ALL)
        return {(span.value, first, *key): (kept[key], true[key]) for key in {*kept, *true} if kept[key] != true[key]}

    def months(self) -> list[date]:
        """Every month in which something may count."""
        times = ("received_at", "ready_at", "ended_at", "returned_at")
        edges = Dossier.objects.aggregate(first=Min("received_at"), **{name: Max(name) for name in times})
        days = [timezone.localdate(moment) for moment in edges.values() if moment]
        for rows, name in ((Appointment.objects, "day"), (self, "first")):
            days += [day for day in rows.aggregate(begins=Min(name), ends=Max(name)).values() if day]
        if not days:
            return []
        first, last = month_of(min(days)), month_of(max(days))
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        return [months_later(first, n) for n in range(count)]


class Figure(models.Model):
    """How many dossiers of a ward did what in a day, month or year: kept by a worker, never written by a person."""

    ward = models.ForeignKey(Ward, models.PROTECT, related_name="+")
    span = models.CharField(max_length=5, choices=Span)
    first = models.DateField()
    cut = models.CharField(max_length=9, choices=Cut, blank=True)
    key = models.CharField(max_length=20, blank=True)
    measure = models.CharField(max_length=13, choices=Measure)
    value = models.PositiveIntegerField(default=0)
    count = models.PositiveIntegerField()

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = "số liệu"
        verbose_name_plural = "số liệu"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cut", "ward", "measure", "span", "first", "key", "value"],
                name="figure_once",
            ),
            models.CheckConstraint(condition=Q(count__gt=0), name="figure_counts_something"),
        ]
        indexes: ClassVar = [models.Index(fields=["span", "first", "ward"], name="figure_of_day")]

    def __str__(self) -> str:
        return f"{self.ward_id} {self.first:%d/%m/%Y} {self.measure}: {self.count}"


class FigureRunManager(models.Manager["FigureRun"]):
    def taken(self) -> FigureRun:
        """The one row, locked until the transaction ends: counts are kept by one at a time."""
        self.bulk_create([FigureRun(pk=1)], ignore_conflicts=True)
        return self.select_for_update().get(pk=1)


class FigureRun(models.Model):
    """How far the counts are: everything up to the event `event_before` and the moment `counted_before` is counted for
    good; `counted_at` is when the last run was.
    """

    event_before = models.PositiveBigIntegerField(default=0)
    counted_before = models.DateTimeField(default=timezone.now)
    counted_at = models.DateTimeField("tính đến", null=True)

    objects = FigureRunManager()

    def __str__(self) -> str:
        return f"{self.counted_at}"
