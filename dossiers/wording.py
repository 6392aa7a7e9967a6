"""The passages of each form that a ward may word itself, with their standard wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desk.models import Ward
from desk.vietnamese import group_phone
from desk.wording import fields_of, fill
from dossiers.models import Edition, FormText, FormTitle

#: The named fields, and what each stands for.
FIELDS = {
    "ten_nguoi_nop": "họ tên người nộp",
    "ma_ho_so": "mã hồ sơ",
    "thu_tuc": "tên thủ tục",
    "bo_phan": "tên bộ phận",
    "phuong": "tên phường, xã",
    "dien_thoai": "điện thoại của phường, xã",
    "can_bo": "cán bộ lập giấy",
    "xung_ho": "Ông, Bà, Ông/Bà hoặc Quý đơn vị",
    "luc": "giờ, ngày lập giấy",
}


@dataclass(frozen=True)
class Passage:
    """`standard` is its wording by law or custom; `without` the one where a field that it names has no value."""

    slug: str
    label: str
    standard: str
    without: str = ""


Kind = FormTitle.Kind
PASSAGES: dict[str, list[Passage]] = {
    Kind.SLIP: [
        Passage(
            "bring",
            "Khi đến mang gì",
            "Khi đến, xin mang **Giấy này và căn cước**; người nhận thay mang thêm giấy ủy quyền.",
        ),
        Passage(
            "ask",
            "Hỏi ở đâu",
            "Cần hỏi hoặc muốn nhận tại nhà, xin gọi **{{ dien_thoai }}** trong giờ làm việc, "
            "thứ\xa0Hai đến thứ\xa0Sáu.",
            "Cần hỏi, xin đến quầy trong giờ làm việc, thứ\xa0Hai đến thứ\xa0Sáu.",
        ),
        Passage(
            "motto",
            "Lời chào",
            "Xin chào, xin hỏi, xin lỗi, xin cảm ơn · "
            "Luôn mỉm cười, luôn nhẹ nhàng, luôn lắng nghe, luôn sẵn lòng giúp đỡ",
        ),
    ],
    Kind.SUPPLEMENT: [
        Passage(
            "closing",
            "Lời kết",
            "Trong quá trình hoàn thiện hồ sơ nếu có vướng mắc, Ông/Bà liên hệ với {{ can_bo }}, "
            "số điện thoại {{ dien_thoai }}, để được hướng dẫn./.",
            "Trong quá trình hoàn thiện hồ sơ nếu có vướng mắc, Ông/Bà liên hệ với {{ can_bo }} để được hướng dẫn./.",
        ),
    ],
    Kind.REFUSAL: [
        Passage(
            "finding",
            "Câu thông báo",
            "Qua xem xét, {{ bo_phan }} {{ phuong }} thông báo không tiếp nhận, giải quyết hồ sơ này "
            "với lý do cụ thể như sau:",
        ),
        Passage("closing", "Lời kết", "Xin thông báo cho Ông/Bà được biết và thực hiện./."),
    ],
    Kind.APOLOGY: [
        Passage(
            "ask",
            "Hỏi ở đâu",
            "Cần hỏi thêm, xin {{ xung_ho }} gọi {{ dien_thoai }}. Mong nhận được sự thông cảm của {{ xung_ho }}./.",
            "Mong nhận được sự thông cảm của {{ xung_ho }}./.",
        ),
    ],
    Kind.STOP: [
        Passage(
            "finding",
            "Câu thông báo",
            "Theo đề nghị của Ông/Bà, {{ bo_phan }} {{ phuong }} dừng giải quyết hồ sơ này từ {{ luc }}.",
        ),
        Passage("closing", "Lời kết", "Khi cần, Ông/Bà có thể nộp lại hồ sơ bất cứ lúc nào./."),
    ],
}


def passages(
    ward: Ward, edition: Edition, kind: str, facts: Mapping[str, str], texts: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The passages of a form as HTML, by slug; `texts` are tried out instead of what holds."""
    texts = FormText.objects.texts(ward, edition, kind) if texts is None else texts
    values = {**dict.fromkeys(FIELDS, ""), "phuong": ward.in_sentence, "dien_thoai": group_phone(ward.phone), **facts}
    filled: dict[str, str] = {}
    for passage in PASSAGES.get(kind, []):
        text = texts.get(passage.slug) or passage.standard
        if passage.without and not all(values[name] for name in fields_of(text)):
            text = passage.without
        filled[passage.slug] = fill(text, values)
    return filled
