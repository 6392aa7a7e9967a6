"""Months that figures are asked for: an answer keeps its month and no day, so no figure knows less than a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

QUARTERS = ("I", "II", "III", "IV")


def month_of(day: date) -> date:
    return day.replace(day=1)


def months_before(month: date, count: int) -> date:
    for _ in range(count):
        month = month_of(month - timedelta(days=1))
    return month


def month_after(month: date) -> date:
    return month_of(month + timedelta(days=31))


@dataclass(frozen=True)
class Period:
    """From one month to another, both included; each is named by its first day."""

    first: date
    last: date

    @property
    def after(self) -> date:
        """The first day that does not belong to it."""
        return month_after(self.last)

    @property
    def months(self) -> list[date]:
        found = [self.first]
        while found[-1] < self.last:
            found.append(month_after(found[-1]))
        return found

    @property
    def is_quarter(self) -> bool:
        return self.first.month % 3 == 1 and months_before(self.last, 2) == self.first

    @property
    def words(self) -> str:
        """ "Tháng 11/2026", "Quý IV/2026", "Năm 2026", or from which month to which."""
        if self.first == self.last:
            return f"Tháng {self.first.month}/{self.first.year}"
        if self.is_quarter:
            return f"Quý {QUARTERS[self.first.month // 3]}/{self.first.year}"
        if (self.first.month, months_before(self.last, 11)) == (1, self.first):
            return f"Năm {self.first.year}"
        return f"Từ tháng {self.first.month}/{self.first.year} đến tháng {self.last.month}/{self.last.year}"

    @property
    def query(self) -> str:
        return f"tu={self.first:%Y-%m}&den={self.last:%Y-%m}"


def this_month(today: date) -> Period:
    return Period(month_of(today), month_of(today))


def shortcuts(today: date) -> list[Period]:
    """This month and the last, this quarter and the last, this year and the last, each to its end."""
    this = month_of(today)
    quarter = months_before(this, (this.month - 1) % 3)
    year = this.replace(month=1)
    starts = [(this, 1), (months_before(this, 1), 1), (quarter, 3), (months_before(quarter, 3), 3)]
    starts += [(year, 12), (year.replace(year=year.year - 1), 12)]
    return [ending(start, count) for start, count in starts]


def ending(start: date, count: int) -> Period:
    last = start
    for _ in range(count - 1):
        last = month_after(last)
    return Period(start, last)


def lately(today: date) -> Period:
    """The three months before this one: the figure for the citizens' first page."""
    return Period(months_before(month_of(today), 3), months_before(month_of(today), 1))
