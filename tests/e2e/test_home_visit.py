"""From a citizen's request over the web to a dossier received at home."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from desk.models import Ward
from dossiers.models import Dossier, HomeVisit
from tests.e2e.conftest import CARD, PHONE
from tests.e2e.test_every_page import inspecting
from tests.factories import StaffFactory

pytestmark = pytest.mark.e2e


def test_from_the_request_to_the_dossier_at_home(browse):
    clerk = StaffFactory(clerk=True, full_name="Lê Thị Bích Ngọc")
    colleague = StaffFactory(officer=True, full_name="Đỗ Hữu Thắng")
    ward = Ward.objects.get(slug="le-hong-phong")

    phone = browse(PHONE)
    with inspecting(is_citizens=True) as inspector:
        phone.goto("/")
        phone.get_by_role("link", name="Xin nhận, trả hồ sơ tại nhà").click()
        inspector.look(phone, "visit-ask")
        phone.get_by_label("Phường, xã nơi ông/bà ở").select_option(label=str(ward))
        phone.get_by_label("Họ và tên").fill("Nguyễn Thị Tuyết Nhung")
        phone.get_by_label("Điện thoại").fill("0912 000")
        phone.get_by_label("Địa chỉ").fill("Tổ 4, ngõ 2")
        phone.get_by_role("button", name="Xin gọi lại cho tôi").click()
        expect(phone.get_by_text("Số điện thoại còn thiếu 3 chữ số.")).to_be_visible()
        inspector.look(phone, "visit-ask-error")
        phone.get_by_label("Điện thoại").fill("0912 000 345")
        phone.get_by_role("button", name="Xin gọi lại cho tôi").click()
        expect(phone.get_by_role("heading", name="Đã nhận yêu cầu của ông/bà.")).to_be_visible()
        inspector.look(phone, "visit-asked")

    desk = browse(staff=clerk)
    with inspecting(is_citizens=False) as inspector:
        desk.goto("/tai-nha/")
        inspector.look(desk, "visits")
        desk.get_by_role("link", name="Nguyễn Thị Tuyết Nhung").click()
        inspector.look(desk, "visit-waiting")
        desk.get_by_label("Người đi thứ nhất").select_option(label=clerk.full_name)
        desk.get_by_label("Người đi thứ hai").select_option(label=colleague.full_name)
        desk.get_by_label("Buổi").select_option("morning")
        options = desk.get_by_label("Thủ tục").locator("option", has_text="tình trạng hôn nhân")
        desk.get_by_label("Thủ tục").select_option(options.first.get_attribute("value"))
        desk.get_by_role("button", name="Xếp lịch").click()
        expect(desk.get_by_text("buổi sáng 25/11/2026")).to_be_visible()
        inspector.look(desk, "visit-planned")
        desk.goto("/tai-nha/lich/?ngay=2026-11-25")
        inspector.look(desk, "visit-round")
        desk.get_by_role("link", name="Nguyễn Thị Tuyết Nhung").click()
        expect(desk.get_by_role("heading", name="Đổi lịch")).to_be_visible()
        desk.wait_for_load_state()
        desk.keyboard.press("F4")
        expect(desk.get_by_label("Họ và tên")).to_have_value("Nguyễn Thị Tuyết Nhung")
        desk.wait_for_load_state()
        desk.locator("#id_card").fill(CARD)
        desk.locator("#id_card").press("Enter")
        expect(desk.get_by_text("Đã đọc thẻ căn cước")).to_be_visible()
        desk.wait_for_load_state()
        desk.keyboard.press("F7")
        inspector.look(desk, "intake-at-home")
        desk.locator("#id_phone").focus()
        desk.keyboard.press("Enter")
        desk.wait_for_url(re.compile(r"/giay-tiep-nhan/$"))
        visit = HomeVisit.objects.get()
        assert (visit.state, visit.dossier, visit.dossier.channel) == ("done", Dossier.objects.get(), "home")
        desk.goto(visit.get_absolute_url())
        inspector.look(desk, "visit-done")


def test_the_pages_that_help_with_declarations(browse):
    desk = browse(staff=StaffFactory(clerk=True))
    with inspecting(is_citizens=False) as inspector:
        for name, address in (
            ("visits-empty", "/tai-nha/"),
            ("visit-new", "/tai-nha/moi/"),
            ("declarations", "/quay/viet-giup/"),
            ("declaration-khai-sinh", "/quay/viet-giup/khai-sinh/"),
        ):
            desk.goto(address)
            inspector.look(desk, name)
        desk.locator("#id_card").fill(CARD)
        desk.locator("#id_card").press("Enter")
        expect(desk.get_by_label("Họ, chữ đệm, tên người mẹ")).to_have_value("Nguyễn Thị Tuyết Nhung")
        inspector.look(desk, "declaration-filled")
