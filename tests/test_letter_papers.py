"""The letters on paper: one page each, the facts read back exactly, fonts embedded, whatever the names."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from io import BytesIO

import pytest
from django.db.models.functions import Length
from pypdf import PdfReader

from desk.models import Staff, Ward
from desk.pdf import html_to_pdf
from dossiers.models import Edition, FormTitle, IssuedPaper, Procedure
from letters.archive import TOO_LONG, pdf_of
from letters.models import Letter, LetterError, LetterKind, LetterText, Occasion
from letters.orders import order_ahead
from letters.paper import letter_pdf
from letters.sample import INVENTED, LONG, sample_letter
from tests.conftest import moment
from tests.factories import FACTS, DossierFactory, StaffFactory, consenting, draw_all, explain, late
from tests.test_printer import fonts_of

RECEIVED = moment("2026-11-17 09:00")
MONDAY = moment("2026-11-23 09:00")
#: The longest name that a paper has to bear: 58 letters, every tone.
LONG_NAME = "Công Tằng Tôn Nữ Nguyễn Phúc Thị Hoàng Bảo Quỳnh Diễm Nghiêm"
COMPANY = "Công ty Trách nhiệm hữu hạn Một thành viên Xây dựng và Thương mại Đức Thịnh Phủ Lý"
LONG_REASON = ("Trang sổ đăng ký khai sinh năm 1987 bị nhòe, phải đối chiếu với sổ lưu tại Sở Tư pháp. " * 4)[
    :330
].strip()
BY_HAND = {"nguoi_nhan": f"Bà {LONG_NAME}", "xung_ho": "bà", "dia_chi": "Tổ 4, phường Lê Hồng Phong"}
BY_HAND |= {
    "su_viec": "Ngày 20/11/2026, chúng tôi in sai năm sinh trên bản trích lục",
    "viec_da_lam": "Phường đã in lại",
}


def text_of(letter: Letter) -> str:
    pages = PdfReader(BytesIO(pdf_of(letter, MONDAY))).pages
    assert len(pages) == 1
    text = pages[0].extract_text()
    assert unicodedata.is_normalized("NFC", text)
    return " ".join(text.split())


def issue(letter: Letter) -> Letter:
    draw_all(MONDAY)
    letter.refresh_from_db()
    assert letter.trouble == ""
    letter.issue(by=StaffFactory(ward=letter.ward, leader=True, full_name="Đinh Thế Khải"), at=MONDAY)
    draw_all(MONDAY)
    letter.refresh_from_db()
    return letter


def apology(ward: Ward, **more) -> Letter:
    dossier = late(MONDAY, ward=ward, at=RECEIVED, then=RECEIVED + timedelta(hours=1), **more)
    explain(dossier, MONDAY, reason=LONG_REASON)
    return Letter.objects.get(dossier=dossier)


def test_the_longest_names_fit_the_head_and_the_page_of_every_ward(db):
    for ward in Ward.objects.in_service():
        text = text_of(issue(apology(ward, applicant_name=LONG_NAME)))
        assert f"ỦY BAN NHÂN DÂN {ward} CỘNG HÒA".upper() in text
        assert f"{ward.place_name}, ngày 23 tháng 11 năm 2026" in text


@pytest.mark.parametrize("slug", ["luong-khanh-thien", "phu-van"])
@pytest.mark.parametrize(
    "who",
    [
        {},
        {"applicant_name": LONG_NAME},
        {"applicant_kind": "organisation", "applicant_name": COMPANY, "sex": "", "tax_code": "0700123456"},
        {"sex": "", "birth": ""},
    ],
    ids=["plain", "long name", "organisation", "nothing known"],
)
def test_an_apology_fits_one_page_for_everybody(db, slug, who):
    ward = Ward.objects.get(slug=slug)
    letter = issue(apology(ward, **who))
    text = text_of(letter)
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        f"ỦY BAN NHÂN DÂN {ward}".upper(),
        "Số: 01/TXL-UBND",
        f"{ward.place_name}, ngày 23 tháng 11 năm 2026",
        "THƯ XIN LỖI",
        letter.facts["nguoi_nhan"],
        letter.dossier.code,
        LONG_REASON,
        "Buổi sáng thứ Năm, ngày 26/11/2026",
        "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH",
        "Đinh Thế Khải",
        "Nơi nhận:",
    ):
        assert words in text
    assert "DỰ THẢO" not in text


def test_the_draft_says_that_it_is_one_and_has_no_number(ward):
    letter = apology(ward)
    draw_all(MONDAY)
    letter.refresh_from_db()
    text = text_of(letter)
    assert "DỰ THẢO" in text
    assert "Số: ……/TXL-UBND" in text


def test_before_the_hour_it_warns_and_afterwards_it_owns_up(ward):
    dossier = DossierFactory(in_progress=True, ward=ward, at=RECEIVED, then=RECEIVED)
    ahead = moment("2026-11-19 09:00")
    order_ahead(ahead)
    draw_all(ahead)
    letter = Letter.objects.get(dossier=dossier)
    assert "sẽ không kịp lời hẹn ấy" in text_of(letter)
    late(MONDAY, ward=ward, at=RECEIVED, then=RECEIVED)  # the beat finds both
    draw_all(MONDAY)
    letter.refresh_from_db()
    assert "đã không giữ được lời hẹn ấy" in text_of(letter)


@pytest.mark.parametrize("what", ["kết hôn", "khai sinh", "khai tử"])
@pytest.mark.parametrize("name", ["", LONG_NAME], ids=["as told", "long names"])
def test_letters_with_the_certificate_name_the_people(ward, what, name):
    facts = {key: name or value for key, value in FACTS[what].items() if not key.endswith("_on")}
    dossier = consenting(what, ward=ward, at=MONDAY)
    dossier.letter_facts = {**dossier.letter_facts, **facts}
    dossier.save()
    dossier.mark_ready(by=dossier.received_by, at=MONDAY)
    text = text_of(issue(Letter.objects.get(dossier=dossier)))
    for value in facts.values():
        assert value in text
    assert "Đinh Thế Khải" in text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            {"deceased_title": "Cụ bà", "kinship": "Con trai", "died_on": "2026-11-21"},
            "Được tin cụ bà Nguyễn Thị Nhường, thân mẫu của bà, đã từ trần ngày 21/11/2026, chúng tôi vô cùng",
        ),
        (
            {"deceased_title": "Ông", "kinship": "vợ"},
            "Được tin ông Nguyễn Thị Nhường, phu quân của bà, đã từ trần, chúng tôi vô cùng",
        ),
        (
            {"kinship": "con gái", "died_on": "2026-11-21"},  # a mother or a father: nobody said
            "Được tin Nguyễn Thị Nhường, người thân yêu của gia đình, đã từ trần ngày 21/11/2026, chúng tôi vô cùng",
        ),
        (
            {"deceased_title": "Cụ bà", "kinship": "cháu"},
            "Được tin cụ bà Nguyễn Thị Nhường, người thân yêu của gia đình, đã từ trần, chúng tôi vô cùng",
        ),
        ({}, "Được tin Nguyễn Thị Nhường, người thân yêu của gia đình, đã từ trần, chúng tôi vô cùng"),
    ],
)
def test_a_condolence_says_who_died_and_when_as_far_as_the_family_told(ward, told, said):
    dossier = consenting("khai tử", ward=ward, at=MONDAY)
    dossier.letter_facts = {"deceased_name": "Nguyễn Thị Nhường", **told}
    dossier.save()
    draw_all(MONDAY)
    assert said in text_of(Letter.objects.get(dossier=dossier))


def test_a_child_with_one_parent_named_is_welcomed_all_the_same(ward):
    dossier = consenting("khai sinh", ward=ward, at=MONDAY)
    dossier.letter_facts = {"child_name": "Lê Bảo Khuê", "mother_name": "Lê Thị Mỹ Duyên"}
    dossier.save()
    dossier.mark_ready(by=dossier.received_by, at=MONDAY)
    text = text_of(issue(Letter.objects.get(dossier=dossier)))
    assert "con chị Lê Thị Mỹ Duyên" in text
    assert "anh" not in text.split("Lê Bảo Khuê")[1].split("Lê Thị")[0]


@pytest.mark.parametrize("kind", [LetterKind.FAULT, LetterKind.IDEA, LetterKind.PRAISE])
def test_letters_by_hand_say_what_was_typed(ward, clerk, kind):
    letter = Letter.objects.write(ward=ward, kind=kind, typed=BY_HAND, by=clerk, at=MONDAY)
    text = text_of(issue(letter))
    assert f"Bà {LONG_NAME}" in text
    assert BY_HAND["su_viec"] in text


#: The widest name of a ward and one of a commune; the heads of all the wards are looked at above.
WIDEST = ("luong-khanh-thien", "phu-van")
#: What nobody may have told.
OPTIONAL = ("dia_chi", "nguoi_theo_doi", "dien_thoai", "cha_me", "ngay_mat", "ngay_dang_ky")


@pytest.mark.parametrize("occasion", Occasion)
@pytest.mark.parametrize("known", ["all", "the least"])
def test_every_letter_is_one_page_in_embedded_fonts(db, occasion, known):
    text = LetterText.objects.get(occasion=occasion)
    facts = LONG if known == "all" else {name: "" if name in OPTIONAL else value for name, value in INVENTED.items()}
    for ward in Ward.objects.filter(slug__in=WIDEST):
        letter = sample_letter(text, ward, facts)
        pages = letter_pdf(letter, MONDAY)
        [page] = PdfReader(BytesIO(pages)).pages
        read = page.extract_text()
        assert unicodedata.is_normalized("NFC", read)
        assert str(ward).upper() in " ".join(read.split())
        assert set(fonts_of(pages).values()) == {True}


def test_every_kind_of_letter_has_a_text_and_embeds_its_fonts(ward, clerk):
    assert set(LetterText.objects.values_list("occasion", flat=True)) == set(Occasion)
    letter = issue(Letter.objects.write(ward=ward, kind=LetterKind.PRAISE, typed=BY_HAND, by=clerk, at=MONDAY))
    assert set(fonts_of(pdf_of(letter, MONDAY)).values()) == {True}


def test_a_text_too_long_is_found_before_approval_not_in_print(ward, leader):
    letter = apology(ward)
    draw_all(MONDAY)
    letter.refresh_from_db()
    LetterText.objects.filter(pk=letter.text_id).update(body=(letter.text.body + "\n\n") * 4)
    letter.touch(MONDAY)
    letter.save()
    draw_all(MONDAY)
    letter.refresh_from_db()
    assert (letter.trouble, letter.pdf, letter.needs_drawing) == (TOO_LONG, "", False)
    with pytest.raises(LetterError, match="dài quá một trang"):
        letter.issue(by=leader, at=MONDAY)


@pytest.fixture
def delegate(ward):
    """Who signs by delegation, with a title of 59 letters and a name as long as they come."""
    title = "Trưởng phòng Văn hóa – Xã hội, phụ trách Bộ phận Một cửa"
    return StaffFactory(ward=ward, leader=True, power=Staff.Power.DELEGATED, title=title, full_name=LONG_NAME)


def test_whatever_fits_as_a_draft_fits_with_the_tallest_signature_of_the_ward(ward, delegate):
    """The text grows by a line until the draft is refused; the draft before that one is issued."""
    letter = apology(ward)
    draw_all(MONDAY)
    letter.refresh_from_db()
    body = letter.text.body
    for more in range(1, 40):
        LetterText.objects.filter(pk=letter.text_id).update(body=body + "\n\nThêm một dòng." * more)
        Letter.objects.filter(pk=letter.pk).update(needs_drawing=True)
        draw_all(MONDAY)
        letter.refresh_from_db()
        if letter.trouble:
            break
    assert letter.trouble == TOO_LONG
    with pytest.raises(LetterError, match="dài quá một trang"):
        letter.issue(by=delegate, at=MONDAY)
    LetterText.objects.filter(pk=letter.text_id).update(body=body + "\n\nThêm một dòng." * (more - 1))
    Letter.objects.filter(pk=letter.pk).update(needs_drawing=True)
    draw_all(MONDAY)
    assert LONG_NAME not in text_of(Letter.objects.get())  # nobody has signed yet
    letter.refresh_from_db()
    letter.issue(by=delegate, at=MONDAY)
    draw_all(MONDAY)
    letter.refresh_from_db()
    assert (letter.trouble, bool(letter.pdf)) == ("", True)
    assert LONG_NAME in text_of(letter)


@pytest.mark.parametrize("edition", ["2018", "2025"])
def test_form_04_is_one_page_with_the_longest_reason_names_and_procedure(ward, delegate, edition):
    dossier = late(MONDAY, ward=ward, at=RECEIVED, then=RECEIVED + timedelta(hours=1), applicant_name=LONG_NAME)
    dossier.edition = Edition.objects.get(name=edition)
    dossier.procedure = Procedure.objects.order_by(Length("name")).last()
    dossier.save()
    reason = (LONG_REASON * 2)[:499].strip()
    explain(dossier, MONDAY, reason=reason)
    draw_all(MONDAY)
    Letter.objects.get().issue(by=delegate, at=MONDAY)
    draw_all(MONDAY)
    form = IssuedPaper.objects.get(kind=FormTitle.Kind.APOLOGY)
    [page] = PdfReader(BytesIO(html_to_pdf(form.facts["html"]))).pages
    text = " ".join(page.extract_text().split())
    for words in (dossier.procedure.name, reason, LONG_NAME, "TL. CHỦ TỊCH", "Quét mã để kiểm tra"):
        assert words in text


@pytest.mark.parametrize("edition", ["2018", "2025"])
@pytest.mark.parametrize(
    "who",
    [
        {},
        {"applicant_name": LONG_NAME},
        {"applicant_kind": "organisation", "applicant_name": COMPANY, "sex": "", "tax_code": "0700123456"},
    ],
    ids=["plain", "long name", "organisation"],
)
def test_form_04_is_a_second_print_of_the_same_letter(ward, edition, who):
    letter = apology(ward, **who)
    letter.dossier.edition = Edition.objects.get(name=edition)
    letter.dossier.save()
    issue(letter)
    form = IssuedPaper.objects.get(kind=FormTitle.Kind.APOLOGY)
    pages = PdfReader(BytesIO(html_to_pdf(form.facts["html"]))).pages
    assert len(pages) == 1
    text = " ".join(pages[0].extract_text().split())
    title, symbol, own = {
        "2018": ("PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ", "01/PXL-UBND", "sẽ trả kết quả"),
        "2025": (
            "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN THỜI GIAN GIẢI QUYẾT",
            "01/UBND-TTPVHCC",
            "Chưa lần nào; đây là lần thứ nhất",
        ),
    }[edition]
    for words in (title, symbol, own, letter.dossier.code, LONG_REASON, "ngày 26/11/2026", "Đinh Thế Khải"):
        assert words in text


def test_a_letter_keeps_the_words_it_was_made_from(ward):
    letter = apology(ward)
    draw_all(MONDAY)
    LetterText.objects.create(occasion=Occasion.APOLOGY, title="THƯ XIN LỖI", body="Lời khác: {{ ly_do }}.")
    explain(letter.dossier, MONDAY, reason="Cơ quan phối hợp chưa trả lời")
    draw_all(MONDAY)
    letter.refresh_from_db()
    assert "Lời khác" not in text_of(letter)
    assert "Lời khác" in text_of(apology(ward))
