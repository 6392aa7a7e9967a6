"""Office time, measured: which of two terms is shorter, and how long many spans are."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from desk.calendar import ONE_DAY, ZONE, Half, Limit, Mark, OfficeHours, SpecialDay, WorkingCalendar

#: Years of which only New Year's Day is special, so that the week tried and all that follows it are ordinary.
ORDINARY = {day: SpecialDay(day, Mark.HOLIDAY, "") for day in (date(year, 1, 1) for year in (2024, 2025, 2026))}
#: Every half hour of a week, and the minute after it.
WEEK = [
    datetime.combine(date(2024, 1, 8) + timedelta(days=day), time(hour, minute), ZONE)
    for day in range(5)
    for hour in range(6, 19)
    for minute in (0, 1, 30, 31)
]


@lru_cache(maxsize=1024)
def is_shorter(limit: Limit, than: Limit, hours: OfficeHours) -> bool:
    """Whether one term never promises a later half day than another, and for somebody an earlier one.

    Tried, not reckoned: days, working days and hours have no common length. It is tried for whoever comes in an
    ordinary week; around holidays the earlier promise of the two holds (`WorkingCalendar.earliest`).
    """
    plain = WorkingCalendar(ORDINARY, hours)
    ends = [(plain.closes_at(*plain.due(at, limit)), plain.closes_at(*plain.due(at, than))) for at in WEEK]
    return all(mine <= theirs for mine, theirs in ends) and any(mine < theirs for mine, theirs in ends)


class OfficeRuler:
    """Office time of many spans, as `WorkingCalendar.working_time` says it: each day is looked up once."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self.calendar = calendar
        midnight = datetime.combine(date.min, time.min)
        spans = (calendar.hours.span(half) for half in Half)
        self.halves = [[datetime.combine(date.min, edge) - midnight for edge in span] for span in spans]
        self.known: dict[datetime, timedelta] = {}
        self.worked: dict[date, timedelta] = {}  # office time from a day of reference until each day begins
        self.first = self.last = date.min

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Office time between two moments; zero when `end` is not after `start`."""
        return max(self.at(end) - self.at(start), timedelta(0))

    def at(self, moment: datetime) -> timedelta:
        """Office time until that moment, from a day of reference that is the same for all moments."""
        if moment not in self.known:
            local = moment.astimezone(ZONE)
            total = self.until(local.date())
            for opens, closes in self.halves if self.calendar.is_working(local.date()) else ():
                into = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
                total += max(min(closes, into + timedelta(microseconds=local.microsecond)) - opens, timedelta(0))
            self.known[moment] = total
        return self.known[moment]

    def until(self, day: date) -> timedelta:
        if not self.worked:
            self.worked[day], self.first, self.last = timedelta(0), day, day
        while self.last < day:
            self.worked[self.last + ONE_DAY] = self.worked[self.last] + self.of(self.last)
            self.last += ONE_DAY
        while day < self.first:
            self.first -= ONE_DAY
            self.worked[self.first] = self.worked[self.first + ONE_DAY] - self.of(self.first)
        return self.worked[day]

    def of(self, day: date) -> timedelta:
        return self.calendar.hours.day_length if self.calendar.is_working(day) else timedelta(0)
