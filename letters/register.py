"""Sổ đăng ký thư: the letters issued in a period, series by series, as rows, as A4 landscape HTML and as a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from itertools import groupby

import xlsxwriter
from django.template.loader import render_to_string
from django.utils import timezone

from desk.models import Ward
from letters.models import Letter
from letters.models.letter import LetterQuerySet

COLUMNS = (
    ("Số, ký hiệu", 18),
    ("Ngày", 12),
    ("Loại thư", 28),
    ("Người nhận", 36),
    ("Hồ sơ, ý kiến", 26),
    ("Người ký", 26),
    ("Tình trạng", 20),
    ("Ghi chú", 44),
)


@dataclass(frozen=True)
class Series:
    """What the period holds of one series of numbers; `missing` would be numbers that no letter has."""

    symbol: str
    year: int
    first: int
    last: int
    count: int

    @property
    def missing(self) -> int:
        return self.last - self.first + 1 - self.count


def letters_of(ward: Ward, first: date, last: date) -> LetterQuerySet:
    """The letters issued from `first` to `last`, both included, in the order of their numbers."""
    start = timezone.make_aware(datetime.combine(first, time.min))
    end = timezone.make_aware(datetime.combine(last, time.max))
    rows = Letter.objects.issued().filter(ward=ward, issued_at__gte=start, issued_at__lte=end)
    rows = rows.select_related("dossier", "contribution", "replaces", "replaced_by")
    return rows.order_by("symbol", "year", "number")


def series_of(letters: Iterable[Letter]) -> list[Series]:
    """The series in the order of the register."""
    found = []
    for (symbol, year), group in groupby(letters, key=lambda letter: (letter.symbol, letter.year or 0)):
        numbers = [letter.number or 0 for letter in group]
        found.append(Series(symbol, year, numbers[0], numbers[-1], len(numbers)))
    return found


def about_of(letter: Letter) -> str:
    """The dossier or the contribution that it is about, by its code."""
    about = letter.dossier or letter.contribution
    return about.code if about else ""


def status_of(letter: Letter) -> str:
    if not letter.is_recalled:
        return "Đang có hiệu lực"
    return "Đã thay" if letter.successor else "Đã thu hồi"


def note_of(letter: Letter) -> str:
    """Which letter it replaces, which one replaces it, and why."""
    notes = []
    if letter.replaces:
        notes.append(f"Thay thư số {letter.replaces.number_words}")
    if letter.is_recalled:
        notes.append(f"{place_of(letter)}: {letter.recall_reason}")
    return "; ".join(notes)


def place_of(letter: Letter) -> str:
    """What has come in the place of a recalled letter."""
    if letter.successor:
        return f"Thay bằng thư số {letter.successor.number_words}"
    return "Đang lập thư thay" if letter.replaced_by.state in Letter.WAITING else "Không lập thư thay"


def register_xlsx(ward: Ward, first: date, last: date) -> bytes:
    """The register as a workbook: one sheet, frozen heading, real dates; nothing typed ever becomes a formula."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True})
    sheet = book.add_worksheet("Sổ thư")
    title = book.add_format({"bold": True, "font_size": 14})
    heading = book.add_format({"bold": True, "border": 1, "text_wrap": True})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    day = book.add_format({"border": 1, "valign": "top", "num_format": "dd/mm/yyyy"})
    for column, (_name, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, f"Sổ đăng ký thư, {ward}, {first:%d/%m/%Y} – {last:%d/%m/%Y}", title)
    for column, (name, _width) in enumerate(COLUMNS):
        sheet.write_string(2, column, name, heading)
    for line, letter in enumerate(letters_of(ward, first, last).iterator(chunk_size=2000), start=3):
        for column, value in enumerate(values_of(letter)):
            if isinstance(value, date):
                sheet.write_datetime(line, column, value, day)
            else:
                sheet.write_string(line, column, value, cell)
    sheet.freeze_panes(3, 1)
    book.close()
    return buffer.getvalue()


def values_of(letter: Letter) -> tuple[str | date, ...]:
    """One line of the register, column by column."""
    return (
        letter.number_words,
        timezone.localdate(letter.issued_at),
        letter.get_kind_display(),
        letter.facts.get("nguoi_nhan", ""),
        about_of(letter),
        letter.signed.get("name", ""),
        status_of(letter),
        note_of(letter),
    )


def register_html(ward: Ward, first: date, last: date) -> str:
    """The register as it is printed: the heading stands on every page, rows are never torn."""
    letters = list(letters_of(ward, first, last))
    context = {
        "ward": ward,
        "first": first,
        "last": last,
        "rows": [values_of(letter) for letter in letters],
        "series": series_of(letters),
        "columns": COLUMNS,
    }
    return render_to_string("paper/letter_register.html", context)
