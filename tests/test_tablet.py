"""The device by the door: paired once, one tap, each tap counted once, and no more than a counter can have."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback.models import TAPS_PER_HOUR, Answer, Tablet
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory
from tests.test_receive import at_once

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-23 08:42")
KIOSK, LIST = "/khao-sat/quay/", "/y-kien/may/"


@pytest.fixture
def tablet(ward, clerk):
    return Tablet.objects.pair(name="Bàn cạnh cửa", by=clerk, at=NOW)


@pytest.fixture
def device(clerk):
    """A browser that a clerk has paired by the page."""
    device = Client()
    device.force_login(clerk)
    assert device.post(LIST, {"name": "Bàn cạnh cửa"}).url == KIOSK
    return device


def tap(device, value=1, number=None, scan=""):
    return device.post(KIOSK, {"number": number or uuid.uuid4(), "value": value, "scan": scan}).status_code


# pairing


def test_pairing_ends_the_log_in_and_leaves_the_device_one_cookie(clerk):
    device = Client()
    device.force_login(clerk)
    device.get(LIST)
    staff_session = device.cookies["sessionid"].value
    assert "Máy này chưa sẵn" in device.get(KIOSK).text
    paired = device.post(LIST, {"name": "Bàn cạnh cửa"})
    assert paired.url == KIOSK
    tablet = Tablet.objects.get()
    assert (tablet.name, tablet.ward, tablet.paired_by) == ("Bàn cạnh cửa", clerk.ward, clerk)
    assert not Session.objects.filter(session_key=staff_session).exists()
    assert {key for key in device.session.keys() if not key.startswith("_session")} == {"tablet"}  # noqa: SIM118
    assert device.session.get_expiry_age() > timedelta(days=300).total_seconds()
    assert {name for name, cookie in device.cookies.items() if cookie.value} == {"sessionid"}
    del device.cookies["csrftoken"]  # as a browser does with an empty one
    assert device.get("/quay/").status_code == 302
    page = device.get(KIOSK)
    assert "Hôm nay ông/bà có" in page.text
    assert {name for name, cookie in device.cookies.items() if cookie.value} == {"sessionid"}


def test_an_unknown_device_is_told_kindly_and_counts_nothing(client):
    page = client.get(KIOSK)
    assert page.status_code == 200
    assert "báo giúp cán bộ ở quầy" in page.text
    assert tap(client) == 403
    assert not Answer.objects.exists()


def test_a_stopped_device_counts_nothing_any_more(device, clerk_client, clerk):
    tablet = Tablet.objects.get()
    assert "Bàn cạnh cửa" in clerk_client.get(LIST).text
    stopped = clerk_client.post(reverse("feedback:tablet_stop", args=[tablet.pk]), follow=True)
    assert "đã thôi dùng" in stopped.text
    assert tap(device) == 403
    assert "Máy này chưa sẵn" in device.get(KIOSK).text
    first = Tablet.objects.get().unpaired_at
    tablet.stop(at=timezone.now())
    assert Tablet.objects.get().unpaired_at == first


def test_a_device_without_a_place_is_not_paired_and_the_log_in_stays(clerk_client):
    assert "Xin điền ô này." in clerk_client.post(LIST, {"name": " "}).text
    assert not Tablet.objects.exists()
    assert clerk_client.get("/quay/").status_code == 200


def test_the_list_costs_the_same_for_1_and_20(clerk_client, clerk, tablet, django_assert_max_num_queries):
    with django_assert_max_num_queries(100) as alone:
        clerk_client.get(LIST)
    for number in range(19):
        Tablet.objects.pair(name=f"Bàn {number}", by=StaffFactory(ward=clerk.ward, clerk=True), at=NOW)
    with django_assert_max_num_queries(len(alone)):
        clerk_client.get(LIST)


# taps


def test_a_tap_without_a_slip_is_counted_apart(device, ward):
    assert tap(device, 2) == 204
    answer = Answer.objects.get()
    assert (answer.stage, answer.channel, answer.procedure, answer.ward) == ("walk_in", "tablet", None, ward)
    assert answer.marks.get().value == 2


def test_the_same_tap_sent_again_is_one_answer(device):
    number = uuid.uuid4()
    assert [tap(device, 1, number) for _ in range(3)] == [204] * 3
    assert Answer.objects.count() == 1
    assert Tablet.objects.get().taps_in_hour == 1


@pytest.mark.parametrize("scanned", ["{url}", "{bars}", "{small}", "/khao-sat/{token}/"])
def test_a_scanned_slip_gives_the_answer_of_its_dossier(device, ward, scanned):
    dossier = DossierFactory(ward=ward, returned=True)
    names = {
        "url": dossier.get_status_url(),
        "bars": dossier.code,
        "small": dossier.code.lower(),
        "token": dossier.token,
    }
    assert tap(device, 1, scan=scanned.format(**names)) == 204
    answer = Answer.objects.of(dossier, "returned")
    assert (answer.channel, answer.procedure) == ("tablet", dossier.procedure)
    assert tap(device, 4, scan=dossier.code) == 204
    assert Answer.objects.get().marks.get().value == 4


@pytest.mark.parametrize("scan", ["khong phai ma", "000.03.01.H25-261123-9999", "/hs/" + "A" * 22 + "/"])
def test_what_was_read_wrongly_is_still_a_tap(device, scan):
    assert tap(device, 3, scan=scan) == 204
    assert Answer.objects.get().stage == "walk_in"


def test_another_wards_slip_is_a_tap_without_a_slip(device, other_ward):
    foreign = DossierFactory(ward=other_ward)
    for scan in (foreign.code, foreign.get_status_url()):
        assert tap(device, scan=scan) == 204
    assert set(Answer.objects.values_list("stage", "ward__slug")) == {("walk_in", "le-hong-phong")}


def test_what_cannot_be_counted_is_forgotten_by_the_device(device, ward):
    dossier = DossierFactory(ward=ward)
    tap(device, scan=dossier.code)
    Answer.objects.update(changeable_until=None)
    assert tap(device, 5, scan=dossier.code) == 400
    assert [tap(device, value) for value in ("", "0", "6", "x")] == [400] * 4
    assert device.post(KIOSK, {"value": 1, "number": "x"}).status_code == 400
    assert Answer.objects.get().marks.get().value == 1


def test_taps_beyond_what_a_counter_can_have_are_thanked_and_not_counted(tablet, clerk_client):
    taps = [tablet.tap(number=uuid.uuid4(), value=1, at=NOW) for _ in range(TAPS_PER_HOUR + 3)]
    assert taps == [True] * TAPS_PER_HOUR + [False] * 3
    assert Answer.objects.count() == TAPS_PER_HOUR
    assert tablet.tap(number=uuid.uuid4(), value=1, at=moment("2026-11-23 09:00"))
    row = re.search(r'data-label="Không tính" class="num">(\d+)<', clerk_client.get(LIST).text)
    assert row[1] == "3"


def test_the_limit_is_each_tablets_own_and_slips_are_free_of_it(tablet, device, ward):
    Tablet.objects.update(hour=timezone.now().replace(minute=0, second=0, microsecond=0), taps_in_hour=TAPS_PER_HOUR)
    dossier = DossierFactory(ward=ward)
    assert tap(device, scan=dossier.code) == 204
    assert tap(device) == 204
    assert [answer.stage for answer in Answer.objects.all()] == ["received"]
    Tablet.objects.filter(pk=tablet.pk).update(taps_in_hour=0)
    assert tablet.tap(number=uuid.uuid4(), value=1, at=timezone.now())


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference")
def test_a_rush_of_taps_stays_within_the_limit_and_one_number_is_one_tap(ward):
    tablet = Tablet.objects.pair(name="Bàn cạnh cửa", by=StaffFactory(ward=ward, clerk=True), at=NOW)
    number = uuid.uuid4()
    at_once(*[partial(tablet.tap, number=number, value=1, at=NOW)] * 4)
    assert Answer.objects.count() == Tablet.objects.get().taps_in_hour == 1
    Tablet.objects.update(taps_in_hour=TAPS_PER_HOUR - 2)
    counted = at_once(*[partial(tablet.tap, number=uuid.uuid4(), value=1, at=NOW) for _ in range(6)])
    assert sorted(counted) == [False] * 4 + [True] * 2
    assert (Answer.objects.count(), Tablet.objects.get().not_counted) == (3, 4)
