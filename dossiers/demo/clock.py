"""Office time: when somebody at the desk can have done something."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from desk.calendar import ONE_DAY, ZONE, Half, WorkingCalendar


class OfficeClock:
    """Moments in a ward's opening hours. It remembers which days are worked: the plan asks a thousand times."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self.calendar = calendar
        self.known: dict[date, bool] = {}
        self.spans: dict[tuple[date, Half], tuple[datetime, datetime]] = {}

    def works(self, day: date) -> bool:
        if day not in self.known:
            self.known[day] = self.calendar.is_working(day)
        return self.known[day]

    def span(self, day: date, half: Half) -> tuple[datetime, datetime]:
        if (day, half) not in self.spans:
            opens, closes = self.calendar.hours.span(half)
            self.spans[day, half] = datetime.combine(day, opens, ZONE), datetime.combine(day, closes, ZONE)
        return self.spans[day, half]

    def half_at(self, moment: datetime) -> Half:
        return self.calendar.hours.half_at(moment.time())

    def later(self, moment: datetime, minutes: float) -> datetime:
        """So many office minutes after a moment."""
        left = timedelta(minutes=minutes)
        for opens, closes in self._spans(moment, ONE_DAY):
            start = max(opens, moment)
            if start + left <= closes:
                return tidy(start + left)
            left -= max(closes - start, timedelta(0))
        raise AssertionError("the calendar never ends")

    def earlier(self, moment: datetime, minutes: float) -> datetime:
        """So many office minutes before a moment."""
        left = timedelta(minutes=minutes)
        for opens, closes in self._spans(moment, -ONE_DAY):
            end = min(closes, moment)
            if end - left >= opens:
                return tidy(end - left)
            left -= max(end - opens, timedelta(0))
        raise AssertionError("the calendar never began")

    def days_later(self, day: date, count: int) -> date:
        """The `count`-th working day after a day."""
        while count:
            day += ONE_DAY
            count -= self.works(day)
        return day

    def working_days(self, first: date, before: date) -> list[date]:
        """Working days from the first on, up to but without the last."""
        days = (first + timedelta(days=n) for n in range((before - first).days))
        return [day for day in days if self.works(day)]

    def sometime(self, dice: Random, day: date) -> datetime:
        """Any moment of the opening hours of a day."""
        opens, closes = self.span(day, Half.MORNING if dice.random() < 0.5 else Half.AFTERNOON)
        return tidy(opens + (closes - opens) * dice.uniform(0.03, 0.97))

    def _spans(self, moment: datetime, step: timedelta) -> Iterator[tuple[datetime, datetime]]:
        """The open halves from the day of a moment on, or back."""
        day = moment.astimezone(ZONE).date()
        while True:
            if self.works(day):
                for half in list(Half)[:: step.days]:
                    yield self.span(day, half)
            day += step


def tidy(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
