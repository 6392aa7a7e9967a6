"""Spans of days that figures are asked for: any two days, and the months, quarters and years that have a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from desk.calendar import ONE_DAY, ZONE
from desk.vietnamese import lower_first

QUARTERS = ("I", "II", "III", "IV")


def month_of(day: date) -> date:
    return day.replace(day=1)


def months_later(month: date, count: int) -> date:
    """The first day of the month so many months after that one; a negative count goes back."""
    months = month.year * 12 + month.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True)
class Days:
    """From one day to another, both included; `name` is what they are called where the days alone do not tell."""

    first: date
    last: date
    name: str = field(default="", compare=False)

    @classmethod
    def of_months(cls, first: date, count: int = 1) -> Days:
        """So many whole months from that one on."""
        return cls(first, months_later(first, count) - ONE_DAY)

    @property
    def after(self) -> date:
        """The first day that does not belong to it."""
        return self.last + ONE_DAY

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """When it begins, and when it is over."""
        begins, ends = (datetime.combine(day, time.min, ZONE) for day in (self.first, self.after))
        return begins, ends

    @property
    def months(self) -> int:
        """How many whole months it is; 0 where it cuts one."""
        if self.first.day != 1 or self.after.day != 1:
            return 0
        return (self.after.year - self.first.year) * 12 + self.after.month - self.first.month

    @property
    def before(self) -> Days:
        """The span of the same length that ends the day before: the month before a month, the year before a year."""
        if self.months:
            return Days.of_months(months_later(self.first, -self.months), self.months)
        return Days(self.first - (self.after - self.first), self.first - ONE_DAY)

    def until(self, today: date) -> Days:
        """What of it is not in the future; a span that has not begun is its first day."""
        return Days(self.first, max(self.first, min(self.last, today)))

    def beside(self, today: date) -> Days:
        """What it is compared with: the span before, and of that only so many days as this one has had by now."""
        whole, had = self.before, self.until(today)
        if today >= self.last:
            return whole
        part = Days(whole.first, min(whole.last, whole.first + (had.last - had.first)))
        return replace(part, name=f"Cùng thời gian {lower_first(whole.words)}") if self.months else part

    @property
    def words(self) -> str:
        """ "Tháng 11/2026", "Quý IV/2026", "Năm 2026", "Ngày 23/11/2026", or from which month or day to which."""
        if self.name:
            return self.name
        if self.months == 1:
            return f"Tháng {self.first.month}/{self.first.year}"
        if self.months == 3 and self.first.month % 3 == 1:
            return f"Quý {QUARTERS[self.first.month // 3]}/{self.first.year}"
        if self.months == 12 and self.first.month == 1:
            return f"Năm {self.first.year}"
        if self.months:
            return f"Từ tháng {self.first.month}/{self.first.year} đến tháng {self.last.month}/{self.last.year}"
        if self.first == self.last:
            return f"Ngày {self.first:%d/%m/%Y}"
        return f"Từ {self.first:%d/%m/%Y} đến {self.last:%d/%m/%Y}"

    @property
    def query(self) -> str:
        return f"tu={self.first:%Y-%m-%d}&den={self.last:%Y-%m-%d}"

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range((self.after - self.first).days))


def within(name: str, days: Days) -> Q:
    """That moment lies in those days, by the clock of Phủ Lý."""
    begins, ends = days.moments
    return Q(**{f"{name}__gte": begins, f"{name}__lt": ends})


def this_month(today: date) -> Days:
    return Days.of_months(month_of(today))


def shortcuts(today: date) -> list[Days]:
    """This month and the last, this quarter and the last, this year and the last, each to its end."""
    month = month_of(today)
    quarter, year = months_later(month, -((month.month - 1) % 3)), month.replace(month=1)
    found = []
    for start, count in ((month, 1), (quarter, 3), (year, 12)):
        whole = Days.of_months(start, count)
        found += [whole, whole.before]
    return found
