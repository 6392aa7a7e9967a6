"""What a letter says of its dossier: the named fields of the texts, filled from what is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from desk.calendar import Half, WorkingCalendar
from desk.vietnamese import day_in_words, group_phone, lower_first, slashed, weekday
from dossiers.models import OPEN, Appointment, Dossier
from feedback.models import Contribution
from letters.models.kind import LetterKind

if TYPE_CHECKING:
    from letters.models.letter import Letter

#: The named fields, and what each stands for.
FIELDS = {
    "nguoi_nhan": "người nhận, có Ông hoặc Bà",
    "dia_chi": "địa chỉ người nhận",
    "xung_ho": "ông, bà, ông/bà hoặc quý đơn vị",
    "don_vi": "phường hoặc xã",
    "phuong": "tên phường, xã",
    "dien_thoai": "điện thoại của phường, xã",
    "thu_tuc": "tên thủ tục",
    "ma_ho_so": "mã hồ sơ",
    "ngay_nhan": "ngày nhận hồ sơ",
    "loi_hen": "buổi, ngày đã hẹn",
    "ly_do": "lý do chậm",
    "hen_moi": "buổi, ngày hẹn mới",
    "co_ket_qua": "ngày có kết quả",
    "nguoi_theo_doi": "công chức theo dõi hồ sơ",
    "su_viec": "sự việc, hoặc lời người dân đã nói",
    "viec_da_lam": "việc phường, xã đã làm",
    "ten_con": "họ tên con",
    "ngay_sinh_con": "ngày sinh của con",
    "cha_me": "cha và mẹ của con",
    "chong": "họ tên chồng",
    "vo": "họ tên vợ",
    "ngay_dang_ky": "ngày đăng ký",
    "nguoi_mat": "họ tên người mất, có cụ, ông hoặc bà",
    "than_nhan": "người mất là gì của người nhận",
    "ngay_mat": "ngày mất",
    "tu_tran": "từ trần, và ngày nếu biết",
}
#: A child of the deceased, as the desk writes it.
CHILDREN = ("con", "con đẻ", "con ruột", "con trai", "con gái")
#: What the deceased was to the husband, the wife, or the child of a man or of a woman.
WAS = {"chồng": "phu nhân", "vợ": "phu quân", "con ông": "thân phụ", "con bà": "thân mẫu"}
#: How soon a new half day is proposed: the second working day after today, or after the promised day if that is later.
DAYS_PROPOSED = 2


@dataclass(frozen=True)
class NewPromise:
    """The half day that the letter names. `is_proposed`: it becomes an appointment when the letter is approved."""

    day: date
    half: Half
    is_proposed: bool

    @property
    def in_words(self) -> str:
        return half_day(self.day, self.half)


def half_day(day: date, half: str) -> str:
    """ "buổi chiều thứ Sáu, ngày 27/11/2026"."""
    return f"{Half(half).words} {weekday(day)}, ngày {day:%d/%m/%Y}"


def new_promise(letter: Letter, calendar: WorkingCalendar, now: datetime) -> NewPromise | None:
    """What an apology may promise: the later half day that holds already; else one to propose, where the law still
    allows a reschedule; None when the result is there, the dossier has ended, or no date may be promised any more.
    """
    dossier, broken = letter.dossier, letter.appointment
    if dossier is None or broken is None or dossier.state not in OPEN:
        return None
    current = dossier.appointment
    if current.due_at > max(broken.due_at, now):
        return NewPromise(current.day, Half(current.half), is_proposed=False)
    if dossier.reschedules_left() < 1:
        return None
    if letter.new_day and calendar.closes_at(letter.new_day, Half(letter.new_half)) > max(now, current.due_at):
        return NewPromise(letter.new_day, Half(letter.new_half), is_proposed=True)
    day = max(timezone.localdate(now), current.day)
    for _ in range(DAYS_PROPOSED):
        day = calendar.next_working_day(day)
    return NewPromise(day, Half(current.half), is_proposed=True)


def recipient(dossier: Dossier) -> str:
    return f"{dossier.honorific} {dossier.applicant_name}".strip()


def address_form(dossier: Dossier) -> str:
    """How the letter speaks to the recipient."""
    if dossier.applicant_kind == Dossier.ApplicantKind.ORGANISATION:
        return "quý đơn vị"
    return dossier.honorific.lower() or "ông/bà"


def parents(facts: dict[str, str]) -> str:
    """ "anh Đỗ Quang Thưởng và chị Lê Thị Mỹ Duyên", with whom the declaration names."""
    named = [("anh", facts.get("father_name")), ("chị", facts.get("mother_name"))]
    return " và ".join(f"{word} {name}" for word, name in named if name)


def deceased(facts: dict[str, str]) -> str:
    """ "cụ bà Nguyễn Thị Nhường"; the name alone where nobody said how to speak of the deceased."""
    return f"{facts.get('deceased_title', '').lower()} {facts.get('deceased_name', '')}".strip()


def relative(facts: dict[str, str], reader: str) -> str:
    """What the deceased was to the reader, "thân mẫu của ông", where what the family told leaves no doubt; else words
    that are true of everybody.
    """
    whose = facts.get("kinship", "").strip().lower()
    if whose in CHILDREN:
        whose = f"con {facts.get('deceased_title', '').lower().removeprefix('cụ').strip()}"
    word = WAS.get(whose)
    return f"{word} của {reader}" if word else "người thân yêu của gia đình"


def of_dossier(dossier: Dossier) -> dict[str, str]:
    told, officer = dossier.letter_facts, dossier.officer
    name = dossier.procedure.name
    return {
        "nguoi_nhan": recipient(dossier),
        "dia_chi": dossier.address,
        "xung_ho": address_form(dossier),
        "thu_tuc": lower_first(name),
        "ma_ho_so": dossier.code,
        "ngay_nhan": f"{timezone.localtime(dossier.received_at):%d/%m/%Y}",
        "co_ket_qua": day_in_words(timezone.localdate(dossier.ready_at)) if dossier.ready_at else "",
        "nguoi_theo_doi": ", ".join(filter(None, [officer.full_name, officer.title])) if officer else "",
        "ten_con": told.get("child_name", ""),
        "ngay_sinh_con": slashed(told.get("child_born_on", "")),
        "cha_me": parents(told),
        "chong": told.get("spouse_a", ""),
        "vo": told.get("spouse_b", ""),
        "ngay_dang_ky": f"{timezone.localtime(dossier.ready_at):%d/%m/%Y}" if dossier.ready_at else "",
        "nguoi_mat": deceased(told),
        "than_nhan": relative(told, address_form(dossier)),
        "ngay_mat": slashed(told.get("died_on", "")),
    }


def of_contribution(contribution: Contribution) -> dict[str, str]:
    return {
        "nguoi_nhan": contribution.recipient,
        "dia_chi": contribution.address,
        "xung_ho": contribution.salutation,
        "su_viec": contribution.gist.rstrip("."),
        "viec_da_lam": contribution.change.rstrip("."),
    }


def of_promise(appointment: Appointment, promise: NewPromise | None, *, is_open: bool) -> dict[str, str]:
    """`is_open`: the result is still to come, so that a letter without a date says at least that."""
    return {
        "loi_hen": half_day(appointment.day, appointment.half),
        "ly_do": appointment.delay_words.strip().rstrip("."),
        "hen_moi": promise.in_words if promise else "trả ngay khi có kết quả" if is_open else "",
    }


def facts_of(letter: Letter, promise: NewPromise | None) -> dict[str, str]:
    """The fields of one letter as they stand now."""
    ward = letter.ward
    values = {
        "don_vi": ward.get_kind_display().lower(),
        "phuong": ward.in_sentence,
        "dien_thoai": group_phone(ward.phone),
    }
    if letter.dossier:
        values |= of_dossier(letter.dossier)
    if letter.appointment and letter.dossier:
        values |= of_promise(letter.appointment, promise, is_open=letter.dossier.state in OPEN)
    if letter.contribution:
        values |= of_contribution(letter.contribution)
    if letter.kind == LetterKind.CONDOLENCE and values.get("nguoi_nhan"):
        values["nguoi_nhan"] += " và gia quyến"
    values |= letter.typed
    if letter.kind == LetterKind.CONDOLENCE:
        values["tu_tran"] = f"từ trần ngày {values['ngay_mat']}" if values.get("ngay_mat") else "từ trần"
    return values
