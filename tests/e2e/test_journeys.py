"""Whole journeys of a dossier in the browser: what clerk and officer press, and what the citizen then reads."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from dossiers.models import DelayCause, Dossier, State
from tests.conftest import moment
from tests.e2e.conftest import PHONE, Keyboard
from tests.factories import DossierFactory, StaffFactory

pytestmark = pytest.mark.e2e
#: Three working days after Friday, 20/11: the morning of Thursday, 26/11 (24/11 is a holiday).
RECEIVED = moment("2026-11-20 08:42")


@pytest.fixture
def everybody(reference):
    return StaffFactory(username="moi-viec", clerk=True, officer=True, leader=True)


@pytest.fixture
def dossier(everybody):
    return DossierFactory(at=RECEIVED, by=everybody, in_progress=True, then=moment("2026-11-20 10:00"))


@pytest.fixture
def page(browse, everybody) -> Page:
    return browse(staff=everybody)


def citizen(browse, dossier) -> Page:
    phone = browse(PHONE)
    phone.goto(f"/hs/{dossier.token}/")
    return phone


def press(page, name):
    page.locator(".keybar").get_by_text(name, exact=False).first.click()


def test_missing_papers_are_asked_for_once_and_the_term_starts_again(browse, page, dossier):
    page.goto(dossier.get_absolute_url())
    page.keyboard.press("F8")
    page.get_by_role("button", name="Yêu cầu bổ sung").click()  # nothing typed yet
    expect(page.locator(".is-invalid").first).to_be_visible()
    page.get_by_label("Cần bổ sung").fill("Bản sao trích lục ghi chú ly hôn")
    page.get_by_label("Lý do").fill("Chưa có giấy chứng minh đã ly hôn")
    page.get_by_role("button", name="Yêu cầu bổ sung").click()
    page.wait_for_url("**/giay/yeu-cau-bo-sung/")
    phone = citizen(browse, dossier)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Chúng tôi xin ông/bà bổ sung giấy tờ.")
    expect(phone.get_by_text("Bản sao trích lục ghi chú ly hôn")).to_be_visible()

    page.goto(dossier.get_absolute_url())
    page.keyboard.press("F4")
    page.wait_for_url(re.compile(r"/giay-tiep-nhan/$"))
    phone.reload()
    expect(phone.get_by_text("thứ Sáu, 27/11/2026, buổi sáng", exact=True).first).to_be_visible()
    phone.get_by_text("Ngày hẹn được tính thế nào?").click()
    expect(phone.get_by_text("Dừng tính")).to_be_visible()
    expect(phone.get_by_text("Nhận đủ giấy tờ, chưa tính")).to_be_visible()


def test_a_refusal_says_why_and_where_to_go(browse, page, dossier):
    page.goto(f"{dossier.get_absolute_url()}tu-choi/")
    page.get_by_label("Lý do").fill("Việc này do nơi thường trú trước đây giải quyết")
    page.get_by_role("button", name="Từ chối giải quyết").click()
    page.wait_for_url("**/giay/tu-choi/")
    phone = citizen(browse, dossier)
    expect(phone.get_by_text("Việc này do nơi thường trú trước đây giải quyết").first).to_be_visible()


def test_a_new_date_comes_with_its_reason_and_heals_nothing(browse, page, dossier):
    page.goto(f"{dossier.get_absolute_url()}hen-lai/")
    page.get_by_label("Nguyên nhân").select_option(label=DelayCause.objects.first().name)
    page.get_by_label("Lý do nói với người dân").fill("Sở Tư pháp chưa trả lời")
    page.get_by_label("Ngày hẹn mới").fill("22/11/2026")
    page.get_by_role("button", name="Hẹn lại").click()
    expect(page.get_by_text("Ngày này đã qua.")).to_be_visible()
    expect(page.get_by_label("Lý do nói với người dân")).to_have_value("Sở Tư pháp chưa trả lời")
    page.get_by_label("Ngày hẹn mới").fill("01/12/2026")
    page.get_by_label("Buổi").select_option("afternoon")
    page.get_by_role("button", name="Hẹn lại").click()
    expect(page.get_by_role("status").last).to_contain_text("Hẹn lại: hồ sơ")
    phone = citizen(browse, dossier)
    expect(phone.get_by_text("thứ Ba, 01/12/2026, buổi chiều", exact=True)).to_be_visible()
    expect(phone.get_by_text("Sở Tư pháp chưa trả lời").first).to_be_visible()
    assert Dossier.objects.get().promised_at == dossier.promised_at
    page.goto(dossier.get_absolute_url())
    expect(page.locator(".keybar").get_by_text("Hẹn lại")).to_have_count(0)


def test_a_proxy_needs_a_paper_and_is_noted(page, dossier, everybody):
    dossier.mark_ready(by=everybody, at=moment("2026-11-23 08:00"))
    page.goto(dossier.get_absolute_url())
    page.get_by_role("link", name="Người khác nhận thay").click()
    page.get_by_label("Người nhận thay", exact=True).fill("Cao Thị Bưởi")
    page.get_by_label("Số định danh người nhận thay").fill("035190000777")
    page.get_by_role("button", name="Trả kết quả").click()
    expect(page.get_by_text("Người nhận thay phải có giấy ủy quyền")).to_be_visible()
    expect(page.get_by_label("Người nhận thay", exact=True)).to_have_value("Cao Thị Bưởi")
    page.get_by_label("Có giấy ủy quyền").check()
    page.get_by_role("button", name="Trả kết quả").click()
    expect(page.get_by_role("status").last).to_contain_text("Trả kết quả: hồ sơ")
    row = Dossier.objects.get()
    assert (row.state, row.returned_to_name, row.returned_to_id_number) == (
        State.RETURNED,
        "Cao Thị Bưởi",
        "035190000777",
    )


def test_a_pile_of_signed_papers_is_scanned_one_after_another(page, everybody):
    pile = [DossierFactory(at=RECEIVED, by=everybody) for _ in range(6)]
    page.goto("/quay/")
    page.keyboard.press("F8")
    keys = Keyboard(page)
    for scanned in [*(row.get_status_url() for row in pile), "000.03.01.H25-261120-9999", pile[0].code]:
        expect(page.locator("#q")).to_be_focused()
        expect(page.locator("#q")).to_have_value("")
        count = page.locator("ol.plain li").count()
        keys.scan(scanned)
        expect(page.locator("ol.plain li")).to_have_count(count + 1)
    assert Dossier.objects.ready().count() == 6
    expect(page.get_by_text("Chưa thấy hồ sơ 000.03.01.H25-261120-9999 ở đơn vị.")).to_have_count(1)
    expect(page.get_by_text("không còn chờ kết quả")).to_have_count(1)
