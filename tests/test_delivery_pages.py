"""Cần giao, the pile, the trial mailbox, and what is said on the telephone."""

from __future__ import annotations

import html
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from desk.models import AccessLog, Hamlet
from dossiers.models import State
from letters import outbox
from letters.models import Channel, Letter, Message
from letters.phone import phone_script
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory, consenting, draw_all
from tests.test_delivery import FRIDAY, RECEIVED, apology, late_dossier, thanks
from tests.test_lists import queries

pytestmark = pytest.mark.django_db
PAGE, PILE, MAILBOX = "/thu/giao/", "/thu/in.pdf", "/thu/hop-thu/"


def text_of(answer):
    return html.unescape(answer.content.decode())


def press(client, message, slug, **extra):
    return client.post(reverse("letters:delivery_step", args=[message.pk, slug]), **extra)


def test_the_desk_sees_what_waits_way_by_way(clerk_client, leader):
    apology(late_dossier(applicant_name="Trần Thị Kim Ngân"), leader)
    apology(late_dossier(applicant_name="Đặng Văn Ước", return_method="post", return_address="Xóm 3, Thụy Lôi"), leader)
    apology(late_dossier(applicant_name="Bùi Thị Ưng", return_method="home"), leader)
    page = text_of(clerk_client.get(PAGE))
    places = [
        page.index(words)
        for words in ("Trao tại quầy", "Trần Thị Kim Ngân", "Bưu chính", "Đặng Văn Ước", "Xóm 3", "Bùi Thị Ưng")
    ]
    assert places == sorted(places)
    assert [page.count(words) for words in ("Đã trao<", "Đã gửi bưu điện<", "Đã trao tận nhà<")] == [1, 1, 1]


def test_one_press_notes_who_handed_it_over(clerk_client, clerk, leader):
    message = apology(late_dossier(), leader).messages.get(channel=Channel.COUNTER)
    answer = press(clerk_client, message, "da-giao")
    assert answer.url == PAGE
    message.refresh_from_db()
    assert (message.state, message.by) == ("sent", clerk)
    page = text_of(clerk_client.get(PAGE))
    assert (
        page.index("Đã giao hôm nay")
        < page.index("Nguyễn Thị Tuyết Nhung")
        < page.index(clerk.full_name, page.index("Ai giao"))
    )
    press(clerk_client, message, "bam-nham")
    message.refresh_from_db()
    assert message.state == "waiting"


def test_two_presses_are_one_and_the_second_is_told(clerk_client, leader):
    message = apology(late_dossier(), leader).messages.get(channel=Channel.COUNTER)
    press(clerk_client, message, "da-giao")
    press(clerk_client, message, "da-giao")
    assert "Lượt gửi này vừa đổi. Xin xem lại." in text_of(clerk_client.get(PAGE))


def test_whoever_pressed_on_another_page_comes_back_to_it(clerk_client, leader):
    dossier = late_dossier()
    message = apology(dossier, leader).messages.get(channel=Channel.COUNTER)
    home = f"http://testserver{dossier.get_absolute_url()}"
    assert press(clerk_client, message, "da-giao", HTTP_REFERER=home).url == home
    assert press(clerk_client, message, "bam-nham", HTTP_REFERER="https://noi-khac.example/").url == PAGE
    assert press(clerk_client, message, "viec-la").status_code == 404


def test_what_did_not_go_comes_with_the_words_for_the_telephone(clerk_client, clerk, leader):
    message = apology(late_dossier(), leader).messages.get(channel=Channel.SMS)
    Message.objects.filter(pk=message.pk).update(state="failed", tries=6, trouble="Tổng đài tin nhắn chưa trả lời.")
    page = text_of(clerk_client.get(PAGE))
    for words in (
        "Tổng đài tin nhắn chưa trả lời.",
        "0912 000 345",
        "Tôi là Lê Thị Bích Ngọc ở Bộ phận Một cửa phường Lê Hồng Phong.",
    ):
        assert words in page
    press(clerk_client, message, "da-goi")
    message.refresh_from_db()
    assert (message.state, message.by) == ("sent", clerk)


@pytest.mark.parametrize("role", ["clerk", "officer", "leader"])
def test_everybody_of_the_ward_may_hand_letters_over(client, ward, role, leader):
    message = apology(late_dossier(), leader).messages.get(channel=Channel.COUNTER)
    client.force_login(StaffFactory(ward=ward, **{role: True}))
    assert client.get(PAGE).status_code == 200
    assert press(client, message, "da-giao").status_code == 302
    message.refresh_from_db()
    assert message.state == "sent"


def test_the_city_hands_nothing_over(client, city, leader):
    message = apology(late_dossier(), leader).messages.get(channel=Channel.COUNTER)
    client.force_login(city)
    assert {client.get(url).status_code for url in (PAGE, PILE, MAILBOX)} == {403}
    assert press(client, message, "da-giao").status_code == 403


def test_the_page_costs_the_same_for_1_and_20(clerk_client, ward, leader):
    def one_more():
        letter = apology(late_dossier(agrees_to_messages=True), leader)
        letter.dossier.messages.filter(channel=Channel.SMS).update(state="failed", tries=6)  # and the reschedule's
        done = thanks(ward, leader).messages.get()
        done.hand_over(by=leader, at=timezone.now())

    one_more()
    alone = queries(clerk_client, PAGE)
    for _ in range(4):
        one_more()
    assert queries(clerk_client, PAGE) == alone


def test_an_empty_desk_is_told_so(clerk_client):
    assert "Không còn thư nào chờ giao." in text_of(clerk_client.get(PAGE))


# the pile


def test_the_pile_lies_in_the_order_of_delivery(clerk_client, ward, leader):
    near, far = (Hamlet.objects.create(ward=ward, name=f"Tổ {n}", position=n) for n in (91, 92))
    letters = [
        apology(late_dossier(applicant_name=name, return_method=way, hamlet=hamlet), leader)
        for name, way, hamlet in [
            ("Vũ Thị Xuyến", "home", far),
            ("Ngô Đình Ý", "home", near),
            ("Đinh Thị Ả", "counter", None),
            ("Lê Văn Ôn", "post", None),
        ]
    ]
    rows = Message.objects.by_messenger().of_letters_in_force([letter.pk for letter in letters]).in_delivery_order()
    assert [row.dossier.applicant_name for row in rows] == ["Đinh Thị Ả", "Lê Văn Ôn", "Ngô Đình Ý", "Vũ Thị Xuyến"]
    answer = clerk_client.get(PILE, {"thu": [letter.pk for letter in letters]})
    assert len(PdfReader(BytesIO(answer.content)).pages) == 7
    noted = AccessLog.objects.get(kind="print")
    assert noted.about == "Thư " + ", ".join(row.letter.number_words for row in rows)


@pytest.mark.parametrize("asked", [[], ["x"], ["²"], ["99999999999999999999"], [str(10**9)]])
def test_a_pile_of_nothing_is_refused_in_words(clerk_client, asked):
    answer = clerk_client.get(PILE, {"thu": asked}, follow=True)
    assert "Xin chọn ít nhất một thư đã phát hành." in text_of(answer)


def test_another_wards_letters_are_not_in_the_pile(client, other_ward, leader):
    letter = apology(late_dossier(), leader)
    client.force_login(StaffFactory(ward=other_ward, clerk=True))
    assert client.get(PILE, {"thu": letter.pk}).status_code == 302


def test_a_recalled_letter_is_not_printed_any_more(clerk_client, clerk, leader):
    letter = apology(late_dossier(), leader)
    letter.messages.get(channel=Channel.COUNTER).hand_over(by=clerk, at=FRIDAY)
    assert clerk_client.get(PILE, {"thu": letter.pk}).status_code == 200
    letter.recall(reason="Ghi sai ngày", by=leader, at=FRIDAY)
    assert clerk_client.get(PILE, {"thu": letter.pk}).status_code == 302


# the trial mailbox


def test_the_demonstration_shows_what_was_sent(clerk_client, leader, mailoutbox):
    letter = apology(late_dossier(), leader)
    assert "Chưa gửi email hay tin nhắn nào." in text_of(clerk_client.get(MAILBOX))
    for message in letter.messages.by_machine():
        outbox.send(message.pk, FRIDAY)
    page = text_of(clerk_client.get(MAILBOX))
    for words in ("nhung@thu.example", "0912000345", letter.number_words, f"?thu={letter.pk}"):
        assert words in page


def test_a_real_desk_has_no_mailbox(clerk_client, settings):
    assert clerk_client.get(MAILBOX).status_code == 200
    settings.PRODUCTION = True
    assert clerk_client.get(MAILBOX).status_code == 404


# on the telephone, and beside the result


def said(dossier, clerk, at, letter=None):
    return " ".join(phone_script(clerk, type(dossier).objects.get(pk=dossier.pk), at, letter))


def test_the_call_about_an_apology_names_reason_and_new_day(clerk, leader):
    letter = apology(late_dossier(sex="Nữ"), leader)
    words = said(letter.dossier, clerk, FRIDAY, letter)
    assert "xin hỏi có phải bà Nguyễn Thị Tuyết Nhung không ạ?" in words
    assert "Chúng tôi xin lỗi bà: hồ sơ" in words
    assert "Lý do là: Chờ xác minh {nơi cư trú}." in words
    assert f"{letter.new_day:%d/%m/%Y}" in words
    assert said(letter.dossier, clerk, FRIDAY).count("Chúng tôi xin hẹn lại") == 1  # the same without the letter


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "đang được giải quyết, hẹn trả buổi sáng thứ Sáu, ngày 27/11/2026."),
        ({"ready": True}, "đã có kết quả. Kính mời bà đến Bộ phận Một cửa nhận."),
        ({"returned": True}, "đã trả kết quả."),
    ],
)
def test_the_call_says_how_the_dossier_stands(clerk, facts, words):
    assert words in said(DossierFactory(at=RECEIVED, **facts), clerk, moment("2026-11-25 09:00"))


def test_the_call_names_the_papers_that_are_missing(clerk, officer):
    dossier = DossierFactory(at=RECEIVED)
    by = StaffFactory(ward=dossier.ward, clerk=True)
    dossier.request_papers(items=["Bản sao giấy khai sinh"], reason="Thiếu", by=by, at=RECEIVED)
    assert dossier.state == State.NEEDS_PAPERS
    assert "còn thiếu: Bản sao giấy khai sinh." in said(dossier, clerk, FRIDAY)


def test_an_organisation_is_asked_for_by_its_name(clerk):
    facts = {"applicant_kind": "organisation", "applicant_name": "Công ty TNHH Sông Châu", "sex": ""}
    words = said(DossierFactory(at=RECEIVED, **facts), clerk, RECEIVED)
    assert "xin chào quý đơn vị" in words
    assert "có phải Công ty TNHH Sông Châu không ạ?" in words


def test_the_letter_is_offered_where_the_result_is_handed_back(clerk_client, clerk, leader):
    dossier = late_dossier()
    letter = apology(dossier, leader)
    dossier.mark_ready(by=leader, at=FRIDAY)
    for page in (dossier.get_absolute_url(), reverse("dossiers:move", args=[dossier.code, "tra-ket-qua"])):
        shown = text_of(clerk_client.get(page))
        assert "Thư trao cùng kết quả" in shown
        assert f"?thu={letter.pk}" in shown
        assert "Trả kết quả là thư đã in cũng được ghi đã trao." in shown
    press(clerk_client, letter.messages.get(channel=Channel.COUNTER), "da-giao")
    assert "Thư trao cùng kết quả" not in text_of(clerk_client.get(dossier.get_absolute_url()))


def test_whoever_hands_a_result_back_sees_the_letter_that_it_should_wait_for(clerk_client, clerk, ward):
    dossier = consenting("khai sinh", ward=ward, at=FRIDAY)
    dossier.mark_ready(by=clerk, at=FRIDAY)
    draw_all(FRIDAY)
    for page in (dossier.get_absolute_url(), reverse("dossiers:move", args=[dossier.code, "tra-ket-qua"])):
        shown = text_of(clerk_client.get(page))
        panel = shown[shown.index("Thư trao cùng kết quả") :]
        assert "Thư chúc mừng khai sinh" in panel
        assert "Chờ duyệt" in panel
        assert "duyệt xong mới có thư để trao" in panel


def test_a_letter_that_nobody_printed_is_still_shown_after_the_return(clerk_client, clerk, leader):
    dossier = late_dossier()
    letter = apology(dossier, leader)
    Letter.objects.filter(pk=letter.pk).update(needs_drawing=True)
    dossier.mark_ready(by=clerk, at=FRIDAY)
    dossier.hand_back(by=clerk, at=FRIDAY)
    shown = text_of(clerk_client.get(dossier.get_absolute_url()))
    assert f"?thu={letter.pk}" in shown
    assert "Trả kết quả là thư đã in" not in shown
