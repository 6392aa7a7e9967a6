"""The city looks at its wards: sorts, narrows, opens a number, prints, and takes a review along."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from desk.models import Ward
from dossiers.models import Appointment, Figure
from feedback.models import Question
from tests.conftest import moment
from tests.e2e.test_every_page import inspecting
from tests.factories import DossierFactory, StaffFactory, answers

pytestmark = pytest.mark.e2e


def test_the_city_finds_the_ward_that_needs_help_and_its_review(browse, now):
    slow, good = Ward.objects.get(slug="luong-khanh-thien"), Ward.objects.get(slug="kim-binh")
    morning, late = moment("2026-11-02 08:42"), moment("2026-11-09 08:00")
    DossierFactory(ward=slow, at=morning, ready=True, then=late)
    DossierFactory(ward=slow, at=morning)
    DossierFactory(ward=good, at=morning, ready=True, then=morning)
    Appointment.objects.break_overdue(timezone.now())
    question = Question.objects.get(question_set__slug="sau-ho-so", position=1)
    answers(good, date(2026, 11, 1), question, {1: 40, 4: 3})
    Figure.objects.keep_up(timezone.now())
    page = browse(staff=StaffFactory(city=True))
    with inspecting(is_citizens=False) as inspector:
        page.goto("/lanh-dao/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("50,0% hồ sơ trả đúng hẹn")
        results = page.get_by_role("table").first
        expect(results.get_by_role("row")).to_have_count(23)
        expect(results.get_by_role("rowheader").nth(0)).to_have_text("Phường Lương Khánh Thiện")
        inspector.look(page, "city")
        results.get_by_role("link", name="Phường, xã", exact=True).click()
        expect(results.get_by_role("columnheader").first).to_have_attribute("aria-sort", "ascending")
        expect(results.get_by_role("rowheader").nth(0)).to_have_text("Phường Châu Sơn")
        page.get_by_text("Đổi kỳ, lọc").click()
        page.get_by_label("Tên phường, xã").fill("khanh")
        page.get_by_role("button", name="Xem").click()
        expect(results.get_by_role("row")).to_have_count(3)
        page.emulate_media(media="print")
        expect(page.get_by_role("button", name="Xem")).to_be_hidden()
        expect(results).to_be_visible()
        page.emulate_media(media="screen")
        results.get_by_role("link", name="1", exact=True).nth(1).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Quá hạn")
        page.go_back()
        page.get_by_role("link", name="Báo cáo sơ kết").click()
        page.get_by_label("Đơn vị", exact=True).select_option(label="Phường Lương Khánh Thiện")
        page.get_by_role("button", name="Xem").click()
        expect(page.get_by_role("article")).to_contain_text(
            "Giải quyết 1 hồ sơ, gồm 0 trước hạn, 0 đúng hạn, 1 quá hạn."
        )
        inspector.look(page, "review")
        with page.expect_download() as taken:
            page.get_by_role("link", name="Tải về để sửa").click()
        assert taken.value.suggested_filename == "bao-cao-so-ket-luong-khanh-thien-20261101-20261130.docx"
