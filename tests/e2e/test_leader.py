"""A leader's morning: what is late, why, a word to the officer, a letter signed, and the figures of the month."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from dossiers.models import Event, Figure
from tests.conftest import moment
from tests.e2e.conftest import PHONE
from tests.e2e.test_every_page import LONG_NAME, inspecting
from tests.factories import CAUSE, StaffFactory, draw_all, explain, late

pytestmark = pytest.mark.e2e


def test_a_leader_goes_through_what_is_late(browse, now):
    officer = StaffFactory(clerk=True, officer=True, full_name="Đỗ Hữu Thắng")
    leader = StaffFactory(leader=True, power="TM", title="Chủ tịch UBND phường", full_name="Trần Quốc Vượng")
    received = moment("2026-11-16 09:00")
    told, silent = (
        late(now, at=received, then=received + timedelta(hours=1), by=officer, applicant_name=name)
        for name in ("Đào Văn Thuật", LONG_NAME)
    )
    explain(told, now)
    draw_all(timezone.now())
    Figure.objects.keep_up(timezone.now())

    room = browse(staff=leader)
    with inspecting(is_citizens=False) as inspector:
        room.goto("/lanh-dao/")
        expect(room.get_by_role("heading", name="2 hồ sơ quá hạn, lâu nhất 2 ngày làm việc.")).to_be_visible()
        inspector.look(room, "leader-overdue")

        room.get_by_role("link", name="Hỏi nguyên nhân").click()
        room.get_by_role("button", name="Nhắc xử lý").click()
        expect(room.get_by_text("Đã nhắc lúc")).to_be_visible()
        assert silent.events.get(kind=Event.Kind.REMINDED).by == leader

        room.get_by_text("Tìm và lọc").click()
        room.get_by_label("Nguyên nhân").select_option(label=CAUSE)
        room.get_by_role("button", name="Lọc").click()
        expect(room.get_by_role("link", name=LONG_NAME)).to_have_count(0)
        expect(room.get_by_text("1 hồ sơ như đã chọn")).to_be_visible()
        inspector.look(room, "leader-narrowed")
        room.get_by_role("link", name="Duyệt thư", exact=True).click()
        room.get_by_role("button", name="Duyệt và cấp số").click()
        expect(room.get_by_text("Đã gửi 23/11")).to_be_visible()
        expect(room.get_by_label("Nguyên nhân")).to_have_value(CAUSE)

        room.get_by_role("link", name="Báo cáo kỳ").click()
        expect(room.get_by_role("heading", name="Tháng 11/2026 đến nay")).to_be_visible()
        inspector.look(room, "leader-report")
        room.get_by_role("row", name="Tất cả").get_by_role("link").nth(0).click()
        expect(room.get_by_role("heading", name="Tiếp nhận 2")).to_be_visible()
        room.goto("/lanh-dao/cac-mat-khac/")
        inspector.look(room, "leader-other")
        room.goto("/lanh-dao/")
        room.emulate_media(media="print")
        expect(room.get_by_role("button", name="Lọc")).to_be_hidden()

    phone = browse(PHONE, staff=leader)
    phone.goto("/lanh-dao/")
    expect(phone.get_by_role("link", name=LONG_NAME)).to_be_visible()
