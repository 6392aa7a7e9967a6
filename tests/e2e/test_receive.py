"""A clerk receives dossiers with the keyboard and the scanner; the slip goes with the citizen, and its QR is read."""

from __future__ import annotations

import re
import subprocess
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page, expect

from dossiers.models import Dossier
from tests.e2e.conftest import CARD, PASSWORD, PHONE, Keyboard
from tests.factories import CODES, DossierFactory, StaffFactory

pytestmark = pytest.mark.e2e

SLIP_PAGE = re.compile(r"/giay-tiep-nhan/$")
KHAI_TU = "1.000656"


@pytest.fixture
def page(browse) -> Page:
    """The intake page, as the clerk's key opens it."""
    page = browse(staff=StaffFactory(username="ngoc", clerk=True))
    page.goto("/quay/tiep-nhan/")
    return page


@pytest.fixture
def keys(page) -> Keyboard:
    return Keyboard(page)


def scan_card(page: Page, keys: Keyboard) -> None:
    keys.scan(CARD)
    expect(page.locator("#id_phone")).to_be_focused()


def slow_down(page: Page, milliseconds: int) -> None:
    """Every answer of the server takes so long: as over the line of a far commune."""
    network = page.context.new_cdp_session(page)
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": milliseconds, "downloadThroughput": -1, "uploadThroughput": -1},
    )


def read_qr(pdf: bytes, folder: Path) -> str:
    (folder / "slip.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "200", "-png", "-singlefile", "slip.pdf", "slip"], cwd=folder, check=True)
    scanner = ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "slip.png"]
    return subprocess.run(scanner, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_from_the_card_to_the_citizens_phone(browse, tmp_path):
    clerk = StaffFactory(username="ngoc", clerk=True)
    page = browse()
    keys = Keyboard(page)
    page.goto("/quay/")
    keys.type(clerk.username)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.locator("#q")).to_be_focused()
    keys.press("F2")
    expect(page.locator("#id_card")).to_be_focused()
    scan_card(page, keys)
    expect(page.get_by_role("status")).to_contain_text("Đã đọc thẻ căn cước lúc 8 giờ 42")
    keys.type("0912000345")
    keys.press("Enter")
    expect(page.locator("#id_procedure")).to_be_focused()
    keys.type("tinh trang hon")
    keys.press("Enter")
    expect(page.locator("#paper-0")).to_be_focused()
    expect(page.locator("#promise")).to_contain_text("thứ Sáu, 27/11/2026, buổi sáng")
    keys.press("F7", "Enter")
    page.wait_for_url(SLIP_PAGE)
    expect(page.get_by_role("button", name="In giấy hẹn")).to_be_focused()
    keys.press("F9")  # prints, or the page would have an error

    dossier = Dossier.objects.get()
    assert (dossier.code, dossier.phone) == ("000.03.01.H25-261123-0001", "0912000345")
    slip = page.context.request.get(f"/ho-so/{dossier.code}/giay-tiep-nhan.pdf").body()
    text = " ".join(pypdf.PdfReader(BytesIO(slip)).pages[0].extract_text().split())
    for words in ("Bà Nguyễn Thị Tuyết Nhung", dossier.code, "Buổi sáng thứ Sáu, ngày 27/11/2026", "0912 000 345"):
        assert words in text

    link = read_qr(slip, tmp_path)
    assert link == dossier.get_status_url()
    phone = browse(PHONE)
    phone.goto(link)
    answer = phone.get_by_role("heading", level=1)
    expect(answer).to_have_text("Hồ sơ của ông/bà đang được giải quyết, đúng tiến độ.")
    promise = phone.get_by_text("thứ Sáu, 27/11/2026, buổi sáng", exact=True)
    expect(promise).to_be_in_viewport(ratio=1)
    expect(phone.locator("body")).not_to_contain_text("Tuyết")


def test_a_same_day_matter_takes_twelve_strokes_after_the_card(page, keys):
    scan_card(page, keys)
    keys.strokes = 0
    keys.press("Enter")  # no telephone
    keys.type("khai s")
    keys.press("Enter")
    expect(page.locator("#paper-0")).to_be_focused()
    keys.press("F7", "Enter")
    page.wait_for_url(SLIP_PAGE)
    assert keys.strokes <= 12
    dossier = Dossier.objects.get()
    assert dossier.procedure.code == CODES["khai sinh"]
    assert dossier.documents.count() == 3
    expect(page.get_by_text("Việc trả trong ngày: chỉ in giấy hẹn khi người nộp cần.")).to_be_visible()
    expect(page.get_by_role("link", name="Nhận hồ sơ tiếp")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#id_card")).to_be_focused()


def test_the_arrow_keys_choose_another_match(page, keys):
    scan_card(page, keys)
    keys.press("Enter")
    keys.type("khai sinh")
    chosen = page.locator(".picked.is-chosen b")
    expect(chosen).to_have_text("Đăng ký khai sinh")
    keys.press("ArrowDown")
    expect(chosen).to_have_text("Đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con")
    keys.press("ArrowDown")
    expect(chosen).to_have_text("Cấp bản sao Trích lục hộ tịch, bản sao Giấy khai sinh")
    keys.press("ArrowUp")
    expect(chosen).to_have_text("Đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con")
    keys.press("Enter")
    expect(page.locator("#paper-0")).to_be_focused()
    keys.press("F7", "Enter")
    page.wait_for_url(SLIP_PAGE)
    assert Dossier.objects.get().procedure.code == "1.000689"


def test_a_procedure_that_the_page_has_not_shown_is_never_saved(page, keys):
    scan_card(page, keys)
    keys.press("Enter")
    keys.type("ket hon")
    expect(page.locator(".picked.is-chosen b")).to_have_text("Đăng ký kết hôn")
    slow_down(page, 300)
    keys.press("Control+A")
    keys.type("khai tu")
    keys.press("Enter", "F7", "Enter")  # all before the server has answered
    expect(page.locator(".picked.is-chosen b")).to_have_text("Đăng ký khai tử")
    expect(page.locator("#paper-0")).to_be_focused()
    assert not Dossier.objects.exists()
    keys.press("F7", "Enter")
    page.wait_for_url(SLIP_PAGE)
    assert Dossier.objects.get().procedure.code == KHAI_TU


def test_papers_ticked_for_another_procedure_do_not_count(page, keys):
    """The clerk clicks "save" while the answer to the new procedure is still on its way."""
    scan_card(page, keys)
    keys.press("Enter")
    keys.type("ket hon")
    expect(page.locator("#paper-0")).to_be_visible()
    keys.press("F7")
    page.locator("#id_procedure").fill("khai tu")
    page.get_by_role("button", name="Nhận và in giấy hẹn").click()
    expect(page.get_by_text("Xin xem lại thủ tục và giấy tờ bên dưới")).to_be_visible()
    expect(page.locator(".picked.is-chosen b")).to_have_text("Đăng ký khai tử")
    expect(page.locator("#id_procedure")).to_be_focused()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
    assert not Dossier.objects.exists()


def test_all_papers_may_be_pressed_before_they_are_on_the_page(page, keys):
    scan_card(page, keys)
    keys.press("Enter")
    slow_down(page, 200)
    keys.type("khai sinh")
    keys.press("Enter", "F7")
    expect(page.get_by_role("checkbox", name="Tờ khai đăng ký khai sinh")).to_be_checked()
    expect(page.locator("#paper-0")).to_be_focused()


def test_enter_goes_to_what_is_missing(page, keys):
    for field, text in (
        ("id_applicant_name", "Đỗ Thị Hạnh"),
        ("id_address", "Tổ 4, phường Lê Hồng Phong"),
        ("id_procedure", "khai tu"),
        ("paper-0", ""),
    ):
        keys.press("Enter")
        expect(page.locator(f"#{field}")).to_be_focused()
        keys.type(text)
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Chưa đánh dấu giấy tờ nào.")
    expect(page.locator("#paper-0")).to_be_focused()
    keys.press("Space", "Enter")
    page.wait_for_url(SLIP_PAGE)
    assert [row.name for row in Dossier.objects.get().documents.all()] == ["Tờ khai đăng ký khai tử"]


def test_an_error_keeps_everything_and_goes_to_the_first_wrong_field(page, keys):
    scan_card(page, keys)
    keys.type("09123")
    keys.press("Enter")
    keys.type("khai sinh")
    keys.press("Enter")
    expect(page.locator("#paper-0")).to_be_focused()
    page.get_by_label("Giấy chứng sinh").first.check()
    page.get_by_label("Loại giấy tờ: Giấy chứng sinh").select_option("Bản chụp")
    page.get_by_label("Số lượng: Giấy chứng sinh").fill("2")
    page.get_by_label("Họ tên con").fill("Nguyễn Gia Huy")
    page.get_by_label("Con sinh ngày").fill("31/02/2026")
    page.get_by_text("Ủy quyền, cách nộp").click()
    page.get_by_label("Người được ủy quyền", exact=True).fill("Phạm Văn Đức")
    keys.press("Enter")
    expect(page.get_by_text("Số điện thoại còn thiếu 5 chữ số.")).to_be_visible()
    expect(page.get_by_text("Ghi như 14/08/2026.")).to_be_visible()
    expect(page.locator("#id_phone")).to_be_focused()
    kept = {
        "id_applicant_name": "Nguyễn Thị Tuyết Nhung",
        "id_id_number": "035190001234",
        "id_birth": "14/08/1990",
        "id_sex": "Nữ",
        "id_phone": "09123",
        "id_procedure": "khai sinh",
        "id_child_name": "Nguyễn Gia Huy",
        "id_child_born_on": "31/02/2026",
        "id_proxy_name": "Phạm Văn Đức",
    }
    for field, text in kept.items():
        expect(page.locator(f"#{field}")).to_have_value(text)
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    expect(page.get_by_label("Loại giấy tờ: Giấy chứng sinh")).to_have_value("photocopy")
    expect(page.get_by_label("Số lượng: Giấy chứng sinh")).to_have_value("2")
    assert not Dossier.objects.exists()
    page.locator("#id_phone").fill("0912000345")
    page.get_by_label("Con sinh ngày").fill("01/11/2026")
    keys.press("Enter")
    page.wait_for_url(SLIP_PAGE)


def test_a_second_dossier_of_the_same_matter_needs_a_second_enter(page, keys):
    DossierFactory(what="khai sinh", id_number=CARD[:12])
    page.locator("#id_applicant_name").fill("Nguyễn Thị Tuyết Nhung")
    page.locator("#id_address").fill("Tổ 4")
    page.locator("#id_procedure").fill("khai sinh")
    expect(page.locator("#paper-0")).to_be_visible()
    keys.press("F7")
    page.locator("#id_id_number").fill(CARD[:12])  # after the preview, which would have said so
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Bấm Enter lần nữa nếu vẫn nhận hồ sơ mới.")
    assert Dossier.objects.count() == 1
    keys.press("Enter")
    page.wait_for_url(SLIP_PAGE)
    assert Dossier.objects.count() == 2


def test_a_double_enter_or_click_makes_one_dossier(page, keys):
    for number, send in enumerate(("Enter", "click"), start=1):
        page.goto("/quay/tiep-nhan/")
        scan_card(page, keys)
        keys.press("Enter")
        keys.type("chung thuc chu ky" if number == 1 else "khai tu")
        keys.press("Enter")
        expect(page.locator("#paper-0")).to_be_focused()
        keys.press("F7")
        slow_down(page, 200)
        if send == "Enter":
            keys.press("Enter", "Enter", "Enter")
        else:
            page.get_by_role("button", name="Nhận và in giấy hẹn").dblclick()
        page.wait_for_url(SLIP_PAGE)
        slow_down(page, 0)
        assert Dossier.objects.count() == number


def log_in_again(page: Page) -> None:
    expect(page.get_by_text("Phiên làm việc đã hết.")).to_be_visible()
    page.get_by_label("Tên đăng nhập").fill("ngoc")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_a_log_in_that_ran_out_loses_nothing(page, keys, troubles):
    scan_card(page, keys)
    keys.type("0912000345")
    keys.press("Enter")
    keys.type("khai tu")
    keys.press("Enter")
    expect(page.locator("#paper-0")).to_be_focused()
    keys.press("F7")
    troubles.expected.add(401)
    page.context.clear_cookies(name="sessionid")
    keys.press("Enter")
    log_in_again(page)
    page.wait_for_url(SLIP_PAGE)
    dossier = Dossier.objects.get()
    assert (dossier.applicant_name, dossier.phone) == ("Nguyễn Thị Tuyết Nhung", "0912000345")
    assert dossier.documents.count() == dossier.procedure.documents.count()


def test_a_log_in_that_ran_out_before_the_card_or_the_procedure_loses_nothing(page, keys, troubles):
    troubles.expected.add(401)
    page.context.clear_cookies(name="sessionid")
    keys.scan(CARD)
    log_in_again(page)
    expect(page.get_by_label("Họ và tên")).to_have_value("Nguyễn Thị Tuyết Nhung")
    page.context.clear_cookies(name="sessionid")
    page.locator("#id_procedure").fill("khai tu")
    keys.press("Enter")
    log_in_again(page)
    expect(page.get_by_label("Họ và tên")).to_have_value("Nguyễn Thị Tuyết Nhung")
    expect(page.locator(".picked.is-chosen b")).to_have_text("Đăng ký khai tử")
