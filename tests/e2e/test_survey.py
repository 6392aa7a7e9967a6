"""The survey on a phone, with and without a script; the device by the door, with and without a network."""

from __future__ import annotations

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from feedback.models import Answer, CallBack, Tablet
from tests.conftest import moment
from tests.e2e.conftest import PHONE
from tests.e2e.test_every_page import inspecting
from tests.factories import DossierFactory, StaffFactory, late

pytestmark = pytest.mark.e2e
TABLET = {"width": 1024, "height": 768}
BIG = 72  # px: what a hurried finger hits


def values():
    return sorted(Answer.objects.values_list("stage", "marks__value"))


def test_from_the_slips_page_to_thanks_without_a_script(browse, now):
    dossier = DossierFactory(returned=True, at=moment("2026-11-16 08:42"), then=moment("2026-11-18 09:00"))
    phone = browse(PHONE, java_script_enabled=False)
    phone.goto(f"/hs/{dossier.token}/")
    phone.get_by_role("link", name="Cho biết ý kiến").click()
    for face in phone.locator(".faces button").all():
        assert face.bounding_box()["height"] >= BIG
        expect(face).to_be_in_viewport(ratio=1)
    phone.get_by_role("button", name="Chưa hài lòng").click()
    assert values() == [("returned", 5)]
    phone.get_by_role("link", name="Bỏ qua câu này").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Cán bộ lắng nghe và sẵn lòng giúp đỡ")
    phone.get_by_role("button", name="Rất hài lòng").click()
    expect(phone.get_by_text("Câu 4 trong 6")).to_be_in_viewport(ratio=1)
    expect(phone.get_by_role("link", name="Thôi, tôi xin dừng ở đây")).to_be_in_viewport(ratio=1)
    phone.get_by_role("link", name="Nhắn lời, xin gọi lại").click()
    phone.get_by_label("Điều ông/bà muốn nói").fill("Chờ hai tiếng")
    phone.get_by_label("Điện thoại").fill("0912 000")
    phone.get_by_role("button", name="Gửi").click()
    expect(phone.get_by_text("Số điện thoại còn thiếu 3 chữ số.")).to_be_visible()
    phone.get_by_label("Điện thoại").fill("0912 000 345")
    phone.get_by_role("button", name="Gửi").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Xin cảm ơn ông/bà.")
    expect(phone.get_by_text("thứ Năm, 26/11/2026")).to_be_visible()
    assert values() == [("returned", 1), ("returned", 5)]
    assert CallBack.objects.get().words == "Chờ hai tiếng"
    assert not phone.context.cookies()


def test_the_pages_of_the_survey_and_of_the_calls_are_fit_for_everybody(browse, now):
    dossier = late(moment("2026-11-16 09:00"), at=moment("2026-11-09 08:42"))
    page = browse()
    with inspecting(is_citizens=True) as inspector:
        page.goto(f"/khao-sat/{dossier.token}/")
        inspector.look(page, "survey")
        page.get_by_role("button", name="Tốt").click()
        inspector.look(page, "survey-more")
        page.goto(f"{page.url}?buoc=7")
        expect(page.get_by_text("Ông/bà có nhận được thư xin lỗi")).to_be_visible()
        inspector.look(page, "survey-late")
        page.get_by_role("button", name="Có", exact=True).click()
        inspector.look(page, "survey-words")
        page.get_by_label("Xin gọi ông/bà là").fill("Bà Cúc")
        page.get_by_role("button", name="Gửi").click()
        inspector.look(page, "survey-more-error")
        page.get_by_label("Điện thoại").fill("0912000345")
        page.get_by_role("button", name="Gửi").click()
        inspector.look(page, "survey-thanks")
        page.goto("/khao-sat/quay/")
        inspector.look(page, "tablet-unpaired")
    desk = browse(staff=StaffFactory(clerk=True))
    CallBack.objects.update(due_on="2026-11-19")
    with inspecting(is_citizens=False) as inspector:
        desk.goto("/y-kien/goi-lai/")
        inspector.look(desk, "callbacks")
        desk.get_by_role("link", name="Xem số và gọi Bà Cúc").click()
        inspector.look(desk, "callback")
        desk.get_by_label("Đã trao đổi").fill("Đã xin lỗi, bà Cúc vui vẻ")
        desk.get_by_role("button", name="Đã gọi").click()
        expect(desk.get_by_text("Không còn ai chờ gọi lại.")).to_be_visible()
        inspector.look(desk, "callbacks-done")
        desk.goto(f"/y-kien/ho-so/{dossier.code}/")
        inspector.look(desk, "typed")
        desk.get_by_role("button", name="Ghi ý kiến").click()
        expect(desk.get_by_text("Xin chọn một mức.")).to_be_visible()
        inspector.look(desk, "typed-error")
        desk.goto(f"/ho-so/{dossier.code}/sua-sai-sot/")
        inspector.look(desk, "correct")


@pytest.fixture
def door(browse):
    """A tablet that a clerk has paired."""
    door = browse(TABLET, staff=StaffFactory(clerk=True, full_name="Lê Thị Bích Ngọc"), has_touch=True)
    door.clock.install()
    door.goto("/y-kien/may/")
    door.get_by_role("button", name="Ghép máy này").click()
    expect(door.get_by_text("Xin chào ông/bà!")).to_be_visible()
    door.wait_for_load_state()
    return door


def face(door, name):
    return door.get_by_role("button", name=name, exact=True)


def test_a_tap_is_thanked_and_the_next_person_finds_the_start(door):
    with inspecting(is_citizens=True) as inspector:
        inspector.look(door, "tablet")
    door.set_viewport_size(TABLET)
    for button in door.locator(".faces button").all():
        assert min(button.bounding_box()["height"], button.bounding_box()["width"]) >= BIG
        expect(button).to_be_in_viewport(ratio=1)
    with door.expect_response("**/khao-sat/quay/"):
        face(door, "Rất hài lòng").tap()
    expect(door.get_by_text("Xin cảm ơn ông/bà!")).to_be_visible()
    expect(face(door, "Rất hài lòng")).to_be_hidden()
    door.clock.run_for(4_000)
    expect(door.get_by_text("Xin chào ông/bà!")).to_be_visible()
    assert values() == [("walk_in", 1)]
    assert [cookie["name"] for cookie in door.context.cookies()] == ["sessionid"]


def test_a_scanned_slip_is_answered_or_left(door):
    dossier = DossierFactory()
    door.keyboard.type("chẳng phải mã")
    door.keyboard.press("Enter")
    expect(door.get_by_text("Máy chưa đọc được mã")).to_be_visible()
    door.keyboard.type(dossier.get_status_url())
    door.keyboard.press("Enter")
    expect(door.get_by_text("Đã đọc giấy hẹn")).to_be_visible()
    door.clock.run_for(20_000)
    expect(door.get_by_role("button", name="Về đầu")).to_contain_text("10")
    door.clock.run_for(10_000)
    expect(door.get_by_text("Xin chào ông/bà!")).to_be_visible()
    door.keyboard.type(dossier.code)
    door.keyboard.press("Enter")
    with door.expect_response("**/khao-sat/quay/"):
        face(door, "Tốt").tap()
    door.keyboard.press("Enter")  # nothing has the focus: no second answer
    assert values() == [("received", 2)]


def test_what_is_tapped_without_a_network_arrives_once(door, troubles):
    context = door.context
    context.set_offline(True)
    for name in ("Rất hài lòng", "Chưa hài lòng"):
        face(door, name).tap()
        expect(door.get_by_text("Xin cảm ơn ông/bà!")).to_be_visible()
        door.clock.run_for(4_000)
    expect(door.get_by_text("Mạng đang gián đoạn")).to_be_visible()
    assert values() == []
    assert len(door.evaluate("JSON.parse(localStorage.getItem('khao-sat-cho-gui'))")) == 2
    unsent = partial(expect(door.locator("[data-kiosk]")).to_have_attribute, "data-unsent")
    context.set_offline(False)
    expect(door.get_by_text("Mạng đang gián đoạn")).to_be_hidden()
    unsent("0")
    assert values() == [("walk_in", 1), ("walk_in", 5)]

    # the server counts a tap, but its answer is lost on the way: it is sent again, and is the same one
    lost = []

    def lose(route):
        route.fetch()
        lost.append(route.request.post_data)
        route.abort("connectionreset")

    door.route("**/khao-sat/quay/", lose, times=1)
    face(door, "Tốt").tap()
    unsent("1")
    with door.expect_response("**/khao-sat/quay/") as sent:
        door.clock.run_for(16_000)
    assert lost == [sent.value.request.post_data]
    unsent("0")
    assert values() == [("walk_in", 1), ("walk_in", 2), ("walk_in", 5)]
    troubles.seen = [
        line for line in troubles.seen if not re.search("ERR_(CONNECTION_RESET|INTERNET_DISCONNECTED)", line)
    ]


def test_staff_see_and_stop_the_device(door, browse):
    desk = browse(staff=StaffFactory(clerk=True))
    with inspecting(is_citizens=False) as inspector:
        desk.goto("/y-kien/may/")
        inspector.look(desk, "tablets")
        desk.get_by_role("button", name="Thôi dùng").click()
        expect(desk.get_by_text("Thôi dùng", exact=False).first).to_be_visible()
        inspector.look(desk, "tablets-stopped")
    assert Tablet.objects.get().unpaired_at
