"""The public figures as data: which tables, which columns, what each means, and their rows month by month.

The rows are the parts that every public figure is a sum of (`dossiers.published`, `feedback.published`).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any

from django.db.models import Min

from desk.kept import for_a_minute
from desk.models import Ward
from desk.period import Days, month_of, months_later
from dossiers.models import Figure
from dossiers.models.figure import Span
from dossiers.published import POOLED, Place, Published
from dossiers.report import Line
from feedback.period import Period
from feedback.published import PublishedSurvey
from feedback.statistics import Share

#: Another number when a column comes, goes or changes its meaning.
VERSION = 2
LICENCE = (
    "Ai cũng được dùng lại, sửa đổi và chia sẻ, kể cả để kinh doanh; xin ghi nguồn “Cổng Bộ phận Một cửa, "
    "thành phố Phủ Lý” và ngày lấy dữ liệu. Không được dùng để tìm ra một người cụ thể."
)
HIDDEN = (
    "Mỗi dòng chỉ nói về nhóm từ 5 hồ sơ hoặc 5 phiếu trở lên. Thủ tục có dưới 5 hồ sơ trong tháng được gộp với "
    "thủ tục khác cùng lĩnh vực (mã thủ tục để trống), lĩnh vực ít hồ sơ gộp với lĩnh vực khác (lĩnh vực để trống), "
    "thủ tục ít phiếu cũng vậy; tháng mà một đơn vị có dưới 5 hồ sơ thì không công bố. Số hồ sơ, số thư và số phiếu "
    "của những tháng đã hết trên trang là tổng của các dòng này, phiếu thì trong cùng một bộ câu hỏi, nên không phép "
    "trừ nào làm lộ nhóm nhỏ. Thời gian của 9 trong 10 hồ sơ là của riêng từng dòng, không cộng được. Tháng đang diễn "
    "ra có trên trang, hết tháng mới có ở đây."
)


@dataclass(frozen=True)
class Row:
    """What one line of data is made from."""

    month: date
    ward: Ward
    line: Line
    field: str = ""
    code: str = ""
    procedure: str = ""
    share: Share = Share()


@dataclass(frozen=True)
class Column:
    name: str
    meaning: str
    unit: str
    get: Callable[[Row], Any]


MONTH = Column("thang", "Tháng có kết quả", "năm-tháng, như 2026-10", lambda row: f"{row.month:%Y-%m}")
WARD = (
    Column("ma_don_vi", "Mã đơn vị hành chính", "mã 5 chữ số", lambda row: row.ward.code),
    Column("don_vi", "Tên phường, xã", "chữ", lambda row: str(row.ward)),
)


def told(value: int | None, count: int) -> int | None:
    """Nothing where there is nothing that is told, so that too few look as none."""
    return value if count else None


def of_results(name: str, meaning: str, unit: str, get: Callable[[Line], int | None]) -> Column:
    meaning = f"{meaning}; trống khi dưới 5 hồ sơ có kết quả"
    return Column(name, meaning, unit, lambda row: told(get(row.line), row.line.resolved))


def of_sheets(name: str, meaning: str, get: Callable[[Share], int]) -> Column:
    meaning = f"{meaning}; trống khi dưới 5 phiếu"
    return Column(name, meaning, "phiếu", lambda row: told(get(row.share), row.share.count))


RESULTS = (
    of_results("ket_qua", "Hồ sơ có kết quả trong tháng", "hồ sơ", lambda line: line.resolved),
    of_results("truoc_han", "Trong đó có kết quả trước ngày hẹn", "hồ sơ", lambda line: line.early),
    of_results("dung_han", "Trong đó có kết quả đúng buổi hẹn", "hồ sơ", lambda line: line.on_time),
    of_results("qua_han", "Trong đó có kết quả sau buổi hẹn đầu tiên", "hồ sơ", lambda line: line.late),
    of_results("gio_90", "9 trong 10 hồ sơ xong trong bấy nhiêu giờ", "giờ làm việc", lambda line: line.p90),
)
PROMISES = (
    of_results("loi_hen_lo", "Lời hẹn của tháng đã lỡ", "lời hẹn", lambda line: line.missed),
    of_results("thu_xin_loi", "Trong đó đã gửi thư xin lỗi", "thư", lambda line: line.apologised),
    of_results("con_no", "Thư xin lỗi còn nợ", "thư", lambda line: line.owed),
)
SAID = (
    of_sheets("phieu", "Phiếu trả lời câu hỏi chính về mức hài lòng", lambda share: share.sheets),
    of_sheets("hai_long", "Trong đó chọn mức được tính là hài lòng", lambda share: share.good),
)


@dataclass(frozen=True)
class Table:
    slug: str
    what: str
    columns: tuple[Column, ...]
    rows: Callable[[Published, PublishedSurvey], Iterator[Row]]

    def cells(self, row: Row) -> list[Any]:
        return [column.get(row) for column in self.columns]


def of_procedures(published: Published, survey: PublishedSurvey) -> Iterator[Row]:
    """What people said of a procedure stands beside its results; alone where either has too few to be told."""
    fields = {place.code: place for place in published.procedures.values()}
    lines = {(part.month, part.ward, part.place): part.line for part in published.parts()}
    shares = {(month, ward, fields.get(code, Place())): share for (ward, month, code), share in survey.parts.items()}
    order = {ward.pk: (number, ward) for number, ward in enumerate(published.wards)}
    for month, pk, place in sorted({*lines, *shares}, key=lambda key: (key[0], order[key[1]][0], *key[2])):
        key, name = (month, pk, place), published.names[place.code] if place.code else POOLED
        yield Row(month, order[pk][1], lines.get(key, Line("", "")), *place, name, shares.get(key, Share()))


def of_wards(published: Published, survey: PublishedSurvey) -> Iterator[Row]:
    lines, shares = published.ward_months(), survey.by_ward_month()
    for month, ward in ((month, ward) for month in published.months for ward in published.wards):
        key = month, ward.pk
        if key in lines or key in shares:
            yield Row(month, ward, lines.get(key, Line("", "")), share=shares.get(key, Share()))


TABLES = (
    Table(
        "thu_tuc",
        "Theo tháng, phường xã và thủ tục",
        (
            MONTH,
            *WARD,
            Column("linh_vuc", "Lĩnh vực; trống khi gộp nhiều lĩnh vực", "chữ", lambda row: row.field),
            Column("ma_thu_tuc", "Mã thủ tục hành chính; trống khi gộp", "chữ", lambda row: row.code),
            Column("thu_tuc", "Tên ngắn của thủ tục", "chữ", lambda row: row.procedure),
            *RESULTS,
            *SAID,
        ),
        of_procedures,
    ),
    Table("don_vi", "Theo tháng và phường xã", (MONTH, *WARD, *RESULTS, *PROMISES, *SAID), of_wards),
)
BY_SLUG = {table.slug: table for table in TABLES}


def months(year: int | None, today: date) -> list[date]:
    """The months that are over, from the first that counts; of one year, if one is asked for."""
    rows = Figure.objects.filter(span=Span.MONTH)
    first, this = rows.aggregate(first=Min("first"))["first"], month_of(today)
    if first is None:
        return []
    count = (this.year - first.year) * 12 + this.month - first.month
    found = (months_later(first, number) for number in range(count))
    return [month for month in found if year is None or month.year == year]


def rows_of(table: Table, year: int | None, today: date) -> Iterator[list[Any]]:
    """The rows of a table, read month by month."""
    for month in months(year, today):
        yield from rows_of_month(table.slug, month, today)


@for_a_minute
def rows_of_month(slug: str, month: date, today: date) -> list[list[Any]]:
    """Kept, so that however often the data are asked for, a month is summed once a minute."""
    table, wards = BY_SLUG[slug], list(Ward.objects.in_service())
    published = Published(wards, Days.of_months(month), today)
    survey = PublishedSurvey(wards, Period(month, month), today)
    return list(map(table.cells, table.rows(published, survey)))


def as_csv(table: Table, rows: Iterator[list[Any]]) -> Iterator[str]:
    """Lines of CSV; the mark at the beginning tells a spreadsheet that it is UTF-8."""
    buffer = StringIO("\ufeff")
    buffer.seek(1)
    writer = csv.writer(buffer)
    writer.writerow([column.name for column in table.columns])
    for row in rows:
        writer.writerow(row)
        if buffer.tell() > 1 << 14:
            yield buffer.getvalue()
            buffer.seek(buffer.truncate(0))
    yield buffer.getvalue()


def described(counted_at: datetime | None, page: str) -> dict[str, Any]:
    """What the data are, as JSON says it at its beginning."""
    return {
        "ten": "Số liệu giải quyết hồ sơ của các Bộ phận Một cửa, thành phố Phủ Lý",
        "phien_ban": VERSION,
        "tinh_den": counted_at.isoformat(timespec="seconds") if counted_at else None,
        "giay_phep": LICENCE,
        "nhom_nho": HIDDEN,
        "trang": page,
        "bang": {
            table.slug: {
                "noi_dung": table.what,
                "cot": [{"ten": one.name, "nghia": one.meaning, "don_vi_tinh": one.unit} for one in table.columns],
            }
            for table in TABLES
        },
    }


def as_json(about: dict[str, Any], tables: dict[str, Iterator[list[Any]]]) -> Iterator[str]:
    """One object: `mo_ta`, and each table as a list of objects."""
    yield f'{{"mo_ta": {json.dumps(about, ensure_ascii=False)}'
    for slug, rows in tables.items():
        names, before = [column.name for column in BY_SLUG[slug].columns], ""
        yield f',\n"{slug}": ['
        for row in rows:
            yield f"{before}\n{json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)}"
            before = ","
        yield "]"
    yield "}\n"
