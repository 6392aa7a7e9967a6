"""The leader's page: the figures of the own ward, each to the last dossier."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from desk.models import CalendarDay
from dossiers.models import Appointment, DelayCause, HelpGiven
from feedback.models import CallBack
from tests.factories import CAUSE, ContributionFactory, DossierFactory, StaffFactory, explain, late
from tests.test_lists import queries

URL = "/lanh-dao/"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def leader_client(client, leader):
    client.force_login(leader)
    return client


def broken(ward, now):
    return late(now, ward=ward, at=now - timedelta(days=9), then=now - timedelta(days=8))


def test_it_says_how_many_are_late_and_how_long(leader_client, ward, other_ward, now):
    assert "Không có hồ sơ nào quá hạn" in leader_client.get(URL).text
    for _ in range(2):
        broken(ward, now)
    broken(other_ward, now)
    page = leader_client.get(URL).text
    assert "2 hồ sơ quá hạn" in page
    assert "lâu nhất" in page


def test_causes_are_counted_and_so_are_promises_without_a_word(ward, other_ward, now):
    for told in (True, True, False):
        dossier = broken(ward, now)
        if told:
            explain(dossier, now)
    explain(broken(other_ward, now), now)
    DossierFactory(ward=ward, at=now)
    today = timezone.localdate(now)
    mine = Appointment.objects.filter(dossier__ward=ward)
    assert mine.causes(today - timedelta(days=30), today + timedelta(days=1)) == [(CAUSE, 2), ("", 1)]
    assert mine.causes(today - timedelta(days=300), today - timedelta(days=200)) == []


def test_a_promise_made_anew_in_time_counts_its_cause_too(ward, officer, now):
    dossier = DossierFactory(ward=ward, at=now, in_progress=True, then=now)
    told = {"delay_cause": DelayCause.objects.get(name=CAUSE), "reason": "Chờ xác minh", "by": officer, "at": now}
    day = dossier.appointment.day
    later = CalendarDay.objects.calendar(ward.hours).next_working_day(day)
    dossier.reschedule(day=later, half="morning", **told)
    assert Appointment.objects.causes(day, later + timedelta(days=9)) == [(CAUSE, 1)]


def test_a_promise_kept_in_spite_of_the_trouble_foreseen_is_no_delay(ward, officer, now):
    dossier = DossierFactory(ward=ward, at=now, in_progress=True, then=now)
    day = dossier.appointment.day
    cause = DelayCause.objects.get(name=CAUSE)
    dossier.explain_delay(delay_cause=cause, reason="Chờ xác minh", by=officer, at=now)
    assert Appointment.objects.causes(day, day + timedelta(days=1)) == []
    dossier.mark_ready(by=officer, at=now)
    assert Appointment.objects.causes(day, day + timedelta(days=1)) == []


def test_people_helped_are_counted_month_by_month_in_the_own_ward(leader_client, ward, other_ward, clerk, now):
    dossier = DossierFactory(ward=ward, at=now)
    for where in (ward, ward, other_ward):
        HelpGiven.objects.record(ward=where, procedure=dossier.procedure, helper=clerk, at=now, key=uuid.uuid4())
    page = leader_client.get(reverse("leader_other")).text
    month = f"{timezone.localtime(now):%m/%Y}"
    assert f'<td class="num">{month}</td><td class="r num">2</td><td class="r num">0</td>' in page


def test_only_leaders_open_it_and_everything_of_theirs_starts_there(client, leader_client, ward, clerk):
    page = leader_client.get(URL).text + leader_client.get(reverse("leader_other")).text
    for name in ("dossiers:wordings", "letters:texts", "letters:policies", "desk:access_log", "letters:letters"):
        assert reverse(name) in page
    client.force_login(clerk)
    assert client.get(URL).status_code == 403


def test_it_costs_the_same_for_one_late_dossier_and_for_many(leader_client, ward, now):
    broken(ward, now)
    alone = queries(leader_client, URL)
    for _ in range(12):
        explain(broken(ward, now), now)
        StaffFactory(ward=ward, clerk=True)
    assert queries(leader_client, URL) == alone


def test_it_counts_what_people_wait_for_an_answer_to(leader_client, ward, other_ward, now):
    for place in (ward, other_ward):
        ContributionFactory(ward=place, at=now)
        ContributionFactory(ward=place, at=now - timedelta(days=60))
    call_back = CallBack.objects.ask(
        dossier=DossierFactory(ward=ward), stage="received", phone="0912000345", at=now - timedelta(days=9)
    )
    assert call_back.is_overdue(timezone.localdate(now))
    assert leader_client.get(reverse("leader_other")).context["voices"] == {"unassigned": 2, "late": 1, "calls": 1}
