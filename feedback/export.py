"""A report of figures as a workbook with real numbers, and as paper: A4 landscape."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from django.template.loader import render_to_string

from desk.models import Ward
from feedback.figures import Line, Table
from feedback.statistics import NOTHING
from feedback.tables import Report

COLUMNS = ("Phiếu", "Hài lòng", "Cận dưới", "Cận trên", "Mục tiêu 95%", "Đã trả lời", "Được hỏi", "Tỷ lệ trả lời")
WIDTHS = (44, 10, 11, 11, 11, 28, 12, 12, 14)
#: Columns that are shares.
SHARES = {2, 3, 4, 8}
HEADING = {"bold": True, "border": 1, "text_wrap": True}
SHARE = {"num_format": "0.0%"}


def values_of(line: Line) -> list[int | float | str | None]:
    """What stands beside the name; None where nothing may or can be said."""
    share = line.share
    if line.is_hidden:
        return [line.count_words, *[None] * 3, line.why_no_share, None, line.asked, None]
    low, high = share.interval or (None, None)
    told = str(share.verdict) if share.is_counted else line.why_no_share
    answered = None if line.asked is None or line.rate is None else line.answered
    return [line.count, share.value, low, high, told, answered, line.asked, line.rate]


class Sheet:
    """A sheet that is filled row by row; nothing becomes a formula."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.sheet, self.row = book.add_worksheet("Mức hài lòng"), 0
        self.title, self.heading = (book.add_format(look) for look in ({"bold": True, "font_size": 14}, HEADING))
        self.cell, self.count, self.share = (
            book.add_format({"border": 1, **look}) for look in ({"text_wrap": True}, {"num_format": "#,##0"}, SHARE)
        )
        for column, width in enumerate(WIDTHS):
            self.sheet.set_column(column, column, width)

    def say(self, words: str, look: Any = None) -> None:
        self.sheet.write_string(self.row, 0, words, look)
        self.row += 1

    def add(self, table: Table) -> None:
        self.row += 1
        self.say(table.title, self.title)
        for column, name in enumerate((table.what, *COLUMNS)):
            self.sheet.write_string(self.row, column, name, self.heading)
        self.row += 1
        for line in [*table.lines, *([table.total] if table.total else [])]:
            self.add_line(line)
        if table.note:
            self.say(table.note)

    def add_line(self, line: Line) -> None:
        self.sheet.write_string(self.row, 0, line.name, self.cell)
        for column, value in enumerate(values_of(line), start=1):
            if isinstance(value, int | float):
                self.sheet.write_number(self.row, column, value, self.share if column in SHARES else self.count)
            else:
                self.sheet.write_string(self.row, column, value or NOTHING, self.cell)
        self.row += 1


def xlsx(place: str, report: Report) -> bytes:
    """The tables one below the other on one sheet."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = Sheet(book)
    sheet.say(f"Mức hài lòng của người dân, {place}", sheet.title)
    sheet.say(report.headline)
    for table in report.tables:
        sheet.add(table)
    book.close()
    return buffer.getvalue()


def paper(report: Report, now: datetime, ward: Ward | None = None) -> str:
    """The report as it is printed; without a ward it is the city's."""
    return render_to_string("paper/figures.html", {"report": report, "ward": ward, "now": now})
