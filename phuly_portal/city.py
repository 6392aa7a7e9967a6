"""The city's wards side by side: what was done in time, what is late now, what people say, and what was done for them.

A fixed number of grouped queries, however many wards there are; page, paper and workbook show the same columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from desk.models import Staff, Ward
from desk.period import Days
from desk.vietnamese import clock, lower_first, number, percent, sort_key
from dossiers.models import Dossier, FigureRun, HelpGiven, HomeVisit
from dossiers.report import Line, Report, wards_seen
from dossiers.report_tables import NOTHING, share_words
from feedback.figures import Line as Satisfaction
from feedback.figures import Table
from feedback.models import Dialogue
from feedback.period import Period
from feedback.tables import beside
from letters.models import ABOUT, Letter

ALL = "Toàn thành phố"
#: Where the wards lie to each other, roughly and without distances: north above, west on the left.
MAP = (
    ("", "", "tien-hai", "tien-tan", "tien-hiep", ""),
    ("kim-binh", "", "quang-trung", "lam-ha", "liem-tuyen", "dinh-xa"),
    ("phu-van", "minh-khai", "hai-ba-trung", "tran-hung-dao", "liem-chinh", "trinh-xa"),
    ("le-hong-phong", "luong-khanh-thien", "thanh-chau", "liem-chung", "liem-tiet", ""),
    ("chau-son", "", "thanh-tuyen", "", "", ""),
)
#: The shades of the tiles: from which share on, and how the legend says it. No shade says "bad": late is a word.
SHADES = ((1.0, "100%"), (0.98, "từ 98%"), (0.95, "từ 95%"), (0.0, "dưới 95%"))


@dataclass(frozen=True)
class Row:
    """A ward in those days, or all together; `overdue` is now, what people say is of whole months."""

    name: str
    ward: Ward | None
    line: Line
    overdue: int
    said: Satisfaction | None
    letters: Counter[str]
    helped: int
    visits: int
    dialogues: int

    @property
    def slug(self) -> str:
        return self.ward.slug if self.ward else ""

    @property
    def shade(self) -> int:
        """Which of SHADES its share has; one more where there is no result."""
        share = self.line.share
        return len(SHADES) if share is None else next(n for n, (low, _) in enumerate(SHADES) if share >= low)

    @property
    def share_words(self) -> str:
        return share_words(self.line.share)


@dataclass(frozen=True)
class Column:
    """`get` is None where nothing can be said. `page` is the list or the page that the number opens."""

    slug: str
    name: str
    get: Callable[[Row], float | None]
    page: Callable[[Row, Days], str]
    is_share: bool = False
    is_late: bool = False

    def words(self, row: Row) -> str:
        value = self.get(row)
        if value is None:
            return NOTHING
        return percent(value) if self.is_share else number(int(value))


def report_page(row: Row, days: Days) -> str:
    return f"{reverse('dossiers:report')}?{days.query}&don_vi={row.slug}"


def owed_page(row: Row, days: Days) -> str:
    return f"{reverse('dossiers:dossiers')}?so=no-xin-loi&{days.query}&don_vi={row.slug}"


def overdue_page(row: Row, days: Days) -> str:
    return f"{reverse('dossiers:dossiers')}?lan=qua-han&don_vi={row.slug}"


def said_page(row: Row, days: Days) -> str:
    return f"{reverse('feedback:feedback')}?don_vi={row.slug}&{Period.touching(days).query}"


def review_page(row: Row, days: Days) -> str:
    """The letters and visits of a ward are its own; the city reads their counts in the ward's review."""
    return f"{reverse('review')}?{days.query}&don_vi={row.slug}"


def name_key(row: Row) -> list[str]:
    """Places sort by their first word, unlike people."""
    return [sort_key(word) for word in (row.ward.name if row.ward else row.name).split()]


def letters_column(slug: str, series: str, name: str) -> Column:
    return Column(slug, name, lambda row: row.letters[series], review_page)


#: What the first table says; the drawing of the interval stands behind its last column.
RESULTS = (
    Column("da-xong", "Đã giải quyết", lambda row: row.line.resolved, report_page),
    Column("dung-hen", "Đúng hẹn", lambda row: row.line.early + row.line.on_time, report_page),
    Column("ti-le", "Tỷ lệ đúng hạn", lambda row: row.line.share, report_page, is_share=True),
    Column("qua-han", "Đang quá hạn", lambda row: row.overdue, overdue_page, is_late=True),
    Column("no-thu", "Nợ thư xin lỗi", lambda row: row.line.owed, owed_page),
    Column("phieu", "Phiếu", lambda row: row.said.count if row.said else None, said_page),
    Column(
        "hai-long",
        "Hài lòng",
        lambda row: row.said.share.value if row.said and not row.said.is_hidden else None,
        said_page,
        is_share=True,
    ),
)
#: And the second: letters, and what was done for people (công tác dân vận).
CARE = (
    letters_column("xin-loi", "apology", "Thư xin lỗi"),
    letters_column("cam-on", "thanks", "Thư cảm ơn"),
    letters_column("chuc-mung", "congratulation", "Thư chúc mừng"),
    letters_column("chia-buon", "condolence", "Thư chia buồn"),
    Column("viet-giup", "Người được viết giúp", lambda row: row.helped, review_page),
    Column("tai-nha", "Lượt đến nhà", lambda row: row.visits, review_page),
    Column("doi-thoai", "Buổi đối thoại", lambda row: row.dialogues, review_page),
)
COLUMNS = {column.slug: column for column in (*RESULTS, *CARE)}
FIRST = "ti-le"


@dataclass(frozen=True)
class City:
    """What one page, workbook or paper says."""

    days: Days
    rows: list[Row]
    total: Row
    before: Line
    days_before: Days
    said: Table | None
    counted_at: datetime | None
    order: str = field(default=FIRST)

    @property
    def headline(self) -> str:
        late = [row for row in self.rows if row.overdue]
        if self.total.line.share is None:
            done = f"{self.days.words}: chưa có hồ sơ nào giải quyết xong."
        else:
            done = f"{self.days.words}: {self.total.share_words} hồ sơ trả đúng hẹn."
        if not late:
            return f"{done} Hôm nay không có hồ sơ nào quá hạn."
        return f"{done} Hôm nay {number(self.total.overdue)} hồ sơ quá hạn, ở {len(late)} phường, xã."

    @property
    def second_line(self) -> str:
        """The period before, and how old the counts are."""
        before = self.days_before.words
        told = f"{before}: {percent(self.before.share)}" if self.before.share is not None else f"{before}: chưa có"
        at = timezone.localtime(self.counted_at) if self.counted_at else None
        return f"{told}. Tính đến {clock(at)}, {at:%d/%m/%Y}." if at else f"{told}. Số liệu đang được tính."

    @property
    def notes(self) -> list[str]:
        """What the numbers of the tables mean; `key` on top of that how the drawing is read."""
        months = Period.touching(self.days)
        is_whole = months.words == self.days.words
        notes = [] if is_whole else [f"Phiếu hỏi chỉ ghi tháng nên hài lòng tính {lower_first(months.words)}."]
        notes += [self.said.note] if self.said else ["Chưa có bộ câu hỏi nào đang dùng."]
        notes.append("Đang quá hạn: ngay lúc này. Nợ thư xin lỗi: lời hẹn lỡ trong kỳ mà chưa xin lỗi.")
        return notes

    @property
    def key(self) -> str:
        return self.said.key if self.said else ""

    @property
    def tiles(self) -> list[list[Row | None]]:
        """The wards where they lie; those that are on no map behind them, row by row."""
        wards = {row.slug: row for row in self.rows}
        placed = [[wards.pop(slug, None) for slug in line] for line in MAP]
        rest: list[Row | None] = list(wards.values())
        width = len(MAP[0])
        placed += [rest[start : start + width] for start in range(0, len(rest), width)]
        return [line for line in placed if any(line)]


def city_of(staff: Staff, wards: list[Ward], days: Days, now: datetime) -> City:
    """These wards, which this person must be allowed to see, the lowest share first."""
    report, today = Report(wards, days), timezone.localdate(now)
    said = next(iter(beside(staff, wards, Period.touching(days), today, {}).tables), None)
    lines = said.lines if said else [None] * len(wards)
    overdue = Dossier.objects.visible_to(staff).filter(ward__in=wards).overdue_by_ward(now)
    letters: dict[int, Counter[str]] = {ward.pk: Counter() for ward in wards}
    for (ward, kind), count in (
        Letter.objects.visible_to(staff).filter(ward__in=wards).issued_by(days, "ward", "kind").items()
    ):
        letters[ward][ABOUT[kind].series] += count
    helped = HelpGiven.objects.visible_to(staff).helped_by(days, "ward")
    visits = HomeVisit.objects.visible_to(staff).done_by(days, "ward")
    dialogues = Dialogue.objects.visible_to(staff).held_in(days).counted_by("ward")
    rows = [
        Row(str(ward), ward, line, overdue[ward.pk], told, letters[ward.pk], *(
            counts[ward.pk] for counts in (helped, visits, dialogues)
        ))
        for ward, line, told in zip(wards, report.by_ward(), lines, strict=True)
    ]  # fmt: skip
    total = Row(
        ALL if len(wards) == len(wards_seen(staff, days)) else "Cộng",
        None,
        sum((row.line for row in rows), Line("", "")),
        sum(row.overdue for row in rows),
        said.total if said else None,
        sum((row.letters for row in rows), Counter[str]()),
        *(sum(getattr(row, name) for row in rows) for name in ("helped", "visits", "dialogues")),
    )
    counted_at = FigureRun.objects.values_list("counted_at", flat=True).first()
    past = Report(wards, days.beside(today))
    return City(days, rows, total, past.total(), past.days, said, counted_at)


def sorted_by(rows: list[Row], order: str) -> list[Row]:
    """By the column of that slug, the name, or the share; a minus turns it round; what says nothing stands last."""
    slug, turned = order.removeprefix("-"), order.startswith("-")
    if slug == "ten":
        return sorted(rows, key=name_key, reverse=turned)
    get = COLUMNS.get(slug, COLUMNS[FIRST]).get
    known = [row for row in rows if get(row) is not None]
    known.sort(key=get, reverse=turned)  # type: ignore[arg-type]
    return known + [row for row in rows if get(row) is None]
