"""The television in the lobby goes on when the network does not."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.test_every_page import ASK_AXE, AXE, RULES
from tests.factories import DossierFactory

pytestmark = pytest.mark.e2e


def test_it_keeps_what_it_shows_without_the_network_and_catches_up_by_itself(browse, now, troubles):
    first = DossierFactory(ready=True)
    screen = browse({"width": 1920, "height": 1080})
    screen.clock.install()
    screen.goto("/cong-khai/bang/le-hong-phong/")
    expect(screen.get_by_text(first.short_code)).to_be_visible()
    screen.evaluate(AXE)
    assert screen.evaluate(ASK_AXE, RULES) == []
    assert screen.evaluate("document.documentElement.scrollHeight") <= 1080

    screen.context.set_offline(True)
    screen.clock.run_for(31_000)
    expect(screen.get_by_role("status")).to_contain_text("Mất mạng từ")
    expect(screen.get_by_text(first.short_code)).to_be_visible()

    second = DossierFactory(ready=True)
    screen.context.set_offline(False)
    screen.clock.run_for(31_000)
    expect(screen.get_by_text(second.short_code)).to_be_visible()
    expect(screen.get_by_text("Mất mạng từ")).to_be_hidden()
    troubles.seen = [line for line in troubles.seen if "INTERNET_DISCONNECTED" not in line]
