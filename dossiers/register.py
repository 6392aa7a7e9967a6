"""Sổ theo dõi hồ sơ: the register of a period, as rows, as A4 landscape HTML for the printer, and as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from io import BytesIO
from itertools import groupby
from operator import attrgetter
from typing import Any

import xlsxwriter
from django.template.loader import render_to_string
from django.utils import timezone

from desk.models import DeskName, Ward
from desk.period import Days, within
from desk.vietnamese import group_phone
from dossiers.models import Dossier, Edition, FormTitle, State

COLUMNS = (
    ("TT", 7),
    ("Mã hồ sơ", 26),
    ("Tên thủ tục hành chính", 44),
    ("Số lượng (bộ)", 8),
    ("Tên cá nhân, tổ chức", 28),
    ("Địa chỉ, số điện thoại", 40),
    ("Cơ quan chủ trì giải quyết", 16),
    ("Nhận hồ sơ", 17),
    ("Hẹn trả kết quả", 17),
    ("Trả kết quả", 17),
    ("Phương thức nhận", 14),
    ("Ký nhận", 10),
    ("Ghi chú", 24),
)
NOTES = {State.REFUSED: "Từ chối", State.STOPPED: "Dừng", State.NEEDS_PAPERS: "Chờ bổ sung"}


def dossiers_of(ward: Ward, first: date, last: date) -> Any:
    """The dossiers received from `first` to `last`, both included, in the order of the register."""
    rows = Dossier.objects.filter(within("received_at", Days(first, last)), ward=ward)
    return rows.select_related("procedure", "ward").order_by("register_year", "register_number")


def books(rows: Iterable[Dossier], first: date) -> Iterator[tuple[int, Iterable[Dossier]]]:
    """(year, rows) of each book that the period touches: numbers begin anew with the year. One book where none came."""
    years = groupby(rows, attrgetter("register_year"))
    year, book = next(years, (first.year, iter(())))
    yield year, book
    yield from years


def note_of(dossier: Dossier) -> str:
    notes = [NOTES.get(State(dossier.state), "")]
    if dossier.proxy_name:
        notes.append(f"Nộp thay: {dossier.proxy_name}")
    if dossier.returned_to_name:
        notes.append(f"Nhận thay: {dossier.returned_to_name}")
    return "; ".join(filter(None, notes))


def put(sheet: Any, line: int, column: int, value: Any, style: Any) -> None:
    """A number as a number, a text as a text: what somebody typed with "=" before it is no formula."""
    (sheet.write_string if isinstance(value, str) else sheet.write_number)(line, column, value, style)


def register_xlsx(ward: Ward, first: date, last: date) -> bytes:
    """The register as a workbook: a sheet for each year's book, frozen headings, real dates."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "remove_timezone": True})
    for year, rows in books(dossiers_of(ward, first, last).iterator(chunk_size=2000), first):
        title = f"Sổ theo dõi hồ sơ năm {year}, {ward}, {first:%d/%m/%Y} – {last:%d/%m/%Y}"
        write_sheet(book, f"Sổ theo dõi {year}", title, ward, rows)
    book.close()
    return buffer.getvalue()


def write_sheet(book: Any, name: str, title: str, ward: Ward, rows: Iterable[Dossier]) -> None:
    sheet = book.add_worksheet(name)
    heading = book.add_format({"bold": True, "border": 1, "text_wrap": True})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    moment = book.add_format({"border": 1, "valign": "top", "num_format": "hh:mm dd/mm/yyyy"})
    for column, (_name, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
    sheet.write(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    for column, (words, _width) in enumerate(COLUMNS):
        sheet.write(2, column, words, heading)
    for line, dossier in enumerate(rows, start=3):
        address = ", ".join(filter(None, [dossier.address, group_phone(dossier.phone)]))
        texts = {
            0: dossier.register_number,
            1: dossier.code,
            2: dossier.procedure.name,
            3: dossier.set_count,
            4: dossier.applicant_name,
            5: address,
            6: f"UBND {ward.in_sentence}",
            10: dossier.get_return_method_display(),
            11: "",
            12: note_of(dossier),
        }
        moments = {7: dossier.received_at, 8: dossier.due_at, 9: dossier.returned_at}
        for column in range(len(COLUMNS)):
            if value := moments.get(column):
                sheet.write_datetime(line, column, timezone.localtime(value), moment)
            else:
                put(sheet, line, column, texts.get(column, ""), cell)
    sheet.freeze_panes(3, 2)


def register_html(ward: Ward, first: date, last: date) -> str:
    """The register as it is printed: each year's book begins a page, its heading stands on every one, rows are never
    torn.
    """
    kept = {year: list(rows) for year, rows in books(dossiers_of(ward, first, last), first)}
    context = {
        "ward": ward,
        "desk": DeskName.objects.on(last),
        "title": Edition.objects.on(first).titles.get(kind=FormTitle.Kind.REGISTER).title,
        "first": first,
        "last": last,
        "books": [
            (year, [(row, note_of(row)) for row in rows], sum(row.returned_at is not None for row in rows))
            for year, rows in kept.items()
        ],
        "columns": range(1, len(COLUMNS) + 1),
    }
    return render_to_string("paper/register.html", context)
