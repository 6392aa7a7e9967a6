"""From what somebody says on a phone, without a script, to the ward's answer and the letter that it orders."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from desk.models import Ward
from feedback.models import Contribution, WardRule
from tests.e2e.conftest import PHONE
from tests.e2e.test_every_page import inspecting
from tests.factories import ContributionFactory, DialogueFactory, StaffFactory, draw_all

pytestmark = pytest.mark.e2e

WORDS = "Bảng lệ phí treo cao, chữ nhỏ, các cụ không đọc được."


def test_a_suggestion_on_a_phone_without_a_script_until_its_answer(browse, now):
    ward = Ward.objects.get(slug="le-hong-phong")
    leader = StaffFactory(ward=ward, leader=True)
    phone = browse(PHONE, java_script_enabled=False)
    phone.goto(ward.get_absolute_url())
    phone.get_by_role("link", name="Góp ý, phản ánh, khen").click()
    phone.get_by_role("button", name="Gửi ý kiến").click()
    expect(phone.get_by_text("Xin viết vài lời.")).to_be_visible()
    phone.get_by_label("Ông/bà muốn nói gì với chúng tôi").fill(WORDS)
    phone.get_by_text("Để lại tên và cách liên hệ").click()
    phone.get_by_label("Họ và tên").fill("Lã Quý Đôn")
    phone.locator("#id_phone").fill("0912")
    phone.get_by_role("button", name="Gửi ý kiến").click()
    expect(phone.get_by_text("Số điện thoại còn thiếu 6 chữ số.")).to_be_visible()
    expect(phone.get_by_label("Ông/bà muốn nói gì với chúng tôi")).to_have_value(WORDS)
    expect(phone.get_by_label("Tôi đồng ý để phường, xã đăng")).not_to_be_checked()
    phone.locator("#id_phone").fill("0912 000 345")
    phone.get_by_role("button", name="Gửi ý kiến").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Đã nhận ý")
    expect(phone.get_by_text("Thứ Ba, 08/12/2026")).to_be_visible()
    row = Contribution.objects.get()
    assert (row.ward, row.name, row.phone) == (ward, "Lã Quý Đôn", "0912000345")
    row.reply(verdict="noted", answer="Chúng tôi sẽ in lại chữ to.", by=leader, at=now)
    phone.goto("/gop-y/")
    phone.get_by_label("Mã góp ý").fill(row.code.lower().replace("-", " "))
    phone.get_by_role("button", name="Xem trả lời").click()
    expect(phone.get_by_text("Chúng tôi sẽ in lại chữ to.")).to_be_visible()
    assert WORDS not in phone.content()


def test_an_accepted_idea_orders_a_letter_of_thanks(browse, now, troubles):
    leader = StaffFactory(leader=True, full_name="Trần Quốc Vượng")
    officer = StaffFactory(officer=True, full_name="Đỗ Hữu Thắng")
    row = ContributionFactory(name="Lã Quý Đôn", words=WORDS, may_publish=True, at=now)
    ContributionFactory(at=now - timedelta(days=60))
    page = browse(staff=leader)
    with inspecting(is_citizens=False) as inspector:
        page.goto("/y-kien/gop-y/")
        inspector.look(page, "contributions")
        page.get_by_role("link", name=row.code).click()
        page.get_by_label("Giao cho").select_option(label=officer.full_name)
        page.get_by_role("button", name="Giao", exact=True).click()
        expect(page.get_by_text("Đã giao cho Đỗ Hữu Thắng.")).to_be_visible()
        inspector.look(page, "contribution")
        page.get_by_label("Kết luận").select_option("accepted")
        page.locator("#id_answer").fill("Đã in lại chữ to.")
        page.get_by_label("Điều đã thay đổi").fill("In lại bảng lệ phí chữ to gấp đôi")
        page.get_by_label("Xưng hô trong thư").select_option("ông")
        page.get_by_role("button", name="Trả lời").click()
        expect(page.get_by_text("Thư cảm ơn vì góp ý")).to_be_visible()
        page.get_by_role("link", name="Đăng công khai").click()
        page.get_by_role("button", name="Đăng công khai").click()
        expect(page.get_by_text("Đang đăng: In lại bảng lệ phí chữ to gấp đôi")).to_be_visible()
        inspector.look(page, "contribution-answered")
        draw_all(now)
        page.goto("/thu/?loc=cho-duyet")
        page.get_by_role("link", name="Ông Lã Quý Đôn").click()
        expect(page.get_by_role("button", name="Duyệt và cấp số")).to_be_visible()
        inspector.look(page, "letter-of-a-contribution")


def test_the_other_pages_are_fit_for_everybody(browse, now):
    ward = Ward.objects.get(slug="le-hong-phong")
    leader = StaffFactory(leader=True, ward=ward)
    row = ContributionFactory(at=now)
    talk = DialogueFactory(ward=ward, by=leader, at=now)
    held = DialogueFactory(ward=ward, by=leader, at=now - timedelta(days=40), topic="Đường ngõ, thoát nước")
    held.hold(minutes="Bảy điểm ngập.", people=53, by=leader, at=now)
    for days in (-9, 9):
        due, words = (now + timedelta(days=days)).date(), "Nạo vét ba điểm ngập ở Tổ 2, Tổ 4, Tổ 6"
        held.promise(words=words, responsible=leader, due_on=due, key=uuid.uuid4(), by=leader, at=now)
    held.ask(words="Bao giờ ngõ có đèn?", key=uuid.uuid4(), at=now, by=leader).reply(
        answer="Trong quý này.", is_public=True, by=leader, at=now
    )
    WardRule.objects.create(ward=ward, title="Quy định về tiếp dân", words="Đón dân.", valid_from=now.date())
    citizens = {
        "suggest": "/gop-y/",
        "suggestion": f"{row.get_public_url()}?moi=1",
        "dialogues": "/doi-thoai/",
        "dialogue": talk.get_absolute_url(),
        "dialogue-held": held.get_absolute_url(),
        "conduct": f"/quy-tac/?phuong={ward.slug}",
    }
    page = browse()
    with inspecting(is_citizens=True) as inspector:
        for name, address in citizens.items():
            page.goto(address)
            inspector.look(page, name)
    desk = browse(staff=leader)
    with inspecting(is_citizens=False) as inspector:
        for name, address in (
            ("contribution-new", "/y-kien/gop-y/moi/"),
            ("dialogues-desk", "/y-kien/doi-thoai/"),
            ("dialogue-desk", held.get_desk_url()),
        ):
            desk.goto(address)
            inspector.look(desk, name)
