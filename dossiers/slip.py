"""Mẫu 01, Giấy tiếp nhận hồ sơ và hẹn trả kết quả, as HTML for the printer."""

from __future__ import annotations

import re
from datetime import date, datetime
from textwrap import wrap
from typing import Any

import segno
from barcode import Code128
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from desk.calendar import in_one_line
from desk.models import DeskName, Staff
from desk.vietnamese import official_clock, official_date
from dossiers.models import Dossier, FormTitle, IssuedPaper
from dossiers.wording import passages

PAPER_SIZES = ("a5", "a4")
#: How many lines beyond the shortest slip fit on the page: set normally, and set tighter ("dense"). With more, the
#: papers stand on an enclosed list, so that promise and signatures stay on the first page.
SPARE_LINES = {"a5": (2, 7), "a4": (6, 12)}
#: Characters in a line of the slip, of a row in its table of papers and beside "Email:": careful estimates, checked by
#: a test.
LINE, ROW, EMAIL = 74, 44, 34


def _strokes(modules: str, y: float) -> str:
    """A row of dark and light modules ("1101") as strokes of a path at height y: the cheapest drawing to print."""
    return "".join(f"M{run.start()} {y}h{len(run[0])}" for run in re.finditer("1+", modules))


def qr_svg(text: str) -> SafeString:
    """A QR code: level M, without the quiet zone, which the paper's margins give."""
    rows = segno.make(text, error="m", boost_error=False, micro=False).matrix
    path = "".join(_strokes("".join(map(str, row)), y + 0.5) for y, row in enumerate(rows))
    return mark_safe(
        f'<svg class="qr" viewBox="0 0 {len(rows)} {len(rows)}" role="img" aria-label="Mã QR">'
        f'<path d="{path}" stroke="#000" stroke-width="1"/></svg>'
    )


def code128_svg(text: str) -> SafeString:
    """A Code 128 with modules of 0.254 mm: 2 dots at 200 dpi, 6 at 600, so that old printers keep it sharp."""
    modules = "".join(Code128(text).build())
    return mark_safe(
        f'<svg class="code128" width="{len(modules) * 0.254:.3f}mm" height="7.6mm" viewBox="0 0 {len(modules)} 30" '
        f'preserveAspectRatio="none" role="img" aria-label="Mã vạch">'
        f'<path d="{_strokes(modules, 15)}" stroke="#000" stroke-width="30"/></svg>'
    )


def _lines(text: str, width: int) -> int:
    """Lines that a text takes where `width` small letters stand in one; capitals are wider by nearly a half."""
    if not text:
        return 1
    capitals = sum(letter.isupper() for letter in text)
    return len(wrap(text, width - width * capitals * 3 // (10 * len(text))))


def spare_lines_taken(facts: dict[str, Any]) -> tuple[int, int]:
    """Lines beyond the shortest slip: by the papers, and by long names, addresses and titles."""
    dossier = facts["dossier"]
    applicant = f"Bà {dossier['applicant_name']}"
    if dossier["proxy_name"]:
        applicant += f" (người nộp thay: {dossier['proxy_name']})"
    texts = (
        applicant,
        f"Địa chỉ: {dossier['address']}",
        f"Nội dung yêu cầu giải quyết: {dossier['procedure']['name']} ({dossier['procedure']['code']})",
        f"6. Đăng ký nhận kết quả tại: {dossier['get_return_method_display']}: {dossier['return_address']}",
    )
    more = sum(_lines(text, LINE) - 1 for text in texts) + _lines(dossier["email"], EMAIL) - 1
    more += ("replaces" in facts) + bool(facts.get("papers_complete")) + bool(dossier.get("committed_words"))
    return sum(_lines(row["name"], ROW) for row in facts["documents"]), more


#: What the slip says of its dossier, as it stands there.
FACTS = [
    "code",
    "honorific",
    "applicant_name",
    "proxy_name",
    "address",
    "phone",
    "email",
    "set_count",
    "return_method",
    "return_address",
    "fee_vnd",
    "fee_paid",
    "register_number",
    "day_number",
]


def slip_facts(dossier: Dossier, texts: dict[str, str] | None = None) -> dict[str, Any]:
    """All that the slip says, ready to be kept as JSON under the names that its template uses.

    `texts` are passages to be tried out instead of those that hold.
    """
    received = timezone.localtime(dossier.received_at)
    appointment, procedure, ward = dossier.appointment, dossier.procedure, dossier.ward
    complete = dossier.papers_complete_at()
    desk = DeskName.objects.on(received.date())
    fields = {
        "ten_nguoi_nop": dossier.applicant_name,
        "ma_ho_so": dossier.code,
        "thu_tuc": procedure.name,
        "bo_phan": desk.name,
        "can_bo": dossier.received_by.full_name,
        "luc": f"{official_clock(received)}, {official_date(received)}",
        "xung_ho": dossier.honorific or "Ông/Bà",
    }
    return {
        "dossier": {
            **{name: getattr(dossier, name) for name in FACTS},
            "get_return_method_display": dossier.get_return_method_display(),
            "procedure": {"name": procedure.name, "code": procedure.code, "limit_words": procedure.limit_words},
            "committed_words": dossier.committed.limit_words if dossier.committed else "",
            "received_by": {"full_name": dossier.received_by.full_name},
        },
        "ward": {
            "full_name": str(ward),
            "in_sentence": ward.in_sentence,
            "place_name": ward.place_name,
            "phone": ward.phone,
            "get_kind_display": ward.get_kind_display(),
        },
        "desk": {"name": desk.name, "symbol": desk.symbol, "lines": list(desk.lines)},
        "title": dossier.edition.titles.get(kind=FormTitle.Kind.SLIP).title,
        "received": received.isoformat(),
        "papers_complete": timezone.localtime(complete).isoformat() if complete else "",
        "due": timezone.localtime(appointment.due_at).isoformat(),
        "appointment": {
            "get_half_display": appointment.get_half_display(),
            "day": appointment.day.isoformat(),
            "is_provisional": appointment.is_provisional,
        },
        "counted": in_one_line(appointment.steps),
        "passages": passages(ward, dossier.edition, FormTitle.Kind.SLIP, fields, texts),
        "documents": [
            {"name": row.name, "get_kind_display": row.get_kind_display(), "count": row.count}
            for row in dossier.documents.all()
        ],
        "status_url": dossier.get_status_url(),
    }


def issue_slip(dossier: Dossier, *, by: Staff, at: datetime) -> IssuedPaper:
    """The slip of the promise that holds now: a correction or a new promise gives a new one."""
    return IssuedPaper.objects.issue(
        dossier=dossier,
        kind=FormTitle.Kind.SLIP,
        act=f"{dossier.slip_version}-{dossier.appointment.pk}",
        number=f"{dossier.day_number:04}",
        facts=lambda: slip_facts(dossier),
        by=by,
        at=at,
    )


def slip_html(facts: dict[str, Any], *, size: str, copies: int) -> str:
    """The slip, `copies` pages of it ("Liên 1: giao khách hàng", "Liên 2: lưu"); `size` is a5 or a4."""
    roomy, dense = SPARE_LINES[size]
    papers, texts = spare_lines_taken(facts)
    is_enclosed = papers + texts > dense
    appointment = facts["appointment"]
    context = {
        **facts,
        "received": datetime.fromisoformat(facts["received"]),
        "papers_complete": datetime.fromisoformat(complete) if (complete := facts.get("papers_complete")) else None,
        "due": datetime.fromisoformat(facts["due"]),
        "appointment": {**appointment, "day": date.fromisoformat(appointment["day"])},
        "size": size,
        "is_enclosed": is_enclosed,
        "is_dense": (1 if is_enclosed else papers) + texts > roomy,
        "copies": [("Liên 1: giao người nộp", "Liên 2: lưu hồ sơ")[number] for number in range(copies)],
        "qr": qr_svg(facts["status_url"]),
        "bars": code128_svg(facts["dossier"]["code"]),
    }
    return render_to_string("paper/slip.html", context)
