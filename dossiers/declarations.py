"""Tờ khai hộ tịch: what each declaration asks, as data. Form and print are made from these tables.

The order and the words follow the annexes of Thông tư 04/2020/TT-BTP as they are commonly reproduced. The changes of
Thông tư 04/2024/TT-BTP have not been compared with its official text: WORDING_TO_CHECK says so on the screen until a
registrar has done that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string

from desk.models import Ward
from desk.templatetags.desk import birthday

#: Said where a declaration is filled in; empty it when the wording has been compared with the official annex.
WORDING_TO_CHECK = (
    "Lời mẫu theo phụ lục Thông tư 04/2020/TT-BTP, chưa đối chiếu với Thông tư 04/2024/TT-BTP. "
    "Xin công chức tư pháp – hộ tịch xem lại trước khi dùng thật."
)


@dataclass(frozen=True)
class Ask:
    """One question: its name, its words on paper and screen, what kind of answer, and its share of a line (of 12)."""

    name: str
    label: str
    kind: str = "text"  # text, name, id, birth or sex
    width: int = 12


Line = tuple[Ask, ...] | str


@dataclass(frozen=True)
class Declaration:
    """`body` holds the lines in print order: questions that share a line, or a sentence.

    `card` names what a scanned card fills: for "Nữ", "Nam" or everybody (""), the prefixes of the questions.
    """

    slug: str
    title: str
    procedure: str
    body: tuple[Line, ...]
    card: Mapping[str, tuple[str, ...]]
    promise: str = (
        "Tôi cam đoan những nội dung khai trên đây là đúng sự thật và chịu trách nhiệm trước pháp luật "
        "về cam đoan của mình."
    )
    signers: tuple[str, ...] = ("Người yêu cầu",)

    @property
    def asks(self) -> Iterator[Ask]:
        for line in self.body:
            if not isinstance(line, str):
                yield from line


def person(prefix: str, *, born: str = "Ngày, tháng, năm sinh", paper: bool = True) -> tuple[Line, ...]:
    """The lines that say who somebody is."""
    lines: tuple[Line, ...] = (
        (Ask(f"{prefix}_name", "Họ, chữ đệm, tên", "name"),),
        (Ask(f"{prefix}_birth", born, "birth", 6), Ask(f"{prefix}_sex", "Giới tính", "sex", 6)),
        (Ask(f"{prefix}_ethnicity", "Dân tộc", width=6), Ask(f"{prefix}_nationality", "Quốc tịch", width=6)),
        (Ask(f"{prefix}_address", "Nơi cư trú"),),
    )
    return (*lines, (Ask(f"{prefix}_id", "Số định danh cá nhân/Giấy tờ tùy thân", "id"),)) if paper else lines


def parent(prefix: str, who: str) -> tuple[Line, ...]:
    return (
        (Ask(f"{prefix}_name", f"Họ, chữ đệm, tên người {who}", "name"),),
        (
            Ask(f"{prefix}_birth", "Năm sinh", "birth", 4),
            Ask(f"{prefix}_ethnicity", "Dân tộc", width=4),
            Ask(f"{prefix}_nationality", "Quốc tịch", width=4),
        ),
        (Ask(f"{prefix}_address", "Nơi cư trú"),),
    )


def spouse(prefix: str) -> tuple[Line, ...]:
    return (
        (Ask(f"{prefix}_name", "Họ, chữ đệm, tên", "name"),),
        (Ask(f"{prefix}_birth", "Ngày, tháng, năm sinh", "birth"),),
        (Ask(f"{prefix}_ethnicity", "Dân tộc", width=6), Ask(f"{prefix}_nationality", "Quốc tịch", width=6)),
        (Ask(f"{prefix}_address", "Nơi cư trú"),),
        (Ask(f"{prefix}_id", "Số định danh cá nhân/Giấy tờ tùy thân", "id"),),
        (Ask(f"{prefix}_times", "Kết hôn lần thứ mấy"),),
    )


REQUESTER: tuple[Line, ...] = (
    (Ask("asker_name", "Họ, chữ đệm, tên người yêu cầu", "name"),),
    (Ask("asker_address", "Nơi cư trú"),),
    (Ask("asker_id", "Số định danh cá nhân/Giấy tờ tùy thân", "id"),),
)
COPIES = (Ask("copies", "Đề nghị cấp bản sao (số lượng bản)"),)

DECLARATIONS = {
    row.slug: row
    for row in (
        Declaration(
            "khai-sinh",
            "Tờ khai đăng ký khai sinh",
            "1.001193",
            (
                *REQUESTER,
                (Ask("kinship", "Quan hệ với người được khai sinh"),),
                "Đề nghị cơ quan đăng ký khai sinh cho người dưới đây:",
                (Ask("child_name", "Họ, chữ đệm, tên", "name"),),
                (Ask("child_birth", "Ngày, tháng, năm sinh", "birth", 5), Ask("birth_words", "ghi bằng chữ", width=7)),
                (
                    Ask("child_sex", "Giới tính", "sex", 4),
                    Ask("child_ethnicity", "Dân tộc", width=4),
                    Ask("child_nationality", "Quốc tịch", width=4),
                ),
                (Ask("birth_place", "Nơi sinh"),),
                (Ask("home_village", "Quê quán"),),
                *parent("mother", "mẹ"),
                *parent("father", "cha"),
                COPIES,
            ),
            {"": ("asker",), "Nữ": ("mother",), "Nam": ("father",)},
            promise="Tôi cam đoan nội dung đề nghị đăng ký khai sinh trên đây là đúng sự thật, được sự thỏa thuận "
            "nhất trí của các bên liên quan theo quy định pháp luật. Tôi chịu hoàn toàn trách nhiệm trước pháp luật "
            "về nội dung cam đoan của mình.",
        ),
        Declaration(
            "ket-hon",
            "Tờ khai đăng ký kết hôn",
            "1.000894",
            (
                "Chúng tôi đề nghị đăng ký kết hôn.",
                "Bên nữ",
                *spouse("bride"),
                "Bên nam",
                *spouse("groom"),
                COPIES,
            ),
            {"Nữ": ("bride",), "Nam": ("groom",)},
            promise="Chúng tôi cam đoan những lời khai trên đây là đúng sự thật, việc kết hôn của chúng tôi là tự "
            "nguyện, không vi phạm quy định của Luật Hôn nhân và gia đình Việt Nam. Chúng tôi chịu hoàn toàn trách "
            "nhiệm trước pháp luật về nội dung cam đoan của mình.",
            signers=("Bên nữ", "Bên nam"),
        ),
        Declaration(
            "khai-tu",
            "Tờ khai đăng ký khai tử",
            "1.000656",
            (
                *REQUESTER,
                (Ask("kinship", "Quan hệ với người đã chết"),),
                "Đề nghị cơ quan đăng ký khai tử cho người có tên dưới đây:",
                *person("dead"),
                (Ask("died_at", "Đã chết vào lúc (giờ, phút, ngày, tháng, năm)"),),
                (Ask("died_place", "Nơi chết"),),
                (Ask("died_of", "Nguyên nhân chết"),),
                (Ask("notice", "Số Giấy báo tử/Giấy tờ thay thế, nơi cấp, ngày cấp"),),
                COPIES,
            ),
            {"": ("asker",)},
        ),
        Declaration(
            "trich-luc",
            "Tờ khai cấp bản sao trích lục hộ tịch",
            "2.000635",
            (
                *REQUESTER,
                (Ask("kinship", "Quan hệ với người được cấp bản sao trích lục hộ tịch"),),
                (Ask("matter", "Đề nghị cấp bản sao trích lục"),),
                "Cho người có tên dưới đây:",
                *person("subject"),
                (Ask("registered_at", "Đã đăng ký tại"),),
                (
                    Ask("registered_on", "Ngày đăng ký", "birth", 4),
                    Ask("number", "Số", width=4),
                    Ask("book", "Quyển số", width=4),
                ),
                (Ask("copies", "Số lượng bản sao đề nghị cấp"),),
            ),
            {"": ("asker", "subject")},
        ),
        Declaration(
            "tinh-trang-hon-nhan",
            "Tờ khai cấp Giấy xác nhận tình trạng hôn nhân",
            "1.004873",
            (
                *REQUESTER,
                (Ask("kinship", "Quan hệ với người được cấp Giấy xác nhận"),),
                "Đề nghị cấp Giấy xác nhận tình trạng hôn nhân cho người có tên dưới đây:",
                *person("subject"),
                (Ask("lived", "Trong thời gian cư trú tại (nơi, từ ngày, đến ngày)"),),
                (Ask("status", "Tình trạng hôn nhân"),),
                (Ask("purpose", "Mục đích sử dụng Giấy xác nhận"),),
            ),
            {"": ("asker", "subject")},
        ),
    )
}
#: What a card or the intake page knows, and the end of the question that it answers.
PARTS = {"applicant_name": "name", "id_number": "id", "birth": "birth", "sex": "sex", "address": "address"}


def filled(declaration: Declaration, known: Mapping[str, str]) -> dict[str, str]:
    """Answers from what a card or the intake page knows (keys as in PARTS)."""
    prefixes = [*declaration.card.get("", ()), *declaration.card.get(known.get("sex", ""), ())]
    asked = {ask.name for ask in declaration.asks}
    answers = {f"{prefix}_{end}": known.get(part, "") for prefix in prefixes for part, end in PARTS.items()}
    return {name: answer for name, answer in answers.items() if answer and name in asked}


def declaration_html(declaration: Declaration, ward: Ward, day: date, answers: Mapping[str, str]) -> str:
    """The declaration as it is printed; a question without an answer gets a dotted line to fill by hand."""
    lines = [
        (line, []) if isinstance(line, str) else ("", [(ask, said(ask, answers.get(ask.name, ""))) for ask in line])
        for line in declaration.body
    ]
    context = {"declaration": declaration, "ward": ward, "day": day, "lines": lines}
    return render_to_string("paper/declaration.html", context)


def said(ask: Ask, answer: str) -> str:
    return birthday(answer) if ask.kind == "birth" else answer
