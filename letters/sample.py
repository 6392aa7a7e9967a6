"""Letters to try a text out: about plainly invented people, and about facts as long as they may come."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.core.exceptions import ValidationError

from desk.models import Ward
from desk.pdf import PaperTooLong
from desk.vietnamese import group_phone
from desk.wording import fields_of
from dossiers.models import Dossier
from letters.models import Letter, LetterKind, LetterText
from letters.paper import letter_pdf, tallest_signature

#: Nobody's name and nobody's dossier.
INVENTED = {
    "nguoi_nhan": "Ông Nguyễn Văn A",
    "dia_chi": "Tổ 1",
    "xung_ho": "ông",
    "thu_tuc": "cấp Giấy xác nhận tình trạng hôn nhân",
    "ma_ho_so": "000.00.00.H25-261116-0001",
    "ngay_nhan": "16/11/2026",
    "loi_hen": "buổi chiều thứ Năm, ngày 19/11/2026",
    "ly_do": "Công chức giải quyết hồ sơ nghỉ ốm từ ngày 17/11, việc bàn giao cho người thay chưa kịp",
    "hen_moi": "buổi chiều thứ Hai, ngày 23/11/2026",
    "co_ket_qua": "",
    "nguoi_theo_doi": "Lê Thị B, công chức tư pháp – hộ tịch",
    "su_viec": "Quầy số 2 chưa có ghế ngồi chờ cho người cao tuổi",
    "viec_da_lam": "Từ ngày 02/11, trước quầy đã có sáu ghế tựa và một bình nước",
    "ten_con": "Nguyễn Văn C",
    "ngay_sinh_con": "09/11/2026",
    "cha_me": "anh Nguyễn Văn A và chị Lê Thị B",
    "chong": "Nguyễn Văn A",
    "vo": "Lê Thị B",
    "ngay_dang_ky": "20/11/2026",
    "nguoi_mat": "cụ Nguyễn Văn D",
    "than_nhan": "thân phụ của ông",
    "ngay_mat": "18/11/2026",
    "tu_tran": "từ trần ngày 18/11/2026",
}
#: Sixty letters, and a reason as long as a careful officer writes it.
NAME = "Công Tằng Tôn Nữ Nguyễn Phúc Hoàng Thị Quỳnh Khuyên Mỹ Nhung"
REASON = (
    "Sổ đăng ký khai sinh năm 1987 bị nhòe nên phải đối chiếu với sổ lưu tại Sở Tư pháp; {don_vi} đã gửi văn bản ngày "
    "17/11/2026, gọi điện nhắc hai lần và đến nay chưa nhận được trả lời, trong khi công chức phụ trách nghỉ ốm và "
    "người thay chưa quen việc"
)
LONG = INVENTED | {
    "nguoi_nhan": f"Bà {NAME}",
    "dia_chi": "Số nhà 125, ngõ 48, đường Trần Hưng Đạo, tổ dân phố số 14, phường Lê Hồng Phong, thành phố Phủ Lý",
    "xung_ho": "quý đơn vị",
    "thu_tuc": "đăng ký đất đai, tài sản gắn liền với đất, cấp Giấy chứng nhận lần đầu đối với hộ gia đình, cá nhân, "
    "cộng đồng dân cư",
    "nguoi_theo_doi": "Nguyễn Thị Hồng Nhung, công chức địa chính – xây dựng – đô thị và môi trường",
    "ly_do": REASON.format(don_vi="phường"),
    "su_viec": REASON.format(don_vi="phường"),
    "viec_da_lam": REASON.format(don_vi="phường"),
    "ten_con": NAME,
    "cha_me": f"anh {NAME} và chị {NAME}",
    "chong": NAME,
    "vo": NAME,
    "nguoi_mat": f"cụ bà {NAME}",
    "than_nhan": "người thân yêu của gia đình",
}
#: A letter says either when the result will be there, or since when it is there.
READY = {"hen_moi": "", "co_ket_qua": "thứ Hai, 23/11/2026"}
TOO_LONG = "Lời thư dài quá một trang khi tên và lý do dài. Xin rút gọn."


def sample_pdf(text: LetterText, ward: Ward, like: Letter | None, now: datetime) -> bytes:
    """A letter to look at, never saved: with the facts of the letter `like`, or of invented people where there is none
    or its facts would take two pages.
    """
    if like:
        with suppress(PaperTooLong):
            return letter_pdf(sample_letter(text, ward, like.facts), now)
    invented = INVENTED | READY if text.kind == LetterKind.PATIENCE else INVENTED
    return letter_pdf(sample_letter(text, ward, invented), now)


def widest_ward() -> Ward:
    """The ward with the longest name: what fits on its sheet fits on the others'."""
    return max(Ward.objects.in_service(), key=lambda ward: len(ward.in_sentence))


def check_one_page(text: LetterText, ward: Ward, now: datetime) -> None:
    """Raises ValidationError for a text that long facts would push onto a second page."""
    for facts in (LONG, LONG | READY) if "co_ket_qua" in fields_of(text.body) else (LONG,):
        letter = sample_letter(text, ward, facts)
        # as when it is issued, and takes the place of another
        letter.proof, letter.replaces = "x" * 16, Letter(ward=ward, number=100, symbol="TXL-UBND", issued_at=now)
        letter.signed = tallest_signature(text.ward)
        try:
            letter_pdf(letter, now)
        except PaperTooLong:
            raise ValidationError(TOO_LONG) from None


def sample_letter(text: LetterText, ward: Ward, facts: dict[str, str]) -> Letter:
    """A draft that says these facts, never saved."""
    of_ward = {"don_vi": ward.get_kind_display().lower(), "phuong": ward.in_sentence}
    return Letter(
        ward=ward,
        kind=text.kind,
        state=Letter.State.DRAFT,
        dossier=Dossier(),
        text=text,
        symbol="",
        signed={},
        facts={**facts, **of_ward, "dien_thoai": group_phone(ward.phone)},
    )
