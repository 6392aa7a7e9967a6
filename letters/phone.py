"""Lời gọi điện: what a clerk says on the telephone about a dossier, with the facts filled in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from desk.vietnamese import capitalise, lower_first
from dossiers.models import OPEN, Dossier, State
from letters.announcements import RESULT_COMES
from letters.facts import address_form, half_day, recipient
from letters.models import Letter, LetterKind

if TYPE_CHECKING:
    from desk.models import Staff


def phone_script(staff: Staff, dossier: Dossier, now: datetime, letter: Letter | None = None) -> list[str]:
    """The sentences in the order in which they are said; of the letter where there is one, else of the dossier."""
    who, name = address_form(dossier), recipient(dossier)
    return [
        f"Dạ, xin chào {who}. Tôi là {staff.full_name} ở Bộ phận Một cửa {dossier.ward.in_sentence}.",
        f"Dạ, xin hỏi có phải {lower_first(name) if dossier.honorific else name} không ạ?",
        *(of_letter(letter, who) if letter else of_dossier(dossier, who, now)),
        f"{capitalise(who)} có cần chúng tôi giúp thêm điều gì không ạ? Xin cảm ơn {who}.",
    ]


def sorry(who: str, procedure: str, promised: str, reason: str, new: str) -> list[str]:
    return [
        f"Chúng tôi xin lỗi {who}: hồ sơ {procedure}, hẹn trả {promised}, chưa kịp đúng hẹn.",
        *([f"Lý do là: {reason}."] if reason else []),
        *([f"Chúng tôi xin hẹn lại: {new}."] if new else []),
    ]


def of_letter(letter: Letter, who: str) -> list[str]:
    facts = letter.facts
    if letter.kind == LetterKind.APOLOGY:
        return sorry(who, *(facts.get(name, "") for name in ("thu_tuc", "loi_hen", "ly_do", "hen_moi")))
    return [f"Ủy ban nhân dân {letter.ward.in_sentence} có {lower_first(letter.get_kind_display())} gửi {who}."]


def of_dossier(dossier: Dossier, who: str, now: datetime) -> list[str]:
    """What there is to say of a dossier as it stands."""
    procedure = lower_first(dossier.procedure.name)
    if dossier.state == State.READY:
        comes = RESULT_COMES[Dossier.ReturnMethod(dossier.return_method)].format(who=who)
        return [f"Hồ sơ {procedure} của {who} đã có kết quả. {comes}"]
    if dossier.state == State.NEEDS_PAPERS:
        asked = f"Hồ sơ {procedure} của {who} còn thiếu: {dossier.supplement}."
        return [asked, f"Xin {who} bổ sung giúp. Nhận đủ giấy, chúng tôi giải quyết ngay."]
    if dossier.state not in OPEN:
        return [f"Hồ sơ {procedure} của {who} {dossier.get_state_display().lower()}."]
    return of_promise(dossier, who, now)


def of_promise(dossier: Dossier, who: str, now: datetime) -> list[str]:
    procedure, promises = lower_first(dossier.procedure.name), list(dossier.appointments.all())
    current = next(row for row in promises if row.is_current)
    if not dossier.is_overdue(now):
        words = half_day(current.day, current.half)
        return [f"Hồ sơ {procedure} của {who} đang được giải quyết, hẹn trả {words}."]
    first = next((row for row in promises if row.due_at == dossier.promised_at), current)
    new = half_day(current.day, current.half) if current.due_at > now else ""
    return sorry(who, procedure, half_day(first.day, first.half), first.delay_words.strip().rstrip("."), new)
