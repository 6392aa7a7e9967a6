"""A ward commits itself to a shorter term: new slips promise it, and nothing that was promised changes."""

from __future__ import annotations

import json
from datetime import date, time, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.calendar import ZONE, Limit, OfficeHours, Unit, WorkingCalendar
from desk.ruler import is_shorter
from dossiers.models import CommittedTerm, DossierError, Procedure
from dossiers.slip import slip_facts, slip_html
from tests.conftest import MONDAY, moment, run_from
from tests.factories import DossierFactory, StaffFactory
from tests.test_intake import HTMX, PREVIEW, filled
from tests.test_lookup import words

pytestmark = pytest.mark.django_db
TWO_DAYS = Limit(2, Unit.WORKING_DAY, None)
#: Wednesday is the day after a day off; three working days from then are Monday 30/11, two are Friday 27/11.
WEDNESDAY = moment("2026-11-25 08:42")
BY_LAW, AS_COMMITTED = moment("2026-11-30 11:30"), moment("2026-11-27 11:30")


@pytest.fixture
def marriage():
    """Confirmation of the marital status: three working days by law."""
    return Procedure.objects.get(code="1.004873")


@pytest.fixture
def commit(ward, leader, marriage):
    def commit(limit=TWO_DAYS, first=date(2026, 11, 25), last=None, **more):
        facts = {"ward": ward, "by": leader, "procedure": marriage, "at": MONDAY, "reason": "Hồ sơ thường xong sớm"}
        return CommittedTerm.objects.commit(**{**facts, "limit": limit, "valid_from": first, "valid_to": last, **more})

    return commit


# which term is shorter


@pytest.mark.parametrize(
    ("limit", "than", "is_so"),
    [
        (TWO_DAYS, Limit(3, Unit.WORKING_DAY), True),
        (TWO_DAYS, TWO_DAYS, False),
        (Limit(4, Unit.WORKING_DAY), Limit(3, Unit.WORKING_DAY), False),
        (Limit(10, Unit.WORKING_DAY), Limit(15, Unit.CALENDAR_DAY), True),
        (Limit(12, Unit.WORKING_DAY), Limit(15, Unit.CALENDAR_DAY), False),
        (Limit(0, Unit.SAME_DAY, None), Limit(0, Unit.SAME_DAY), True),
        (Limit(0, Unit.SAME_DAY, time(16)), Limit(0, Unit.SAME_DAY), True),
        (Limit(0, Unit.SAME_DAY, time(14)), Limit(0, Unit.SAME_DAY), False),
        (Limit(2, Unit.HOUR), Limit(0, Unit.SAME_DAY), True),
        (Limit(8, Unit.HOUR), Limit(0, Unit.SAME_DAY), False),
        (Limit(3, Unit.HOUR), Limit(0, Unit.SAME_DAY), False),  # earlier at eight, later at half past two
        (Limit(0, Unit.SAME_DAY), Limit(1, Unit.WORKING_DAY), True),
        (Limit(1, Unit.WORKING_DAY), Limit(0, Unit.SAME_DAY), False),
    ],
)
def test_a_shorter_term_is_never_later_and_sometimes_earlier(limit, than, is_so):
    assert is_shorter(limit, than, OfficeHours()) is is_so


@settings(deadline=None)  # the first of a year asks a package for its holidays
@given(
    st.datetimes(moment("2026-01-01 06:00").replace(tzinfo=None), moment("2028-12-31 19:00").replace(tzinfo=None)),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_of_two_terms_the_earlier_promise_holds_around_holidays_too(at, days, calendar_days):
    at, calendar = at.replace(tzinfo=ZONE), WorkingCalendar()
    terms = [Limit(days, Unit.WORKING_DAY), Limit(calendar_days, Unit.CALENDAR_DAY)]
    earliest = calendar.earliest(at, terms)
    assert earliest.due_at == min(calendar.promise(at, term).due_at for term in terms)


# what is promised


def test_new_slips_promise_it_from_its_first_day_to_its_last_and_elsewhere_the_law_holds(commit, ward, other_ward):
    commit(last=date(2026, 11, 26))
    assert DossierFactory(ward=ward, at=moment("2026-11-23 15:00")).term.limit_words == "03 ngày làm việc"
    dossier = DossierFactory(ward=ward, at=WEDNESDAY)
    assert (dossier.promised_at, dossier.term.limit_words) == (AS_COMMITTED, "02 ngày làm việc")
    assert DossierFactory(ward=other_ward, at=WEDNESDAY).promised_at == BY_LAW
    assert DossierFactory(ward=ward, at=WEDNESDAY, what="1.004859").committed is None
    assert DossierFactory(ward=ward, at=moment("2026-11-26 16:00")).committed
    assert DossierFactory(ward=ward, at=moment("2026-11-27 08:00")).committed is None


def test_the_step_falls_behind_by_the_term_that_was_promised(commit, ward):
    law = DossierFactory(ward=ward, at=WEDNESDAY)
    commit()
    assert DossierFactory(ward=ward, at=WEDNESDAY).step_due_at < law.step_due_at


def test_a_newer_commitment_takes_over_and_its_end_brings_the_law_back(commit, ward, marriage):
    commit()
    commit(Limit(1, Unit.WORKING_DAY, None), date(2026, 12, 1), date(2026, 12, 31))

    def term_on(day):
        held = CommittedTerm.objects.of(ward, marriage, day)
        return held and held.limit.value

    days = [date(2026, 11, 24), date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [term_on(day) for day in days] == [None, 2, 1, 1, None]


def test_a_dossier_keeps_what_it_was_promised_when_its_term_starts_again(commit, ward, leader):
    term = commit()
    dossier = DossierFactory(ward=ward, at=WEDNESDAY)
    by = dossier.received_by
    dossier.request_papers(items=["Tờ khai"], reason="Thiếu tờ khai", by=by, at=WEDNESDAY + timedelta(hours=1))
    term.end(by=leader, at=WEDNESDAY + timedelta(hours=2))
    dossier = type(dossier).objects.get(pk=dossier.pk)
    dossier.papers_received(by=by, at=moment("2026-12-02 08:00"))
    assert dossier.promised_at == moment("2026-12-04 11:30")
    assert DossierFactory(ward=ward, at=moment("2026-12-02 08:00")).promised_at == moment("2026-12-07 11:30")


def test_a_correction_counts_by_the_term_of_the_day_of_receipt(commit, ward):
    commit()
    dossier = DossierFactory(ward=ward, at=WEDNESDAY)
    by, at = dossier.received_by, WEDNESDAY + timedelta(hours=1)
    dossier.correct(changes={"received_at": moment("2026-11-25 07:40")}, reason="Ghi nhầm giờ", by=by, at=at)
    assert (dossier.promised_at, dossier.term.limit.value) == (AS_COMMITTED, 2)
    dossier.correct(changes={"received_at": moment("2026-11-23 14:00")}, reason="Ghi nhầm ngày", by=by, at=at)
    assert (dossier.promised_at, dossier.committed) == (moment("2026-11-27 17:00"), None)
    dossier.correct(changes={"received_at": WEDNESDAY}, reason="Ghi nhầm ngày", by=by, at=at)
    assert dossier.promised_at == AS_COMMITTED
    other = Procedure.objects.get(code="1.004859")
    dossier.correct(changes={"procedure": other}, reason="Ghi nhầm thủ tục", by=by, at=at)
    assert (dossier.promised_at, dossier.committed) == (BY_LAW, None)


def test_a_law_that_becomes_quicker_overtakes_the_commitment(commit, ward, marriage):
    commit()
    Procedure.objects.filter(pk=marriage.pk).update(limit_value=1)
    dossier = DossierFactory(ward=ward, at=WEDNESDAY)
    assert (dossier.committed, dossier.promised_at) == (None, moment("2026-11-26 11:30"))


def test_a_matter_that_is_committed_for_the_same_day_is_done_while_the_citizen_waits(commit, ward, clerk):
    law = DossierFactory(ward=ward, at=WEDNESDAY)
    Procedure.objects.filter(code="1.004873").update(limit_value=2)
    commit(Limit(0, Unit.SAME_DAY, time(15)))
    dossier = DossierFactory(ward=ward, at=WEDNESDAY)
    assert dossier.promised_at == moment("2026-11-25 17:00")
    assert "finish" in dossier.moves_for(clerk)
    assert "finish" not in law.moves_for(clerk)


# where it is read


def test_the_counter_previews_it(commit, ward, clerk_client, monkeypatch):
    commit()
    typed = filled(procedure="xac nhan tinh trang hon nhan", shown="")
    assert "cam kết" not in clerk_client.post(PREVIEW, typed, **HTMX).text
    run_from(WEDNESDAY, monkeypatch)
    told = words(clerk_client.post(PREVIEW, typed, **HTMX).text)
    assert "thứ Sáu, 27/11/2026, buổi sáng" in told
    assert "02 ngày làm việcPhường cam kết; quy định 03 ngày làm việc" in told


def test_the_slip_says_the_law_and_the_commitment(commit, ward):
    plain = DossierFactory(ward=ward, at=WEDNESDAY)
    commit()
    dossier = DossierFactory(ward=ward, at=WEDNESDAY)
    line = "3. Thời gian giải quyết theo quy định: 03 ngày làm việc"
    told = words(slip_html(slip_facts(dossier), size="a5", copies=1))
    assert f"{line}; phường cam kết: 02 ngày làm việc" in told
    old = slip_facts(plain)
    del old["dossier"]["committed_words"]  # as slips of before were kept
    assert "cam kết" not in words(slip_html(old, size="a5", copies=1))


def test_citizens_read_it_in_the_catalogue_of_their_ward_and_on_the_page_of_their_dossier(
    commit, ward, client, monkeypatch
):
    commit()
    run_from(WEDNESDAY, monkeypatch)
    page = words(client.get("/thu-tuc/", {"don_vi": ward.slug}).text)
    assert "02 ngày làm việc (quy định 03 ngày làm việc)" in page
    assert "02 ngày làm việc (quy định" not in words(client.get("/thu-tuc/").text)
    assert "Phường Lê Hồng Phong cam kết 02 ngày làm việc" in words(
        client.get("/thu-tuc/1.004873/", {"don_vi": ward.slug}).text
    )
    dossier = DossierFactory(ward=ward, at=WEDNESDAY)
    status = words(client.get(dossier.get_status_url()).text)
    assert "trong 02 ngày làm việc, như phường Lê Hồng Phong cam kết (quy định: 03 ngày làm việc)" in status


def test_the_command_counts_by_it_for_the_ward(commit, ward):
    commit()

    def told(*ward_of):
        out = StringIO()
        call_command("promise", "1.004873", "2026-11-25T08:42", *ward_of, stdout=out)
        answer = json.loads(out.getvalue())
        return answer["due_at"], answer["limit"]

    assert told("--ward", ward.code) == (AS_COMMITTED.isoformat(), "02 ngày làm việc")
    assert told() == (BY_LAW.isoformat(), "03 ngày làm việc")


def test_a_receipt_asks_once_for_the_terms_of_its_ward(commit, ward):
    commit()
    DossierFactory(ward=ward, at=WEDNESDAY)
    with CaptureQueriesContext(connection) as captured:
        DossierFactory(ward=ward, at=WEDNESDAY)
    assert sum("committedterm" in query["sql"] and "SELECT" in query["sql"] for query in captured) == 1


# who may set it, and when


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"limit": Limit(3, Unit.WORKING_DAY)}, "ngắn hơn thời hạn theo quy định (03 ngày làm việc)"),
        ({"first": date(2026, 11, 23)}, "Sớm nhất từ ngày mai"),
        ({"last": date(2026, 11, 24)}, "từ ngày bắt đầu"),
    ],
)
def test_what_is_no_commitment_is_refused(commit, wrong, sentence):
    with pytest.raises(DossierError) as refused:
        commit(**wrong)
    assert sentence in str(refused.value)
    assert not CommittedTerm.objects.exists()


def test_only_the_wards_leader_commits_and_ends(commit, ward, other_ward, officer):
    term = commit()
    for stranger in (officer, StaffFactory(ward=other_ward, leader=True)):
        with pytest.raises(DossierError, match="Chỉ lãnh đạo của đơn vị"):
            commit(by=stranger, first=date(2026, 12, 1))
        with pytest.raises(DossierError, match="Chỉ lãnh đạo của đơn vị"):
            term.end(by=stranger, at=MONDAY)
    assert list(CommittedTerm.objects.all()) == [term]


def test_two_commitments_never_begin_on_one_day(commit):
    commit()
    with pytest.raises(DossierError, match="từ 25/11/2026"):
        commit(Limit(1, Unit.WORKING_DAY, None))
    assert CommittedTerm.objects.get().limit == TWO_DAYS


def test_a_commitment_ends_tonight_and_one_that_has_not_begun_never_does(commit, ward, leader):
    commit(first=date(2026, 12, 1)).end(by=leader, at=MONDAY)
    assert not CommittedTerm.objects.exists()
    term = commit()
    dossier = DossierFactory(ward=ward, at=WEDNESDAY)
    term.end(by=leader, at=WEDNESDAY)
    assert DossierFactory(ward=ward, at=moment("2026-11-25 16:00")).committed == term
    assert DossierFactory(ward=ward, at=moment("2026-11-26 08:00")).committed is None
    assert type(dossier).objects.get(pk=dossier.pk).promised_at == AS_COMMITTED
    with pytest.raises(DossierError, match="đã hết hiệu lực"):
        term.end(by=leader, at=moment("2026-11-26 08:00"))


# the page


def test_a_leader_commits_on_the_page_and_ends_it_there(client, leader, ward, monkeypatch):
    client.force_login(leader)
    page = reverse("dossiers:commit", args=["1.004873"])
    typed = {"limit_value": "2", "limit_unit": "working_day", "valid_from": "2026-11-25", "reason": "Thường xong sớm"}
    wrong = client.post(page, typed | {"limit_value": "3", "valid_from": "2026-11-23"})
    assert "Phải ngắn hơn thời hạn theo quy định (03 ngày làm việc)." in wrong.text
    assert "Sớm nhất từ ngày mai" in wrong.text
    assert "Thường xong sớm" in wrong.text
    assert "Xin ghi bao nhiêu ngày hoặc giờ." in client.post(page, typed | {"limit_value": ""}).text
    assert client.post(page, typed).status_code == 302
    assert "sắp áp dụng" in client.get(page).text
    twice = client.post(page, typed)
    assert "Đã có một thời hạn cam kết khác" in twice.text
    run_from(WEDNESDAY, monkeypatch)
    term = CommittedTerm.objects.get()
    assert "Giấy hẹn hôm nay ghi 02 ngày làm việc như phường Lê Hồng Phong cam kết" in words(client.get(page).text)
    client.post(reverse("dossiers:commit_end", args=[term.pk]))
    term.refresh_from_db()
    assert (term.valid_to, term.ended_by) == (timezone.localdate(), leader)


def test_another_wards_leader_finds_none_of_it(client, other_ward, commit):
    term = commit()
    client.force_login(StaffFactory(ward=other_ward, leader=True))
    assert "Thường xong sớm" not in client.get(reverse("dossiers:commit", args=["1.004873"])).text
    assert client.post(reverse("dossiers:commit_end", args=[term.pk])).status_code == 404
    assert CommittedTerm.objects.get().valid_to is None
