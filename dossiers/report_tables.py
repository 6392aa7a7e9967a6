"""The report of a period as page, paper and workbook show it: sentence, tables and charts of the same numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cached_property
from math import ceil
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from desk.calendar import OfficeHours, WorkingCalendar
from desk.charts import Chart, bars, line, pairs
from desk.models import Ward
from desk.period import Days, month_of, months_later
from desk.vietnamese import day_month, number, percent
from dossiers.models import Dossier
from dossiers.overdue import age_groups
from dossiers.report import Line, Report
from dossiers.report_numbers import NUMBERS, Number, cause_numbers, late_at_end

NOTHING = "—"
#: By what a report is broken down, and by which filter of the list of dossiers its lines are found again.
BREAKDOWNS = {
    "thu-tuc": ("Thủ tục", "thu_tuc"),
    "linh-vuc": ("Lĩnh vực", "linh_vuc"),
    "cong-chuc": ("Công chức", "cong_chuc"),
    "cach-nop": ("Cách nộp", "kenh"),
    "don-vi": ("Phường, xã", "don_vi"),
}
#: The numbers of a line, in the order of its columns; each opens its list.
COLUMNS = (
    "ton-dau", "tiep-nhan", "truoc-han", "dung-han", "qua-han", "tu-choi", "dung",
    "dang-trong-han", "dang-qua-han", "cho-bo-sung",
)  # fmt: skip
#: What became of the promises that were missed: the second table, with the causes behind them.
PROMISES = ("lo-hen", "da-xin-loi", "kip-hen", "cho-tra-truoc", "no-xin-loi")
#: What the period is compared with the one before in.
COMPARED = (
    "tiep-nhan", "truoc-han", "dung-han", "qua-han", "tu-choi", "dung", "da-tra", "dang-qua-han", *PROMISES,
)  # fmt: skip
#: A chart of single days holds so many.
MOST_DAYS = 62
DAY = OfficeHours().day_length


def in_days(hours: int | None, day: timedelta = DAY) -> str:
    """Office hours as people say them: "3 giờ", "2,5 ngày" of that length; half days are rounded up."""
    if hours is None:
        return NOTHING
    if timedelta(hours=hours) < day:
        return f"{hours} giờ" if hours else "dưới 1 giờ"
    halves = ceil(timedelta(hours=2 * hours) / day)
    return f"{halves // 2}{',5' if halves % 2 else ''} ngày"


def share_words(share: float | None) -> str:
    return NOTHING if share is None else percent(share)


#: A number of the report: a count, a share, office hours, or nothing.
Value = int | float | None


class Change(NamedTuple):
    """One number of this period beside that of the period before, as people read it; counts with their lists.

    `values` are now, before and their difference as they were counted, of a working time in office hours.
    """

    name: str
    now: str
    before: str
    change: str
    values: tuple[Value, Value, Value]
    lists: tuple[str, str] = ("", "")
    in_hours: bool = False


def signed(more: float, words: str) -> str:
    """What has changed, with its sign: "+12", "−0,3 điểm"."""
    return f"+{words}" if more > 0 else f"−{words}" if more < 0 else words


def points(now: float, before: float) -> float:
    """How many points of a percent a share rose, of both as they are shown: with one decimal."""
    return (tenths(now) - tenths(before)) / 10


def tenths(share: float) -> int:
    return int(percent(share).rstrip("%").replace(",", ""))


def points_words(more: float) -> str:
    """ "0,4", without its sign."""
    return f"{abs(more):.1f}".replace(".", ",")


def beside(
    name: str, now: Value, before: Value, words: Callable[[Any], str], more: Callable[[Any], str], **rest: Any
) -> Change:
    """Two periods in one number; `words` tell it, `more` tells its difference without the sign."""
    told = words(now), words(before)
    if now is None or before is None:
        return Change(name, *told, NOTHING, (now, before, None), **rest)
    change = now - before
    return Change(name, *told, signed(change, more(abs(change))), (now, before, change), **rest)


def share_change(now: Line, before: Line) -> Change:
    name, told = "Tỷ lệ đúng hạn", (share_words(now.share), share_words(before.share))
    if now.share is None or before.share is None:
        return Change(name, *told, NOTHING, (now.share, before.share, None))
    more = points(now.share, before.share)
    return Change(name, *told, signed(more, f"{points_words(more)} điểm"), (now.share, before.share, more / 100))


def coming_and_going(report: Report, days: Days) -> tuple[str, list[tuple[str, int, int]]]:
    """What came in and was handed back on each day of those, or in each month where a chart cannot hold the days.

    Comes with the word for what a row is: "ngày", "tháng".
    """
    if days.after - days.first > timedelta(days=MOST_DAYS):
        return "tháng", [(f"{month:%m/%Y}", came, went) for month, came, went in report.each_month(days)]
    return "ngày", [(day_month(day), came, went) for day, came, went in report.each_day(days)]


class PeriodReport:
    """Everything that the report of some wards and days says, broken down by one thing."""

    def __init__(
        self, wards: Sequence[Ward], ward: Ward | None, days: Days, by: str, calendar: WorkingCalendar, today: date
    ) -> None:
        self.wards, self.ward, self.days, self.by, self.today = wards, ward, days, by, today
        self.calendar, self.day = calendar, calendar.hours.day_length
        self.report, self.past = Report(wards, days), Report(wards, days.beside(today))

    @property
    def what(self) -> str:
        return BREAKDOWNS[self.by][0]

    def rows_of(self, line: Line, slugs: Sequence[str]) -> list[tuple[int, str]]:
        """Those numbers of a line, each with the address of the list of dossiers that it counts."""
        return [(NUMBERS[slug].get(line), self.list_of(slug, line)) for slug in slugs]

    def causes_of(self, line: Line) -> list[tuple[str, int, str]]:
        """Why its promises were missed or made anew, the commonest first: the cause, how many, and their list."""
        found = [(self.cause_numbers[key], count) for key, count in line.causes.most_common()]
        return [(number.name, count, self.list_of(number.slug, line)) for number, count in found]

    @cached_property
    def cause_numbers(self) -> dict[int, Number]:
        return cause_numbers()

    def list_of(self, slug: str, line: Line) -> str:
        return self.address(slug, self.days, {} if line is self.total else {BREAKDOWNS[self.by][1]: line.key})

    def address(self, slug: str, days: Days, narrowed: dict[str, Any]) -> str:
        asked = {"so": slug, "tu": days.first.isoformat(), "den": days.last.isoformat(), **narrowed}
        if self.ward:
            asked["don_vi"] = self.ward.slug
        return f"{reverse('dossiers:dossiers')}?{urlencode(asked)}"

    @cached_property
    def table(self) -> list[tuple[Line, list[tuple[int, str]]]]:
        return [(line, self.rows_of(line, COLUMNS)) for line in (*self.lines, self.total)]

    @cached_property
    def promises(self) -> list[tuple[Line, list[tuple[int, str]], list[tuple[str, int, str]]]]:
        """Of the same lines those with any: promises missed, what became of them, and why."""
        lines = [line for line in self.lines if line.missed or line.causes]
        return [(line, self.rows_of(line, PROMISES), self.causes_of(line)) for line in (*lines, self.total)]

    @cached_property
    def total(self) -> Line:
        return self.report.total()

    @cached_property
    def lines(self) -> list[Line]:
        """The busiest first; people by name."""
        found: list[Line] = {
            "thu-tuc": self.report.by_procedure,
            "linh-vuc": self.report.by_field,
            "cong-chuc": self.report.by_officer,
            "cach-nop": self.report.by_channel,
            "don-vi": self.report.by_ward,
        }[self.by]()
        busy = [line for line in found if line.causes or any(number.get(line) for number in NUMBERS.values())]
        return sorted(busy, key=lambda line: (-line.received - line.carried, line.name))

    @property
    def until(self) -> str:
        """ "Tháng 11/2026 đến nay" while it lasts; words that say until when are not over yet."""
        words = self.days.words
        if not self.days.first <= self.today < self.days.last:
            return words
        return f"{words} (chưa hết kỳ)" if " đến " in words else f"{words} đến nay"

    @cached_property
    def headline(self) -> str:
        """What the report says in one sentence."""
        if not self.total.resolved:
            return f"{self.until}: chưa có hồ sơ nào có kết quả."
        done, share = number(self.total.resolved), share_words(self.total.share)
        return f"{self.until}: {done} hồ sơ có kết quả, {share} đúng hạn."

    @cached_property
    def compared(self) -> list[Change]:
        now, before, rows = self.total, self.past.total(), []
        for slug in COMPARED:
            name, get, lists = NUMBERS[slug].name, NUMBERS[slug].get, self.lists_of(slug)
            rows.append(beside(name, get(now), get(before), number, number, lists=lists))
        rows.insert(4, share_change(now, before))
        for name, this, last in (
            ("Một nửa xong trong", now.median, before.median),
            ("9 trong 10 xong trong", now.p90, before.p90),
        ):
            rows.append(beside(name, this, last, self.in_days, self.hours_more, in_hours=True))
        return rows

    def lists_of(self, slug: str) -> tuple[str, str]:
        return self.address(slug, self.days, {}), self.address(slug, self.past.days, {})

    def hours_more(self, hours: int) -> str:
        return self.in_days(hours) if hours else "0"

    def in_days(self, hours: int | None) -> str:
        return in_days(hours, self.day)

    @cached_property
    def drawings(self) -> list[Chart]:
        return [self.coming_and_going, self.shares, self.ages, self.causes]

    @property
    def coming_and_going(self) -> Chart:
        each, rows = coming_and_going(self.report, self.days.until(self.today))
        return pairs("Tiếp nhận và trả kết quả", f"Hồ sơ theo {each}", ("Tiếp nhận", "Trả kết quả"), rows)

    @cached_property
    def months(self) -> list[tuple[date, float | None, int]]:
        """The twelve months that end with the period, each with its share in time and the results it stands on."""
        last = month_of(self.days.until(self.today).last)
        return Report(self.wards, Days.of_months(months_later(last, -11), 12)).shares_by_month()

    @property
    def shares(self) -> Chart:
        rows = self.months
        counts = [count for _, _, count in rows]
        about = f"Mỗi tháng {number(min(counts))} đến {number(max(counts))} kết quả" if counts else "Chưa có kết quả"
        told = [(f"{month:%m/%y}", share) for month, share, _ in rows]
        return line("Có kết quả đúng hạn theo tháng", about, told)

    @cached_property
    def age_rows(self) -> list[tuple[str, int]]:
        """How many were late at the end of the period, by working days."""
        days = self.days.until(self.today)
        late = late_at_end(Dossier.objects.filter(ward__in=self.wards), days).order_by()
        promised = Counter[date]()
        for moment, count in late.values_list("promised_at").annotate(how_many=Count("pk")):
            promised[timezone.localdate(moment)] += count
        return age_groups(promised, days.last, self.calendar)

    @property
    def ages(self) -> Chart:
        count = number(sum(count for _, count in self.age_rows))
        about = f"Ngày làm việc sau lời hẹn đầu, {count} hồ sơ cuối kỳ"
        return bars("Đang quá hạn bao lâu", about, self.age_rows, css="bar-overdue")

    @property
    def causes(self) -> Chart:
        rows = [(name, count) for name, count, _ in self.causes_of(self.total)]
        about = f"{number(sum(count for _, count in rows))} lời hẹn lỡ hoặc phải hẹn lại"
        return bars("Vì sao chậm", about, rows, unit="lời hẹn")
