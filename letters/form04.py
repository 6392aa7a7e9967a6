"""Mẫu 04: the official form of the apology, a second print of the same letter (domain.md, section 2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from desk.calendar import WorkingCalendar
from desk.models import CalendarDay
from desk.pdf import PaperTooLong, html_to_pdf
from dossiers.models import Appointment, Dossier, FormTitle, IssuedPaper
from dossiers.papers import form_html
from dossiers.slip import qr_svg
from letters.models import Letter, LetterKind


def extension(letter: Letter, calendar: WorkingCalendar) -> str:
    """ "02 ngày làm việc": from the promised day to the new one; dots where no day can be named."""
    assert letter.appointment
    current = letter.appointment.dossier.appointments.filter(made_at__lte=letter.issued_at).last()
    days = calendar.days_late(letter.appointment.day, current.day) if current else 0
    return f"{days:02} ngày làm việc" if days else "……………"


def times(dossier: Dossier, issued_at: datetime) -> str:
    """How often the term had been extended before this letter."""
    made = dossier.appointments.filter(cause=Appointment.Cause.RESCHEDULED, made_at__lte=issued_at).count()
    return f"{made - 1:02} lần; đây là lần thứ {made}" if made > 1 else "Chưa lần nào; đây là lần thứ nhất"


def facts_of(letter: Letter) -> dict[str, Any]:
    dossier, promise = letter.dossier, letter.appointment
    assert dossier
    return {
        "dossier": dossier,
        "applicant": dossier,
        "recipient": letter.facts["nguoi_nhan"],
        "address": letter.facts["dia_chi"],
        "speaks_to": letter.facts["xung_ho"].capitalize(),
        "number": f"{letter.number:02}",
        "reason": letter.facts["ly_do"],
        "promise": promise,
        "is_ahead": promise.due_at > letter.issued_at,  # type: ignore[union-attr, operator]
        "new_words": letter.facts.get("hen_moi", ""),
        "ready_words": letter.facts.get("co_ket_qua", ""),
        "extension": extension(letter, CalendarDay.objects.calendar(letter.ward.hours)),
        "times": times(dossier, letter.issued_at),  # type: ignore[arg-type]
        "signer": letter.signer,
        "signed": letter.signed,
        "qr": qr_svg(letter.get_proof_url()),
        "day": letter.issued_at,
    }


def fitting_html(letter: Letter, dossier: Dossier) -> str:
    """The form as it goes on one page, set tighter if it must be."""
    facts = facts_of(letter)
    html = form_html(FormTitle.Kind.APOLOGY, letter.ward, dossier.edition, facts)
    try:
        html_to_pdf(html, most_pages=1)
    except PaperTooLong:
        return form_html(FormTitle.Kind.APOLOGY, letter.ward, dossier.edition, facts | {"is_dense": True})
    return html


def issue_form(letter: Letter, at: datetime) -> IssuedPaper | None:
    """Keep the form of an issued apology as it is handed out; None for letters that have none.

    Twice gives the same row. The edition of the dossier says which form.
    """
    dossier = letter.dossier
    if letter.kind != LetterKind.APOLOGY or dossier is None or letter.signer is None:
        return None
    kind = FormTitle.Kind.APOLOGY
    return IssuedPaper.objects.issue(
        dossier=dossier,
        kind=kind,
        act=letter.form_act,
        number=f"{letter.number:02}",
        facts=lambda: {"html": fitting_html(letter, dossier)},
        by=letter.signer,
        at=at,
    )
