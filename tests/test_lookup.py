"""The citizen's look-up: the answer first, nothing to guess from, and nobody's papers for a stranger."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.db.models import F
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from desk.models import Ward
from dossiers.models import Appointment, LookupFailure
from dossiers.models.lookup import WINDOW
from dossiers.tasks import forget_failed_lookups
from dossiers.views.public import LIFE, life_of
from tests.conftest import moment
from tests.factories import DossierFactory
from tests.test_moves import rescheduled

pytestmark = pytest.mark.django_db
URL = "/tra-cuu/"
NO_MATCH = "Mã hồ sơ và 4 số cuối chưa khớp nhau. Xin ông/bà xem lại trên giấy hẹn."
WAIT = "Đã thử nhiều lần chưa đúng."
NOWHERE = "000.03.01.H25-261123-9999"
#: Two people's addresses, from the ranges kept for examples.
HERE, THERE = "203.0.113.7", "198.51.100.20"


@pytest.fixture
def dossier(ward):
    return DossierFactory(ward=ward, at=timezone.now(), id_number="035190004321", phone="0912000345")


def ask(client, code, digits, address=HERE):
    return client.post(URL, {"code": code, "digits": digits}, REMOTE_ADDR=address)


def fail(client, times, address=HERE, code=NOWHERE):
    """Wrong pairs, each after the pause that the ones before it asked for."""
    for _ in range(times):
        some_time_passes(timedelta(seconds=31))
        assert NO_MATCH in ask(client, code, "0000", address).text


def some_time_passes(time):
    LookupFailure.objects.update(at=F("at") - time)


def words(text):
    """What a reader sees: without markup, in single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", re.sub(r"</?(span|b)\b[^>]*>", "", text))).split())


def plain(answer, *typed):
    """The page without what differs by nature: the CSRF token and what was typed."""
    text = re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", answer.text)
    for words in typed:
        text = text.replace(words, "…")
    return text


# the right pair


@pytest.mark.parametrize("digits", ["0345", "4321"])
def test_code_and_last_digits_of_phone_or_id_number_open_the_status(client, dossier, digits):
    answer = ask(client, dossier.code, digits)
    assert answer.status_code == 200
    assert "đúng tiến độ" in answer.text
    assert dossier.appointment.in_words in answer.text


def test_an_organisation_is_found_by_its_tax_code(client, ward):
    dossier = DossierFactory(
        ward=ward,
        applicant_kind="organisation",
        applicant_name="Công ty Trách nhiệm hữu hạn Dệt may Phủ Lý",
        tax_code="0700111222",
        id_number="",
        phone="",
    )
    answer = ask(client, dossier.code, "1222")
    assert dossier.applicant_name in answer.text
    assert "che bớt" not in answer.text
    assert dossier.tax_code not in answer.text


@pytest.mark.parametrize("written", ["{} ", " {}", "{lower}", "{spaced}", "{lower} {spaced_out}"])
def test_a_code_is_read_as_people_copy_it(client, dossier, written):
    code = dossier.code
    forms = {"lower": code.lower(), "spaced": code.replace("-", " - "), "spaced_out": ""}
    answer = ask(client, written.format(code, **forms), "0345")
    assert dossier.code in answer.text
    assert "đúng tiến độ" in answer.text


def test_the_page_masks_the_name_and_shows_nothing_else_of_the_person(client, dossier, officer):
    dossier.take_up(by=officer, at=timezone.now())
    text = ask(client, dossier.code, "0345").text
    assert "N*** T** T*** Nhung" in text
    assert "Họ tên được che bớt" in text
    for private in (
        "Nguyễn Thị",
        "Tuyết",
        dossier.address,
        "Tổ 4",
        dossier.phone,
        "0912 000 345",
        dossier.id_number,
        "1990",
        dossier.token,
        "/hs/",
        "/ho-so/",
        ".pdf",
        officer.full_name,
    ):
        assert private not in text, private


def test_the_slips_own_address_names_the_officer_and_still_masks_the_applicant(client, dossier, officer):
    dossier.take_up(by=officer, at=timezone.now())
    text = client.get(reverse("dossiers:status", args=[dossier.token])).text
    assert officer.full_name in text
    assert "N*** T** T*** Nhung" in text
    for private in ("Tuyết", dossier.address, dossier.phone, "0912 000 345", dossier.id_number, "1990"):
        assert private not in text, private


def test_the_code_of_the_home_page_waits_in_its_field(client, dossier):
    assert f'value="{dossier.code}"' in client.get(URL, {"ma": dossier.code}).text
    assert "đúng tiến độ" not in client.get(URL, {"ma": dossier.code, "digits": "0345"}).text


# the wrong pair


def test_every_wrong_pair_gets_the_same_answer(client, dossier):
    right = dossier.code
    pairs = [
        (right, "9999"),
        (NOWHERE, "0345"),
        ("không phải mã", "0345"),
        (right.replace("-", ""), "0345"),
        (f"{right}0", "0345"),
        ("0" * 60, "4321"),
    ]
    answers = []
    for code, digits in pairs:
        LookupFailure.objects.all().delete()
        answers.append(ask(client, code, digits))
    assert {answer.status_code for answer in answers} == {200}
    assert all(NO_MATCH in answer.text for answer in answers)
    assert len({plain(answer, code, digits) for answer, (code, digits) in zip(answers, pairs, strict=True)}) == 1
    assert "đúng tiến độ" in ask(client, right, "0345").text


@pytest.mark.parametrize("digits", ["", "123", "12a4", "345", "٠٣٤٥", "０３４５", "%%%%"])
def test_what_are_not_four_digits_is_said_alike_for_a_code_that_exists_and_one_that_does_not(client, dossier, digits):
    there, nowhere = ask(client, dossier.code, digits), ask(client, NOWHERE, digits)
    assert there.status_code == nowhere.status_code == 200
    assert "invalid-feedback" in there.text
    assert plain(there, dossier.code) == plain(nowhere, NOWHERE)
    assert not LookupFailure.objects.exists()


def test_a_dossier_without_telephone_or_number_opens_to_no_digits(client, ward):
    dossier = DossierFactory(ward=ward, phone="", id_number="", tax_code="")
    assert NO_MATCH in ask(client, dossier.code, "0000").text
    assert client.get(reverse("dossiers:status", args=[dossier.token])).status_code == 200


def test_the_first_digits_or_those_in_the_middle_do_not_open_it(client, dossier):
    for digits in ("0912", "0351", "9120", "1900"):
        assert NO_MATCH in ask(client, dossier.code, digits).text


# too many wrong ones


def test_after_five_wrong_pairs_the_next_try_waits_half_a_minute(client, dossier):
    for _ in range(4):
        assert NO_MATCH in ask(client, NOWHERE, "0000").text
    assert "đúng tiến độ" in ask(client, dossier.code, "0345").text
    assert NO_MATCH in ask(client, NOWHERE, "0000").text
    slowed = ask(client, dossier.code, "0345")
    assert slowed.status_code == 429
    assert 0 < int(slowed["Retry-After"]) <= 31
    assert WAIT in slowed.text
    assert "giây" in slowed.text
    some_time_passes(timedelta(seconds=30))
    assert "đúng tiến độ" in ask(client, dossier.code, "0345").text


def test_after_ten_the_address_is_locked_out_even_with_the_right_pair(client, dossier):
    fail(client, 10)
    some_time_passes(timedelta(seconds=31))
    for code, digits in ((dossier.code, "0345"), (NOWHERE, "0000")):
        locked = ask(client, code, digits)
        assert locked.status_code == 429
        assert timedelta(minutes=14) < timedelta(seconds=int(locked["Retry-After"])) <= WINDOW
        assert f"{WAIT} Xin ông/bà đợi 15 phút" in locked.text
    assert plain(ask(client, dossier.code, "0345"), dossier.code, "0345") == plain(locked, NOWHERE, "0000")


def test_while_it_waits_nothing_is_counted(client):
    fail(client, 10)
    ask(client, NOWHERE, "0000")
    some_time_passes(WINDOW)
    assert NO_MATCH in ask(client, NOWHERE, "0000").text


def test_another_address_goes_on(client, dossier):
    fail(client, 10)
    assert ask(client, dossier.code, "0345").status_code == 429
    assert "đúng tiến độ" in ask(client, dossier.code, "0345", THERE).text
    assert NO_MATCH in ask(client, NOWHERE, "0000", THERE).text


def test_a_code_that_is_tried_from_many_places_is_locked_whether_it_exists_or_not(client, dossier):
    answers = []
    for code in (dossier.code, NOWHERE):
        for place in range(20):
            assert NO_MATCH in ask(client, code, "0000", f"198.51.100.{place}").text
        answers.append(ask(client, code, "0345", HERE))
        LookupFailure.objects.all().delete()
    there, nowhere = answers
    assert there.status_code == nowhere.status_code == 429
    assert plain(there, dossier.code) == plain(nowhere, NOWHERE)


def test_failures_older_than_the_window_do_not_count_and_are_deleted(client, dossier):
    fail(client, 10)
    some_time_passes(WINDOW)
    assert "đúng tiến độ" in ask(client, dossier.code, "0345").text
    ask(client, NOWHERE, "0000")
    forget_failed_lookups()
    assert LookupFailure.objects.count() == 2  # the last one: by its address and by its code


def test_the_table_keeps_no_address_and_no_code(client):
    ask(client, NOWHERE, "0000")
    kept = repr(list(LookupFailure.objects.values()))
    assert len(set(LookupFailure.objects.values_list("key", flat=True))) == 2
    for clear in (HERE, NOWHERE):
        assert clear not in kept


# the status page


def page_of(client, dossier):
    return client.get(reverse("dossiers:status", args=[dossier.token]))


def answer_of(client, dossier):
    """The card that answers: its badge, its headline, and what follows."""
    card = page_of(client, dossier).text.partition('<section class="answer')[2].partition("</section>")[0]
    return words(f"<{card}")


def timeline_of(client, dossier):
    return page_of(client, dossier).text.partition('<ol class="timeline')[2].partition("</ol>")[0]


def test_nobody_is_asked_for_a_log_in_and_the_page_is_kept_nowhere(client, dossier):
    answer = page_of(client, dossier)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert "no-store" in ask(client, dossier.code, "0345")["Cache-Control"]


def test_a_token_that_belongs_to_nothing_is_not_found(client, dossier):
    assert client.get(reverse("dossiers:status", args=["A" * 22])).status_code == 404
    assert client.get(f"/hs/{dossier.token[:-1]}/").status_code == 404
    assert client.get(f"/hs/{dossier.code}/").status_code == 404


@pytest.mark.parametrize(
    ("traits", "badge", "headline"),
    [
        ({}, "Đúng tiến độ", "Hồ sơ của ông/bà đang được giải quyết, đúng tiến độ."),
        ({"in_progress": True}, "Đúng tiến độ", "Hồ sơ của ông/bà đang được giải quyết, đúng tiến độ."),
        ({"ready": True}, "Đã có kết quả", "Hồ sơ của ông/bà đã có kết quả. Mời ông/bà đến nhận."),
        ({"returned": True}, "Đã trả kết quả", "Kết quả đã trao cho ông/bà. Xin cảm ơn ông/bà."),
    ],
)
def test_each_state_has_its_answer_in_one_sentence(client, ward, traits, badge, headline):
    now = timezone.now()
    answer = answer_of(client, DossierFactory(ward=ward, at=now, then=now, **traits))
    assert answer.startswith(f"{badge} {headline}")
    assert "xin lỗi" not in answer


def test_a_promise_on_time_says_the_half_day_how_it_was_counted_and_what_to_bring(client, dossier):
    answer, appointment = answer_of(client, dossier), dossier.appointment
    hours = {"morning": "từ 7 giờ 30 đến 11 giờ 30", "afternoon": "từ 13 giờ 30 đến 17 giờ"}[appointment.half]
    assert f"{appointment.in_words} {hours}, tại Bộ phận Một cửa" in answer
    assert "xin mang theo giấy hẹn và thẻ căn cước" in answer
    for step in appointment.steps:
        assert step.words in answer


def test_a_broken_promise_is_apologised_for_and_asks_nothing_of_the_citizen(client, ward):
    dossier = DossierFactory(
        ward=ward, at=moment("2026-09-07 08:30"), in_progress=True, then=moment("2026-09-07 09:00")
    )
    answer = answer_of(client, dossier)
    assert answer.startswith(
        "Quá hạn Chúng tôi xin lỗi ông/bà. Chúng tôi đã hẹn sáng thứ Năm, 10/09, nhưng hồ sơ chưa xong."
    )
    assert "không phải làm gì thêm" in answer
    assert "đúng tiến độ" not in answer
    assert "lỡ hẹn" not in timeline_of(client, dossier)  # the beat has not been here yet; the answer needs no beat
    Appointment.objects.break_overdue(timezone.now())
    assert "Chưa có kết quả, chúng tôi đã lỡ hẹn" in timeline_of(client, dossier)
    assert answer_of(client, dossier) == answer


def test_a_broken_promise_with_a_new_date_says_both(client, ward):
    dossier = DossierFactory(ward=ward, at=moment("2026-09-07 08:30"))
    new = rescheduled(dossier, timezone.now() + timedelta(days=3)).appointment
    answer = answer_of(client, dossier)
    assert "Chúng tôi đã hẹn sáng thứ Năm, 10/09, nhưng hồ sơ chưa xong." in answer
    assert f"Ngày hẹn mới {new.in_words}" in answer


def test_a_result_that_came_late_is_still_good_news(client, ward, clerk):
    dossier = DossierFactory(ward=ward, at=moment("2026-09-07 08:30"))
    dossier.mark_ready(by=clerk, at=timezone.now())
    assert "Hồ sơ của ông/bà đã có kết quả. Mời ông/bà đến nhận." in answer_of(client, dossier)
    assert "Chưa có kết quả, chúng tôi đã lỡ hẹn" in timeline_of(client, dossier)


def test_a_result_says_where_it_waits_and_what_to_bring(client, ward):
    Ward.objects.filter(pk=ward.pk).update(address="Số 1 đường Lê Công Thanh")
    answer = answer_of(client, DossierFactory(ward=ward, ready=True))
    assert "sáng 7 giờ 30 – 11 giờ 30, chiều 13 giờ 30 – 17 giờ Số 1 đường Lê Công Thanh" in answer
    assert "xin mang theo giấy hẹn và thẻ căn cước" in answer


def test_the_timeline_tells_what_was_done_in_order(client, ward, clerk, officer):
    dossier = DossierFactory(ward=ward, at=moment("2026-11-23 08:42"))
    dossier.take_up(by=officer, at=moment("2026-11-23 14:05"))
    dossier.mark_ready(by=officer, at=moment("2026-11-25 09:10"))
    dossier.hand_back(by=clerk, at=moment("2026-11-26 15:00"))
    told = words(timeline_of(client, dossier))
    assert told.endswith(
        "Thứ Hai, 23/11, 8 giờ 42 Bộ phận Một cửa nhận hồ sơ Hẹn trả sáng thứ Sáu, 27/11 "
        "Thứ Hai, 23/11, 14 giờ 05 Công chức bắt đầu giải quyết "
        "Thứ Tư, 25/11, 9 giờ 10 Đã có kết quả, mời ông/bà đến nhận "
        "Thứ Năm, 26/11, 15 giờ Đã trả kết quả cho ông/bà"
    )


def test_an_open_dossiers_timeline_goes_on_to_now_and_to_the_promise(client, dossier):
    told = words(timeline_of(client, dossier))
    promised = dossier.appointment.in_words
    assert told.endswith(
        f"Bây giờ Hồ sơ đang chờ công chức nhận xử lý {promised[0].upper()}{promised[1:]} Mời ông/bà đến nhận kết quả"
    )


def test_a_query_kept_compiled_asks_for_the_value_of_the_moment(ward):
    first, second = DossierFactory(ward=ward), DossierFactory(ward=ward)
    for dossier in (first, second, first):
        found, life = life_of(dossier.token)
        assert found == dossier
        assert life == list(dossier.events.all())
    with pytest.raises(Http404):
        life_of("khong-co")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pooler", [False, True])
def test_a_query_kept_compiled_outlives_its_connection(reference, ward, pooler, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", pooler)
    monkeypatch.setattr(LIFE, "kept", {})
    token = DossierFactory(ward=ward).token
    assert len(LIFE(token)) == 1
    connection.close()
    assert len(LIFE(token)) == 1
    with CaptureQueriesContext(connection) as captured:
        assert LIFE("khong-co") == []
    assert len(captured) == 1
    prepared = connection.vendor == "postgresql" and not pooler
    assert captured[0]["sql"].startswith("EXECUTE" if prepared else "SELECT")
