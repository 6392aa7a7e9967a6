"""Góp ý, phản ánh, khen: taken in with a day, given to somebody, answered, published; late ones are said once."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from functools import partial

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.models import AccessLog
from dossiers.models import LookupFailure
from feedback.lists import to_do
from feedback.models import CallBack, Contribution, ContributionStep, ContributionTerm, FeedbackError
from feedback.signals import contribution_recorded
from feedback.tasks import flag_late_contributions
from tests.conftest import moment
from tests.factories import ContributionFactory, DialogueFactory, DossierFactory, StaffFactory
from tests.test_receive import at_once

MONDAY = moment("2026-11-23 08:42")
WORDS = "Bảng lệ phí chữ nhỏ quá, các cụ không đọc được."
NAME, PHONE = "Lã Quý Đôn", "0912000345"
PAPER = b"%PDF-1.7\nto khai\n%%EOF"
CODE = r"GY-[2-9A-Y]{4}-[2-9A-Y]{4}"


@pytest.fixture
def heard():
    sent = []

    def hear(sender, kind, step_ids, **kwargs):
        sent.append((kind, list(step_ids)))

    contribution_recorded.connect(hear)
    yield sent
    contribution_recorded.disconnect(hear)


def typed(ward, **more):
    return {"key": str(uuid.uuid4()), "ward": ward.pk, "kind": "idea", "words": WORDS, **more}


# what comes in


def test_a_suggestion_gets_a_code_and_a_day(client, ward):
    page = client.post("/gop-y/", typed(ward), follow=True)
    row = Contribution.objects.get()
    assert re.fullmatch(CODE, row.code)
    assert row.code in page.text
    assert "Đã nhận ý" in page.text
    assert not row.may_publish
    assert [step.kind for step in row.steps.all()] == ["received"]


def test_the_term_counts_working_days_and_is_the_one_of_the_day_of_receipt(ward):
    ContributionTerm.objects.create(kind="idea", valid_from=date(2026, 11, 24), days=3)
    assert ContributionFactory(ward=ward, at=MONDAY).due_on == date(2026, 12, 8)  # 24/11 is a holiday
    assert ContributionFactory(ward=ward, at=moment("2026-11-24 09:00")).due_on == date(2026, 11, 27)
    assert ContributionFactory(ward=ward, at=MONDAY, kind="praise").due_on == date(2026, 12, 1)


def test_the_same_key_is_one_suggestion(client, ward):
    data = typed(ward)
    first, second = client.post("/gop-y/", data), client.post("/gop-y/", data)
    assert first.url == second.url
    assert Contribution.objects.count() == ContributionStep.objects.count() == 1


def test_what_was_typed_stays_when_something_is_wrong(client, ward):
    page = client.post("/gop-y/", typed(ward, phone="0912 00", name=NAME))
    assert "Số điện thoại còn thiếu" in page.text
    assert WORDS in page.text
    assert NAME in page.text
    assert not Contribution.objects.exists()


def test_words_stay_as_they_were_typed_and_are_shown_escaped(client, ward, clerk_client):
    client.post("/gop-y/", typed(ward, words="Cảm ơn 😀\n<b>rất tốt</b>"))
    row = Contribution.objects.get()
    assert row.words == "Cảm ơn 😀\n<b>rất tốt</b>"
    assert "&lt;b&gt;rất tốt" in clerk_client.get(row.get_absolute_url()).text


def test_a_machine_that_fills_the_trap_leaves_nothing(client, ward):
    page = client.post("/gop-y/", typed(ward, website="http://spam.example"), follow=True)
    assert "Đã nhận ý kiến" in page.text
    assert not Contribution.objects.exists()


def test_one_address_sends_five_and_then_waits(client, ward):
    for _ in range(5):
        assert client.post("/gop-y/", typed(ward)).status_code == 302
    page = client.post("/gop-y/", typed(ward))
    assert page.status_code == 429
    assert WORDS in page.text
    assert Contribution.objects.count() == 5


def test_a_dossier_is_named_by_its_link_or_by_code_and_digits(client, ward, other_ward):
    dossier = DossierFactory(ward=ward, phone=PHONE)
    assert dossier.code in client.get(f"/gop-y/?ho-so={dossier.token}").text
    client.post("/gop-y/", typed(other_ward, token=dossier.token, kind="complaint"))
    client.post("/gop-y/", typed(other_ward, code=dossier.code.lower(), digits="0345"))
    assert {(row.dossier, row.ward) for row in Contribution.objects.all()} == {(dossier, ward)}
    page = client.post("/gop-y/", typed(ward, code=dossier.code, digits="9999"))
    assert "chưa khớp nhau" in page.text
    assert "cả mã hồ sơ và 4 số cuối" in client.post("/gop-y/", typed(ward, code=dossier.code)).text
    assert Contribution.objects.count() == 2


def test_digits_are_not_guessed_through_the_form(client, ward):
    dossier = DossierFactory(ward=ward, phone=PHONE)
    for _ in range(5):
        client.post("/gop-y/", typed(ward, code=dossier.code, digits="9999"))
    page = client.post("/gop-y/", typed(ward, code=dossier.code, digits="0345"))
    assert page.status_code == 429
    assert not Contribution.objects.exists()


def papers(count):
    return [SimpleUploadedFile(f"don-{n}.pdf", PAPER) for n in range(count)]


def test_files_are_judged_by_their_content_and_opened_by_the_ward_only(client, ward, other_ward):
    text = SimpleUploadedFile("anh.jpg", b"khong phai anh")
    page = client.post("/gop-y/", typed(ward, files=[text]))
    assert "Chỉ nhận PDF, JPEG, PNG" in page.text
    heavy = SimpleUploadedFile("nang.pdf", b"%PDF-1.7\n" + b"0" * 11 * 1024 * 1024 + b"%%EOF")
    page = client.post("/gop-y/", typed(ward, files=[heavy]))
    assert "nặng quá 10 MB" in page.text
    assert WORDS in page.text
    assert "Nhiều nhất 3 tệp" in client.post("/gop-y/", typed(ward, files=papers(4))).text
    client.post("/gop-y/", typed(ward, files=papers(2)))
    row = Contribution.objects.get()
    assert row.files.count() == 2
    file = row.files.first()
    assert default_storage.exists(file.stored)
    url = f"{row.get_absolute_url()}tep/{file.pk}/"
    assert client.get(url).status_code == 302
    client.force_login(StaffFactory(ward=other_ward, clerk=True))
    assert client.get(url).status_code == 404
    client.force_login(StaffFactory(ward=ward, clerk=True))
    assert client.get(url).content == PAPER
    assert AccessLog.objects.filter(kind="download").count() == 1


def test_the_counter_enters_a_letter_of_last_week(clerk_client, ward):
    assert "Ngày này chưa tới" in clerk_client.post("/y-kien/gop-y/moi/", entered(received_on="01/01/2090")).text
    assert "quá lâu" in clerk_client.post("/y-kien/gop-y/moi/", entered(received_on="01/01/1999")).text
    yesterday = timezone.localdate() - timedelta(days=1)
    clerk_client.post("/y-kien/gop-y/moi/", entered(received_on=f"{yesterday:%d/%m/%Y}", name=NAME))
    row = Contribution.objects.get()
    assert (row.channel, timezone.localdate(row.received_at), row.received_by.ward) == ("letter", yesterday, ward)


def entered(**more):
    return {"key": str(uuid.uuid4()), "kind": "complaint", "channel": "letter", "words": WORDS, **more}


# what everybody sees


def test_the_code_shows_where_it_stands_and_nothing_personal(client, ward, officer, leader):
    row = ContributionFactory(ward=ward, name=NAME, phone=PHONE, address="Tổ 4, ngõ 2", dossier=DossierFactory())
    page = client.get(row.get_public_url().lower())
    assert "đang được xem" in page.text
    row.reply(verdict="noted", answer="Chúng tôi sẽ làm.", by=leader, at=timezone.now())
    page = client.get(row.get_public_url())
    assert "Chúng tôi sẽ làm." in page.text
    for own in (NAME, PHONE, "ngõ 2", WORDS, row.dossier.code, leader.full_name):
        assert own not in page.text


def test_wrong_codes_are_counted(client, ward):
    row = ContributionFactory(ward=ward)
    assert client.get("/gop-y/?ma=gy k7m2 9p4t").url == "/gop-y/GY-K7M2-9P4T/"
    for _ in range(10):
        assert client.get("/gop-y/GY-K7M2-9P4T/").status_code == 404
    assert client.get(row.get_public_url()).status_code == 429
    LookupFailure.objects.all().delete()
    assert client.get(row.get_public_url()).status_code == 200


def test_a_late_one_says_sorry(client, ward):
    row = ContributionFactory(ward=ward, at=timezone.now() - timedelta(days=60))
    assert "xin&nbsp;lỗi" in client.get(row.get_public_url()).text


# the verbs


def test_a_leader_gives_it_to_somebody_of_the_ward(ward, leader, officer, clerk, other_ward, heard):
    row = ContributionFactory(ward=ward)
    with pytest.raises(FeedbackError, match="đang làm việc ở đơn vị"):
        row.assign(to=StaffFactory(ward=other_ward, officer=True), by=leader, at=MONDAY)
    with pytest.raises(FeedbackError, match="không thuộc phần việc"):
        row.assign(to=officer, by=clerk, at=MONDAY)
    with pytest.raises(FeedbackError, match="không thuộc phần việc"):
        row.assign(to=officer, by=StaffFactory(ward=other_ward, leader=True), at=MONDAY)
    row.assign(to=officer, by=leader, at=MONDAY)
    with pytest.raises(FeedbackError, match="vừa được giao cho Đỗ Hữu Thắng"):
        row.assign(to=clerk, by=leader, at=MONDAY)
    row.assign(to=clerk, by=leader, at=MONDAY, seen=officer.pk)
    assert [kind for kind, _ids in heard] == ["received", "assigned", "assigned"]
    assert row.assigned_to == clerk


def test_who_has_it_or_a_leader_answers_once(ward, leader, officer, clerk):
    row = ContributionFactory(ward=ward, kind="complaint")
    row.assign(to=officer, by=leader, at=MONDAY)
    with pytest.raises(FeedbackError, match="người được phân công"):
        row.reply(verdict="noted", answer="Đã xem.", by=clerk, at=MONDAY)
    with pytest.raises(FeedbackError, match="điều đã thay đổi"):
        row.reply(verdict="right", answer="Đã xem.", by=officer, at=MONDAY)
    row.reply(verdict="right", answer="Đã xem.", change="Đã sửa", by=officer, at=MONDAY)
    with pytest.raises(FeedbackError, match="vừa được trả lời"):
        row.reply(verdict="noted", answer="Lần nữa.", by=leader, at=MONDAY)
    assert row.steps.filter(kind="answered").count() == 1


def test_a_verdict_fits_its_kind(ward, leader):
    row = ContributionFactory(ward=ward, kind="praise")
    with pytest.raises(FeedbackError, match="không dùng cho loại"):
        row.reply(verdict="right", answer="Cảm ơn.", change="Không", by=leader, at=MONDAY)


def test_only_what_may_be_published_is_and_without_names(client, ward, leader, clerk):
    secret = ContributionFactory(ward=ward)
    secret.reply(verdict="noted", answer="Đã xem.", by=leader, at=MONDAY)
    with pytest.raises(FeedbackError, match="không đồng ý đăng"):
        secret.publish(words="Đã treo thấp bảng lệ phí", by=leader, at=MONDAY)
    row = ContributionFactory(ward=ward, may_publish=True, name=NAME, phone=PHONE)
    with pytest.raises(FeedbackError, match="Trả lời xong"):
        row.publish(words="Đã treo thấp bảng lệ phí", by=leader, at=MONDAY)
    row.reply(verdict="accepted", answer="Đã làm.", change="Đã treo thấp", by=leader, at=MONDAY)
    for words in ("Theo ý ông La Quy Don, đã treo thấp", "Ông ở số 0912 000 345 góp ý"):
        with pytest.raises(FeedbackError, match="Xin bỏ điều riêng"):
            row.publish(words=words, by=leader, at=MONDAY)
    with pytest.raises(FeedbackError, match="không thuộc phần việc"):
        row.publish(words="Đã treo thấp bảng lệ phí", by=clerk, at=MONDAY)
    row.publish(words="Đã treo thấp bảng lệ phí", by=leader, at=MONDAY)
    for page in ("/gop-y/", f"/gop-y/?phuong={ward.slug}", ward.get_absolute_url()):
        assert "Đã treo thấp bảng lệ phí" in client.get(page).text
    assert "Đã treo thấp" not in client.get("/gop-y/?phuong=quang-trung").text
    row.withdraw(by=leader, at=MONDAY)
    assert "Đã treo thấp" not in client.get("/gop-y/").text
    with pytest.raises(FeedbackError, match="không còn đăng"):
        row.withdraw(by=leader, at=MONDAY)


def test_late_ones_are_flagged_once(ward, heard):
    late, others = ContributionFactory(ward=ward, at=MONDAY), ContributionFactory.create_batch(2, ward=ward, at=MONDAY)
    heard.clear()
    assert Contribution.objects.flag_late(moment("2026-12-08 17:00")) == []
    found = Contribution.objects.flag_late(moment("2026-12-09 00:05"))
    assert Contribution.objects.flag_late(moment("2026-12-09 00:10")) == []
    assert heard == [("overdue", found)]
    assert len(found) == len(others) + 1
    late.refresh_from_db()
    assert late.overdue_at == moment("2026-12-09 00:05")


def test_the_beat_flags_them(ward):
    row = ContributionFactory(ward=ward, at=timezone.now() - timedelta(days=60))
    flag_late_contributions()
    flag_late_contributions()
    assert row.steps.filter(kind="overdue").count() == 1


# the pages of the ward


def test_the_lists_tell_late_and_mine(client, ward, other_ward, officer, leader):
    old = ContributionFactory(ward=ward, at=timezone.now() - timedelta(days=60))
    mine = ContributionFactory(ward=ward)
    mine.assign(to=officer, by=leader, at=timezone.now())
    elsewhere = ContributionFactory(ward=other_ward)
    client.force_login(officer)
    pages = {name: client.get(f"/y-kien/gop-y/?loc={name}").text for name in ("qua-han", "cua-toi", "tat-ca", "x")}
    assert "quá hạn" in pages["qua-han"].lower()
    assert (old.code in pages["qua-han"], mine.code in pages["qua-han"]) == (True, False)
    assert (old.code in pages["cua-toi"], mine.code in pages["cua-toi"]) == (False, True)
    assert (old.code in pages["x"], mine.code in pages["x"]) == (True, False)
    assert all(elsewhere.code not in page for page in pages.values())


def test_every_page_of_the_desk_tells_how_much_of_it_waits_for_whom(
    client, ward, other_ward, clerk, officer, leader, django_assert_num_queries
):
    ContributionFactory(ward=ward)
    ContributionFactory(ward=other_ward)
    for _ in range(2):
        ContributionFactory(ward=ward).assign(to=officer, by=leader, at=MONDAY)
    ask = partial(CallBack.objects.ask, stage="received", phone="0912000345", at=MONDAY)
    ask(dossier=DossierFactory(ward=ward))
    ask(dossier=DossierFactory(ward=other_ward))
    ask(dossier=DossierFactory(ward=ward)).called(outcome="Đã xin lỗi", by=clerk, at=MONDAY)
    dialogue = DialogueFactory(ward=ward)
    for done_at, words in ((None, ""), (MONDAY, "Đã sửa")):
        dialogue.promises.create(
            words="Sửa bậc thềm", responsible=clerk, due_on=MONDAY.date(), done_at=done_at, done_words=words
        )
    shown = {}
    for staff in (clerk, officer, leader):
        client.force_login(staff)
        page = client.get("/ho-so/").text
        found = re.search(r'Ý kiến <span class="count">(\d+)<span class="visually-hidden"> việc chờ anh/chị', page)
        shown[staff] = int(found[1])
    assert shown == {clerk: 2, officer: 2, leader: 1}
    tabs = client.get("/y-kien/goi-lai/").text
    assert 'Góp ý, phản ánh <span class="count">1<' in tabs
    with django_assert_num_queries(1):
        assert to_do(clerk) == {"contributions": 0, "dialogues": 1, "callbacks": 1}


def test_a_view_is_logged(clerk_client, ward):
    row = ContributionFactory(ward=ward, name=NAME)
    assert NAME in clerk_client.get(row.get_absolute_url()).text
    assert AccessLog.objects.get().about == f"Góp ý {row.code}"


def test_the_leader_assigns_answers_and_publishes_on_the_page(client, ward, leader, officer):
    row = ContributionFactory(ward=ward, may_publish=True, name=NAME)
    url = row.get_absolute_url()
    client.force_login(leader)
    client.post(f"{url}phan-cong/", {"to": officer.pk})
    page = client.post(f"{url}phan-cong/", {"to": leader.pk})
    assert f"vừa được giao cho {officer}" in page.text
    page = client.post(f"{url}tra-loi/", {"verdict": "accepted", "answer": "Đã làm rồi.", "salutation": "ông"})
    assert "Xin ghi điều đã thay đổi" in page.text
    assert "Đã làm rồi." in page.text
    told = {"verdict": "accepted", "answer": "Đã làm rồi.", "change": "Treo thấp bảng", "gist": "chữ nhỏ"}
    client.post(f"{url}tra-loi/", {**told, "salutation": "ông"})
    page = client.post(f"{url}dang/", {"words": "Bảng lệ phí treo thấp", "xem": "1"})
    assert "Sẽ hiện trên trang góp ý" in page.text
    client.post(f"{url}dang/", {"words": "Bảng lệ phí treo thấp"})
    row.refresh_from_db()
    assert (row.state, row.published_words) == ("answered", "Bảng lệ phí treo thấp")
    client.post(f"{url}thoi-dang/")
    row.refresh_from_db()
    assert row.published_at is None


@pytest.mark.parametrize("name", ["tat-ca", "cho-phan-cong"])
def test_a_list_costs_the_same_for_1_and_20(clerk_client, ward, name, django_assert_num_queries):
    ContributionFactory(ward=ward)
    with CaptureQueriesContext(connection) as one:
        clerk_client.get(f"/y-kien/gop-y/?loc={name}")
    ContributionFactory.create_batch(19, ward=ward)
    with django_assert_num_queries(len(one)):
        clerk_client.get(f"/y-kien/gop-y/?loc={name}")


# two at once


@pytest.mark.postgresql
@pytest.mark.usefixtures("reference")
def test_two_leaders_assign_and_three_beats_flag_at_once(ward):
    leaders = [StaffFactory(ward=ward, leader=True) for _ in range(2)]
    people = [StaffFactory(ward=ward, officer=True) for _ in range(2)]
    row = ContributionFactory(ward=ward, at=MONDAY)
    copies = [Contribution.objects.get(pk=row.pk) for _ in range(2)]

    acts = [partial(copy.assign, to=to, by=by, at=MONDAY) for copy, to, by in zip(copies, people, leaders, strict=True)]
    [refused] = [said for said in at_once(*acts) if said]
    assert "vừa được giao cho" in str(refused)
    assert row.steps.filter(kind="assigned").count() == 1
    at_once(*[partial(Contribution.objects.flag_late, moment("2026-12-20 00:05"))] * 3)
    assert row.steps.filter(kind="overdue").count() == 1
