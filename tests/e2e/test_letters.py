"""From a broken promise to the letter in the citizen's hand: cause, approval, print, proof."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from letters.digests.plan import plan
from letters.models import Letter, LetterKind, Message
from tests.conftest import moment
from tests.e2e.conftest import PHONE
from tests.e2e.test_every_page import LONG_NAME, inspecting
from tests.factories import StaffFactory, consenting, draw_all, explain, late, letter_of

pytestmark = pytest.mark.e2e


@pytest.fixture
def overdue(browse, now):
    """A dossier that broke its promise last week, and its officer."""
    officer = StaffFactory(clerk=True, officer=True, full_name="Đỗ Hữu Thắng")
    received = moment("2026-11-17 09:00")
    dossier = late(now, at=received, then=received + timedelta(hours=1), by=officer)
    draw_all(now)
    return dossier


def test_an_apology_from_its_cause_to_its_proof(browse, overdue, now):
    leader = StaffFactory(leader=True, full_name="Trần Quốc Vượng")
    officer = overdue.received_by

    desk = browse(staff=officer)
    with inspecting(is_citizens=False) as inspector:
        desk.goto("/thu/")
        expect(desk.get_by_role("heading", name="Thư: chờ nguyên nhân")).to_be_visible()
        inspector.look(desk, "letters-cause")
        desk.get_by_role("link", name="Bà Nguyễn Thị Tuyết Nhung").click()
        expect(desk.get_by_role("link", name="Ghi nguyên nhân")).to_be_visible()
        inspector.look(desk, "letter-without-cause")
        desk.get_by_role("link", name="Ghi nguyên nhân").click()
        desk.get_by_label("Nguyên nhân").select_option(label="Chờ cơ quan khác trả lời")
        desk.get_by_label("Lý do nói với người dân").fill("Sở Tư pháp chưa gửi bản sao trang sổ năm 1987")
        desk.get_by_role("button", name="Ghi nguyên nhân chậm").click()
        expect(desk.get_by_role("status").filter(has_text="Ghi nguyên nhân chậm")).to_be_visible()
        inspector.look(desk, "dossier-with-letter")
    draw_all(timezone.now())

    room = browse(staff=leader)
    with inspecting(is_citizens=False) as inspector:
        room.goto("/thu/")
        inspector.look(room, "letters-to-approve")
        room.get_by_role("link", name="Bà Nguyễn Thị Tuyết Nhung").click()
        expect(room.get_by_text("Sở Tư pháp chưa gửi bản sao trang sổ năm 1987").first).to_be_visible()
        inspector.look(room, "letter-to-approve")
        room.get_by_role("button", name="Duyệt và cấp số").click()
        expect(room.get_by_role("status")).to_contain_text("Đã phát hành thư số 01/TXL-UBND")
        draw_all(timezone.now())
        room.reload()
        inspector.look(room, "letter-issued")
        print_of = room.get_by_role("link", name="In thư").get_attribute("href")
        assert print_of
        pages = PdfReader(BytesIO(room.request.get(print_of).body())).pages
        assert "Sở Tư pháp chưa gửi bản sao" in " ".join(pages[0].extract_text().split())

    letter = letter_of(overdue)
    phone = browse(PHONE)
    with inspecting(is_citizens=True) as inspector:
        phone.goto(f"/hs/{overdue.token}/")
        expect(phone.get_by_role("link", name="Mở thư xin lỗi vì trễ hẹn")).to_be_visible()
        inspector.look(phone, "status-with-letter")
        phone.goto(letter.get_proof_url())
        expect(phone.get_by_role("heading", name="Thư này là thật.")).to_be_visible()
        inspector.look(phone, "proof")
        phone.get_by_role("link", name="Kiểm tra tệp PDF của thư").click()
        phone.get_by_role("button", name="Kiểm tra").click()
        expect(phone.get_by_text("Xin chọn tệp.")).to_be_visible()
        inspector.look(phone, "check-error")
        phone.get_by_label("Tệp PDF của thư").set_input_files(
            {"name": "thu.pdf", "mimeType": "application/pdf", "buffer": room.request.get(print_of).body()}
        )
        phone.get_by_role("button", name="Kiểm tra").click()
        expect(phone.get_by_role("heading", name="Thư này là thật.")).to_be_visible()


def test_a_pile_of_letters_is_read_and_approved_at_once(browse, now):
    leader = StaffFactory(clerk=True, officer=True, leader=True, full_name="Trần Quốc Vượng")
    for name in ("Trần Thị Nguyệt Ánh", LONG_NAME):
        for what in ("kết hôn", "khai sinh"):
            dossier = consenting(what, at=now, applicant_name=name)
            dossier.mark_ready(by=dossier.received_by, at=now)
    draw_all(timezone.now())
    page = browse(staff=leader)
    with inspecting(is_citizens=False) as inspector:
        page.goto("/thu/")
        page.keyboard.press("F4")
        expect(page.get_by_role("heading", name="Đọc và duyệt")).to_be_visible()
        inspector.look(page, "letters-read")
        for box in page.get_by_label("Đã đọc, đồng ý phát hành").all()[:3]:
            box.check()
        page.get_by_role("button", name="Duyệt các thư đã đánh dấu").click()
        expect(page.get_by_role("status")).to_contain_text("Đã phát hành 3 thư.")
        page.goto("/thu/moi/")
        inspector.look(page, "letter-write")
        page.get_by_label("Người nhận").fill("Bà Đoàn Thị Kim Quy")
        page.get_by_label("Loại thư").select_option(label="Thư cảm ơn vì lời khen")
        page.get_by_label("Sự việc").fill("cán bộ tiếp dân ân cần, đọc cho nghe từng dòng")
        page.get_by_role("button", name="Lập thư và trình").click()
        expect(page.get_by_role("heading", name="Thư cảm ơn vì lời khen")).to_be_visible()
        page.get_by_role("link", name="Trả lại để sửa").click()
        inspector.look(page, "letter-step")
    assert Letter.objects.issued().count() == 3
    assert Letter.objects.filter(kind=LetterKind.PRAISE).count() == 1


def test_the_other_pages_of_the_letters(browse, overdue, now):
    leader = StaffFactory(
        clerk=True, officer=True, leader=True, full_name="Trần Quốc Vượng", email="vuong@phuly.example"
    )
    explain(overdue, now)
    draw_all(timezone.now())
    letter_of(overdue).issue(by=leader, at=timezone.now())
    draw_all(timezone.now())
    plan(timezone.now())
    Message.objects.filter(kind="weekly").update(state="failed", trouble="Máy chủ thư chưa trả lời.")
    page = browse(staff=leader)
    with inspecting(is_citizens=False) as inspector:
        for name, address in {
            "leader": "/lanh-dao/",
            "letter-texts": "/thu/mau/",
            "letter-text": "/thu/mau/apology/",
            "letter-policies": "/thu/che-do/",
            "letter-register": "/thu/so-thu/",
            "letters-to-deliver": "/thu/giao/",
            "letters-sent": "/thu/hop-thu/",
            "my-digests": "/thu-bao/",
        }.items():
            page.goto(address)
            inspector.look(page, name)
        page.locator("summary").last.click()
        inspector.look(page, "my-digests-open")
