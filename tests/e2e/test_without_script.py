"""What must work where no script runs: an old phone, a locked-down desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from dossiers.models import Dossier
from dossiers.views.public import NO_MATCH
from tests.e2e.conftest import CARD, PHONE
from tests.factories import DossierFactory, StaffFactory

pytestmark = pytest.mark.e2e


def test_the_home_page_leads_to_the_answer(browse, now):
    dossier = DossierFactory(at=now, phone="0912000345")
    page = browse(PHONE, java_script_enabled=False)
    page.goto("/")
    page.get_by_label("Nhập mã hồ sơ").fill(dossier.code.lower())
    page.get_by_role("button", name="Xem hồ sơ của tôi").click()
    expect(page.get_by_label("Mã hồ sơ")).to_have_value(dossier.code.lower())
    page.get_by_label("4 số cuối").fill("0345")
    page.get_by_role("button", name="Xem hồ sơ của tôi").click()
    answer = page.get_by_role("heading", level=1)
    expect(answer).to_have_text("Hồ sơ của ông/bà đang được giải quyết, đúng tiến độ.")
    expect(page.get_by_text("thứ Sáu, 27/11/2026, buổi sáng", exact=True)).to_be_in_viewport(ratio=1)
    page.get_by_text("Ngày hẹn được tính thế nào?").click()
    expect(page.get_by_text("Ngày Văn hóa Việt Nam")).to_be_visible()
    assert dossier.token not in page.content()


def test_every_wrong_pair_gets_one_sentence(browse):
    dossier = DossierFactory()
    page = browse(PHONE, java_script_enabled=False)
    for code in (dossier.code, "000.03.01.H25-261123-9999"):
        page.goto("/tra-cuu/")
        page.get_by_label("Mã hồ sơ").fill(code)
        page.get_by_label("4 số cuối").fill("9999")
        page.get_by_role("button", name="Xem hồ sơ của tôi").click()
        expect(page.get_by_role("alert")).to_have_text(NO_MATCH)


def test_a_dossier_is_received(browse):
    page = browse(staff=StaffFactory(clerk=True), java_script_enabled=False)
    page.goto("/quay/")
    page.get_by_role("link", name="Nhận hồ sơ mới").click()
    page.locator("#id_card").fill(CARD)
    page.get_by_role("button", name="Đọc thẻ").click()
    expect(page.get_by_label("Họ và tên")).to_have_value("Nguyễn Thị Tuyết Nhung")
    page.get_by_label("Điện thoại").fill("0912000345")
    page.locator("#id_procedure").fill("tinh trang hon")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Xin xem lại thủ tục và giấy tờ bên dưới")).to_be_visible()
    expect(page.locator("#promise")).to_contain_text("thứ Sáu, 27/11/2026, buổi sáng")
    page.get_by_role("button", name="Đủ giấy tờ").click()
    expect(page.get_by_role("checkbox", name="Tờ khai")).to_be_checked()
    page.get_by_role("button", name="Nhận và in giấy hẹn").click()
    page.wait_for_url("**/giay-tiep-nhan/")
    dossier = Dossier.objects.get()
    assert (dossier.applicant_name, dossier.phone) == ("Nguyễn Thị Tuyết Nhung", "0912000345")


def test_another_match_is_chosen_by_its_button(browse):
    page = browse(staff=StaffFactory(clerk=True), java_script_enabled=False)
    page.goto("/quay/tiep-nhan/")
    page.get_by_label("Họ và tên").fill("Đỗ Thị Hạnh")
    page.locator("#id_procedure").fill("khai sinh")
    page.keyboard.press("Enter")
    page.locator("#id_procedure").focus()  # the other matches are shown while somebody chooses
    page.get_by_role("button", name="Đăng ký lại khai sinh").click()
    expect(page.locator(".picked.is-chosen b")).to_have_text("Đăng ký lại khai sinh")
    expect(page.get_by_label("Họ và tên")).to_have_value("Đỗ Thị Hạnh")
    assert not Dossier.objects.exists()
