"""The counter by keys and scanner: what was scanned is opened, and a dossier walks to its end."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from dossiers.models import Dossier, State
from tests.e2e.conftest import CARD, Keyboard
from tests.e2e.test_every_page import inspecting
from tests.factories import DossierFactory, StaffFactory

pytestmark = pytest.mark.e2e


@pytest.fixture
def page(browse) -> Page:
    page = browse(staff=StaffFactory(clerk=True))
    page.goto("/quay/")
    return page


@pytest.fixture
def keys(page) -> Keyboard:
    return Keyboard(page)


def test_the_scan_field_has_the_focus_and_the_keys_their_pages(page, keys):
    expect(page.locator("#q")).to_be_focused()
    keys.press("F2")
    page.wait_for_url("**/quay/tiep-nhan/")
    page.goto("/quay/")
    keys.press("F4")
    page.wait_for_url("**/ho-so/")
    page.goto("/quay/")
    alt_3 = {"type": "keyDown", "modifiers": 1, "key": "3", "text": "3", "unmodifiedText": "3"}
    page.context.new_cdp_session(page).send("Input.dispatchKeyEvent", alt_3)  # Playwright's own sends no text with Alt
    page.wait_for_url("**/ho-so/?lan=qua-han")


def test_whatever_is_scanned_or_typed_opens_the_dossier(page, keys):
    dossier = DossierFactory(id_number=CARD[:12], applicant_name="Nguyễn Thị Tuyết Nhung", phone="0912000345")
    DossierFactory(applicant_name="Trần Văn Tĩnh", phone="0912000346")
    for scanned in (dossier.get_status_url(), dossier.code, CARD, "tuyet nhung", "0912 000 345"):
        page.goto("/quay/")
        keys.scan(scanned)
        page.wait_for_url(f"**{dossier.get_absolute_url()}")


def test_a_card_without_a_dossier_leads_to_its_intake(page, keys):
    keys.scan(CARD)
    page.get_by_role("button", name="Nhận hồ sơ mới cho người này").click()
    expect(page.get_by_label("Họ và tên")).to_have_value("Nguyễn Thị Tuyết Nhung")


def test_a_dossier_is_handed_back_with_keys(page, keys):
    dossier = DossierFactory(in_progress=True)
    keys.scan(dossier.get_status_url())
    page.wait_for_url(f"**{dossier.get_absolute_url()}")
    expect(page.get_by_role("button", name="Đã có kết quả")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("status")).to_have_text(f"Đã có kết quả: hồ sơ {dossier.short_code}.")
    keys.press("F4")
    expect(page.get_by_role("status")).to_have_text(f"Trả kết quả: hồ sơ {dossier.short_code}.")
    expect(page.locator(".timeline li")).to_have_count(4)
    dossier.refresh_from_db()
    assert dossier.state == State.RETURNED


def test_a_pile_of_results_becomes_ready_scan_by_scan_without_a_mouse(page, keys):
    first, second, third = (DossierFactory(in_progress=True, applicant_name=f"Đỗ Thị Nhàn {n}") for n in "ABC")
    said = page.get_by_role("region", name="Đã quét").get_by_role("listitem").first
    count = page.get_by_text("hồ sơ có kết quả")
    scans = [
        (first.code, f"{first.short_code}, Xác nhận hôn nhân: đã có kết quả.", (1, 1)),
        (second.get_status_url(), f"{second.short_code}, Xác nhận hôn nhân: đã có kết quả.", (2, 2)),
        ("000.03.01.H25-261123-9999", "Chưa thấy hồ sơ 000.03.01.H25-261123-9999 ở đơn vị.", (3, 2)),
        (first.code, f"Hồ sơ {first.code} không còn chờ kết quả.", (4, 2)),
        (third.code, f"{third.short_code}, Xác nhận hôn nhân: đã có kết quả.", (5, 3)),
    ]
    with inspecting(is_citizens=False) as inspector:
        keys.press("F8")
        page.wait_for_url("**/quay/co-ket-qua/")
        for scanned, answer, (times, ready) in scans:
            expect(page.locator("#q")).to_be_focused()
            keys.scan(scanned)
            expect(count).to_have_text(f"Đã quét {times} lượt, {ready} hồ sơ có kết quả")
            expect(said).to_have_text(answer)
        inspector.look(page, "arrivals-pile")
        keys.press("Tab", "Enter")
        page.wait_for_url("**/quay/")
        lane = page.get_by_role("region", name="Chờ trả kết quả")
        for dossier in (first, second, third):
            expect(lane.get_by_text(dossier.applicant_name)).to_be_visible()
        inspector.look(page, "counter-after-the-pile")
    assert set(Dossier.objects.values_list("state", flat=True)) == {State.READY}


def test_a_scan_on_a_dossiers_page_changes_nothing(page, keys):
    """A scanner types into whatever has the focus, and ends with Enter."""
    dossier = DossierFactory(in_progress=True)
    page.goto(dossier.get_absolute_url())
    expect(page.get_by_role("button", name="Đã có kết quả")).to_be_focused()
    keys.scan(CARD)
    page.goto(dossier.get_absolute_url())
    expect(page.locator(".timeline li")).to_have_count(2)


def test_the_first_field_of_a_step_has_the_focus_and_after_a_refusal_the_one_to_mend(page, keys):
    dossier = DossierFactory()
    page.goto(dossier.get_absolute_url())
    keys.press("F8")
    expect(page.get_by_label("Cần bổ sung")).to_be_focused()
    keys.type("Giấy khai tử")
    page.get_by_role("button", name="Yêu cầu bổ sung").click()
    expect(page.get_by_label("Lý do")).to_be_focused()
