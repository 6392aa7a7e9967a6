"""Đối thoại: announced, moved, called off, held, with questions and promises; its file; the code of conduct."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.models import Ward
from feedback.ics import calendar_file
from feedback.models import Dialogue, DialoguePromise, DialogueQuestion, FeedbackError, WardRule
from tests.conftest import moment
from tests.factories import DialogueFactory, StaffFactory

MONDAY = moment("2026-11-23 08:42")
THEN = moment("2026-11-25 12:00")


@pytest.fixture
def coming(ward, leader):
    """A dialogue of the day after tomorrow, by the clock on the wall."""
    return DialogueFactory(ward=ward, by=leader, at=timezone.now())


@pytest.fixture
def held(ward, leader):
    row = DialogueFactory(ward=ward, by=leader, at=MONDAY)
    row.hold(minutes="Mười một ý kiến.\nHai việc đã hứa.", people=53, by=leader, at=THEN)
    return row


def typed(**more):
    day = timezone.localdate() + timedelta(days=5)
    about = {"kind": "regular", "topic": "Rác thải", "place": "Hội trường", "day": f"{day:%d/%m/%Y}"}
    return {"key": str(uuid.uuid4()), **about, "starts": "8h30", "ends": "11 giờ", **more}


def question(**more):
    return {"key": str(uuid.uuid4()), "words": "Bao giờ ngõ tôi có đèn?", **more}


# the verbs and their pages


def test_a_clerk_announces_and_a_double_press_announces_once(clerk_client):
    data = typed()
    assert clerk_client.post("/y-kien/doi-thoai/moi/", data).status_code == 302
    assert clerk_client.post("/y-kien/doi-thoai/moi/", data).status_code == 302
    row = Dialogue.objects.get()
    assert f"{timezone.localtime(row.starts_at):%H:%M}" == "08:30"
    assert "Rác thải" in clerk_client.get("/y-kien/doi-thoai/").text


def test_hours_that_make_no_sense_are_said_beside_them(clerk_client):
    page = clerk_client.post("/y-kien/doi-thoai/moi/", typed(ends="7:00"))
    assert "Giờ kết thúc phải sau giờ bắt đầu." in page.text
    assert "Rác thải" in page.text
    assert "Ghi như 8:30." in clerk_client.post("/y-kien/doi-thoai/moi/", typed(starts="sáng sớm")).text
    assert not Dialogue.objects.exists()


def test_only_the_wards_own_organisers_change_it(ward, officer, coming, other_ward, clerk):
    for who in (officer, StaffFactory(ward=other_ward, leader=True)):
        with pytest.raises(FeedbackError, match="cán bộ một cửa hoặc lãnh đạo"):
            coming.call_off(reason="Trùng lịch", by=who, at=timezone.now())
    coming.call_off(reason="Trùng lịch", by=clerk, at=timezone.now())
    with pytest.raises(FeedbackError, match="vừa đổi"):
        coming.call_off(reason="Trùng lịch", by=clerk, at=timezone.now())


def test_minutes_are_written_once_it_has_begun(ward, leader):
    row = DialogueFactory(ward=ward, by=leader, at=MONDAY)
    with pytest.raises(FeedbackError, match="chưa bắt đầu"):
        row.hold(minutes="Xong", people=3, by=leader, at=MONDAY)
    row.hold(minutes="Xong", people=0, by=leader, at=THEN)
    assert row.state == "held"


def test_a_question_is_sent_before_it_begins_and_not_after(client, coming, held):
    assert client.post(coming.get_absolute_url(), question(name="Cao Thị Bưởi")).status_code == 302
    data = question()
    client.post(coming.get_absolute_url(), data)
    client.post(coming.get_absolute_url(), data)
    assert coming.questions.count() == 2
    assert "Cao Thị Bưởi" not in client.get(coming.get_absolute_url()).text
    page = client.post(held.get_absolute_url(), question())
    assert "không nhận câu hỏi qua mạng nữa" in page.text
    assert not held.questions.exists()


def test_questions_from_one_address_are_limited_and_traps_catch(client, coming):
    client.post(coming.get_absolute_url(), question(website="x"))
    assert not DialogueQuestion.objects.exists()
    for _ in range(5):
        client.post(coming.get_absolute_url(), question())
    page = client.post(coming.get_absolute_url(), question())
    assert page.status_code == 429
    assert "Bao giờ ngõ tôi có đèn?" in page.text
    assert DialogueQuestion.objects.count() == 5


def test_answers_are_shown_only_where_the_ward_says_so(client, held, leader):
    for n, is_public in enumerate((True, False)):
        asked = held.ask(words=f"Câu {n}", name="Cao Thị Bưởi", key=uuid.uuid4(), at=THEN, by=leader)
        asked.reply(answer=f"Lời {n}", is_public=is_public, by=leader, at=THEN)
    page = client.get(held.get_absolute_url()).text
    assert "Câu 0" in page
    assert "Lời 0" in page
    assert "Câu 1" not in page
    assert "Cao Thị Bưởi" not in page


def test_promises_are_followed_until_they_are_done(client, ward, held, leader, officer, clerk, other_ward):
    facts = {"words": "Lắp đèn ngõ 48", "due_on": date(2026, 11, 30), "key": uuid.uuid4(), "by": leader}
    with pytest.raises(FeedbackError, match="đang làm việc ở đơn vị"):
        held.promise(**facts, responsible=StaffFactory(ward=other_ward, officer=True), at=THEN)
    promise = held.promise(**facts, responsible=officer, at=THEN)
    assert held.promise(**facts, responsible=officer, at=THEN) == promise
    assert [promise.is_late(day) for day in (date(2026, 11, 30), date(2026, 12, 1))] == [False, True]
    with pytest.raises(FeedbackError, match="người phụ trách hoặc lãnh đạo"):
        promise.finish(words="Đã lắp", by=clerk, at=THEN)
    promise.finish(words="Đã lắp sáu đèn", by=officer, at=THEN)
    with pytest.raises(FeedbackError, match="đã ghi là xong"):
        promise.finish(words="Lần nữa", by=leader, at=THEN)
    for page in ("/doi-thoai/", held.get_absolute_url()):
        assert "Đã lắp sáu đèn" in client.get(page).text


def test_a_late_promise_is_said_to_everybody(client, clerk_client, ward, leader, officer):
    past = timezone.now() - timedelta(days=40)
    row = DialogueFactory(ward=ward, by=leader, at=past)
    row.hold(minutes="Xong", people=3, by=leader, at=past + timedelta(days=3))
    due = timezone.localdate() - timedelta(days=3)
    row.promise(words="Lắp đèn", due_on=due, key=uuid.uuid4(), by=leader, responsible=officer, at=timezone.now())
    assert "nay đã quá hạn. Chúng tôi xin lỗi." in client.get(row.get_absolute_url()).text
    assert "Việc đã hứa, quá hạn" in clerk_client.get("/y-kien/doi-thoai/").text


def test_the_pages_of_the_ward_take_every_step(client, ward, leader, officer):
    past = timezone.now() - timedelta(days=3)
    row = DialogueFactory(ward=ward, by=leader, at=past)
    client.force_login(leader)
    base = row.get_desk_url()
    client.post(f"{base}cau-hoi/", question())
    client.post(f"{base}bien-ban/", {"people": "53", "minutes": "Mười ý kiến"})
    due = f"{timezone.localdate() + timedelta(days=9):%d/%m/%Y}"
    client.post(
        f"{base}viec-hua/",
        {"key": str(uuid.uuid4()), "words": "Lắp đèn ngõ", "responsible": officer.pk, "due_on": due},
    )
    client.post(f"/y-kien/doi-thoai/cau-hoi/{row.questions.get().pk}/", {"answer": "Tháng sau", "is_public": "on"})
    client.post(f"/y-kien/doi-thoai/viec/{row.promises.get().pk}/", {"words": "Đã lắp xong"})
    page = client.get(base).text
    for words in ("Mười ý kiến", "Lắp đèn ngõ", "Tháng sau", "Đã lắp xong"):
        assert words in page


def test_the_next_dialogue_stands_on_the_home_pages(client, ward, coming):
    assert coming.topic in client.get(ward.get_absolute_url()).text
    assert coming.topic in client.get("/").text
    assert coming.topic not in client.get("/don-vi/quang-trung/").text


@pytest.mark.parametrize("page", ["/doi-thoai/", "/y-kien/doi-thoai/"])
def test_a_list_of_dialogues_costs_the_same_for_1_and_20(
    clerk_client, ward, leader, officer, page, django_assert_num_queries
):
    def one_more():
        row = DialogueFactory(ward=ward, by=leader, at=MONDAY)
        row.hold(minutes="Xong", people=3, by=leader, at=THEN)
        row.promise(words="Lắp đèn", due_on=THEN, key=uuid.uuid4(), by=leader, responsible=officer, at=THEN)
        DialogueFactory(ward=ward, by=leader, at=timezone.now())

    one_more()
    with CaptureQueriesContext(connection) as one:
        clerk_client.get(page)
    for _ in range(19):
        one_more()
    with django_assert_num_queries(len(one)):
        clerk_client.get(page)


# the calendar file


def read(ics: bytes) -> dict[str, str]:
    """The lines of a calendar file, unfolded and without their escapes."""
    assert ics.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in ics.split(b"\r\n"))
    assert b"\n" not in ics.replace(b"\r\n", b"")
    lines = ics.decode().replace("\r\n ", "").split("\r\n")
    pairs = dict(re.split(r"[:;]", line, maxsplit=1) for line in lines if line)
    return {
        name: re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), said) for name, said in pairs.items()
    }


def test_a_calendar_reads_it_back(client, ward, leader, settings):
    settings.SITE_URL = "https://mot-cua.example"
    topic = "Rác thải, nước; “đường ngõ” \\ vệ sinh của các tổ dân phố số 1, 2, 3, 4, 5 và khu chợ mới"
    row = DialogueFactory(ward=ward, by=leader, at=MONDAY, topic=topic)
    answer = client.get(f"/doi-thoai/{row.pk}.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    event = read(answer.content)
    assert event["SUMMARY"] == f"Đối thoại với nhân dân: {topic}"
    assert (event["DTSTART"], event["DTEND"]) == ("20261125T014200Z", "20261125T044200Z")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (f"{row.key}@mot-cua.example", "0", "CONFIRMED")
    facts = {"topic": topic, "place": "Nhà văn hóa", "starts_at": row.starts_at, "ends_at": row.ends_at}
    row.change(by=leader, at=MONDAY + timedelta(hours=1), **facts)
    moved = read(calendar_file(row))
    assert (moved["UID"], moved["SEQUENCE"], moved["LOCATION"]) == (event["UID"], "1", "Nhà văn hóa")
    assert moved["LAST-MODIFIED"] == "20261123T024200Z"
    row.call_off(reason="Trùng lịch", by=leader, at=MONDAY + timedelta(hours=2))
    gone = read(calendar_file(row))
    assert (gone["UID"], gone["SEQUENCE"], gone["STATUS"]) == (event["UID"], "2", "CANCELLED")


# the code of conduct


def test_the_code_of_conduct_names_who_answers_for_it(client, ward, leader):
    today = timezone.localdate()
    for title, first, last in (
        ("Đang áp dụng", today, None),
        ("Đã hết", today - timedelta(9), today - timedelta(1)),
        ("Chưa tới", today + timedelta(1), None),
    ):
        WardRule.objects.create(ward=ward, title=title, words="Đón dân trong 5 phút", valid_from=first, valid_to=last)
    page = client.get(f"/quy-tac/?phuong={ward.slug}").text
    for words in ("biết nghe dân nói", "Tôn trọng trong quan hệ giao tiếp", "xin hỏi", "luôn sẵn lòng giúp đỡ"):
        assert words in page
    assert leader.full_name in page
    assert f"/gop-y/?phuong={ward.slug}&amp;loai=phan-anh" in page
    assert "Đang áp dụng" in page
    assert "Đã hết" not in page
    assert "Chưa tới" not in page
    assert "Mời ông/bà chọn phường, xã" in client.get("/quy-tac/").text
    assert client.get("/quy-tac/?phuong=khong-co").status_code == 404


def test_where_one_ward_is_served_nobody_has_to_choose(client, ward):
    Ward.objects.exclude(pk=ward.pk).update(is_in_service=False)
    assert "Ai chịu trách nhiệm" in client.get("/quy-tac/").text
    assert 'type="hidden" name="ward"' in client.get("/gop-y/").text
    assert DialoguePromise.objects.count() == 0
