"""What is likely to be late is said from the past of the same step, and a back-test says how often that is right."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from desk.calendar import ZONE, WorkingCalendar
from desk.models import AccessLog, CalendarDay
from desk.ruler import OfficeRuler
from dossiers.lives import lives
from dossiers.models import Appointment, DelayCause, Dossier, Figure, Procedure
from dossiers.risk import History, Outlook, Past, risk_of
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory
from tests.test_lists import queries
from tests.test_lookup import words

pytestmark = pytest.mark.django_db
URL = "/lanh-dao/nguy-co/"
RECEIVED, TAKEN = moment("2026-11-20 08:00"), moment("2026-11-20 09:00")
HOURS = st.dictionaries(st.integers(0, 60), st.integers(1, 9), max_size=12)
SPANS = st.floats(0, 70)


def test_a_dossier_that_comes_in_while_the_list_is_made_does_it_no_harm(ward):
    first = DossierFactory(ward=ward)

    def meanwhile(execute, sql, *asked):
        answer = execute(sql, *asked)
        if "ended_at" in sql and Dossier.objects.count() == 1:
            DossierFactory(ward=ward)
        return answer

    with connection.execute_wrapper(meanwhile):
        assert [life.pk for life in lives(Dossier.objects.filter(ward=ward))] == [first.pk]


def results(ward, hours, measure="rest_hours", day=date(2026, 11, 10), code="1.004873"):
    """What a month counts: so many results of so many office hours each."""
    Figure.objects.bulk_create(
        Figure(
            ward=ward,
            span="day",
            first=day,
            cut="procedure",
            key=str(Procedure.objects.get(code=code).pk),
            measure=measure,
            value=value,
            count=count,
        )
        for value, count in hours.items()
    )


def past(ward, hours, late, **more):
    """So many results of so many office hours from receipt, and how many of all missed their promise."""
    results(ward, hours, "hours", **more)
    if late:
        results(ward, {0: late}, "late", **more)


def outlook(ward):
    mine = Dossier.objects.filter(ward=ward)
    return Outlook.of(mine, ward, CalendarDay.objects.calendar(ward.hours), timezone.now())


# the arithmetic


def test_how_many_took_longer_is_counted_within_the_hour_too():
    past = Past({0: 50, 2: 4, 5: 10, 9: 6})
    assert past.count == 20  # those of no hour skipped the step
    assert [past.longer(hours) for hours in (0, 1, 1.5, 2, 4, 4.25, 5, 8.5, 9, 40)] == [
        20, 20, 18, 16, 16, 13.5, 6, 3, 0, 0,
    ]  # fmt: skip
    assert past.within(0.9, 0) == 9
    assert past.within(0.5, 0) == 5
    assert past.within(0.9, 5) == 4


@given(HOURS, SPANS, SPANS)
def test_the_longer_the_fewer(hours, one, other):
    past = Past(hours)
    least, most = sorted((one, other))
    assert past.count >= past.longer(least) >= past.longer(most) >= 0
    assert past.longer(max(hours, default=0)) == 0


@given(HOURS, st.integers(0, 60), st.floats(0.05, 1))
def test_what_so_many_needed_leaves_no_more_than_the_rest(hours, spent, share):
    past = Past(hours)
    assert past.longer(spent + past.within(share, spent)) <= (1 - share) * past.longer(spent) + 1e-9


MOMENTS = st.datetimes(
    moment("2026-01-20 00:00").replace(tzinfo=None), moment("2026-12-31 23:00").replace(tzinfo=None)
).map(lambda at: at.replace(tzinfo=ZONE))


@settings(deadline=None)  # the first of a year asks a package for its holidays
@given(st.lists(st.tuples(MOMENTS, MOMENTS), min_size=1, max_size=5))
def test_the_ruler_measures_as_the_calendar_does(spans):
    calendar = WorkingCalendar()
    ruler = OfficeRuler(calendar)
    for start, end in spans:
        assert ruler.between(start, end) == calendar.working_time(start, end)


# one dossier


def test_an_open_dossier_is_weighed_against_those_that_took_as_long(ward):
    """Received on Friday at 8, by Monday 10:30 it has taken 10 hours, and has 16 more until Thursday 11:30; its officer
    has had it 9.
    """
    past(ward, {5: 30, 12: 12, 20: 8, 30: 20}, late=10)
    results(ward, {5: 30, 12: 12, 20: 8, 30: 20})
    dossier = DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN)
    found = outlook(ward)
    (risk,) = found.high
    assert (risk.running.pk, risk.alike, round(risk.left / timedelta(hours=1), 2)) == (dossier.pk, 40, 16)
    assert (risk.late, risk.share) == (10, 10 / 40)
    calendar = CalendarDay.objects.calendar(ward.hours)
    told = "Hồ sơ này còn 2 ngày; 9 trong 10 hồ sơ loại này cần thêm đến 3 ngày từ đây."
    assert risk.words(calendar) == told
    basis = "Trong 40 hồ sơ của đơn vị từng làm lâu hơn hồ sơ này đến nay, 10 hồ sơ lỡ hẹn (12 tháng qua)."
    assert risk.basis == basis


def test_a_procedure_whose_results_came_in_time_is_not_at_risk_however_long_they_took(ward):
    """Other terms, other times of the day: that a past result took longer does not say that it came too late."""
    past(ward, {12: 50, 30: 50}, late=2)
    DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN)
    assert (outlook(ward).high, outlook(ward).open, outlook(ward).unknown) == ([], 1, 0)


def test_a_colleague_who_takes_over_does_not_make_a_dossier_young_again(ward):
    past(ward, {5: 60, 30: 20}, late=10)
    results(ward, {5: 60, 30: 20})
    dossier = DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN)
    colleague = StaffFactory(ward=ward, officer=True)
    (before,) = outlook(ward).high
    dossier.give(to=colleague, step="officer", by=dossier.holder, at=moment("2026-11-23 09:00"))
    dossier.take_up(by=colleague, at=moment("2026-11-23 10:00"))
    (after,) = outlook(ward).high
    for risk in (before, after):
        assert (risk.running.since, risk.late, risk.alike, risk.need) == (TAKEN, 10, 20, 21)


def test_the_signing_counts_from_the_first_leader_who_has_it(ward):
    past(ward, {30: 20}, late=10)
    results(ward, {2: 30, 5: 40}, "leader_hours")
    dossier = DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN)
    by = dossier.holder
    for opens in ("08:00", "10:00"):
        leader = StaffFactory(ward=ward, leader=True)
        dossier.give(to=leader, step="leader", by=by, at=moment(f"2026-11-23 {opens}"))
        dossier.take_up(by=leader, at=moment(f"2026-11-23 {opens}"))
        by = leader
    (risk,) = outlook(ward).high
    assert (risk.running.since, risk.need) == (moment("2026-11-23 08:00"), 3)  # of five hours two and a half are over


def test_few_results_are_filled_up_from_the_city_and_too_few_say_nothing(ward, other_ward):
    past(ward, {30: 19}, late=19)
    dossier = DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN)
    assert (outlook(ward).high, outlook(ward).unknown) == ([], 1)
    past(other_ward, {30: 1}, late=1)
    (risk,) = outlook(ward).high
    assert (risk.running.pk, risk.alike, risk.late, risk.whose) == (dossier.pk, 20, 20, "của toàn thành phố")
    past(ward, {30: 1}, late=0, day=date(2026, 11, 11))
    assert (outlook(ward).high[0].whose, outlook(ward).high[0].late) == ("của đơn vị", 19)


def test_one_that_has_taken_longer_than_nearly_all_is_no_guess(ward):
    past(ward, {5: 80, 30: 19}, late=19)
    DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN)
    assert (outlook(ward).high, outlook(ward).unknown) == ([], 1)


def test_the_most_dangerous_comes_first(ward):
    past(ward, {12: 20, 21: 20, 30: 20}, late=10)
    soon = DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN)
    sooner = DossierFactory(ward=ward, at=moment("2026-11-19 08:00"), in_progress=True, then=TAKEN)
    assert [risk.running.pk for risk in outlook(ward).high] == [sooner.pk, soon.pk]


def test_each_step_has_a_past_of_its_own(ward):
    past(ward, {30: 20}, late=10)
    results(ward, {13: 20}, "rest_hours")
    at_desk = DossierFactory(ward=ward, at=moment("2026-11-23 08:00"))
    with_officer = DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN)
    needs = {risk.running.pk: risk.need for risk in outlook(ward).high}
    assert needs == {at_desk.pk: 28, with_officer.pk: 4}  # of 30 hours two and a half are over, of 13 nine
    history = History([ward], timezone.localdate())
    assert history.past(ward.pk, "1.004873", "leader_hours") is None


def test_a_day_knows_only_the_results_of_the_days_before(ward):
    past(ward, {30: 20}, late=10, day=date(2026, 11, 23))
    dossier = DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN)
    assert outlook(ward).unknown == 1
    rows, calendar = Dossier.objects.filter(pk=dossier.pk), CalendarDay.objects.calendar(ward.hours)
    later = moment("2026-11-25 08:00")
    assert risk_of(rows, ward, calendar, later).is_high
    assert risk_of(rows, ward, calendar, moment("2026-11-26 12:00")) is None  # late by now, not at risk


def test_a_term_that_starts_again_starts_the_step_again(ward):
    past(ward, {8: 75, 30: 20}, late=9)
    dossier = DossierFactory(
        ward=ward, at=moment("2026-11-16 08:00"), in_progress=True, then=moment("2026-11-16 09:00")
    )
    by = dossier.received_by
    dossier.request_papers(items=["Tờ khai"], reason="Thiếu tờ khai", by=by, at=moment("2026-11-18 08:00"))
    assert outlook(ward).open == 0
    dossier.papers_received(by=by, at=moment("2026-11-23 09:30"))
    rows = Dossier.objects.filter(pk=dossier.pk)
    risk = risk_of(rows, ward, CalendarDay.objects.calendar(ward.hours), moment("2026-11-23 10:30"))
    assert (risk.alike, risk.is_high) == (95, False)


# the pages


def test_a_leader_sees_the_ward_an_officer_his_own_and_others_nothing(client, ward, other_ward, leader, officer):
    past(ward, {30: 20}, late=10)
    results(ward, {30: 20})
    mine = DossierFactory(ward=ward, at=RECEIVED, applicant_name="Vũ Thị Bưởi")
    mine.take_up(by=officer, at=TAKEN)
    DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN, applicant_name="Cao Văn Mít")
    shown = {}
    for person in (leader, officer, StaffFactory(ward=other_ward, leader=True)):
        client.force_login(person)
        shown[person] = {name for name in ("Vũ Thị Bưởi", "Cao Văn Mít") if name in client.get(URL).text}
    assert list(shown.values()) == [{"Vũ Thị Bưởi", "Cao Văn Mít"}, {"Vũ Thị Bưởi"}, set()]
    client.force_login(StaffFactory(ward=ward, clerk=True))
    assert client.get(URL).status_code == 403


def test_the_list_is_narrowed_says_why_and_costs_the_same_for_1_and_20(client, ward, leader):
    past(ward, {30: 20}, late=10)
    results(ward, {30: 20})
    client.force_login(leader)
    DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN)
    alone = queries(client, URL)
    for _ in range(19):
        DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN)
    assert queries(client, URL) == alone
    page = words(client.get(URL).text)
    assert "20 hồ sơ có nguy cơ trễ." in page
    assert "9 trong 10 hồ sơ loại này cần thêm đến 3 ngày từ đây" in page
    assert "Không có hồ sơ nào như đã chọn." in client.get(URL, {"thu_tuc": "1.004859"}).text


def test_the_page_of_a_dossier_says_that_it_may_be_late(client, ward, officer):
    past(ward, {30: 20}, late=10)
    results(ward, {30: 20})
    dossier = DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN)
    client.force_login(officer)
    assert "Có nguy cơ trễ: hồ sơ này còn 2 ngày; 9 trong 10 hồ sơ loại này cần thêm" in words(
        client.get(dossier.get_absolute_url()).text
    )
    fresh = DossierFactory(ward=ward, what="1.004859", at=moment("2026-11-23 10:00"))
    assert "Có nguy cơ trễ: " not in client.get(fresh.get_absolute_url()).text


def test_a_page_that_knows_nothing_does_not_say_that_all_is_well(client, ward, leader):
    client.force_login(leader)
    assert "Không có hồ sơ nào còn trong hạn." in words(client.get(URL).text)
    DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN)
    page = words(client.get(URL).text)
    assert "Chưa biết hồ sơ nào có nguy cơ trễ." in page
    assert "Chưa đủ số liệu để nói hồ sơ nào có thể trễ." in page
    assert "12 tháng qua. " not in page.partition("Đây là kinh nghiệm")[0]
    past(ward, {30: 90}, late=0)
    DossierFactory(ward=ward, what="1.004859", at=RECEIVED)
    page = words(client.get(URL).text)
    assert "Ngoài 1 hồ sơ chưa đủ số liệu, chưa hồ sơ nào đáng lo, theo kinh nghiệm 12 tháng qua." in page


def rows_in(client, **asked):
    book = openpyxl.load_workbook(BytesIO(client.get(reverse("dossiers:risks_xlsx"), asked).content))
    return [(row[1], row[7]) for row in book["Nguy cơ trễ"].iter_rows(min_row=4, values_only=True)]


def printed(client, **asked):
    pdf = PdfReader(BytesIO(client.get(reverse("dossiers:risks_pdf"), asked).content))
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_workbook_and_paper_hold_the_rows_of_the_page(client, ward, leader, officer):
    past(ward, {30: 20}, late=10)
    mine = DossierFactory(ward=ward, at=RECEIVED, applicant_name="Vũ Thị Bưởi")
    mine.take_up(by=officer, at=TAKEN)
    other = DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN, applicant_name="Cao Văn Mít")
    client.force_login(leader)
    shown = [(item.row.dossier.code, item.words) for item in client.get(URL).context["items"]]
    assert {code for code, _ in shown} == {mine.code, other.code}
    assert rows_in(client) == shown
    assert "2 hồ sơ có nguy cơ trễ trong 2 hồ sơ còn hạn." in printed(client)
    assert "Cao Văn Mít" in printed(client)
    assert "Cao Văn Mít" not in printed(client, can_bo=officer.pk)
    assert f"Chọn theo đang ở “{officer}”." in printed(client, can_bo=officer.pk)
    assert [code for code, _ in rows_in(client, can_bo=officer.pk)] == [mine.code]
    told = AccessLog.objects.filter(staff=leader, kind="export")
    assert set(told.values_list("about", flat=True)) == {"Danh sách nguy cơ trễ"}


def test_an_officer_takes_the_own_list_away_and_a_clerk_none(client, ward, officer):
    past(ward, {30: 20}, late=10)
    mine = DossierFactory(ward=ward, at=RECEIVED)
    mine.take_up(by=officer, at=TAKEN)
    DossierFactory(ward=ward, at=RECEIVED, in_progress=True, then=TAKEN, applicant_name="Cao Văn Mít")
    client.force_login(officer)
    assert [code for code, _ in rows_in(client)] == [mine.code]
    assert "Cao Văn Mít" not in printed(client)
    client.force_login(StaffFactory(ward=ward, clerk=True))
    for name in ("risks_pdf", "risks_xlsx"):
        assert client.get(reverse(f"dossiers:{name}")).status_code == 403


def test_a_paper_holds_the_most_urgent_and_says_where_the_rest_is(client, ward, leader, monkeypatch):
    monkeypatch.setattr("dossiers.overdue.ON_PAPER", 1)
    monkeypatch.setattr("dossiers.views.risk.ON_PAPER", 1)
    past(ward, {30: 20}, late=10)
    for name, at in (("Vũ Thị Bưởi", "2026-11-19 08:00"), ("Cao Văn Mít", "2026-11-20 08:00")):
        DossierFactory(ward=ward, at=moment(at), in_progress=True, then=TAKEN, applicant_name=name)
    client.force_login(leader)
    paper = printed(client)
    assert "In 1 hồ sơ gấp nhất trong 2; đủ 2 hồ sơ ở bảng tính." in paper
    assert ("Vũ Thị Bưởi" in paper, "Cao Văn Mít" in paper) == (True, False)
    assert len(rows_in(client)) == 2


# the back-test


def test_a_receipt_that_was_moved_back_had_no_promise_on_the_mornings_between(ward):
    dossier = DossierFactory(ward=ward, at=moment("2026-11-18 09:00"))
    Dossier.objects.filter(pk=dossier.pk).update(received_at=moment("2026-11-16 09:00"))
    (life,) = lives(Dossier.objects.all())
    assert life.at(moment("2026-11-17 07:30")) is None
    running, promise = life.at(moment("2026-11-19 07:30"))
    assert (running.began, promise.due_at) == (moment("2026-11-16 09:00"), dossier.due_at)


def test_the_back_test_replays_each_morning_with_what_was_known(ward):
    past(ward, {8: 60, 30: 20}, late=20)
    results(ward, {8: 60, 30: 20})
    slow = DossierFactory(ward=ward, at=moment("2026-11-16 15:00"), in_progress=True, then=moment("2026-11-16 16:00"))
    cause, at = DelayCause.objects.first(), moment("2026-11-18 10:00")  # a new date does not heal lateness
    anew = {"day": date(2026, 11, 26), "half": "morning", "delay_cause": cause, "reason": "Chờ xác minh"}
    slow.reschedule(**anew, by=slow.received_by, at=at)
    Appointment.objects.break_overdue(moment("2026-11-20 15:00"))
    kept = DossierFactory(ward=ward, at=moment("2026-11-16 15:00"), in_progress=True, then=moment("2026-11-16 16:00"))
    kept.mark_ready(by=kept.received_by, at=moment("2026-11-18 09:00"))
    DossierFactory(ward=ward, at=moment("2026-11-19 15:00"))  # nobody knows yet
    out = StringIO()
    call_command("backtest_risk", "--days", "8", stdout=out)
    told = " ".join(out.getvalue().split())
    assert "5 mornings, 2 dossiers, 1 of them late in the end." in told
    # late: 17, 18 and 19/11 until its promise broke on the evening of the 19th; kept: 17 and 18/11
    assert "5 times a dossier was open on a morning; of 0 the past said too little." in told
    # 2.5, 10 and 17.5 hours on: a quarter was late; of those that still ran then, all
    assert "20% to 30% 2 25.0% 50.0%" in told
    assert "50% to 100% 3 100.0% 66.7%" in told
    assert "more than 30% of like ones late 3 2 1 66.7% 66.7%" in told
    # the kept one was done 8.5 and one hour later; 28 and 20 hours would have been enough for nine in ten
    assert "The time that nine in ten need was enough in 100.0% of 2." in told
    assert Appointment.objects.filter(outcome="broken").count() == 1
