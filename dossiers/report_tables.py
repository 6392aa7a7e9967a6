"""The report of a period as page, paper and workbook show it: sentence, tables and charts of the same numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
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
from dossiers.report import Line, Report, why
from dossiers.report_numbers import NUMBERS, late_at_end

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
#: What the period is compared with the one before in.
COMPARED = (
    "tiep-nhan", "truoc-han", "dung-han", "qua-han", "tu-choi", "dung", "da-tra", "dang-qua-han", "lo-hen",
    "no-xin-loi",
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


class Change(NamedTuple):
    """One number of this period beside that of the period before."""

    name: str
    now: str
    before: str
    change: str


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


def share_change(now: Line, before: Line) -> Change:
    told = share_words(now.share), share_words(before.share)
    if now.share is None or before.share is None:
        return Change("Tỷ lệ đúng hạn", *told, NOTHING)
    more = points(now.share, before.share)
    return Change("Tỷ lệ đúng hạn", *told, signed(more, f"{points_words(more)} điểm"))


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
        self.calendar = calendar
        self.report, self.past = Report(wards, days), Report(wards, days.beside(today))

    @property
    def what(self) -> str:
        return BREAKDOWNS[self.by][0]

    def rows_of(self, line: Line) -> list[tuple[int, str]]:
        """The numbers of a line, each with the address of the list of dossiers that it counts."""
        narrowed = {} if line is self.total else {BREAKDOWNS[self.by][1]: line.key}
        if self.ward:
            narrowed["don_vi"] = self.ward.slug
        return [(NUMBERS[slug].get(line), self.address(slug, narrowed)) for slug in COLUMNS]

    def address(self, slug: str, narrowed: dict[str, Any]) -> str:
        asked = {"so": slug, "tu": self.days.first.isoformat(), "den": self.days.last.isoformat(), **narrowed}
        return f"{reverse('dossiers:dossiers')}?{urlencode(asked)}"

    @cached_property
    def table(self) -> list[tuple[Line, list[tuple[int, str]]]]:
        return [(line, self.rows_of(line)) for line in (*self.lines, self.total)]

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
        busy = [line for line in found if any(get(line) for get in (number.get for number in NUMBERS.values()))]
        return sorted(busy, key=lambda line: (-line.received - line.carried, line.name))

    @property
    def until(self) -> str:
        """ "Tháng 11/2026 đến nay" while it lasts."""
        return f"{self.days.words} đến nay" if self.days.first <= self.today < self.days.last else self.days.words

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
            this, last = NUMBERS[slug].get(now), NUMBERS[slug].get(before)
            change = signed(this - last, number(abs(this - last)))
            rows.append(Change(NUMBERS[slug].name, number(this), number(last), change))
        rows.insert(4, share_change(now, before))
        rows.append(Change("Một nửa xong trong", in_days(now.median), in_days(before.median), ""))
        rows.append(Change("9 trong 10 xong trong", in_days(now.p90), in_days(before.p90), ""))
        return rows

    @cached_property
    def drawings(self) -> list[Chart]:
        return [self.coming_and_going, self.shares, self.ages, self.causes]

    @property
    def coming_and_going(self) -> Chart:
        each, rows = coming_and_going(self.report, self.days.until(self.today))
        return pairs("Tiếp nhận và trả kết quả", f"Hồ sơ theo {each}", ("Tiếp nhận", "Trả kết quả"), rows)

    @property
    def shares(self) -> Chart:
        """The twelve months that end with the period."""
        last = month_of(self.days.until(self.today).last)
        year = Days.of_months(months_later(last, -11), 12)
        rows = Report(self.wards, year).shares_by_month()
        counts = [count for _, _, count in rows]
        about = f"Mỗi tháng {number(min(counts))} đến {number(max(counts))} kết quả" if counts else "Chưa có kết quả"
        told = [(f"{month:%m/%y}", share) for month, share, _ in rows]
        return line("Có kết quả đúng hạn theo tháng", about, told)

    @property
    def ages(self) -> Chart:
        days = self.days.until(self.today)
        late = late_at_end(Dossier.objects.filter(ward__in=self.wards), days).order_by()
        promised = Counter[date]()
        for moment, count in late.values_list("promised_at").annotate(how_many=Count("pk")):
            promised[timezone.localdate(moment)] += count
        rows = age_groups(promised, days.last, self.calendar)
        about = f"Ngày làm việc sau lời hẹn đầu, {number(promised.total())} hồ sơ cuối kỳ"
        return bars("Đang quá hạn bao lâu", about, rows, css="bar-overdue")

    @property
    def causes(self) -> Chart:
        rows = [(name or "Chưa ghi nguyên nhân", count) for name, count in why(self.total.causes)]
        about = f"{number(sum(count for _, count in rows))} lời hẹn lỡ hoặc phải hẹn lại"
        return bars("Vì sao chậm", about, rows, unit="lời hẹn")
