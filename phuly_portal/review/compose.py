"""Báo cáo sơ kết: the sections, and what each of them says about the figures of the period."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from desk.charts import axis_start, bars, line, pairs
from desk.models import Staff
from desk.vietnamese import capitalise, clock, number, percent
from dossiers.report import Line, why
from dossiers.report_tables import coming_and_going, in_days, points, share_words
from dossiers.report_tables import share_change as changed_share
from letters.models import LetterKind
from phuly_portal.review.document import Block, Document, Drawing, Grid, Heading, Paragraph, Prompt
from phuly_portal.review.facts import Facts
from phuly_portal.review.points import self_assessment
from phuly_portal.review.voices import care, voices
from phuly_portal.review.words import change, counted, difference, in_sentence, listed, share_change

#: Keeps the last words of the subject on one line, so that none stands alone.
NO_BREAK = "\u00a0"
#: What the first table compares, line by line.
COMPARED = (
    ("Tồn từ kỳ trước chuyển sang", lambda line: line.carried),
    ("Tiếp nhận", lambda line: line.received),
    ("Giải quyết", lambda line: line.resolved),
    ("– trước hạn", lambda line: line.early),
    ("– đúng hạn", lambda line: line.on_time),
    ("– quá hạn", lambda line: line.late),
    ("Từ chối", lambda line: line.refused),
    ("Dừng giải quyết", lambda line: line.stopped),
    ("Đang giải quyết, trong hạn", lambda line: line.open_in_time),
    ("Đang giải quyết, quá hạn", lambda line: line.open_late),
    ("Chờ người dân bổ sung giấy tờ", lambda line: line.waiting),
)


def compose(facts: Facts, signer: Staff) -> Document:
    """The draft as `signer` would sign it; the city's is signed by its chair, whose name it does not know."""
    ward = facts.ward
    place = ward.place_name if ward else "Phủ Lý"
    named = f"Ủy ban nhân dân {ward.in_sentence if ward else 'thành phố Phủ Lý'}"
    is_own = bool(ward and signer.ward_id == ward.pk and signer.signing_lines)
    city, _, province = facts.wards[0].city_line.rpartition(", ")
    copies = [f"- UBND {city or province};"] if ward else [f"- UBND {province};", "- UBND các phường, xã;"]
    blocks: list[Block] = [Paragraph(opening(facts, named))]
    sections = (work, letters, voices, care, self_assessment, what_next)
    for numeral, section in zip(("I", "II", "III", "IV", "V", "VI"), sections, strict=True):
        title, found = section(facts)
        blocks += [Heading(f"{numeral}. {title}"), *found]
    return Document(
        agency=("ỦY BAN NHÂN DÂN", str(ward).upper() if ward else "THÀNH PHỐ PHỦ LÝ"),
        place=place,
        year=facts.now.year,
        subject=f"Sơ kết {in_sentence(facts.days)} về tiếp nhận, giải quyết thủ tục hành chính "
        f"và thực hiện mô hình “Chính quyền thân thiện, {'vì nhân dân phục vụ”'.replace(' ', NO_BREAK)}",
        power=signer.signing_lines if is_own else ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"],
        signer=signer.full_name if is_own else "",
        copies=[*copies, "- Lưu: VT."],
        name=f"bao-cao-so-ket-{ward.slug if ward else 'thanh-pho'}-{facts.days.first:%Y%m%d}-{facts.days.last:%Y%m%d}",
        closing=f"Trên đây là báo cáo sơ kết {in_sentence(facts.days)} của {named}./.",
        blocks=blocks,
    )


def opening(facts: Facts, named: str) -> str:
    at = facts.counted_at
    until = f" Số liệu tính đến {clock(at)} ngày {at:%d/%m/%Y}" if at else " Số liệu đang được tính"
    still = "" if facts.is_over else "; kỳ báo cáo chưa kết thúc nên so với cùng thời gian của kỳ trước"
    return (
        "Thực hiện phương châm “Chính quyền thân thiện, vì nhân dân phục vụ”, "
        f"{named} báo cáo kết quả {in_sentence(facts.days)} như sau.{until}{still}."
    )


# I


def work(facts: Facts) -> tuple[str, list[Block]]:
    """What came in and what was done, beside the period before."""
    blocks: list[Block] = [Paragraph(words) for words in work_words(facts)]
    blocks.append(Grid("Kết quả so với kỳ trước", ("Nội dung", *heads(facts)), compared(facts)))
    blocks.append(by_lines("Theo lĩnh vực", "Lĩnh vực", facts.fields, facts.line))
    if facts.ward is None:
        blocks.append(by_lines("Theo phường, xã", "Phường, xã", facts.report.by_ward(), facts.line))
    return "TÌNH HÌNH TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ", [*blocks, flow_drawing(facts), course_drawing(facts)]


def heads(facts: Facts) -> tuple[str, str, str]:
    return facts.days.words, facts.before.words, "Tăng, giảm"


def compared(facts: Facts) -> list[tuple[str, ...]]:
    now, before = facts.line, facts.line_before
    rows: list[tuple[str, ...]] = [
        (name, number(get(now)), number(get(before)), difference(get(now), get(before))) for name, get in COMPARED
    ]
    told = changed_share(now, before)
    return [*rows, ("Tỷ lệ trước hạn và đúng hạn", told.now, told.before, told.change)]


def work_words(facts: Facts) -> list[str]:
    now, before, than = facts.line, facts.line_before, in_sentence(facts.before)
    told = [
        f"Tiếp nhận {number(now.received)} hồ sơ, {change(now.received, before.received, 'hồ sơ', than)}. "
        f"Hồ sơ tồn từ kỳ trước chuyển sang: {number(now.carried)}."
    ]
    if now.resolved:
        told.append(
            f"Giải quyết {number(now.resolved)} hồ sơ, gồm {number(now.early)} trước hạn, {number(now.on_time)} đúng "
            f"hạn, {number(now.late)} quá hạn. Tỷ lệ trước hạn và đúng hạn đạt {share_words(now.share)}, "
            f"{share_change(now.share, before.share, than)}."
        )
        if now.median is not None and now.p90 is not None:
            told.append(
                f"Một nửa số hồ sơ xong trong {in_days(now.median)} làm việc; "
                f"9 trong 10 hồ sơ xong trong {in_days(now.p90)} làm việc."
            )
    else:
        told.append("Trong kỳ chưa giải quyết xong hồ sơ nào.")
    ended = listed(
        [
            f"từ chối {number(now.refused)} hồ sơ" if now.refused else "",
            f"dừng giải quyết {number(now.stopped)} hồ sơ" if now.stopped else "",
        ]
    )
    told.append(
        (f"{capitalise(ended)}. " if ended else "")
        + f"{'Cuối kỳ' if facts.is_over else 'Hiện'} đang giải quyết {number(now.open)} hồ sơ: "
        f"{number(now.open_in_time)} trong hạn, {number(now.open_late)} quá hạn, "
        f"{number(now.waiting)} chờ người dân bổ sung giấy tờ."
    )
    return told


def by_lines(title: str, what: str, lines: Sequence[Line], total: Line) -> Grid:
    names = ("Tiếp nhận", "Giải quyết", "Trước hạn", "Đúng hạn", "Quá hạn", "Tỷ lệ đúng hạn")

    def row(name: str, line: Line) -> tuple[str, ...]:
        counts = (line.received, line.resolved, line.early, line.on_time, line.late)
        return (name, *map(number, counts), share_words(line.share))

    rows = [row(line.name, line) for line in lines] + [row("Cộng", total)]
    return Grid(title, (what, *names), rows, has_total=True)


def flow_drawing(facts: Facts) -> Drawing:
    each, rows = coming_and_going(facts.report, facts.days.until(timezone.localdate(facts.now)))
    most = max([1, *(count for _, *counts in rows for count in counts)])
    about = f"{facts.days.words}, hồ sơ mỗi {each}"
    chart = pairs("Tiếp nhận và trả kết quả", about, ("Tiếp nhận", "Trả kết quả"), rows)
    return Drawing(chart, [[came / most, went / most] for _, came, went in rows], about)


def course_drawing(facts: Facts) -> Drawing:
    rows = [(f"{month:%m/%y}", part) for month, part, _ in facts.course]
    total = sum(count for _, _, count in facts.course)
    about = f"Tỷ lệ trước hạn và đúng hạn, {number(total)} hồ sơ, 12 tháng đến {facts.days.last:%m/%Y}"
    low = axis_start([part for _, part in rows if part is not None])
    lengths = [[max(0.0, ((part or 0.0) - low) / (1 - low))] for _, part in rows]
    begins = f"{about}; thanh bắt đầu từ {percent(low, 0)}"
    return Drawing(line("Tỷ lệ đúng hạn theo tháng", about, rows), lengths, begins)


# II


def letters(facts: Facts) -> tuple[str, list[Block]]:
    """Letters by kind, promises that were missed, and why."""
    now, before = (facts.letters(days) for days in facts.both)
    rows: list[tuple[str, ...]] = [
        (kind.label, number(now[kind]), number(before[kind]), difference(now[kind], before[kind]))
        for kind in LetterKind
        if now[kind] or before[kind]
    ]
    sums = sum(now.values()), sum(before.values())
    told = f"Phát hành {counted(sums[0], 'thư')}, {change(*sums, 'thư', in_sentence(facts.before))}."
    blocks: list[Block] = [Paragraph(f"{told} {missed_words(facts.line)}")]
    if rows:
        rows.append(("Cộng", *map(number, sums), difference(*sums)))
        blocks.append(Grid("Thư đã phát hành", ("Loại thư", *heads(facts)), rows, has_total=True))
    if causes := [(cause or "Chưa ghi nguyên nhân", count) for cause, count in why(facts.line.causes)]:
        total = sum(count for _, count in causes)
        named = [f"{cause.lower()} ({number(count)})" for cause, count in causes[:3]]
        blocks.append(Paragraph(f"Nguyên nhân lỡ hẹn, hẹn lại, nhiều nhất trước: {listed(named)}."))
        about = f"{number(total)} lời hẹn lỡ hoặc phải hẹn lại"
        chart = bars("Nguyên nhân chậm", about, causes, unit="lời hẹn")
        blocks.append(Drawing(chart, [[count / max(1, causes[0][1])] for _, count in causes], about))
    return "THƯ XIN LỖI, CẢM ƠN, CHÚC MỪNG; NGUYÊN NHÂN CHẬM", blocks


def missed_words(line: Line) -> str:
    if not line.missed:
        return "Trong kỳ không lỡ lời hẹn nào."
    told = f"Lỡ {number(line.missed)} lời hẹn; đã xin lỗi {number(line.apologised)}"
    told += f", trong đó {number(line.prompt)} thư gửi chậm nhất vào ngày hẹn" if line.apologised else ""
    told += f"; lãnh đạo cho trả kết quả trước khi có thư {number(line.waived)}" if line.waived else ""
    return f"{told}; {f'còn nợ {number(line.owed)} thư xin lỗi' if line.owed else 'không còn nợ thư xin lỗi nào'}."


# VI


def what_next(facts: Facts) -> tuple[str, list[Block]]:
    """What the figures suggest, plainly; what only the author knows is left open."""
    found = suggestions(facts)
    blocks: list[Block] = [Heading("1. Tồn tại, hạn chế và nguyên nhân", 2)]
    if found:
        blocks += [Paragraph("Từ số liệu trong kỳ:"), *(Paragraph(f"- {words}") for words in found)]
    else:
        blocks.append(Paragraph("Số liệu trong kỳ không cho thấy việc nào còn chậm."))
    blocks += [
        Prompt("Tồn tại, hạn chế khác mà số liệu không cho thấy; nguyên nhân khách quan, chủ quan"),
        Heading("2. Việc cần làm kỳ tới", 2),
        Prompt("Việc cần làm, người phụ trách, ngày xong"),
        Heading("3. Đề xuất, kiến nghị", 2),
        Prompt("Đề xuất với thành phố, với cơ quan khác"),
    ]
    return "TỒN TẠI, VIỆC CẦN LÀM", blocks


def suggestions(facts: Facts) -> list[str]:
    now, before, said = facts.line, facts.line_before, facts.said[0]
    slowest = max(facts.fields, key=lambda line: line.late, default=now)
    unsaid, unanswered, undone = now.causes[0], facts.contributions["open_late"], facts.dialogues["late"]
    fell = now.share is not None and before.share is not None and points(now.share, before.share) < 0
    told = (
        (now.owed, f"còn nợ {number(now.owed)} thư xin lỗi: cần ký gửi ngay"),
        (now.open_late, late_words(facts) if now.open_late else ""),
        (fell, f"tỷ lệ đúng hạn thấp hơn {in_sentence(facts.before)}: cần xem lại phân công và từng bước xử lý"),
        (slowest.late, f"lĩnh vực chậm nhiều nhất: {slowest.name}, {number(slowest.late)} hồ sơ quá hạn"),
        (unsaid, f"{number(unsaid)} lời hẹn lỡ chưa ghi nguyên nhân: cần ghi để biết mà sửa"),
        (unanswered, f"{number(unanswered)} góp ý, phản ánh quá hạn chưa trả lời"),
        (undone, f"{number(undone)} việc đã hứa khi đối thoại quá ngày chưa xong"),
        (
            now.resolved and said and not said.share.is_counted,
            "chưa đủ 30 phiếu hỏi để tính mức hài lòng: cần mời người dân trả lời nhiều hơn",
        ),
    )
    return [f"{capitalise(words)}." for is_so, words in told if is_so]


def late_words(facts: Facts) -> str:
    """What is late now; of a period that is over, what was late at its end and how much of that is still open."""
    late, to_do = number(facts.line.open_late), "cần giải quyết dứt điểm, báo ngày hẹn mới"
    if not facts.is_over:
        return f"{late} hồ sơ đang quá hạn: {to_do}"
    if not facts.still_late:
        return f"cuối kỳ còn {late} hồ sơ quá hạn, nay đã xong cả"
    return f"cuối kỳ còn {late} hồ sơ quá hạn, nay {number(facts.still_late)} hồ sơ chưa xong: {to_do}"
