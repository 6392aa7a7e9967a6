"""The television in the lobby goes on when the network does not."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from phuly_portal.views.board import AT_ONCE
from tests.e2e.test_every_page import ASK_AXE, AXE, RULES
from tests.factories import DossierFactory, counted_at, kept

pytestmark = pytest.mark.e2e
TELEVISION = {"width": 1920, "height": 1080}
BOARD = "/cong-khai/bang/le-hong-phong/"


def test_it_keeps_what_it_shows_without_the_network_and_catches_up_by_itself(browse, now, troubles):
    first = DossierFactory(ready=True)
    screen = browse(TELEVISION)
    screen.clock.install()
    screen.goto(BOARD)
    expect(screen.get_by_text(first.code[-7:])).to_be_visible()
    screen.evaluate(AXE)
    assert screen.evaluate(ASK_AXE, RULES) == []

    screen.context.set_offline(True)
    screen.clock.run_for(31_000)
    expect(screen.get_by_role("status")).to_contain_text("Chưa cập nhật được từ")
    expect(screen.get_by_text(first.code[-7:])).to_be_visible()

    second = DossierFactory(ready=True)
    screen.context.set_offline(False)
    screen.clock.run_for(31_000)
    expect(screen.get_by_text(second.code[-7:])).to_be_visible()
    expect(screen.get_by_text("Chưa cập nhật được từ")).to_be_hidden()
    troubles.seen = [line for line in troubles.seen if "INTERNET_DISCONNECTED" not in line]


@pytest.mark.parametrize("viewport", [TELEVISION, {"width": 1366, "height": 768}])
def test_a_full_board_shows_the_promise_too_also_without_the_network(browse, now, troubles, ward, viewport):
    DossierFactory.create_batch(AT_ONCE + 1, ready=True)
    kept(ward, date(2026, 10, 1), "khai sinh", 300)
    counted_at(now)
    screen = browse(viewport)
    screen.clock.install()
    screen.goto(BOARD)
    expect(screen.locator("[data-page]:not([hidden]) li")).to_have_count(AT_ONCE)
    expect(screen.get_by_text("Đúng hẹn tháng 10/2026, trên 300 hồ sơ")).to_be_visible()
    expect(screen.get_by_text("nghỉ ngày văn hóa", exact=False)).to_be_visible()
    screen.context.set_offline(True)
    screen.clock.run_for(31_000)
    expect(screen.get_by_role("status")).to_be_visible()
    assert screen.evaluate("document.documentElement.scrollHeight") <= viewport["height"]
    expect(screen.get_by_text("luôn sẵn lòng giúp đỡ")).to_be_in_viewport(ratio=1)
    troubles.seen = [line for line in troubles.seen if "INTERNET_DISCONNECTED" not in line]


@pytest.mark.parametrize("trouble", ["silence", "502"])
def test_a_network_that_swallows_requests_and_a_server_that_refuses_are_told_as_what_they_are(
    browse, now, troubles, trouble
):
    troubles.expected.add(502)
    screen = browse(TELEVISION, timezone_id="America/New_York")
    screen.clock.install(time=now)
    screen.goto(BOARD)
    asked = []

    def answer(route):
        asked.append(route)
        if trouble == "502":
            route.fulfill(status=502, body="")

    screen.route(f"**{BOARD}", answer)
    screen.clock.run_for(31_000)
    screen.clock.run_for(20_000)
    expect(screen.get_by_role("status")).to_contain_text("Chưa cập nhật được từ 08:4")
    expect(screen.locator("[data-clock]")).to_have_text("08:42")
    assert len(asked) == 1
    screen.unroute(f"**{BOARD}")
    screen.clock.run_for(31_000)
    expect(screen.get_by_text("Chưa cập nhật được từ")).to_be_hidden()


def test_a_change_of_the_portal_brings_its_own_styles_once_they_are_all_there(browse, now, troubles):
    """Half of it would be new words in old clothes, and a page that does not come is no board at all."""
    troubles.expected.add(404)
    screen = browse(TELEVISION)
    screen.clock.install()
    screen.goto(BOARD)
    screen.evaluate("window.isOld = true")
    served = screen.request.get(BOARD).text()

    def newer(name):
        return lambda route: route.fulfill(body=served.replace("css/board.css", name), content_type="text/html")

    screen.route(f"**{BOARD}", newer("css/khong-co.css"))
    with screen.expect_response("**/css/khong-co.css"):
        screen.clock.run_for(31_000)
    expect(screen.get_by_role("status")).to_contain_text("Chưa cập nhật được từ")
    assert screen.evaluate("window.isOld")
    screen.unroute(f"**{BOARD}")
    screen.route(f"**{BOARD}", newer("css/portal.css"))
    with screen.expect_navigation():
        screen.clock.run_for(31_000)
    assert screen.evaluate("window.isOld === undefined")
