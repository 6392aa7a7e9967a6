"""After each dossier: one tap counts, it may be changed for a week, and nobody can say whose it was."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from functools import partial
from html import unescape

import pytest
from django.apps import apps
from django.db.models import F, ForeignKey
from django.urls import reverse
from django.utils import timezone

from desk.models import AccessLog, Staff
from dossiers.models import Appointment, Dossier, LookupFailure
from dossiers.models.lookup import WAITS
from feedback.models import Answer, CallBack, FeedbackError, Mark, Question, Tablet, Tally, answer_key
from feedback.models.callback import callback_key
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory
from tests.test_receive import at_once

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-23 08:42")
VERY, WELL, NOT = 1, 2, 5


@pytest.fixture
def dossier(ward):
    return DossierFactory(ward=ward, at=timezone.now())


def url(dossier, name="survey"):
    return reverse(f"feedback:{name}", args=[dossier.token])


def tap(client, dossier, value=WELL, **more):
    return client.post(url(dossier), {"value": value}, **more)


def answer(client, dossier, position, value):
    """A tap on one of the further questions, or on the first one again."""
    return client.post(f"{url(dossier, 'survey_more')}?buoc={position}", {"value": value})


def tell(client, dossier, **typed):
    return client.post(f"{url(dossier, 'survey_more')}?buoc=loi", typed)


def give(dossier, value=WELL, stage="received", at=NOW):
    return Answer.objects.give(dossier=dossier, stage=stage, value=value, channel="slip", at=at)


def values(answer):
    return dict(answer.marks.values_list("question__position", "value"))


def words(response):
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.text)).split())


# one tap


def test_the_page_asks_one_question_in_the_words_of_the_article(client, dossier):
    page = client.get(url(dossier))
    assert "Hôm nay ông/bà có hài lòng với chúng tôi không?" in words(page)
    text = page.text.replace("\xa0", " ")
    faces = re.findall(r'<button name="value" value="(\d)">.*?<span>([^<]*)</span></button>', text, re.DOTALL)
    assert faces == [
        ("1", "Rất hài lòng"), ("2", "Tốt"), ("3", "Hài lòng"), ("4", "Tương đối hài lòng"), ("5", "Chưa hài lòng"),
    ]  # fmt: skip


def test_the_first_tap_counts_without_any_cookie(client, dossier):
    tapped = tap(client, dossier, VERY)
    assert tapped.url == url(dossier, "survey_more")
    answer = Answer.objects.get()
    assert values(answer) == {1: VERY}
    assert (answer.ward, answer.procedure, answer.stage, answer.channel) == (
        dossier.ward, dossier.procedure, "received", "slip",
    )  # fmt: skip
    today = timezone.localdate()
    assert (answer.month, answer.changeable_until) == (today.replace(day=1), today + timedelta(days=7))
    assert "Đã ghi: Rất hài lòng" in words(client.get(tapped.url))
    assert not client.cookies


def test_a_second_tap_changes_the_one_answer(client, dossier):
    for value in (VERY, NOT):
        tap(client, dossier, value)
    assert values(Answer.objects.get()) == {1: NOT}


@pytest.mark.parametrize("value", ["", "0", "6", "9", "rất", "-1"])
def test_what_is_no_word_of_the_scale_is_asked_again(client, dossier, value):
    asked = tap(client, dossier, value)
    assert asked.status_code == 200
    assert "Xin chạm một trong các mức" in asked.text or "Xin ông/bà chọn một trong các mức" in asked.text
    assert not Answer.objects.exists()


def test_an_unknown_slip_is_not_found(client):
    for name in ("survey", "survey_more"):
        address = reverse(f"feedback:{name}", args=["A" * 22])
        assert client.get(address).status_code == client.post(address, {"value": 1}).status_code == 404
    assert client.get("/khao-sat/A/").status_code == 404


# stages and days


def test_until_the_result_is_handed_back_and_afterwards_are_two_answers(client, ward):
    dossier = DossierFactory(ward=ward, ready=True, at=NOW, then=moment("2026-11-25 09:00"))
    tap(client, dossier, VERY)
    dossier.hand_back(by=dossier.received_by, at=timezone.now())
    assert "Hôm nay ông/bà có hài lòng" in words(client.get(url(dossier)))
    tap(client, dossier, NOT)
    assert {row.stage: values(row) for row in Answer.objects.all()} == {"received": {1: VERY}, "returned": {1: NOT}}
    assert len(set(Answer.objects.values_list("key", flat=True))) == 2


def test_an_answer_may_be_changed_for_seven_days_and_not_afterwards(ward):
    dossier = DossierFactory(ward=ward, at=NOW)
    answer = give(dossier, VERY)
    give(dossier, WELL, at=NOW + timedelta(days=7))
    with pytest.raises(FeedbackError, match="bảy ngày"):
        give(dossier, NOT, at=NOW + timedelta(days=8))
    assert values(answer) == {1: WELL}
    assert answer.month == date(2026, 11, 1)


def test_after_a_week_the_page_says_so_kindly_and_keeps_the_answer(client, dossier):
    tap(client, dossier, VERY)
    Answer.objects.update(changeable_until=timezone.localdate() - timedelta(days=1))
    assert "Đã quá bảy ngày nên phiếu được giữ nguyên" in client.get(url(dossier)).text
    assert client.get(url(dossier, "survey_more")).url == url(dossier)
    assert answer(client, dossier, 1, NOT).url == tell(client, dossier, words="Chờ lâu").url == url(dossier)
    assert "không đổi được nữa" in tap(client, dossier, NOT).text
    Answer.objects.seal(timezone.localdate())
    assert "không đổi được nữa" in tap(client, dossier, NOT).text
    assert values(Answer.objects.get()) == {1: VERY}


# what may be added


def test_further_questions_come_one_a_screen_and_each_tap_counts_at_once(client, dossier):
    page = tap(client, dossier, follow=True)
    for position in (2, 3, 4, 5, 6):
        assert f"Câu {position} trong 6" in words(page)
        assert page.text.count("<form") == 1
        assert "dừng ở đây" in page.text
        if position % 2:
            page = client.get(re.search('href="([^"]*)">Bỏ qua câu này', page.text)[1])
        else:
            page = client.post(page.wsgi_request.get_full_path(), {"value": position // 2}, follow=True)
            assert values(Answer.objects.get())[position] == position // 2
    assert "Ông/bà muốn nói thêm điều gì không?" in words(page)
    assert tell(client, dossier, words="Chờ hơi lâu").url == url(dossier)
    said = Answer.objects.get()
    assert (values(said), said.comment) == ({1: WELL, 2: 1, 4: 2, 6: 3}, "Chờ hơi lâu")


def test_what_was_answered_is_shown_and_may_be_changed_without_losing_the_rest(client, dossier):
    tap(client, dossier)
    answer(client, dossier, 3, NOT)
    tell(client, dossier, words="Chờ hơi lâu")
    here = f"{url(dossier, 'survey_more')}?buoc=1"
    assert f'href="{here}"' in client.get(url(dossier)).text
    pressed = 'name="value" value="(.)" aria-pressed="true"'
    assert re.findall(pressed, client.get(here).text) == [str(WELL)]
    assert re.findall(pressed, client.get(f"{url(dossier, 'survey_more')}?buoc=3").text) == [str(NOT)]
    answer(client, dossier, 1, VERY)
    said = Answer.objects.get()
    assert (values(said), said.comment) == ({1: VERY, 3: NOT}, "Chờ hơi lâu")
    assert "Chờ hơi lâu" in client.get(f"{url(dossier, 'survey_more')}?buoc=loi").text


def test_words_and_a_number_are_reached_from_every_question_and_no_question_beyond_the_last(client, dossier):
    tap(client, dossier)
    for step in ("", "?buoc=1", "?buoc=6"):
        page = client.get(url(dossier, "survey_more") + step).text
        assert f'href="{url(dossier, "survey_more")}?buoc=loi">Nhắn lời, xin gọi lại' in page
    for step in ("loi", "7", "0", "x"):
        assert 'name="phone"' in client.get(f"{url(dossier, 'survey_more')}?buoc={step}").text


def test_whether_an_apology_came_is_asked_only_where_the_promise_was_broken(client, ward):
    late = DossierFactory(ward=ward, at=moment("2026-09-07 08:30"), ready=True, then=moment("2026-09-14 09:00"))
    Appointment.objects.filter(dossier=late).update(outcome="broken")
    asked = "Ông/bà có nhận được thư xin lỗi và ngày hẹn mới không?"
    tap(client, late)
    page = words(client.get(f"{url(late, 'survey_more')}?buoc=7"))
    assert asked in page
    assert "Có Không" in page
    answer(client, late, 7, 2)
    assert values(Answer.objects.get()) == {1: WELL, 7: 2}
    unnoticed = DossierFactory(ward=ward, at=moment("2026-09-07 08:30"))  # the beat has not been here
    tap(client, unnoticed)
    assert asked in words(client.get(f"{url(unnoticed, 'survey_more')}?buoc=7"))


def test_a_late_question_that_is_not_asked_cannot_be_answered(client, dossier):
    tap(client, dossier)
    answer(client, dossier, 7, 1)
    assert values(Answer.objects.get()) == {1: WELL}


def test_wrong_input_is_said_beside_its_field_and_nothing_typed_is_lost(client, dossier):
    tap(client, dossier)
    page = tell(client, dossier, words="Chờ lâu", phone="09123", name="Bà Cúc")
    assert "Số điện thoại còn thiếu 5 chữ số." in page.text
    for typed in ("Chờ lâu", "09123", "Bà Cúc"):
        assert typed in page.text
    assert not CallBack.objects.exists()
    assert "Xin ghi số điện thoại để chúng tôi gọi lại" in tell(client, dossier, name="Bà Cúc").text
    assert "Xin chạm một trong các mức" in answer(client, dossier, 2, "").text
    assert "Xin ông/bà chọn một trong các mức" in answer(client, dossier, 2, "7").text
    assert values(Answer.objects.get()) == {1: WELL}


def test_what_is_written_is_shown_escaped_and_without_odd_characters(client, dossier):
    tap(client, dossier)
    assert "Xin bỏ dấu &lt; và &gt;" in tell(client, dossier, words="<script>alert(1)</script>").text
    assert "Có ký tự không in được" in tell(client, dossier, words="Chờ\u0007lâu").text
    tell(client, dossier, words="  Chờ   lâu  ")
    assert Answer.objects.get().comment == "Chờ lâu"


def test_a_happy_answer_is_offered_to_be_said_aloud(client, dossier):
    for value, offered in ((WELL, True), (NOT, False)):
        tap(client, dossier, value)
        page = client.get(url(dossier)).text
        assert (f"/gop-y/?loai=khen&amp;ho-so={dossier.token}" in page) == offered
        assert "Đổi ý kiến" in page


# typed in for somebody


@pytest.fixture
def returned(ward):
    return DossierFactory(ward=ward, returned=True, at=NOW, then=moment("2026-11-23 09:30"))


def typed(client, dossier, **said):
    return client.post(reverse("feedback:typed", args=[dossier.code]), said, follow=True)


def test_a_clerk_types_what_somebody_said_after_the_return_and_it_is_counted_as_such(clerk_client, returned):
    way = reverse("feedback:typed", args=[returned.code])
    assert way in clerk_client.get(returned.get_absolute_url()).text
    refused = typed(clerk_client, returned, words="Gọi tôi 0912000345", **{"cau-2": 2})
    assert "Xin chọn một mức." in refused.text
    assert "Xin bỏ số điện thoại" in refused.text
    assert 'name="cau-2" value="2" checked' in refused.text
    typed(clerk_client, returned, words="Chờ hơi lâu", **{"cau-1": WELL, "cau-5": 4})
    said = Answer.objects.get()
    assert (said.channel, said.stage, values(said), said.comment) == (
        "staff",
        "returned",
        {1: WELL, 5: 4},
        "Chờ hơi lâu",
    )
    typed(clerk_client, returned, **{"cau-1": NOT})  # heard wrong the first time
    said.refresh_from_db()
    assert (values(said), said.comment) == ({1: NOT, 5: 4}, "")


def test_what_somebody_answered_stands_and_the_desk_learns_nothing_of_it(client, clerk, returned, other_ward):
    empty = DossierFactory(ward=returned.ward, returned=True, at=NOW, then=moment("2026-11-23 09:30"))
    tap(client, returned, VERY)
    client.force_login(clerk)
    pages = [client.get(reverse("feedback:typed", args=[one.code])) for one in (returned, empty)]
    assert [page.text.count("checked") for page in pages] == [0, 0]
    answers = [words(typed(client, one, **{"cau-1": NOT})) for one in (returned, empty)]
    thanks = "Đã ghi. Ai đã tự trả lời thì phiếu của người ấy được giữ nguyên."
    assert [thanks in answer for answer in answers] == [True, True]
    assert sorted((row.channel, values(row)[1]) for row in Answer.objects.all()) == [("slip", VERY), ("staff", NOT)]
    assert typed(client, DossierFactory(ward=other_ward, returned=True), **{"cau-1": 1}).status_code == 404


def test_the_own_words_take_the_place_of_what_the_desk_typed(client, clerk, returned):
    type_in = partial(Answer.objects.type_in, dossier=returned, by=clerk, at=NOW)
    first, second = Question.objects.filter(question_set__slug="sau-ho-so").order_by("position")[:2]
    type_in(said={first: NOT, second: NOT}, words="Chờ lâu")
    tap(client, returned, VERY)
    said = Answer.objects.get()
    assert (said.channel, values(said), said.comment) == ("slip", {1: VERY}, "")
    type_in(said={first: NOT})
    assert values(said) == {1: VERY}


def test_nothing_is_typed_before_the_return_nor_by_others_than_the_clerks(ward, dossier, clerk, officer, returned):
    first = Question.objects.get(question_set__slug="sau-ho-so", position=1)
    for one, by, why in ((dossier, clerk, "chưa trả kết quả"), (returned, officer, "Chỉ cán bộ một cửa")):
        with pytest.raises(FeedbackError, match=why):
            Answer.objects.type_in(dossier=one, said={first: VERY}, by=by, at=NOW)
    assert not Answer.objects.exists()


# to be called back


def test_with_a_number_the_words_go_to_who_calls_and_only_there(client, dossier):
    tap(client, dossier, NOT)
    tell(client, dossier, words="Chờ lâu")
    tell(client, dossier, words="Chờ hai tiếng", phone="0912 000 345", name="Bà Cúc")
    call = CallBack.objects.get()
    assert (call.phone, call.words, call.name, call.ward) == ("0912000345", "Chờ hai tiếng", "Bà Cúc", dossier.ward)
    assert Answer.objects.get().comment == ""
    assert "Chúng tôi sẽ gọi lại cho ông/bà trước hết" in words(client.get(url(dossier)))
    assert "0912" not in client.get(url(dossier)).text


def test_a_number_among_the_words_is_asked_for_in_its_own_field(client, dossier):
    tap(client, dossier)
    assert "Xin ghi số điện thoại vào ô bên dưới" in tell(client, dossier, words="Gọi tôi 0912 000.345 nhé").text
    assert not Answer.objects.exclude(comment="").exists()
    tell(client, dossier, words="Chờ từ 8 giờ 30 đến 10 giờ, ngày 23/11/2026")
    assert Answer.objects.exclude(comment="").exists()


def test_a_call_is_due_in_two_working_days(ward):
    """Monday; Tuesday is a day off."""
    call = CallBack.objects.ask(dossier=DossierFactory(ward=ward), stage="received", phone="0912000345", at=NOW)
    assert (call.asked_on, call.due_on) == (date(2026, 11, 23), date(2026, 11, 26))
    assert not call.is_overdue(date(2026, 11, 26))
    assert call.is_overdue(date(2026, 11, 27))
    assert list(CallBack.objects.overdue(date(2026, 11, 27))) == [call]


def test_asked_for_again_it_is_one_call_with_the_last_words_until_it_is_made(ward, clerk):
    dossier = DossierFactory(ward=ward)
    ask = partial(CallBack.objects.ask, dossier=dossier, stage="received", at=NOW)
    ask(phone="0912000345", words="Chờ lâu")
    call = ask(phone="0912000346", words="Chờ rất lâu")
    call.refresh_from_db()
    assert (CallBack.objects.count(), call.phone, call.words) == (1, "0912000346", "Chờ rất lâu")
    call.called(outcome="Đã xin lỗi", by=clerk, at=NOW)
    with pytest.raises(FeedbackError, match="đã gọi lại"):
        ask(phone="0912000347")
    with pytest.raises(FeedbackError, match="Đồng nghiệp đã gọi"):
        call.called(outcome="Đã xin lỗi lần nữa", by=clerk, at=NOW)
    call.refresh_from_db()
    assert (call.phone, call.outcome, call.called_by) == ("0912000346", "Đã xin lỗi", clerk)


def test_the_list_shows_late_calls_first_and_numbers_only_one_by_one(clerk_client, ward, clerk):
    old = moment("2026-09-07 08:30")
    for at, phone, name in ((timezone.now(), "0912000345", "Ông Đạt"), (old, "0912000346", "Bà Cúc")):
        CallBack.objects.ask(
            dossier=DossierFactory(ward=ward), stage="received", phone=phone, name=name, at=at, words="Chờ lâu"
        )
    page = clerk_client.get(reverse("feedback:callbacks"))
    assert page.text.index("Bà Cúc") < page.text.index("Ông Đạt")
    assert page.text.count("Quá hạn") == 1
    assert "1 cuộc gọi quá hạn" in page.text
    assert "0912" not in page.text
    late = CallBack.objects.get(name="Bà Cúc")
    AccessLog.objects.all().delete()
    assert "0912 000 346" in clerk_client.get(late.get_absolute_url()).text
    noted = AccessLog.objects.get()
    assert (noted.kind, noted.about, noted.staff) == ("view", "Gọi lại Bà Cúc, 09xx xxx 346", clerk)
    assert "Xin điền ô này." in clerk_client.post(late.get_absolute_url(), {"outcome": " "}).text
    done = clerk_client.post(late.get_absolute_url(), {"outcome": "Đã xin lỗi, bà vui vẻ"}, follow=True)
    assert "Đã xin lỗi, bà vui vẻ" in done.text
    assert "Quá hạn" not in done.text
    late.refresh_from_db()
    assert late.called_by == clerk


def test_the_list_costs_the_same_for_1_and_20(clerk_client, ward, django_assert_max_num_queries):
    def ask(at=NOW):
        return CallBack.objects.ask(dossier=DossierFactory(ward=ward), stage="received", phone="0912000345", at=at)

    ask().called(outcome="Đã gọi", by=StaffFactory(ward=ward, clerk=True), at=NOW)
    ask()
    with django_assert_max_num_queries(100) as alone:
        clerk_client.get(reverse("feedback:callbacks"))
    for number in range(19):
        call = ask()
        if number % 2:
            call.called(outcome="Đã gọi", by=StaffFactory(ward=ward, clerk=True), at=NOW)
    with django_assert_max_num_queries(len(alone)):
        clerk_client.get(reverse("feedback:callbacks"))


def test_only_people_of_the_ward_note_a_call(ward, other_ward):
    call = CallBack.objects.ask(dossier=DossierFactory(ward=ward), stage="received", phone="0912000345", at=NOW)
    with pytest.raises(FeedbackError, match="Chỉ cán bộ của đơn vị"):
        call.called(outcome="Đã gọi", by=StaffFactory(ward=other_ward, clerk=True), at=NOW)


# nobody can say whose it was


def test_no_key_leads_from_an_answer_to_a_dossier_a_person_or_a_number():
    leads_to = {
        model: {field.related_model for field in model._meta.get_fields() if isinstance(field, ForeignKey)}
        for model in (Answer, Mark, Tally, CallBack)
    }
    people = {Dossier, Staff, CallBack, Tablet}
    for model in (Answer, Mark, Tally):
        assert not leads_to[model] & people
    assert not leads_to[CallBack] & {Dossier, Answer, Mark, Tally}
    for model in apps.get_models():
        forward = {field.related_model for field in model._meta.get_fields() if field.concrete and field.is_relation}
        assert Answer not in forward or model is Mark, model


def texts(model):
    """Every text in the one row of that model."""
    return {value for value in model.objects.values().get().values() if value and isinstance(value, str)}


def test_no_value_is_shared_by_an_answer_and_the_dossier_or_the_call(client, dossier):
    tap(client, dossier, NOT)
    tell(client, dossier, words="Chờ hai tiếng", phone="0912000999", name="Bà Cúc")
    answer, call, told = (texts(model) for model in (Answer, CallBack, Dossier))
    assert "0912000999" in call
    assert not answer & call
    assert answer & told == {"received"}  # the stage, and the state of the dossier
    assert not call & told
    said = repr([list(model.objects.values()) for model in (Answer, Mark)])
    for secret in (dossier.token, dossier.code, dossier.applicant_name, "0912000999", "Chờ hai tiếng", "Bà Cúc"):
        assert secret not in said


def test_the_keys_need_the_portals_secret(dossier, settings):
    here = {answer_key(dossier.token, "received"), callback_key(dossier.token, "received")}
    settings.SECRET_KEY = "another secret of another portal"
    there = {answer_key(dossier.token, "received"), callback_key(dossier.token, "received")}
    assert len(here | there) == 4


# misuse


def test_a_machine_that_fills_the_trap_is_thanked_and_kept_out(client, dossier):
    tap(client, dossier)
    assert tell(client, dossier, words="Mua ngay", phone="0912000345", website="x").url == url(dossier)
    assert values(Answer.objects.get()) == {1: WELL}
    assert not CallBack.objects.exists()


def test_too_many_from_one_address_wait_and_another_address_goes_on(client, dossier, monkeypatch):
    monkeypatch.setitem(WAITS, "survey", ((3, timedelta(minutes=15)),))
    for _ in range(3):
        assert tap(client, dossier).status_code == 302
    waits = tap(client, dossier, NOT)
    assert waits.status_code == 429
    assert "Xin ông/bà đợi 15 phút" in waits.text
    assert tap(client, dossier, NOT, REMOTE_ADDR="203.0.113.9").status_code == 302
    LookupFailure.objects.update(at=F("at") - timedelta(minutes=15))
    assert tap(client, dossier).status_code == 302


# the way there


def test_the_slips_own_page_leads_to_the_survey_and_the_looked_up_one_does_not(client, dossier):
    status = reverse("dossiers:status", args=[dossier.token])
    assert url(dossier) in client.get(status).text
    found = client.post("/tra-cuu/", {"code": dossier.code, "digits": dossier.phone[-4:]})
    assert "đúng tiến độ" in found.text
    assert "/khao-sat/" not in found.text


# both at once


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference")
def test_taps_of_one_slip_at_the_same_moment_are_one_answer(ward):
    dossier = DossierFactory(ward=ward)
    question = Question.objects.get(question_set__slug="sau-ho-so", position=2)
    taps = at_once(*[partial(give, dossier, value) for value in (1, 2, 3, 4, 5)])
    assert len({answer.pk for answer in taps}) == 1
    assert Mark.objects.get().value in range(1, 6)
    about = {"dossier": dossier, "stage": "received", "at": NOW}
    more = partial(Answer.objects.tell_more, said={question: 2}, **about)
    number = partial(Answer.objects.leave_words, words="Chờ lâu", **about)
    at_once(more, more, *[partial(number, phone=f"091200034{n}") for n in range(3)])
    assert (Answer.objects.count(), Mark.objects.count(), CallBack.objects.count()) == (1, 2, 1)


def test_a_tap_without_a_slip_sent_twice_is_one(ward):
    number = uuid.uuid4()
    for _ in range(2):
        Answer.objects.walk_in(ward=ward, number=number, value=VERY, at=NOW)
    answer = Answer.objects.get()
    assert (answer.stage, answer.procedure, answer.channel) == ("walk_in", None, "tablet")


def test_the_page_of_the_slip_asks_for_the_life_of_the_dossier_and_its_letters(client, ward, django_assert_num_queries):
    """It is the page that most people open: the way to the survey and the complaint cost nothing more."""
    dossier = DossierFactory(ward=ward, what="chứng thực", returned=True)
    client.get(f"/hs/{dossier.token}/")
    with django_assert_num_queries(2):
        assert f"/khao-sat/{dossier.token}/" in client.get(f"/hs/{dossier.token}/").text
