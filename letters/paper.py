"""A letter as HTML for the printer; the sheet on the screen is made of the same parts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe

from desk.models import Staff, Ward
from desk.pdf import PaperTooLong, html_to_pdf
from desk.wording import fill
from dossiers.slip import qr_svg
from letters.models.kind import LetterKind
from letters.wording import Paragraph, paragraphs

if TYPE_CHECKING:
    from letters.models import Letter

#: What stands where nobody has signed yet.
UNSIGNED = {"lines": Staff(power=Staff.Power.CHAIR).signing_lines, "name": ""}


def tallest_signature(ward: Ward | None) -> dict[str, Any]:
    """The room that a signature may take, like `Letter.signed`: the longest title and the longest name of those who
    sign for this ward; without a ward, for any.
    """
    of_ward = {"ward": ward} if ward else {}
    signers = Staff.objects.filter(is_leader=True, is_active=True, **of_ward).exclude(power="")
    lines = max((signer.signing_lines for signer in signers), key=lambda two: len(two[1]), default=UNSIGNED["lines"])
    return {"lines": lines, "name": max((signer.full_name for signer in signers), key=len, default="Họ và tên")}


def parts(letter: Letter, now: datetime, *, shade: bool = False, is_dense: bool = False) -> dict[str, Any]:
    """All that a letter shows, on paper and on the screen. `shade` marks what comes from the dossier."""
    text = letter.text
    assert text is not None
    day = timezone.localtime(letter.issued_at or now)
    before = letter.replaces
    return {
        "letter": letter,
        "ward": letter.ward,
        "facts": letter.facts,
        "title": text.title,
        "wish": fill(text.wish, letter.facts),
        "close": text.close,
        "paragraphs": with_open_reason(letter, paragraphs(text.body, letter.facts, shade=shade)),
        "day": day,
        "number": letter.number_words,
        "symbol": letter.symbol or getattr(letter.ward, f"{letter.about.series}_symbol"),
        "signed": letter.signed or UNSIGNED,
        "is_draft": letter.state != letter.State.ISSUED,
        "is_frame": letter.about.layout != "a4",
        "has_proof": letter.about.has_proof,
        "qr": qr_svg(letter.get_proof_url()) if letter.proof and letter.about.has_proof else "",
        "is_dense": is_dense,
        "replaced": before,
        "names": names(letter),
    }


def with_open_reason(letter: Letter, said: list[Paragraph]) -> list[Paragraph]:
    """A reason that nobody has given yet is left open after the first paragraph."""
    if "ly_do" not in letter.missing:
        return said
    return [*said[:1], Paragraph(mark_safe(f'<span class="nb">Lý do: {"…" * 20}</span>')), *said[1:]]


def names(letter: Letter) -> dict[str, str]:
    """Whom a letter to be framed is written to: the line before, the names, the line after."""
    facts = letter.facts
    if letter.kind == LetterKind.MARRIAGE:
        return {"before": "Thân gửi anh chị", "first": facts.get("chong", ""), "second": facts.get("vo", "")}
    parents = facts.get("cha_me", "")
    return {"before": "Mừng cháu", "first": facts.get("ten_con", ""), "after": f"con {parents}" if parents else ""}


def letter_html(letter: Letter, now: datetime, *, is_dense: bool = False) -> str:
    """The letter on its sheet, set tighter where it is long.

    A draft keeps room for the tallest signature that may come to stand under it: if it fits, so does what is issued.
    """
    context = parts(letter, now, is_dense=is_dense) | {"room": letter.signed or tallest_signature(letter.ward)}
    name = "letter_frame" if context["is_frame"] else "letter"
    return render_to_string(f"paper/{name}.html", context)


def letter_pdf(letter: Letter, now: datetime) -> bytes:
    """The letter on one page, set tighter if it must be. Raises PaperTooLong when even that is not enough."""
    try:
        return html_to_pdf(letter_html(letter, now), most_pages=1)
    except PaperTooLong:
        return html_to_pdf(letter_html(letter, now, is_dense=True), most_pages=1)
