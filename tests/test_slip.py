"""The slip (Mẫu 01), read back from its PDF as a reader, a scanner and a photocopier would."""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata

import pytest
from django.conf import settings
from django.urls import reverse
from pypdf import PdfReader

from desk.models import Ward
from dossiers.models import GivenDocument, Procedure
from dossiers.models.correction import CORRECTABLE, OFF_THE_SLIP
from dossiers.slip import slip_facts
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory

pytestmark = pytest.mark.django_db
MONDAY = moment("2026-11-23 08:42")
A5, A4 = (148, 210), (210, 297)


@pytest.fixture
def print_slip(client, ward):
    """The pages of a dossier's slip as the clerk's browser gets them."""
    client.force_login(StaffFactory(ward=ward, clerk=True))

    def pages(dossier, **asked):
        answer = client.get(reverse("dossiers:slip_pdf", args=[dossier.code]), asked)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/pdf"
        return PdfReader(io.BytesIO(answer.content)).pages

    return pages


def words(page):
    return " ".join(page.extract_text().split())


def holds(page, text):
    """Whether the page shows that text, wherever its lines end."""
    return "".join(text.split()) in "".join(page.extract_text().split())


def size(page):
    return tuple(round(float(side) * 25.4 / 72) for side in (page.mediabox.width, page.mediabox.height))


# what it says


def test_the_slip_of_today_says_everything_in_the_order_of_the_form(print_slip, ward):
    Ward.objects.filter(pk=ward.pk).update(phone="02263000117")
    by = StaffFactory(ward=ward, clerk=True, officer=True, leader=True, full_name="Lê Thị Bích Ngọc")
    papers = [
        GivenDocument("Tờ khai cấp Giấy xác nhận tình trạng hôn nhân", "original", 1),
        GivenDocument("Bản án ly hôn", "certified", 2),
        GivenDocument("Căn cước", "photocopy", 12),
    ]
    dossier = DossierFactory(
        ward=ward,
        at=MONDAY,
        by=by,
        documents=papers,
        email="nhung@thu.example",
        set_count=2,
        fee_vnd=8000,
        fee_paid=True,
    )
    [page] = print_slip(dossier)
    assert words(page) == (
        "UBND PHƯỜNG LÊ HỒNG PHONG TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG "
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc "
        "Số: 0001/TTPVHCC Phường Lê Hồng Phong, ngày 23 tháng 11 năm 2026 "
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ "
        "Mã hồ sơ: 000.03.01.H25-261123-0001 "
        "Trung tâm Phục vụ hành chính công phường Lê Hồng Phong tiếp nhận hồ sơ của: "
        "Bà Nguyễn Thị Tuyết Nhung "
        "Địa chỉ: Tổ 4, phường Lê Hồng Phong, thành phố Phủ Lý, tỉnh Hà Nam "
        "Số điện thoại: 0912 000 345 Email: nhung@thu.example "
        "Nội dung yêu cầu giải quyết: Cấp Giấy xác nhận tình trạng hôn nhân (1.004873) "
        "1. Thành phần hồ sơ nộp gồm: TT Tên giấy tờ Loại giấy tờ Số lượng "
        "1 Tờ khai cấp Giấy xác nhận tình trạng hôn nhân Bản chính 01 "
        "2 Bản án ly hôn Bản sao chứng thực 02 "
        "3 Căn cước Bản chụp 12 "
        "2. Số lượng hồ sơ: 02 (bộ) 3. Thời gian giải quyết theo quy định: 03 ngày làm việc "
        "4. Thời gian nhận hồ sơ: 08 giờ 42 phút, ngày 23 tháng 11 năm 2026 "
        "5. Thời gian trả kết quả giải quyết hồ sơ: 11 giờ 30 phút, ngày 27 tháng 11 năm 2026 "
        "Mời đến nhận kết quả: Buổi sáng thứ Sáu, ngày 27/11/2026 "
        "Tính các ngày 25, 26, 27/11; 24/11 nghỉ lễ: Ngày Văn hóa Việt Nam. Xem hồ sơ, cho ý kiến "
        "6. Đăng ký nhận kết quả tại: Trung tâm Phục vụ hành chính công của phường "
        "7. Phí, lệ phí (nếu có): 8.000 đồng (đã nộp) "
        "Vào Sổ theo dõi hồ sơ, Quyển số: 01; Số thứ tự: 1 "
        "NGƯỜI NỘP HỒ SƠ (Ký và ghi rõ họ tên) NGƯỜI TIẾP NHẬN HỒ SƠ (Ký và ghi rõ họ tên) Lê Thị Bích Ngọc "
        "Khi đến, xin mang Giấy này và căn cước; người nhận thay mang thêm giấy ủy quyền. "
        "Cần hỏi hoặc muốn nhận tại nhà, xin gọi 0226 3000 117 trong giờ làm việc, thứ Hai đến thứ Sáu. "
        "Xin chào, xin hỏi, xin lỗi, xin cảm ơn · Luôn mỉm cười, luôn nhẹ nhàng, luôn lắng nghe, luôn sẵn lòng giúp đỡ"
    )


@pytest.mark.parametrize(
    ("day", "edition", "desk", "symbol"),
    [
        ("2020-09-01", "2018", "Bộ phận Tiếp nhận và Trả kết quả", "BPTNTKQ"),
        ("2025-08-04", "2018", "Trung tâm Phục vụ hành chính công", "TTPVHCC"),
        ("2025-09-15", "2025", "Trung tâm Phục vụ hành chính công", "TTPVHCC"),
    ],
)
def test_each_edition_is_printed_with_the_desks_name_of_that_day(print_slip, ward, day, edition, desk, symbol):
    dossier = DossierFactory(ward=ward, at=moment(f"{day} 08:42"))
    assert dossier.edition.name == edition
    text = words(print_slip(dossier)[0])
    assert text.startswith(f"UBND PHƯỜNG LÊ HỒNG PHONG {desk.upper()} CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    assert f"Số: 0001/{symbol} " in text
    assert "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ" in text
    assert f"{desk} phường Lê Hồng Phong tiếp nhận hồ sơ của:" in text
    assert f"nhận kết quả tại: {desk} của phường" in text


def test_the_title_is_the_editions_own_not_a_word_of_the_template(print_slip, ward):
    old, new = (DossierFactory(ward=ward, at=moment(day)) for day in ("2025-08-04 09:00", "2026-11-23 09:00"))
    old.edition.titles.filter(kind="slip").update(title="Giấy tiếp nhận cũ")
    assert "GIẤY TIẾP NHẬN CŨ" in words(print_slip(old)[0])
    assert "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ" in words(print_slip(new)[0])


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"sex": "Nam", "applicant_name": "Trần Văn Bình"}, "tiếp nhận hồ sơ của: Ông Trần Văn Bình Địa chỉ"),
        ({"sex": ""}, "tiếp nhận hồ sơ của: Nguyễn Thị Tuyết Nhung Địa chỉ"),
        ({"proxy_name": "Trần Văn Được"}, "Bà Nguyễn Thị Tuyết Nhung (người nộp thay: Trần Văn Được) Địa chỉ"),
        ({"phone": "", "email": ""}, "Số điện thoại: …………… Email: ……………………"),
        ({"fee_vnd": None}, "7. Phí, lệ phí (nếu có): …………… Vào Sổ"),
        ({"fee_vnd": 0}, "7. Phí, lệ phí (nếu có): không thu Vào Sổ"),
        ({"fee_vnd": 1250000}, "7. Phí, lệ phí (nếu có): 1.250.000 đồng (nộp khi nhận kết quả) Vào Sổ"),
        (
            {"return_method": "post", "return_address": "Số 9, đường Trần Phú"},
            "6. Đăng ký nhận kết quả tại: Qua bưu chính công ích: Số 9, đường Trần Phú 7.",
        ),
        (
            {"applicant_kind": "organisation", "sex": "", "applicant_name": "Công ty “Dệt & May” <A>"},
            "tiếp nhận hồ sơ của: Công ty “Dệt & May” <A> Địa chỉ",
        ),
        ({"what": "1.011607"}, "3. Thời gian giải quyết theo quy định: 15 ngày 4."),
        (
            {"what": "2.000815", "at": moment("2026-11-23 15:20")},
            "5. Thời gian trả kết quả giải quyết hồ sơ: 17 giờ 00 phút, ngày 25 tháng 11",
        ),
        ({"at": moment("2026-12-31 14:00")}, "Lịch nghỉ tạm tính."),
    ],
)
def test_each_fact_is_printed_as_it_is(print_slip, ward, facts, sentence):
    assert sentence in words(print_slip(DossierFactory(ward=ward, **facts))[0])


def after_a_supplement(ward, **facts):
    """A dossier received on Monday whose missing papers came on Thursday, and who took them."""
    by = StaffFactory(ward=ward, clerk=True, officer=True, leader=True)
    dossier = DossierFactory(ward=ward, at=MONDAY, by=by, **facts)
    dossier.request_papers(items=["Bản sao"], reason="Thiếu bản sao", by=by, at=moment("2026-11-23 10:00"))
    dossier.papers_received(by=by, at=moment("2026-11-26 14:20"))
    return dossier, by


def test_a_slip_of_a_term_that_began_again_says_since_when_the_papers_are_complete(print_slip, ward):
    dossier, by = after_a_supplement(ward)
    [page] = print_slip(dossier)
    assert (
        "4. Thời gian nhận hồ sơ: 08 giờ 42 phút, ngày 23 tháng 11 năm 2026 "
        "Nhận đủ giấy tờ bổ sung: 14 giờ 20 phút, ngày 26 tháng 11 năm 2026 "
        "5. Thời gian trả kết quả giải quyết hồ sơ: 17 giờ 00 phút, ngày 01 tháng 12 năm 2026"
    ) in words(page)
    dossier.correct(changes={"phone": "0912000346"}, reason="Ghi nhầm", by=by, at=moment("2026-11-26 15:00"))
    [page] = print_slip(dossier)
    assert "Nhận đủ giấy tờ bổ sung: 14 giờ 20 phút, ngày 26 tháng 11 năm 2026" in words(page)
    assert "Thay giấy hẹn số" in words(page)
    assert "Nhận đủ giấy tờ" not in words(print_slip(DossierFactory(ward=ward))[0])


def test_a_correction_gives_a_new_slip_exactly_where_the_slip_says_it(ward):
    dossier = DossierFactory(ward=ward, sex="Nữ")
    other = {
        "procedure": Procedure.objects.exclude(code=dossier.procedure.code).first(),
        "fee_paid": not dossier.fee_paid,
        "received_at": moment("2026-11-20 09:00"),
        "letter_facts": {"child_name": "Trần Bảo Ân"},
        "fee_vnd": 8_000,
        "sex": "Nam",
    }
    unsaid = set()
    for name in CORRECTABLE:
        before = slip_facts(dossier)
        setattr(dossier, name, other.get(name, "0912000999"))
        if slip_facts(dossier) == before:
            unsaid.add(name)
    assert unsaid == OFF_THE_SLIP


def test_a_slip_handed_out_before_the_line_was_there_is_printed_as_it_was(print_slip, ward):
    dossier = DossierFactory(ward=ward)
    before = words(print_slip(dossier)[0])
    issued = dossier.issued_papers.get()
    del issued.facts["papers_complete"]
    issued.save()
    assert words(print_slip(dossier)[0]) == before


@pytest.mark.parametrize("count", range(1, 8))
@pytest.mark.parametrize("long", [False, True])
def test_the_line_of_a_term_that_began_again_pushes_no_signature_off_the_page(print_slip, ward, count, long):
    papers = [GivenDocument(f"{PAPER} {number:03}", "original", 1) for number in range(count)]
    dossier, _ = after_a_supplement(ward, documents=papers, **(LONG if long else {}))
    first, *rest = (words(page) for page in print_slip(dossier))
    assert "Nhận đủ giấy tờ bổ sung" in first
    assert "luôn sẵn lòng giúp đỡ" in first
    assert len(rest) == ("Theo danh mục kèm theo" in first)
    assert all(paper.name in " ".join([first, *rest]) for paper in papers)


def test_the_text_can_be_searched_and_copied(print_slip, ward):
    """Composed letters in reading order, from fonts that the file carries with it, tagged for screen readers."""
    pages = print_slip(DossierFactory(ward=ward))
    text = pages[0].extract_text()
    catalogue = pages[0].indirect_reference.pdf.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "vi"
    assert unicodedata.is_normalized("NFC", text)
    assert "Nguyễn Thị Tuyết Nhung" in text
    fonts = [font.get_object() for font in pages[0]["/Resources"]["/Font"].values()]
    for font in fonts:
        assert re.match(r"/[A-Z]{6}\+Tinos", font["/BaseFont"])
        assert "/ToUnicode" in font


# the paper


@pytest.mark.parametrize(("asked", "paper"), [({}, A5), ({"kho": "a5"}, A5), ({"kho": "a4"}, A4)])
@pytest.mark.parametrize("copies", [1, 2])
def test_one_page_for_each_copy_on_the_paper_asked_for(print_slip, ward, asked, paper, copies):
    pages = print_slip(DossierFactory(ward=ward), **asked, **({"lien": "2"} if copies == 2 else {}))
    assert [size(page) for page in pages] == [paper] * copies


def test_two_copies_say_whose_each_is_and_are_alike_otherwise(print_slip, ward):
    dossier = DossierFactory(ward=ward)
    theirs, ours = (words(page) for page in print_slip(dossier, lien="2"))
    assert "Liên 1: giao người nộp" in theirs
    assert theirs.replace("Liên 1: giao người nộp", "Liên 2: lưu hồ sơ") == ours
    assert "Liên" not in words(print_slip(dossier)[0])


LONG_NAME = "Nguyễn Trần Hoàng Thị Phương Quỳnh Như Tôn Nữ Huyền Trân Anh"
LONG_ADDRESS = (
    "Số nhà 1234, ngõ 567, đường Trần Hưng Đạo kéo dài, tổ dân phố số 18, phường Lê Hồng Phong, "
    "thành phố Phủ Lý, tỉnh Hà Nam"
)
LONG = {
    "applicant_name": LONG_NAME,
    "proxy_name": LONG_NAME,
    "address": LONG_ADDRESS,
    "return_method": "post",
    "return_address": LONG_ADDRESS,
    "email": "nguyen.tran.hoang.thi.phuong.quynh.nhu@congty.thu.example",
}
PAPER = "Giấy chứng nhận quyền sở hữu nhà ở và quyền sử dụng đất ở (nếu có) số"


def slip_with(print_slip, ward, count, kho, **facts):
    """Page one, the pages behind it, and the names of the papers."""
    papers = [GivenDocument(f"{PAPER} {number:03}", "original", 1) for number in range(count)]
    first, *rest = print_slip(DossierFactory(ward=ward, documents=papers, **facts), kho=kho)
    return words(first), [words(page) for page in rest], [paper.name for paper in papers]


@pytest.mark.parametrize("kho", ["a5", "a4"])
@pytest.mark.parametrize("facts", [{}, LONG], ids=["short", "long"])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 12, 16])
def test_promise_and_signatures_stay_on_page_one_and_no_paper_is_lost(print_slip, ward, kho, facts, count):
    """One page; with more papers than it holds, page two is the enclosed list and page one says how many."""
    longest = max(Procedure.objects.in_force(MONDAY.date()), key=lambda row: len(row.name))
    first, rest, papers = slip_with(print_slip, ward, count, kho, **facts, **({"what": longest.code} if facts else {}))
    assert "Mời đến nhận kết quả: Buổi" in first
    assert "NGƯỜI TIẾP NHẬN HỒ SƠ (Ký và ghi rõ họ tên)" in first
    assert "luôn sẵn lòng giúp đỡ" in first
    if rest:
        [enclosed] = rest
        assert f"Theo danh mục kèm theo, {count} loại giấy tờ." in first
        assert enclosed.startswith("DANH MỤC GIẤY TỜ KÈM THEO Hồ sơ 000.03.01.H25-261123-0001, ")
        first = enclosed
    assert all(paper in first for paper in papers)


@pytest.mark.parametrize(("kho", "most"), [("a5", 3), ("a4", 5)])
def test_the_usual_papers_need_no_second_page(print_slip, ward, kho, most):
    assert slip_with(print_slip, ward, most, kho)[1] == []


def test_every_procedure_of_the_catalogue_fits_on_one_page_with_its_own_papers(print_slip, ward):
    for procedure in Procedure.objects.in_force(MONDAY.date()).prefetch_related("documents"):
        papers = [GivenDocument(row.name, "original", 1) for row in procedure.documents.all()]
        [page] = print_slip(DossierFactory(ward=ward, what=procedure.code, documents=papers))
        assert holds(page, f"{procedure.name} ({procedure.code})")
        assert all(holds(page, paper.name) for paper in papers)


@pytest.mark.parametrize(
    "facts",
    [
        {"applicant_name": LONG_NAME.upper(), "address": LONG_ADDRESS.upper()},
        {"email": "nguyen-thi-tuyet-nhung" * 4 + "@thu.example"},
        {"proxy_name": LONG_NAME, "applicant_name": LONG_NAME, "address": LONG_ADDRESS},
        {"return_method": "post", "return_address": LONG_ADDRESS * 2, "address": LONG_ADDRESS * 2},
    ],
    ids=["capitals", "e-mail", "two names", "two addresses"],
)
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_what_is_long_in_one_place_pushes_no_signature_off_the_page(print_slip, ward, facts, count):
    first, rest, papers = slip_with(print_slip, ward, count, "a5", **facts)
    assert "NGƯỜI TIẾP NHẬN HỒ SƠ (Ký và ghi rõ họ tên)" in first
    assert all(paper in " ".join([first, *rest]) for paper in papers)
    assert len(rest) == ("Theo danh mục kèm theo" in first)


# the codes on it


def scanned(pdf, tmp_path, dpi):
    """What a scanner reads from the printed page, at the sharpness of an old office printer."""
    (tmp_path / "slip.pdf").write_bytes(pdf)
    image = tmp_path / "slip"
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", "-singlefile", tmp_path / "slip.pdf", image], check=True)
    told = subprocess.run(["zbarimg", "--quiet", f"{image}.pgm"], check=True, capture_output=True, text=True).stdout
    return dict(line.split(":", 1) for line in told.splitlines())


@pytest.mark.parametrize("kho", ["a5", "a4"])
@pytest.mark.parametrize("dpi", [200, 300])
def test_a_scanner_reads_the_status_address_and_the_code(client, ward, tmp_path, kho, dpi):
    dossier = DossierFactory(ward=ward)
    client.force_login(StaffFactory(ward=ward, clerk=True))
    pdf = client.get(reverse("dossiers:slip_pdf", args=[dossier.code]), {"kho": kho}).content
    read = scanned(pdf, tmp_path, dpi)
    assert read == {"QR-Code": f"{settings.SITE_URL}/hs/{dossier.token}/", "CODE-128": dossier.code}
    client.logout()
    assert dossier.code in client.get(read["QR-Code"].removeprefix(settings.SITE_URL)).text


# when it is needed


@pytest.mark.parametrize(
    ("what", "at", "needed"),
    [
        ("xác nhận hôn nhân", "2026-11-23 08:42", True),
        ("khai sinh", "2026-11-23 08:42", False),
        ("khai sinh", "2026-11-23 15:01", False),
        ("chứng thực", "2026-11-23 08:42", False),
        ("chứng thực", "2026-11-23 15:00", False),
        ("chứng thực", "2026-11-23 15:01", True),
        ("chứng thực", "2026-11-28 09:00", True),  # a Saturday: due on Monday
        ("1.011607", "2026-11-23 08:42", True),
    ],
)
def test_a_same_day_matter_gets_a_slip_on_request_and_certification_always_when_it_is_due_later(
    client, ward, what, at, needed
):
    dossier = DossierFactory(ward=ward, what=what, at=moment(at))
    assert dossier.needs_slip() == needed
    client.force_login(StaffFactory(ward=ward, clerk=True))
    page = client.get(reverse("dossiers:slip", args=[dossier.code])).text
    assert ("chỉ in giấy hẹn khi người nộp cần" in page) != needed
    assert "In giấy hẹn" in page


@pytest.mark.parametrize("kho", ["a3", "A5", "../a5"])
def test_a_paper_that_is_not_kept_is_not_found(client, ward, kho):
    client.force_login(StaffFactory(ward=ward, clerk=True))
    url = reverse("dossiers:slip_pdf", args=[DossierFactory(ward=ward).code])
    assert client.get(url, {"kho": kho}).status_code == 404
    assert client.get(url, {"kho": "a5"}).status_code == 200


def test_the_pdf_is_shown_in_the_desks_own_page_and_kept_nowhere(client, ward):
    client.force_login(StaffFactory(ward=ward, clerk=True))
    dossier = DossierFactory(ward=ward)
    answer = client.get(reverse("dossiers:slip_pdf", args=[dossier.code]))
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"] == f'inline; filename="giay-tiep-nhan-{dossier.code}.pdf"'
    assert client.get(reverse("dossiers:slip", args=[dossier.code]))["X-Frame-Options"] == "DENY"
