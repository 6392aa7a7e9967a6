"""Typing the ballots of a hamlet: keys counted, the network cut, two people, the differences, the acceptance."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from feedback.models import Ballot, BallotTally, CampaignArea
from tests.conftest import moment
from tests.e2e.conftest import Keyboard
from tests.e2e.test_every_page import inspecting
from tests.factories import StaffFactory, campaign_of, counted, typed

pytestmark = pytest.mark.e2e
SHEETS = ("112111", "121112", "112131")
NOW = moment("2026-11-23 08:42")


@dataclass
class Desk:
    clerk: object
    officer: object
    leader: object
    area: CampaignArea


@pytest.fixture
def desk(browse) -> Desk:
    clerk = StaffFactory(clerk=True, full_name="Lê Thị Bích Ngọc")
    officer = StaffFactory(officer=True, full_name="Đỗ Hữu Thắng")
    leader = StaffFactory(leader=True, full_name="Trần Quốc Vượng")
    area = campaign_of(clerk.ward).areas.get()
    return Desk(clerk, officer, leader, counted(area, clerk, collected=3))


def grid(page: Page, area: CampaignArea) -> None:
    page.goto(f"{area.get_absolute_url()}nhap/")
    page.keyboard.press("Enter")  # the button to begin has the focus
    expect(page.locator("tr.is-current")).to_be_visible()  # its script is there
    page.wait_for_load_state()


def test_one_key_an_answer_and_one_a_ballot(browse, desk):
    page = browse(staff=desk.clerk)
    grid(page, desk.area)
    keyboard = Keyboard(page)
    for marks in SHEETS:
        keyboard.type(marks)
        keyboard.press("Enter")
    assert keyboard.strokes == 6 * 3 + 3
    expect(page.get_by_text("3/3 phiếu · đã lưu")).to_be_visible()
    assert list(Ballot.objects.values_list("number", "marks")) == list(enumerate(SHEETS, start=1))
    with inspecting(is_citizens=False) as inspector:
        inspector.look(page, "typing")
    page.keyboard.press("/")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sửa phiếu đã nhập")).to_be_visible()
    page.keyboard.type("13")
    page.keyboard.press("Backspace")
    page.keyboard.type("2 5119")  # the space leaves a question blank; nobody can tick level 9
    page.keyboard.press("Enter")
    expect(page.get_by_label("Phiếu số", exact=True)).to_have_value("4")
    page.get_by_role("button", name="Đã nhập hết 3 phiếu").click()
    expect(page.get_by_role("status")).to_contain_text("Đã ghi là nhập xong.")
    assert Ballot.objects.get(number=2).marks == "120511"


def test_a_network_that_is_cut_loses_no_ballot(browse, desk, troubles):
    page = browse(staff=desk.clerk)
    grid(page, desk.area)
    page.context.set_offline(True)
    for marks in SHEETS:
        page.keyboard.type(marks)
        page.keyboard.press("Enter")
    expect(page.get_by_text("3 phiếu chưa gửi: đang chờ mạng")).to_be_visible()
    page.get_by_role("button", name="Đã nhập hết 3 phiếu").click()
    expect(page.get_by_text("Còn phiếu chưa gửi.")).to_be_visible()
    assert not Ballot.objects.exists()
    assert page.evaluate("!window.dispatchEvent(new Event('beforeunload', {cancelable: true}))")
    page.context.set_offline(False)
    expect(page.get_by_role("status")).to_contain_text("Đã ghi là nhập xong.")
    assert list(Ballot.objects.order_by("number").values_list("number", "marks")) == list(enumerate(SHEETS, start=1))
    troubles.seen = [seen for seen in troubles.seen if "ERR_INTERNET_DISCONNECTED" not in seen]


def test_from_two_typings_to_figures_that_are_frozen(browse, desk):
    typed(desk.area, desk.clerk, *SHEETS)
    typed(desk.area, desk.officer, *SHEETS[:2], "112111")
    page = browse(staff=desk.leader)
    with inspecting(is_citizens=False) as inspector:
        page.goto("/y-kien/dot/")
        inspector.look(page, "campaigns")
        page.get_by_role("link", name="Đợt tháng 11 năm 2026").click()
        inspector.look(page, "campaign")
        page.get_by_role("link", name="Đối chiếu").click()
        inspector.look(page, "differences")
        page.get_by_label("5. Trả kết quả đúng hẹn").select_option(label="Hài lòng (lần 1)")
        page.get_by_role("button", name="Ghi theo phiếu giấy").click()
        page.get_by_role("button", name="Chốt số liệu").click()
        expect(page.get_by_role("heading", name="Kết quả đã chốt")).to_be_visible()
        inspector.look(page, "area-accepted")
        page.goto("/y-kien/dot/mo/")
        inspector.look(page, "campaign-open")
        city = browse(staff=desk.area.campaign.opened_by)
        city.goto(f"{desk.area.campaign.get_absolute_url()}khoa/")
        inspector.look(city, "campaign-close")
        city.get_by_role("button", name="Khóa đợt").click()
        expect(city.get_by_text("số liệu không đổi nữa")).to_be_visible()
    assert BallotTally.objects.get(question__position=5, value=3).count == 1


def test_tallies_and_a_plain_form_without_a_script(browse, desk):
    page = browse(staff=desk.clerk, java_script_enabled=False)
    page.goto(f"{desk.area.get_absolute_url()}nhap/")
    page.get_by_role("button", name="Bắt đầu nhập lần 1").click()
    for question in range(1, 7):
        page.get_by_label(f"Câu {question}: Rất hài lòng").check()
    page.get_by_role("button", name="Lưu phiếu").click()
    expect(page.get_by_label("Phiếu số", exact=True)).to_have_value("2")
    assert Ballot.objects.get().marks == "111111"
    desk.area.choose(way="tallies", by=desk.clerk, at=NOW)
    page = browse(staff=desk.clerk)
    with inspecting(is_citizens=False) as inspector:
        page.goto(f"{desk.area.get_absolute_url()}so-kiem/")
        page.get_by_label("Câu 1, Rất hài lòng").fill("4")
        page.get_by_role("button", name="Ghi số đã kiểm").click()
        expect(page.get_by_text("Cộng lại 4 phiếu, nhiều hơn 3 phiếu hợp lệ.")).to_be_visible()
        inspector.look(page, "tallies-error")
