"""Months that figures are asked for: an answer keeps its month and no day, so no figure knows less than a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from desk.period import Days, month_of, months_later


@dataclass(frozen=True)
class Period:
    """From one month to another, both included; each is named by its first day."""

    first: date
    last: date

    @classmethod
    def touching(cls, days: Days) -> Period:
        """The whole months that those days touch."""
        return cls(month_of(days.first), month_of(days.last))

    @property
    def count(self) -> int:
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    @property
    def days(self) -> Days:
        return Days.of_months(self.first, self.count)

    @property
    def after(self) -> date:
        """The first day that does not belong to it."""
        return self.days.after

    @property
    def months(self) -> list[date]:
        return [months_later(self.first, n) for n in range(self.count)]

    @property
    def words(self) -> str:
        """ "Tháng 11/2026", "Quý IV/2026", "Năm 2026", or from which month to which."""
        return self.days.words

    @property
    def query(self) -> str:
        return f"tu={self.first:%Y-%m}&den={self.last:%Y-%m}"


def this_month(today: date) -> Period:
    return Period(month_of(today), month_of(today))


def shortcuts(today: date) -> list[Period]:
    """This month and the last, this quarter and the last, this year and the last, each to its end."""
    this = month_of(today)
    quarter, year = months_later(this, -((this.month - 1) % 3)), this.replace(month=1)
    starts = [(this, 1), (months_later(this, -1), 1), (quarter, 3), (months_later(quarter, -3), 3)]
    starts += [(year, 12), (months_later(year, -12), 12)]
    return [ending(start, count) for start, count in starts]


def ending(start: date, count: int) -> Period:
    return Period(start, months_later(start, count - 1))


def lately(today: date) -> Period:
    """The three months before this one: the figure for the citizens' first page."""
    return Period(months_later(month_of(today), -3), months_later(month_of(today), -1))
