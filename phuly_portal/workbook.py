"""The city's two tables as a workbook: a sheet each, in the order of the page."""

from __future__ import annotations

from dossiers.report_files import Book
from dossiers.report_tables import NOTHING
from phuly_portal.city import CARE, RESULTS, City, Column, Row

INTERVAL = ("Cận dưới 95%", "Cận trên 95%")


def values_of(columns: tuple[Column, ...], row: Row) -> list[str | float]:
    """The name, then what stands in each column; behind what people say the bounds of its interval."""
    values = [column.get(row) for column in columns]
    if columns is RESULTS:
        told = row.said.share.interval if row.said and not row.said.is_hidden else None
        values += told or (None, None)
    return [row.name, *(NOTHING if value is None else value for value in values)]


def city_xlsx(city: City) -> bytes:
    book, rows = Book(), [*city.rows, city.total]
    for name, columns, more in (("Giải quyết, hài lòng", RESULTS, INTERVAL), ("Thư, dân vận", CARE, ())):
        heads = ("Phường, xã", *(column.name for column in columns), *more)
        book.sheet(name, heads, [values_of(columns, row) for row in rows], f"{city.headline} {city.second_line}")
    book.sheet("Cách đọc", ("Cách đọc",), [[note] for note in city.notes])
    return book.closed()
