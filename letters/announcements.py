"""What is said in a text message or an e-mail: short, polite, and nothing personal but the dossier's code and link."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from desk.vietnamese import group_phone, lower_first
from dossiers.models import Dossier, Event
from letters.facts import half_day
from letters.models.kind import LetterKind

if TYPE_CHECKING:
    from letters.models import Letter

#: How the result reaches its owner, told when it is ready.
RESULT_COMES = {
    Dossier.ReturnMethod.COUNTER: "Kính mời {who} đến Bộ phận Một cửa nhận.",
    Dossier.ReturnMethod.POST: "Kết quả sẽ được gửi đến {who} qua bưu chính.",
    Dossier.ReturnMethod.HOME: "Chúng tôi sẽ hẹn mang đến tận nhà.",
}
#: What is said of each kind of letter.
LETTER_WORDS = {
    LetterKind.APOLOGY: "{ward} xin lỗi {who}: hồ sơ {code} chưa kịp đúng hẹn.{new} Thư xin lỗi và lý do: {link}",
    LetterKind.FAULT: "{ward} xin lỗi {who} về sai sót ở hồ sơ {code}. Thư xin lỗi: {link}",
    LetterKind.BIRTH: "{ward} xin chúc mừng gia đình. Thư chúc mừng trao cùng kết quả hồ sơ {code}: {link}",
    LetterKind.MARRIAGE: "{ward} xin chúc mừng anh chị. Thư chúc mừng trao cùng kết quả hồ sơ {code}: {link}",
    LetterKind.CONDOLENCE: "{ward} xin chia buồn cùng gia đình. Thư trao cùng kết quả hồ sơ {code}: {link}",
    LetterKind.PATIENCE: "{ward} cảm ơn {who} đã kiên nhẫn chờ. Thư cảm ơn về hồ sơ {code}: {link}",
    LetterKind.IDEA: "{ward} cảm ơn {who} đã góp ý. Thư cảm ơn về hồ sơ {code}: {link}",
    LetterKind.PRAISE: "{ward} cảm ơn {who} đã có lời khen. Thư cảm ơn về hồ sơ {code}: {link}",
}
MAIL = """Kính gửi {who},

Ủy ban nhân dân {ward_in_sentence} xin gửi {who} {title}, kèm theo email này.{new}

Tình hình hồ sơ {code} xem tại: {link}

Nếu cần hỏi thêm, xin {who} đến Bộ phận Một cửa{call}. Xin cảm ơn {who}.

Email này gửi tự động, xin không trả lời vào địa chỉ gửi."""


def is_mobile(phone: str) -> bool:
    """Whether a text message reaches that number."""
    return re.fullmatch(r"0[35789][0-9]{8}", phone) is not None


def named(dossier: Dossier) -> dict[str, str]:
    """The words that may stand in a message about a dossier. `who` says no sex, since others may read it."""
    ward = dossier.ward
    is_person = dossier.applicant_kind == Dossier.ApplicantKind.PERSON
    return {
        "ward": f"UBND {ward.in_sentence}",
        "ward_in_sentence": ward.in_sentence,
        "who": "ông/bà" if is_person else "quý đơn vị",
        "code": dossier.code,
        "link": dossier.get_status_url(),
        "call": f", hoặc gọi {group_phone(ward.phone)}" if ward.phone else "",
    }


def ready(event: Event) -> str:
    comes = RESULT_COMES[Dossier.ReturnMethod(event.dossier.return_method)]
    return ("{ward} kính báo: hồ sơ {code} đã có kết quả. " + comes + " Xem và cho ý kiến: {link}").format(
        **named(event.dossier)
    )


def papers_requested(event: Event) -> str:
    words = "{ward} kính báo: hồ sơ {code} còn thiếu giấy tờ. Xin {who} xem giấy cần bổ sung: {link}{call}"
    return words.format(**named(event.dossier))


def rescheduled(event: Event) -> str:
    appointment = event.appointment
    day = half_day(appointment.day, appointment.half) if appointment else ""
    words = "{ward} xin lỗi {who}: hồ sơ {code} chưa kịp đúng hẹn. Xin hẹn lại {day}. Lý do: {link}"
    return words.format(day=day, **named(event.dossier))


def returned(event: Event) -> str:
    """Said once, whether or not somebody has answered: who has is nothing that the desk may know."""
    words = (
        "{ward} cảm ơn {who}. Hồ sơ {code} đã trả kết quả. "
        "Xin {who} chạm một lần cho biết chúng tôi phục vụ thế nào, không phải ghi tên: {survey}"
    )
    survey = settings.SITE_URL + reverse("feedback:survey", args=[event.dossier.token])
    return words.format(survey=survey, **named(event.dossier))


#: Which events of a dossier are told at once, to who has agreed to messages.
MESSAGE_AFTER: Mapping[str, Callable[[Event], str]] = {
    Event.Kind.READY: ready,
    Event.Kind.PAPERS_REQUESTED: papers_requested,
    Event.Kind.RESCHEDULED: rescheduled,
    Event.Kind.RETURNED: returned,
}
#: Events after which older news, if they still wait, would only mislead.
MAKES_OLD = {
    *MESSAGE_AFTER,
    Event.Kind.RESTARTED,
    Event.Kind.REFUSED,
    Event.Kind.STOPPED,
}


def new_date(letter: Letter) -> str:
    """ " Hẹn mới: buổi sáng thứ Hai, ngày 30/11/2026." where the letter names one."""
    return f" Hẹn mới: {letter.facts['hen_moi']}." if letter.facts.get("hen_moi") else ""


def letter_text(letter: Letter, dossier: Dossier) -> str:
    """The text message that comes with an issued letter."""
    return LETTER_WORDS[LetterKind(letter.kind)].format(new=new_date(letter), **named(dossier))


def letter_mail(letter: Letter, dossier: Dossier) -> tuple[str, str]:
    """Subject and text of the e-mail that carries an issued letter."""
    words, label = named(dossier), letter.get_kind_display()
    subject = f"{label}, số {letter.number_words}, {words['ward']}"
    title = f"{lower_first(label)} số {letter.number_words}"
    return subject, MAIL.format(title=title, new=new_date(letter), **words)
