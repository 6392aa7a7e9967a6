"""A morning's letters leave the desk: seen by everybody, brought, and what did not go told on the telephone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from letters import outbox
from letters.models import Channel, Message
from tests.e2e.test_every_page import LONG_NAME, inspecting
from tests.factories import StaffFactory
from tests.test_delivery import FRIDAY, apology, late_dossier

pytestmark = pytest.mark.e2e


@pytest.fixture
def clerk_and_letters(browse, ward, mailoutbox):
    """Three issued apologies: at the counter, with mail and text sent; by post; to a home, whose text failed."""
    clerk = StaffFactory(ward=ward, clerk=True, officer=True, leader=True, full_name="Lê Thị Bích Ngọc")
    leader = StaffFactory(ward=ward, leader=True, full_name="Trần Quốc Vượng")
    sent = apology(late_dossier(applicant_name=LONG_NAME), leader)
    for message in sent.messages.by_machine():
        outbox.send(message.pk, FRIDAY)
    apology(late_dossier(return_method="post", return_address="Xóm 3, xã Thụy Lôi, huyện Kim Bảng"), leader)
    home = apology(late_dossier(return_method="home", applicant_name="Bùi Thị Ưng"), leader)
    home.messages.filter(channel=Channel.SMS).update(state="failed", tries=6, trouble="Tổng đài tin nhắn chưa trả lời.")
    return clerk, sent


def test_a_clerk_brings_letters_out(browse, clerk_and_letters, troubles):
    clerk, letter = clerk_and_letters
    page = browse(staff=clerk)
    with inspecting(is_citizens=False) as inspector:
        page.goto("/thu/giao/")
        inspector.look(page, "to-deliver")
        page.get_by_text("Lời gọi điện").first.click()
        expect(page.get_by_text("Tôi là Lê Thị Bích Ngọc ở Bộ phận Một cửa phường Lê Hồng Phong.")).to_be_visible()
        inspector.look(page, "to-deliver-script")
        page.get_by_role("button", name="Đã gọi điện").click()
        page.get_by_role("button", name="Đã trao (").click()
        expect(page.get_by_role("heading", name="Đã giao hôm nay")).to_be_visible()
        inspector.look(page, "to-deliver-done")
        page.goto("/thu/hop-thu/")
        expect(page.get_by_text("nhung@thu.example")).to_be_visible()
        inspector.look(page, "mailbox")
        page.goto(letter.dossier.get_absolute_url())
        inspector.look(page, "dossier")
    assert set(Message.objects.filter(state="sent").exclude(by=None).values_list("channel", "by")) == {
        ("sms", clerk.pk),
        ("counter", clerk.pk),
    }
