"""What the digests say: plain text, short lines, counts and codes and nobody's name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import add
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from desk.models import CalendarDay, Staff, Ward
from desk.period import Days
from desk.vietnamese import capitalise, day_in_words, day_month, lower_first, number, weekday
from dossiers.lanes import Moment
from dossiers.models import Dossier
from dossiers.report import Line
from dossiers.report_tables import share_words
from feedback.figures import Satisfaction, together
from letters.digests.past import Past, past
from letters.digests.today import TO_SIGN, Waiting, waiting

FOOT = """--
Thư này tự gửi, xin không trả lời vào địa chỉ gửi.
Chọn thư báo muốn nhận: {link}"""
CITY = "thành phố Phủ Lý"


class Mail(NamedTuple):
    subject: str
    text: str


#: Gets all wards and the moment, asks for the figures once, and gives what writes the mail of each reader: of the own
#: ward, or of the city for who has none in service.
Writer = Callable[[list[Ward], datetime], Callable[[Staff], Mail]]


def link(page: str, query: str = "") -> str:
    return f"{settings.SITE_URL}{reverse(page)}{query}"


def blocks(*parts: Iterable[str]) -> str:
    """Blocks of lines with an empty line between them; an empty block is left out."""
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part)))


def mail(subject: str, who: str, *parts: Iterable[str]) -> Mail:
    foot = FOOT.format(link=link("letters:my_digests"))
    return Mail(subject, blocks([f"Kính gửi {who},"], *parts, [foot]))


# the morning


def morning_mails(wards: list[Ward], now: datetime) -> Callable[[Staff], Mail]:
    at, rows = Moment(now, CalendarDay.objects.calendar()), waiting(wards, now)
    of_ward: dict[int | None, Waiting] = {row.ward.pk: row for row in rows}
    city = morning_of_city(rows, at)

    def write(reader: Staff) -> Mail:
        row = of_ward.get(reader.ward_id)
        return morning_of_ward(row, at) if row else city

    return write


def morning_of_ward(row: Waiting, at: Moment) -> Mail:
    who = row.ward.in_sentence
    return mail(
        f"{short_day(at)}, {who}: {in_brief(row) or 'không có hồ sơ quá hạn, đến hẹn'}",
        f"lãnh đạo {who}",
        [f"Xin chào anh/chị. Việc của {day_in_words(timezone.localdate(at.now))}:"],
        named("QUÁ HẠN", row.late, row.oldest, lambda dossier: late_by(dossier, at), link("leader")),
        named("ĐẾN HẸN HÔM NAY", row.due, row.first_due, at.due_words, link("dossiers:dossiers", "?lan=hom-nay")),
        task_lines(row),
        [
            "Xin anh/chị giúp những hồ sơ quá hạn lâu nhất trước."
            if row.late
            else "Không có hồ sơ nào quá hạn. Xin cảm ơn anh/chị và cả bộ phận."
        ],
    )


def morning_of_city(rows: list[Waiting], at: Moment) -> Mail:
    sums = Waiting(
        rows[0].ward,
        late=sum(row.late for row in rows),
        due=sum(row.due for row in rows),
        to_sign=sum(row.to_sign for row in rows),
    )
    worst_first = sorted(rows, key=lambda row: (-row.late, -longest(row, at), -row.to_sign, row.ward.position))
    return mail(
        f"{short_day(at)}, {CITY}: {in_brief(sums) or 'không có hồ sơ quá hạn, đến hẹn'}",
        CITY,
        [f"Xin chào anh/chị. Việc của {day_in_words(timezone.localdate(at.now))}, cả {len(rows)} phường, xã:"],
        [f"{capitalise(in_brief(sums))}."] if in_brief(sums) else [],
        ["TỪNG ĐƠN VỊ, nhiều hồ sơ quá hạn đứng trước", *(ward_line(row, at) for row in worst_first)],
        [f"Xem: {link('leader')}"],
    )


def short_day(at: Moment) -> str:
    """ "Thứ Tư 25/11"."""
    today = timezone.localdate(at.now)
    return f"{capitalise(weekday(today))} {day_month(today)}"


def in_brief(row: Waiting) -> str:
    """ "3 hồ sơ quá hạn, 5 hồ sơ đến hẹn, 2 thư chờ ký": what there is of it."""
    counts = ((row.late, "hồ sơ quá hạn"), (row.due, "hồ sơ đến hẹn"), (row.to_sign, TO_SIGN.words))
    return ", ".join(f"{number(count)} {words}" for count, words in counts if count)


def longest(row: Waiting, at: Moment) -> int:
    return at.days_late(row.oldest[0]) if row.oldest else 0


def late_by(dossier: Dossier, at: Moment) -> str:
    return f"quá hạn {at.late_words(dossier)}" + " làm việc" * bool(at.days_late(dossier))


def ward_line(row: Waiting, at: Moment) -> str:
    """ "- Phường Quang Trung: 3 hồ sơ quá hạn, lâu nhất 4 ngày làm việc; 2 thư chờ ký"."""
    days = longest(row, at)
    late = f"{number(row.late)} hồ sơ quá hạn" + (f", lâu nhất {days} ngày làm việc" if days else "")
    rest = in_brief(Waiting(row.ward, due=row.due, to_sign=row.to_sign))
    return f"- {row.ward}: {'; '.join(filter(None, (late if row.late else '', rest))) or 'không có việc chờ'}"


def named(title: str, count: int, rows: list[Dossier], say: Callable[[Dossier], str], page: str) -> Iterator[str]:
    """A heading with its count, the first dossiers by code and procedure, and the page that lists all."""
    if count:
        yield f"{title}: {number(count)} hồ sơ"
        yield from (f"- {row.short_code}, {row.procedure.short_name}: {say(row)}" for row in rows)
        if count > len(rows):
            yield f"- và {number(count - len(rows))} hồ sơ nữa"
        yield f"Xem: {page}"


def task_lines(row: Waiting) -> Iterator[str]:
    tasks = {TO_SIGN: row.to_sign, **row.tasks} if row.to_sign else row.tasks
    if tasks:
        yield "CHỜ ANH/CHỊ"
    for task, count in tasks.items():
        yield f"- {number(count)} {task.words}: {link(task.page, task.query)}"


# a week, a month


def past_mails(days: Days) -> Writer:
    """The summary of a week, or of any other days; a whole month's says that its report is ready."""

    def writer(wards: list[Ward], now: datetime) -> Callable[[Staff], Mail]:
        rows = past(wards, days, now)
        of_ward: dict[int | None, Mail] = {row.ward.pk: past_of_ward(row, days) for row in rows}
        city = past_of_city(rows, days)
        return lambda reader: of_ward.get(reader.ward_id, city)

    return writer


def past_of_ward(row: Past, days: Days) -> Mail:
    who = row.ward.in_sentence
    figures = figure_lines(row.line, row.before)
    return mail(
        f"{headline(days)}, {who}: {in_time(row.line)}",
        f"lãnh đạo {who}",
        opening(days),
        figures,
        said(row.satisfaction),
        closing(days),
    )


def past_of_city(rows: list[Past], days: Days) -> Mail:
    line, before = (reduce(add, (getattr(row, name) for row in rows)) for name in ("line", "before"))
    worst_first = sorted(rows, key=lambda row: (1 if row.line.share is None else row.line.share, -row.line.open_late))
    return mail(
        f"{headline(days)}, {CITY}: {in_time(line)}",
        CITY,
        opening(days),
        figure_lines(line, before),
        said(in_all([row.satisfaction for row in rows])),
        ["TỪNG ĐƠN VỊ, đúng hạn thấp nhất đứng trước; quá hạn tính đến cuối kỳ", *map(past_line, worst_first)],
        closing(days),
    )


def in_all(rows: list[Satisfaction | None]) -> Satisfaction | None:
    """Of all wards together; their period and scale are one."""
    there = [row for row in rows if row]
    if not there:
        return None
    return replace(there[0], share=together(row.share for row in there))


def headline(days: Days) -> str:
    return f"Báo cáo {lower_first(days.words)}" if days.months == 1 else f"Tóm tắt tuần đến {day_month(days.last)}"


def opening(days: Days) -> list[str]:
    if days.months == 1:
        return [f"Báo cáo {lower_first(days.words)} đã sẵn sàng:", report_link(days)]
    weeks = (days.after - days.first).days // 7
    return [f"{f'{weeks} tuần' if weeks > 1 else 'Tuần'} qua, {lower_first(days.words)}. Xem thêm:", report_link(days)]


def closing(days: Days) -> list[str]:
    when = "tháng" if days.months == 1 else "tuần"
    return [f"Xin cảm ơn anh/chị và cả bộ phận. Chúc anh/chị một {when} mới nhẹ nhàng, nhiều niềm vui."]


def report_link(days: Days) -> str:
    """Where the figures of these days stand."""
    return link("dossiers:report", f"?{days.query}")


def figure_lines(line: Line, before: Line) -> Iterator[str]:
    yield f"- Nhận mới: {number(line.received)} hồ sơ (kỳ trước: {number(before.received)})"
    yield f"- Có kết quả: {number(line.resolved)} hồ sơ (kỳ trước: {number(before.resolved)})"
    yield f"  trước hạn {number(line.early)}, đúng hạn {number(line.on_time)}, quá hạn {number(line.late)}"
    yield f"- Trước và đúng hạn: {share_words(line.share)} (kỳ trước: {share_words(before.share)})"
    yield f"- Cuối kỳ còn {number(line.open)} hồ sơ chưa xong, trong đó {number(line.open_late)} quá hạn"
    waived = f", lãnh đạo cho trả trước {number(line.waived)}" if line.waived else ""
    yield f"- Lời hẹn lỡ: {number(line.missed)}"
    yield f"  đã xin lỗi bằng thư {number(line.apologised)}{waived}, còn nợ thư {number(line.owed)}"


def past_line(row: Past) -> str:
    line = row.line
    more = ((line.open_late, "hồ sơ quá hạn"), (line.owed, "thư xin lỗi còn nợ"))
    rest = [f"{number(count)} {words}" for count, words in more if count]
    return "; ".join([f"- {row.ward}: {in_time(line)}", *rest])


def in_time(line: Line) -> str:
    """ "đúng hạn 95,7% trên 115 hồ sơ", early ones among them."""
    if not line.resolved:
        return "chưa có kết quả nào"
    return f"đúng hạn {share_words(line.share)} trên {number(line.resolved)} hồ sơ"


def said(satisfaction: Satisfaction | None) -> list[str]:
    return [f"Mức hài lòng. {satisfaction.sentence}"] if satisfaction else []
