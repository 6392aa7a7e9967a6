"""A leader sees what will be late and what could be quicker, commits the ward, and the next slips promise it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from desk.models import Ward
from dossiers.models import Procedure
from tests.conftest import moment, run_from
from tests.e2e.conftest import PHONE
from tests.e2e.test_every_page import inspecting
from tests.factories import DossierFactory, StaffFactory
from tests.test_review import in_time
from tests.test_risk import results

pytestmark = pytest.mark.e2e


def test_a_leader_commits_the_ward_and_the_counter_promises_it(browse, now, monkeypatch):
    ward = Ward.objects.get(slug="le-hong-phong")
    leader = StaffFactory(leader=True, power="TM", title="Chủ tịch UBND phường", full_name="Trần Quốc Vượng")
    in_time(ward, {6: 40})
    late = {"code": "1.004884"}
    results(ward, {30: 20}, "hours", **late)
    results(ward, {0: 20}, "late", **late)
    received = moment("2026-11-20 08:00")
    matter = Procedure.objects.get(**late)
    DossierFactory(
        procedure=matter, at=received, in_progress=True, then=moment("2026-11-20 09:00"), applicant_name="Đào Văn Thuật"
    )

    room = browse(staff=leader)
    with inspecting(is_citizens=False) as inspector:
        room.goto("/lanh-dao/")
        room.get_by_role("link", name="Nguy cơ trễ").click()
        expect(room.get_by_role("heading", name="1 hồ sơ có nguy cơ trễ.")).to_be_visible()
        inspector.look(room, "leader-risks")
        room.get_by_role("link", name="Rà soát thủ tục").click()
        expect(room.get_by_text("có thể cam kết 2 ngày làm việc.")).to_be_visible()
        inspector.look(room, "leader-review")
        room.get_by_role("link", name="Xem, cam kết : Xác nhận hôn nhân").click()
        expect(room.get_by_label("Thời hạn cam kết")).to_have_value("2")
        room.get_by_label("Lý do").fill("Chín trong mười hồ sơ xong trong ngày")
        room.get_by_role("button", name="Cam kết", exact=True).click()
        expect(room.get_by_text("sắp áp dụng")).to_be_visible()
        inspector.look(room, "leader-commit")

    run_from(moment("2026-11-25 08:42"), monkeypatch)
    counter = browse(staff=StaffFactory(clerk=True))
    counter.goto("/quay/tiep-nhan/")
    counter.get_by_role("textbox", name="Thủ tục").press_sequentially("xac nhan tinh trang hon")
    expect(counter.get_by_text("thứ Sáu, 27/11/2026, buổi sáng")).to_be_visible()
    expect(counter.get_by_text("Phường cam kết; quy định 03 ngày làm việc")).to_be_visible()

    citizen = browse(PHONE)
    citizen.goto("/don-vi/le-hong-phong/")
    citizen.get_by_role("link", name="Thủ tục, giấy tờ").click()
    expect(citizen.get_by_text("02 ngày làm việc (quy định 03 ngày làm việc)")).to_be_visible()
