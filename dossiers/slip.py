"""Mẫu 01, Giấy tiếp nhận hồ sơ và hẹn trả kết quả, as HTML for the printer."""

from __future__ import annotations

import re
from textwrap import wrap

import segno
from barcode import Code128
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from desk.calendar import in_one_line
from desk.models import DeskName
from dossiers.models import Dossier, DossierDocument, FormTitle

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


def spare_lines_taken(dossier: Dossier, documents: list[DossierDocument]) -> tuple[int, int]:
    """Lines beyond the shortest slip: by the papers, and by long names, addresses and titles."""
    applicant = f"Bà {dossier.applicant_name}"
    if dossier.proxy_name:
        applicant += f" (người nộp thay: {dossier.proxy_name})"
    texts = (
        applicant,
        f"Địa chỉ: {dossier.address}",
        f"Nội dung yêu cầu giải quyết: {dossier.procedure.name} ({dossier.procedure.code})",
        f"6. Đăng ký nhận kết quả tại: {dossier.get_return_method_display()}: {dossier.return_address}",
    )
    more = sum(_lines(text, LINE) - 1 for text in texts) + _lines(dossier.email, EMAIL) - 1
    return sum(_lines(row.name, ROW) for row in documents), more


def slip_html(dossier: Dossier, *, size: str, copies: int) -> str:
    """The slip, `copies` pages of it ("Liên 1: giao khách hàng", "Liên 2: lưu"); `size` is a5 or a4."""
    received = timezone.localtime(dossier.received_at)
    appointment = dossier.appointment
    documents = list(dossier.documents.all())
    roomy, dense = SPARE_LINES[size]
    papers, texts = spare_lines_taken(dossier, documents)
    is_enclosed = papers + texts > dense
    context = {
        "dossier": dossier,
        "ward": dossier.ward,
        "desk": DeskName.objects.on(received.date()),
        "title": dossier.edition.titles.get(kind=FormTitle.Kind.SLIP).title,
        "received": received,
        "due": timezone.localtime(appointment.due_at),
        "appointment": appointment,
        "counted": in_one_line(appointment.steps),
        "documents": documents,
        "size": size,
        "is_enclosed": is_enclosed,
        "is_dense": (1 if is_enclosed else papers) + texts > roomy,
        "copies": [("Liên 1: giao người nộp", "Liên 2: lưu hồ sơ")[number] for number in range(copies)],
        "qr": qr_svg(dossier.get_status_url()),
        "bars": code128_svg(dossier.code),
    }
    return render_to_string("paper/slip.html", context)
