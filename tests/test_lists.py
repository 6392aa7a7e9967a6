"""What the counter finds and lists: the right rows of this ward, at the same cost for one and for twenty."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import pytest
from django.contrib.auth import get_user
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from desk.calendar import ZONE
from desk.kept import forget
from desk.models import CalendarDay, Staff, Ward
from dossiers.lanes import LANES, Moment
from dossiers.models import Appointment, Dossier, GivenDocument, Procedure
from dossiers.views.counter import SHOWN
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory
from tests.test_lookup import words

pytestmark = pytest.mark.django_db
COUNTER = "/quay/"
#: A Monday with a day off after it: "tomorrow" for the desk is Wednesday 25/11.
NOW = moment("2026-11-23 10:00")


def queries(client, url):
    """How many the page asks once what is kept in memory is there."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# the cost


def in_every_lane(ward):
    """One dossier for each lane, as the clock stands now, and one with a long life ahead."""
    now = timezone.now()
    DossierFactory(ward=ward, at=now - timedelta(days=40))
    DossierFactory(ward=ward, at=now - timedelta(days=1), ready=True, then=now)
    calendar = CalendarDay.objects.calendar(ward.hours)
    for day in (timezone.localdate(now), calendar.next_working_day(timezone.localdate(now))):
        dossier = DossierFactory(ward=ward, at=now, in_progress=True, then=now)
        end = datetime.combine(day, time.max, ZONE)
        Dossier.objects.filter(pk=dossier.pk).update(promised_at=end, due_at=end)
    DossierFactory(ward=ward, at=now, what="1.001699")


@pytest.fixture
def lanes_of_one(ward):
    in_every_lane(ward)
    return ward


def test_the_counter_costs_the_same_with_one_and_with_twenty_in_each_lane(clerk_client, lanes_of_one):
    alone = queries(clerk_client, COUNTER)
    for _ in range(19):
        in_every_lane(lanes_of_one)
    page = clerk_client.get(COUNTER)
    assert [part["count"] for part in page.context["lanes"]] == [20, 20, 20, 20]
    assert queries(clerk_client, COUNTER) == alone < 15
    with CaptureQueriesContext(connection) as captured:
        clerk_client.get(COUNTER)
    assert not [query for query in captured if 'FROM "dossiers_procedure"' in query["sql"]]  # they are at hand


def test_the_counter_asks_once_for_all_procedures_when_none_is_at_hand(clerk_client, ward):
    for procedure in Procedure.objects.filter(limit_unit="same_day"):
        DossierFactory(ward=ward, procedure=procedure, ready=True)
    forget()
    with CaptureQueriesContext(connection) as captured:
        assert clerk_client.get(COUNTER).status_code == 200
    assert len([query for query in captured if 'FROM "dossiers_procedure"' in query["sql"]]) == 1


def test_each_list_costs_the_same_with_one_and_with_twenty_rows(clerk_client, lanes_of_one):
    urls = ["/ho-so/", *(f"/ho-so/?lan={slug}" for slug in LANES)]
    alone = [queries(clerk_client, url) for url in urls]
    for _ in range(19):
        in_every_lane(lanes_of_one)
    assert [clerk_client.get(url).context["page"].paginator.count for url in urls] == [100, 20, 20, 20, 20]
    assert [queries(clerk_client, url) for url in urls] == alone


def test_the_citys_list_costs_the_same_with_twenty_wards(client, city):
    client.force_login(city)
    wards = list(Ward.objects.in_service()[:20])
    DossierFactory(ward=wards[0])
    alone = queries(client, "/ho-so/")
    for ward in wards[1:]:
        DossierFactory(ward=ward)
    assert queries(client, "/ho-so/") == alone


def a_full_life(dossier, times):
    """More papers, promises and events than any dossier ever has."""
    first = dossier.appointments.first()
    by = StaffFactory(ward=dossier.ward, officer=True)
    for _ in range(times):
        promise = Appointment.objects.create(
            dossier=dossier,
            cause="calendar",
            day=first.day,
            half="morning",
            due_at=first.due_at,
            made_at=first.made_at,
            is_current=False,
        )
        dossier.events.create(kind="overdue", at=first.due_at, appointment=promise)
        dossier.events.create(kind="taken_up", at=first.due_at, by=by)


@pytest.mark.parametrize("page", ["dossier", "status"])
def test_one_dossiers_page_costs_the_same_however_much_happened_to_it(clerk_client, ward, page):
    papers = [GivenDocument(f"Giấy tờ {number}", "original", 1) for number in range(20)]
    short, long = DossierFactory(ward=ward), DossierFactory(ward=ward, documents=papers)
    a_full_life(short, 1)  # a second promise, too: only then are there letters to ask for
    a_full_life(long, 20)
    short, long = (
        reverse(f"dossiers:{page}", args=[row.code if page == "dossier" else row.token]) for row in (short, long)
    )
    for warm in (short, long):  # ward, procedure and officer stay in memory
        queries(clerk_client, warm)
    assert queries(clerk_client, long) == queries(clerk_client, short)


def test_the_catalogue_costs_the_same_for_one_and_for_all(client):
    assert Procedure.objects.in_force(timezone.localdate()).search("khai sinh").count() > 2
    one = queries(client, "/thu-tuc/?q=2.000815")
    assert queries(client, "/thu-tuc/") == one


def test_a_search_at_the_counter_costs_the_same(clerk_client, ward):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert clerk_client.post(COUNTER, {"q": "tuyet nhung"}).status_code == 200
        return len(captured)

    DossierFactory.create_batch(2, ward=ward)
    cost()  # what is kept in memory is there
    two = cost()
    DossierFactory.create_batch(18, ward=ward)
    assert cost() == two


# the lanes


def lane(slug, ward, now=NOW):
    at = Moment(now, CalendarDay.objects.calendar(ward.hours))
    rows = LANES[slug].rows(Dossier.objects.filter(ward=ward), at)
    return [(row.pk, LANES[slug].corner(at, row)) for row in rows]


def test_a_dossier_stands_in_the_lane_of_its_promise(ward):
    due_today = DossierFactory(ward=ward, at=moment("2026-11-18 14:00"))
    due_wednesday = DossierFactory(ward=ward, at=moment("2026-11-19 14:00"), in_progress=True)
    due_thursday = DossierFactory(ward=ward, at=moment("2026-11-20 09:00"))
    late = DossierFactory(ward=ward, at=moment("2026-11-17 09:00"))
    ready = DossierFactory(ward=ward, at=moment("2026-11-16 09:00"), ready=True, then=moment("2026-11-17 09:00"))
    DossierFactory(ward=ward, at=moment("2026-11-16 09:00"), returned=True, then=moment("2026-11-17 09:00"))
    assert lane("hom-nay", ward) == [(due_today.pk, "chiều nay")]
    assert lane("sap-den-han", ward) == [(due_wednesday.pk, "chiều T4 25/11")]
    assert lane("qua-han", ward) == [(late.pk, "1 ngày")]
    assert lane("cho-tra", ward) == [(ready.pk, "từ 17/11")]
    assert due_thursday.pk not in {pk for slug in LANES for pk, _ in lane(slug, ward)}


def test_soon_is_the_next_day_that_is_worked(ward):
    """24/11 is a day off; on Friday "soon" is Monday."""
    wednesday = DossierFactory(ward=ward, at=moment("2026-11-19 09:00"))
    monday = DossierFactory(ward=ward, at=moment("2026-11-25 09:00"))
    assert lane("sap-den-han", ward, moment("2026-11-23 07:00")) == [(wednesday.pk, "sáng T4 25/11")]
    assert lane("sap-den-han", ward, moment("2026-11-24 07:00")) == [(wednesday.pk, "sáng T4 25/11")]
    assert lane("sap-den-han", ward, moment("2026-11-27 16:00")) == [(monday.pk, "sáng T2 30/11")]


def test_soon_is_also_what_is_kept_on_a_day_that_became_a_day_off(ward):
    """Promised for Wednesday, given free afterwards; 24/11 is a day off too, so Monday is the last day to keep it."""
    kept = DossierFactory(ward=ward, at=moment("2026-11-19 09:00"))
    CalendarDay.objects.create(date=date(2026, 11, 25), kind="holiday", name="Nghỉ bù")
    assert lane("sap-den-han", ward, moment("2026-11-23 07:00")) == [(kept.pk, "sáng T4 25/11")]
    assert lane("hom-nay", ward, moment("2026-11-23 07:00")) == []


def test_a_promise_of_this_morning_is_todays_work_until_the_morning_ends(ward):
    dossier = DossierFactory(ward=ward, at=moment("2026-11-18 09:00"))
    assert lane("hom-nay", ward, moment("2026-11-23 11:30")) == [(dossier.pk, "sáng nay")]
    assert lane("qua-han", ward, moment("2026-11-23 11:30")) == []
    assert lane("hom-nay", ward, moment("2026-11-23 11:31")) == []
    assert lane("qua-han", ward, moment("2026-11-23 11:31")) == [(dossier.pk, "từ hôm nay")]


def test_days_late_are_working_days_since_the_first_promise(ward):
    dossier = DossierFactory(ward=ward, at=moment("2026-11-18 09:00"))
    Dossier.objects.filter(pk=dossier.pk).update(due_at=moment("2026-12-04 17:00"))
    assert lane("qua-han", ward, moment("2026-11-30 08:00")) == [(dossier.pk, "4 ngày")]


def test_the_most_pressing_stands_first(ward):
    later, earlier = (DossierFactory(ward=ward, at=moment(f"2026-11-{day} 09:00")) for day in (11, 10))
    assert [pk for pk, _ in lane("qua-han", ward)] == [earlier.pk, later.pk]
    afternoon, morning = (DossierFactory(ward=ward, at=moment(f"2026-11-18 {hour}")) for hour in ("14:00", "09:00"))
    assert [pk for pk, _ in lane("hom-nay", ward)] == [morning.pk, afternoon.pk]


def test_the_counter_shows_this_wards_lanes_and_no_other(clerk_client, lanes_of_one, other_ward):
    in_every_lane(other_ward)
    theirs = Dossier.objects.filter(ward=other_ward).values_list("code", flat=True)
    page = clerk_client.get(COUNTER)
    assert [part["count"] for part in page.context["lanes"]] == [1, 1, 1, 1]
    for part in page.context["lanes"]:
        [(dossier, corner)] = part["rows"]
        assert dossier.ward == lanes_of_one
        assert dossier.get_absolute_url() in page.text
        assert corner in page.text
    assert not [code for code in theirs if code in page.text]


def test_a_full_lane_shows_the_first_and_leads_to_the_rest(clerk_client, ward):
    DossierFactory.create_batch(SHOWN + 3, ward=ward, at=timezone.now() - timedelta(days=40))
    page = clerk_client.get(COUNTER).text
    assert "Xem thêm 3 hồ sơ" in words(page)
    assert page.count("Nguyễn Thị Tuyết Nhung") == SHOWN
    rest = clerk_client.get("/ho-so/?lan=qua-han")
    assert rest.text.count("Nguyễn Thị Tuyết Nhung") == SHOWN + 3


def test_the_counter_says_what_is_behind_and_how_much_working_time_is_left(clerk_client, ward, monkeypatch):
    DossierFactory(ward=ward, at=moment("2026-11-23 08:42"), in_progress=True)  # due on the morning of the 27th
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment("2026-11-23 14:00"))
    assert "chậm tiến độ" not in words(clerk_client.get(COUNTER).text)
    Dossier.objects.update(step_due_at=moment("2026-11-25 08:00"))
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment("2026-11-25 18:00"))
    page = clerk_client.get(COUNTER).text
    assert "1 hồ sơ chậm tiến độ, gấp nhất còn 1 ngày 4 giờ làm việc." in words(re.sub("<[^>]+>", "", page))
    assert "/ho-so/?lan=cham-tien-do" in page


def test_an_empty_lane_says_something_kind(clerk_client):
    page = words(clerk_client.get(COUNTER).text)
    for lane in LANES.values():
        assert lane.empty in page


def test_the_list_goes_on_page_by_page_newest_first(clerk_client, ward):
    rows = [DossierFactory(ward=ward, at=moment("2026-11-02 08:00") + timedelta(hours=hour)) for hour in range(27)]
    first, second = (clerk_client.get(f"/ho-so/?trang={number}") for number in (1, 2))
    assert [row.pk for row, _ in first.context["rows"]] == [row.pk for row in rows[:1:-1]]
    assert [row.pk for row, _ in second.context["rows"]] == [rows[1].pk, rows[0].pk]
    assert "Trang 1 trong 2" in words(first.text)


# the scan field


@pytest.fixture
def wanted(ward):
    DossierFactory(ward=ward, applicant_name="Trần Văn Bình", phone="0987000111", id_number="035086000999")
    return DossierFactory(ward=ward, applicant_name="Đỗ Thị Nhàn", phone="0912000345", id_number="035186001234")


CARD = "035186001234|168012345|Đỗ Thị Nhàn|14081986|Nữ|Tổ 7, Lê Hồng Phong|10052024"
KEYS = {
    "code": "{code}",
    "code in small letters": "{lower}",
    "link of the slip": "http://127.0.0.1:8000/hs/{token}/",
    "link without its last stroke": "https://motcua.example/hs/{token}",
    "card": CARD,
    "card of 2024": CARD + "||Đỗ Văn Cha|Lê Thị Mẹ|",
    "name": "Đỗ Thị Nhàn",
    "name without accents": "do thi nhan",
    "part of a name in capitals": "NHÀN",
    "words of a name in another order": "nhàn, đỗ",
    "signs between the words": "nhan:* & !thi",
    "name of which the last word is begun": "do thi nh",
    "telephone": "0912000345",
    "telephone in groups": "0912 000 345",
    "telephone with points": "0912.000.345",
    "end of the telephone number": "0345",
    "ID number": "035186001234",
    "ID number in groups": "035 186 001 234",
    "number of the day": "2",
    "number of the day as printed": "0002",
    "short code of the lanes": "1123-0002",
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_whatever_is_scanned_or_typed_opens_the_one_dossier_it_means(clerk_client, wanted, key):
    typed = key.format(code=wanted.code, lower=wanted.code.lower(), token=wanted.token)
    assert clerk_client.post(COUNTER, {"q": f" {typed} "}).url == wanted.get_absolute_url()


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_another_wards_dossier_is_never_found(client, wanted, other_ward, key):
    client.force_login(StaffFactory(ward=other_ward, clerk=True, officer=True, leader=True))
    answer = client.post(COUNTER, {"q": key.format(code=wanted.code, lower=wanted.code.lower(), token=wanted.token)})
    assert "Chưa thấy hồ sơ nào ở đơn vị mình." in words(answer.text)
    assert wanted.get_absolute_url() not in answer.text


@pytest.mark.parametrize("typed", ["nhàn", "thị nhà"])
def test_whoever_has_the_words_whole_comes_before_those_whose_name_goes_on(clerk_client, wanted, ward, typed):
    """ "nhàn" is no Nhàng; "nhà" is nobody's name, so it may be the beginning of one."""
    DossierFactory(ward=ward, applicant_name="Lê Văn Nhàng")
    assert clerk_client.post(COUNTER, {"q": typed}).url == wanted.get_absolute_url()


@pytest.mark.parametrize("typed", ["ha nam", "may", "det may", "HÀ-NAM", "O'Neil"])
def test_a_name_with_brackets_and_hyphens_is_found_by_its_words(clerk_client, wanted, ward, typed):
    mill = DossierFactory(ward=ward, applicant_name="Công ty Dệt-May số 2 (Hà Nam), bà O’Neil")
    assert clerk_client.post(COUNTER, {"q": typed}).url == mill.get_absolute_url()


@pytest.mark.parametrize("typed", ["han", "hi nhan", "nhan binh", "%", "' or 1=1"])
def test_what_is_in_nobodys_name_finds_nobody(clerk_client, wanted, typed):
    assert "Chưa thấy hồ sơ nào ở đơn vị mình." in words(clerk_client.post(COUNTER, {"q": typed}).text)


def test_an_organisation_is_found_by_its_tax_code(clerk_client, ward):
    dossier = DossierFactory(
        ward=ward, applicant_kind="organisation", applicant_name="Công ty Dệt", tax_code="0700111222", id_number=""
    )
    assert clerk_client.post(COUNTER, {"q": "0700111222"}).url == dossier.get_absolute_url()


def test_several_are_listed_newest_first_and_what_was_typed_stays(clerk_client, ward):
    rows = [DossierFactory(ward=ward, at=moment(f"2026-11-{day} 09:00")) for day in (16, 18, 17)]
    answer = clerk_client.post(COUNTER, {"q": "tuyet nhung"})
    assert [row.pk for row in answer.context["found"]] == [rows[1].pk, rows[2].pk, rows[0].pk]
    assert "Tìm thấy 3 hồ sơ" in words(answer.text)
    assert 'value="tuyet nhung"' in answer.text


@pytest.mark.parametrize("typed", ["%", "_", "nh%n", "̉"])
def test_signs_are_letters_not_wild_cards(clerk_client, wanted, typed):
    assert "Chưa thấy hồ sơ nào" in words(clerk_client.post(COUNTER, {"q": typed}).text)


def test_a_card_of_somebody_new_leads_to_a_new_dossier_without_being_kept(clerk_client, ward):
    answer = clerk_client.post(COUNTER, {"q": CARD})
    assert "Nhận hồ sơ mới cho người này" in words(answer.text)
    assert f'name="card" value="{CARD}"' in answer.text
    assert f'name="q" value="{CARD}"' not in answer.text


def test_a_card_read_in_part_says_so(clerk_client, wanted):
    answer = clerk_client.post(COUNTER, {"q": "035186001234|168012345|Đỗ Thị"})
    assert "Thẻ mới quét được một phần. Xin quét lại, giữ thẻ yên một chút." in words(answer.text)


def test_nothing_typed_is_asked_for(clerk_client):
    assert "Xin quét hoặc gõ mã, tên, số điện thoại." in words(clerk_client.post(COUNTER, {"q": " "}).text)


def test_what_is_scanned_never_stands_in_an_address(clerk_client, wanted):
    assert "Tìm thấy" not in clerk_client.get(COUNTER, {"q": wanted.phone}).text


def test_the_counter_shows_what_the_lists_behind_it_hold(clerk_client, clerk, lanes_of_one):
    in_every_lane(lanes_of_one)
    in_every_lane(Ward.objects.in_service().exclude(pk=lanes_of_one.pk)[0])
    for _ in range(2):  # the second time from the statements that were kept
        page = clerk_client.get(COUNTER)
        at = Moment(timezone.now(), CalendarDay.objects.calendar(lanes_of_one.hours), clerk)
        for part in page.context["lanes"]:
            rows = part["lane"].rows(Dossier.objects.filter(ward=lanes_of_one), at)
            assert [dossier for dossier, _ in part["rows"]] == list(rows)
            assert part["count"] == len(rows) == 2
            assert {dossier.procedure for dossier, _ in part["rows"]} == {row.procedure for row in rows}


def test_who_is_logged_in_comes_with_the_ward_by_one_query(clerk_client, clerk):
    with CaptureQueriesContext(connection) as captured:
        user = get_user(clerk_client)
        assert (user, user.ward, user.full_name) == (clerk, clerk.ward, clerk.full_name)
    assert len([query for query in captured if "django_session" not in query["sql"]]) == 1
    Staff.objects.filter(pk=clerk.pk).update(is_active=False)
    assert not get_user(clerk_client).is_authenticated
