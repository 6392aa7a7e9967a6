"""The report of a period as files: A4 landscape for the printer, and a workbook with numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter
from django.template.loader import render_to_string

from dossiers.report import Line
from dossiers.report_numbers import NUMBERS
from dossiers.report_tables import COLUMNS, NOTHING, PROMISES, Change, PeriodReport

HEADS = (
    *(NUMBERS[slug].name for slug in COLUMNS),
    "Tỷ lệ đúng hạn", "50% xong trong (giờ làm việc)", "90% xong trong (giờ làm việc)",
    *(NUMBERS[slug].name for slug in PROMISES),
)  # fmt: skip
CAUSES_COUNT = "Số lời hẹn lỡ hoặc phải hẹn lại, theo nguyên nhân"
LOOKS = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "border": 1, "text_wrap": True},
    "words": {"border": 1, "text_wrap": True},
    "count": {"border": 1, "num_format": "#,##0"},
    "share": {"border": 1, "num_format": "0.0%"},
    "day": {"border": 1, "num_format": "dd/mm/yyyy"},
}


def values_of(line: Line) -> list[str | int | float]:
    """What stands in a line of the workbook, its name first; a share is the one float."""
    counts, promises = ([NUMBERS[slug].get(line) for slug in slugs] for slugs in (COLUMNS, PROMISES))
    return [line.name, *counts, *map(told, (line.share, line.median, line.p90)), *promises]


def told(value: Any) -> Any:
    return NOTHING if value is None else value


class Book:
    """A workbook in memory, sheet by sheet; a text stays a text, whatever it begins with."""

    def __init__(self) -> None:
        self.buffer = BytesIO()
        self.book = xlsxwriter.Workbook(self.buffer, {"in_memory": True})
        self.looks = {name: self.book.add_format(look) for name, look in LOOKS.items()}

    def sheet(self, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
        sheet, top = self.book.add_worksheet(name), 2 if title else 0
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, len(heads), 13)
        if title:
            sheet.write_string(0, 0, title, self.looks["title"])
        for row, values in enumerate([heads, *rows], start=top):
            for column, value in enumerate(values):
                self.put(sheet, row, column, value, is_head=row == top)
        sheet.freeze_panes(top + 1, 1)

    def put(self, sheet: Any, row: int, column: int, value: Any, *, is_head: bool) -> None:
        if isinstance(value, str):
            sheet.write_string(row, column, value, self.looks["head" if is_head else "words"])
        elif isinstance(value, date):
            sheet.write_datetime(row, column, datetime.combine(value, time.min), self.looks["day"])
        else:
            sheet.write_number(row, column, value, self.looks["share" if isinstance(value, float) else "count"])

    def closed(self) -> bytes:
        self.book.close()
        return self.buffer.getvalue()


def report_xlsx(report: PeriodReport) -> bytes:
    """The lines with their total and why promises were missed, the period beside the one before, and what is drawn."""
    book, place = Book(), report.ward or "Toàn thành phố"
    lines = [*report.lines, report.total]
    book.sheet("Báo cáo", (report.what, *HEADS), map(values_of, lines), f"{report.headline} {place}")
    causes = [report.cause_numbers[key] for key, _ in report.total.causes.most_common()]
    names = [cause.name for cause in causes]
    rows = [[line.name, *(cause.get(line) for cause in causes)] for line in lines]
    book.sheet("Nguyên nhân", (report.what, *names), rows, CAUSES_COUNT)
    periods = ("Số liệu", report.until, report.past.days.words, "Thay đổi")
    book.sheet("So với kỳ trước", periods, map(compared_values, report.compared))
    days = report.report.each_day(report.days.until(report.today))
    book.sheet("Theo ngày", ("Ngày", "Tiếp nhận", "Trả kết quả"), days)
    months = [(f"{month:%m/%Y}", told(share), count) for month, share, count in report.months]
    book.sheet("Đúng hạn theo tháng", ("Tháng", "Tỷ lệ đúng hạn", "Có kết quả"), months)
    book.sheet("Đang quá hạn", ("Ngày làm việc sau lời hẹn", "Hồ sơ"), report.age_rows)
    return book.closed()


def compared_values(change: Change) -> list[Any]:
    return [f"{change.name} (giờ làm việc)" if change.in_hours else change.name, *map(told, change.values)]


def report_html(report: PeriodReport, now: datetime) -> str:
    """The report as it is printed: A4 landscape."""
    return render_to_string("paper/report.html", {"report": report, "ward": report.ward, "now": now})
