"""The numbers of a period add up, agree with the dossiers behind them, and stand on counts that a recount proves."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from io import BytesIO, StringIO
from itertools import zip_longest

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from desk.calendar import Mark, SpecialDay, WorkingCalendar
from desk.models import AccessLog, CalendarDay, Ward
from desk.period import Days
from dossiers.counting import Measure
from dossiers.models import Appointment, DelayCause, Dossier, DossierError, Event, Figure, FigureRun, Procedure
from dossiers.models.shift import move, shifts
from dossiers.overdue import age_groups
from dossiers.report import Report
from dossiers.report_numbers import NUMBERS
from dossiers.report_tables import in_days
from dossiers.worked import minutes_by_step
from tests.conftest import moment
from tests.factories import CODES, DossierFactory, StaffFactory, explain, late

NOVEMBER = Days(date(2026, 11, 1), date(2026, 11, 30))
MORNING = moment("2026-11-23 08:42")
#: After the promise of three working days that morning makes: 27/11, 11:30.
AFTER = moment("2026-11-27 13:40")


@pytest.fixture
def leader(ward):
    return StaffFactory(ward=ward, leader=True)


def count_now() -> None:
    Figure.objects.keep_up(timezone.now())


def report(days=NOVEMBER) -> Report:
    return Report(Ward.objects.in_service(), days)


# what is counted


def test_a_day_at_the_desk_is_counted_as_it_went(ward):
    DossierFactory(ward=ward, at=MORNING)
    DossierFactory(ward=ward, at=MORNING, ready=True)
    DossierFactory(ward=ward, at=MORNING, ready=True, then=moment("2026-11-27 09:00"))
    DossierFactory(ward=ward, at=MORNING, ready=True, then=AFTER)
    DossierFactory(ward=ward, at=MORNING, returned=True)
    DossierFactory(ward=ward, at=MORNING).stop(by=StaffFactory(ward=ward, clerk=True), reason="Đổi ý", at=AFTER)
    count_now()
    line = report().total()
    assert (line.received, line.early, line.on_time, line.late, line.stopped) == (6, 2, 1, 1, 1)
    assert (line.returned, line.open, line.open_late, line.open_in_time) == (1, 1, 0, 1)
    assert line.share == pytest.approx(3 / 4)


def test_what_was_there_before_is_carried_over_and_late_from_its_first_promise(ward, officer):
    dossier = DossierFactory(
        ward=ward, at=moment("2026-10-12 08:00"), in_progress=True, then=moment("2026-10-12 09:00")
    )
    Appointment.objects.break_overdue(moment("2026-10-20 08:00"))
    cause = DelayCause.objects.first()
    leader = StaffFactory(ward=ward, leader=True, officer=True)
    dossier.reschedule(
        day=date(2026, 12, 1),
        half="morning",
        delay_cause=cause,
        reason="Chờ xác minh",
        by=leader,
        at=moment("2026-10-20 09:00"),
    )
    count_now()
    line = report().total()
    assert (line.carried, line.received, line.open_late, line.open_in_time) == (1, 0, 1, 0)
    assert report(NOVEMBER.before).total().causes == {cause.pk: 1}


def test_papers_that_are_missing_stop_the_clock_and_restart_it(ward, clerk):
    dossier = DossierFactory(ward=ward, at=moment("2026-11-02 08:00"))
    dossier.request_papers(items=["Giấy khai sinh"], reason="Thiếu", by=clerk, at=moment("2026-11-03 08:00"))
    count_now()
    assert (report().total().waiting, report().total().open_in_time) == (1, 0)
    dossier.papers_received(by=clerk, at=moment("2026-11-20 08:00"))
    Appointment.objects.break_overdue(moment("2026-11-30 08:00"))
    count_now()
    mid, end = report(Days(date(2026, 11, 1), date(2026, 11, 15))).total(), report().total()
    assert (mid.waiting, mid.open_late, end.waiting, end.open_late) == (1, 0, 0, 1)


def test_an_apology_counts_as_prompt_on_the_promised_day_and_is_owed_until_it_is_sent(ward):
    first, second, third = (late(AFTER, ward=ward) for _ in range(3))
    first.appointments.in_debt().settle_apology(AFTER)
    second.appointments.in_debt().settle_apology(moment("2026-11-30 08:00"))
    count_now()
    line = report().total()
    assert (line.missed, line.apologised, line.prompt, line.owed) == (3, 2, 1, 1)
    third.waive_apology(reason="Người dân cần gấp", by=StaffFactory(ward=ward, leader=True), at=AFTER)
    count_now()
    assert (report().total().waived, report().total().owed) == (1, 0)


def test_causes_are_counted_with_the_promises_that_nobody_has_explained(ward):
    told, _silent = (late(AFTER, ward=ward) for _ in range(2))
    explain(told, AFTER)
    count_now()
    assert sorted(report().total().causes.values()) == [1, 1]


def test_a_procedure_keeps_its_line_when_its_rules_change(ward):
    procedure = Procedure.objects.get(code=CODES["xác nhận hôn nhân"])
    procedure.valid_to = date(2026, 11, 22)
    procedure.save()
    DossierFactory(ward=ward, at=moment("2026-11-20 08:00"))
    procedure.pk, procedure.valid_from, procedure.valid_to = None, date(2026, 11, 23), None
    procedure.save()
    DossierFactory(ward=ward, at=MORNING, procedure=procedure)
    count_now()
    lines = report().by_procedure()
    assert [(line.key, line.received) for line in lines] == [(procedure.code, 2)]


def test_a_corrected_day_of_receipt_moves_to_its_month(ward, clerk):
    dossier = DossierFactory(ward=ward, at=MORNING)
    count_now()
    dossier.correct(changes={"received_at": moment("2026-10-30 08:00")}, reason="Ghi nhầm", by=clerk, at=AFTER)
    count_now()
    assert (report().total().received, report(NOVEMBER.before).total().received) == (0, 1)
    assert not Figure.objects.differences()


# the working time


CALENDAR = WorkingCalendar()


def test_the_minutes_of_a_dossier_are_shared_among_those_who_had_it():
    turns = [(moment("2026-11-16 09:30"), "officer"), (moment("2026-11-17 09:00"), "leader")]
    spent = minutes_by_step(moment("2026-11-16 08:00"), turns, moment("2026-11-17 10:30"), CALENDAR)
    assert spent == {"desk": 90, "officer": 120 + 210 + 90, "leader": 90}


def test_time_in_which_a_dossier_waits_for_its_owner_is_nobodys():
    waited = (moment("2026-11-16 10:00"), moment("2026-11-18 10:00"))
    turns = [(moment("2026-11-16 09:00"), "officer")]
    spent = minutes_by_step(moment("2026-11-16 08:00"), turns, moment("2026-11-18 11:00"), CALENDAR, waited)
    assert spent == {"desk": 60, "officer": 60 + 60, "leader": 0}


def test_the_result_says_how_long_it_took_and_a_corrected_receipt_says_it_anew(ward, officer, clerk):
    dossier = DossierFactory(ward=ward, at=moment("2026-11-23 08:00"))
    dossier.take_up(by=officer, at=moment("2026-11-23 09:00"))
    dossier.mark_ready(by=officer, at=moment("2026-11-23 10:30"))
    stored = Dossier.objects.get(pk=dossier.pk)
    assert (stored.desk_minutes, stored.officer_minutes, stored.leader_minutes) == (60, 90, 0)
    dossier.correct(changes={"received_at": moment("2026-11-23 07:30")}, reason="Ghi nhầm", by=clerk, at=AFTER)
    assert Dossier.objects.get(pk=dossier.pk).desk_minutes == 90


@pytest.mark.parametrize(
    ("hours", "words"),
    [(None, "—"), (0, "dưới 1 giờ"), (3, "3 giờ"), (8, "1,5 ngày"), (15, "2 ngày"), (16, "2,5 ngày")],
)
def test_office_hours_are_told_in_working_days(hours, words):
    assert in_days(hours) == words


def test_ages_are_working_days_after_the_promise():
    # 24/11/2026 is in this bare calendar a working day like any other
    promised = [date(2026, 11, 27), date(2026, 11, 26), date(2026, 11, 20), date(2026, 11, 2)]
    assert dict(age_groups(Counter(promised), date(2026, 11, 27), CALENDAR)) == {
        "Trong ngày": 1, "1–2 ngày": 1, "3–5 ngày": 1, "6–10 ngày": 0, "Trên 10 ngày": 1,
    }  # fmt: skip


# periods


def test_a_period_is_compared_with_the_one_before_it():
    assert NOVEMBER.before == Days(date(2026, 10, 1), date(2026, 10, 31))
    assert Days.of_months(date(2026, 1, 1), 12).before == Days.of_months(date(2025, 1, 1), 12)
    assert Days(date(2026, 11, 10), date(2026, 11, 12)).before == Days(date(2026, 11, 7), date(2026, 11, 9))
    named = [NOVEMBER, Days.of_months(date(2026, 10, 1), 3), Days.of_months(date(2026, 1, 1), 12)]
    assert [days.words for days in named] == ["Tháng 11/2026", "Quý IV/2026", "Năm 2026"]


def test_a_period_that_still_runs_is_compared_with_as_many_days_of_the_one_before():
    beside = {day: NOVEMBER.beside(date(2026, 11, day)) for day in (1, 23, 29, 30)}
    assert {day: days.last.day for day, days in beside.items()} == {1: 1, 23: 23, 29: 29, 30: 31}
    assert {days.first for days in beside.values()} == {date(2026, 10, 1)}
    assert NOVEMBER.beside(date(2027, 2, 1)) == NOVEMBER.before
    assert [beside[day].words for day in (29, 30)] == ["Cùng thời gian tháng 10/2026", "Tháng 10/2026"]
    march = Days.of_months(date(2026, 3, 1))
    assert march.beside(date(2026, 3, 30)) == march.before == Days(date(2026, 2, 1), date(2026, 2, 28))
    assert Days.of_months(date(2026, 1, 1), 12).beside(date(2026, 3, 1)) == Days(date(2025, 1, 1), date(2025, 3, 1))


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.integers(0, 1200), st.integers(-800, 1600))
def test_every_day_is_covered_once_by_the_counts_of_a_period(first, length, place):
    """Of years, months and days, exactly one that holds a day is added up, if the day lies in the period."""
    from dossiers.models.figure import covering  # noqa: PLC0415

    after, day = first + timedelta(days=length), first + timedelta(days=place)
    starts = {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}
    covers = [dict(part.children) for part in leaves(covering(first, after))]
    hits = sum(cover["first__gte"] <= starts[cover["span"]] < cover["first__lt"] for cover in covers if "span" in cover)
    assert hits == (first <= day < after)


def leaves(condition):
    """The simple conditions of an OR of them."""
    if condition.connector == "AND" and all(isinstance(child, tuple) for child in condition.children):
        return [condition]
    return [leaf for child in condition.children for leaf in leaves(child)]


# invariants


def random_life(dice, wards) -> None:
    """Dossiers come, go and are mended in any order the verbs allow; now and then the worker counts."""
    at = moment("2026-10-26 08:00")
    people = {ward.pk: StaffFactory(ward=ward, clerk=True, officer=True, leader=True) for ward in wards}
    procedures = list(Procedure.objects.filter(code__in=CODES.values()))
    dossiers: list[Dossier] = []
    for _ in range(dice.randrange(5, 18)):
        at += timedelta(minutes=dice.randrange(1, 2500))
        if len(dossiers) < 2 or dice.random() < 0.2:
            ward = dice.choice(wards)
            channel = dice.choice(Dossier.Channel.values)
            dossiers.append(
                DossierFactory(ward=ward, at=at, procedure=dice.choice(procedures), by=people[ward.pk], channel=channel)
            )
            continue
        dossier = dice.choice(dossiers)
        by = people[dossier.ward_id]
        verb, told = dice.choice(VERBS)
        with suppress(DossierError):  # not its turn; the next step may be
            getattr(dossier, verb)(by=by, at=at, **told(dice, at, by))
        if dice.random() < 0.1:
            days = CalendarDay.objects.special_days()
            off = SpecialDay(at.date() + timedelta(days=dice.randrange(1, 6)), Mark.HOLIDAY, "Nghỉ đột xuất")
            move(shifts(days, days | {off.day: off}, at), reason="Nghỉ đột xuất", by=by, at=at)
        if dice.random() < 0.3:
            Appointment.objects.break_overdue(at)
        if dice.random() < 0.2:
            Appointment.objects.in_debt().settle_apology(timezone.now())
        if dice.random() < 0.4:
            count_now()
    Appointment.objects.break_overdue(at)
    count_now()


def because(dice) -> dict:
    return {"delay_cause": DelayCause.objects.order_by("pk")[dice.randrange(3)], "reason": "Chờ xác minh"}


def mended(**changes) -> dict:
    return {"changes": changes, "reason": "Ghi nhầm"}


#: Each step with what it is told: a list, so that what happens often stands in it twice.
VERBS = [
    ("take_up", lambda dice, at, by: {}),
    ("give", lambda dice, at, by: {"to": by, "step": dice.choice(["officer", "leader"])}),
    ("request_papers", lambda dice, at, by: {"items": ["Tờ khai"], "reason": "Thiếu"}),
    ("papers_received", lambda dice, at, by: {}),
    ("papers_received", lambda dice, at, by: {}),
    ("mark_ready", lambda dice, at, by: {}),
    ("hand_back", lambda dice, at, by: {}),
    ("finish", lambda dice, at, by: {}),
    ("refuse", lambda dice, at, by: {"reason": "Không thuộc thẩm quyền"}),
    ("stop", lambda dice, at, by: {"reason": "Đổi ý"}),
    ("explain_delay", lambda dice, at, by: because(dice)),
    ("waive_apology", lambda dice, at, by: {"reason": "Người nộp đi xa"}),
    ("remind", lambda dice, at, by: {"words": "Xin làm sớm."}),
    ("correct", lambda dice, at, by: mended(received_at=at - timedelta(days=dice.randrange(1, 40)))),
    ("correct", lambda dice, at, by: mended(procedure=dice.choice(Procedure.objects.filter(code__in=CODES.values())))),
    (
        "reschedule",
        lambda dice, at, by: (
            because(dice) | {"day": at.date() + timedelta(days=dice.randrange(1, 20)), "half": "morning"}
        ),
    ),
]


def told_by_events(days: Days) -> Counter[str]:
    """The same numbers from the events alone: what happened in the period, and what was late when it was ready."""
    found, promised = Counter[str](), dict[int, Appointment]()
    begins, ends = days.moments
    moved = (Event.Kind.RECEIVED, Event.Kind.RESTARTED, Event.Kind.CORRECTED, Event.Kind.MOVED)
    for event in Event.objects.select_related("appointment").order_by("at", "pk"):
        if event.kind in moved and event.appointment:
            promised[event.dossier_id] = event.appointment
        if begins <= event.at < ends:
            found[event.kind] += 1
            if event.kind == Event.Kind.READY:
                found["late"] += event.at > promised[event.dossier_id].due_at
    return found


def told_by_promises(days: Days) -> tuple[int, int, int]:
    """How many were missed, of how many nobody has spoken since, and how many were put off in time."""
    missed = owed = put_off = 0
    for dossier in Dossier.objects.prefetch_related("appointments"):
        promises = sorted(dossier.appointments.all(), key=lambda row: row.pk)
        for promise, following in zip_longest(promises, promises[1:]):
            if days.first <= promise.day <= days.last:
                is_missed = promise.outcome == Appointment.Outcome.BROKEN
                missed += is_missed
                owed += is_missed and not promise.apology_settled_at
                is_put_off = following and following.cause == Appointment.Cause.RESCHEDULED
                put_off += bool(is_put_off) and promise.outcome in {Appointment.Outcome.OPEN, Appointment.Outcome.KEPT}
    return missed, owed, put_off


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(dice=st.randoms(use_true_random=False))
def test_the_totals_add_up_and_the_counts_are_a_recount_after_any_order_of_steps(ward, other_ward, dice):
    with transaction.atomic():
        random_life(dice, [ward, other_ward])
        assert not Figure.objects.differences()
        first = date(2026, 10, 1) + timedelta(days=dice.randrange(60))
        days = Days(first, first + timedelta(days=dice.randrange(60)))
        made = report(days)
        line = made.total()
        gone = line.resolved + line.refused + line.stopped
        assert line.carried + line.received == gone + line.open_in_time + line.open_late + line.waiting
        of_wards = Dossier.objects.filter(ward__in=made.wards)
        for slug, number in NUMBERS.items():
            if number.of_promises:  # and lists their dossiers
                continue
            assert number.get(line) == number.rows(of_wards, days).count(), slug
            for parts in (made.by_ward(), made.by_procedure(), made.by_field(), made.by_officer(), made.by_channel()):
                assert sum(map(number.get, parts)) == number.get(line), slug
        missed, owed, put_off = told_by_promises(days)
        assert (line.missed, line.owed) == (missed, owed)
        assert line.causes.total() == missed + put_off
        assert line.hours[Measure.HOURS].total() == line.resolved
        told = told_by_events(days)
        assert (line.resolved, line.late) == (told["ready"], told["late"])
        assert (line.refused, line.stopped, line.returned) == (told["refused"], told["stopped"], told["returned"])
        transaction.set_rollback(True)


def test_a_worker_that_counts_twice_or_late_counts_the_same(ward):
    DossierFactory(ward=ward, at=MORNING, ready=True)
    count_now()
    kept = Figure.objects.totals("span", "first", "ward", "cut", "key", "measure", "value")
    count_now()
    count_now()
    assert Figure.objects.totals("span", "first", "ward", "cut", "key", "measure", "value") == kept


def test_a_recount_finds_what_is_wrong_says_so_and_mends_it(ward):
    DossierFactory(ward=ward, at=MORNING)
    count_now()
    Figure.objects.filter(span="month", cut="", measure="received").update(count=7)
    Figure.objects.filter(span="day", cut="channel").delete()
    with pytest.raises(CommandError, match="không khớp"):
        call_command("recount", check=True, stdout=StringIO())
    said = StringIO()
    call_command("recount", stdout=said)
    assert "đang ghi 7, đếm lại 1" in said.getvalue()
    assert not Figure.objects.differences()


def test_a_first_recount_leaves_little_for_the_worker(ward):
    DossierFactory(ward=ward, at=moment("2026-11-16 08:42"))
    assert not Figure.objects.rebuild()
    assert FigureRun.objects.get().counted_at
    assert Figure.objects.keep_up(timezone.now()) == 0


def test_what_the_worker_counts_between_the_months_and_the_year_of_a_recount_stays_counted(ward):
    DossierFactory(ward=ward, at=MORNING)
    count_now()

    def received_meanwhile(done, whole):
        if done == whole:
            DossierFactory(ward=ward, at=MORNING)
            count_now()

    Figure.objects.rebuild(received_meanwhile)
    assert report(Days.of_months(date(2026, 1, 1), 12)).total().received == 2


# the page


def test_the_city_sees_all_wards_and_a_leader_the_own_one(ward, other_ward, client, leader):
    DossierFactory(ward=ward, at=MORNING)
    DossierFactory(ward=other_ward, at=MORNING)
    count_now()
    client.force_login(StaffFactory(city=True))
    of_city = client.get(reverse("dossiers:report"), {"theo": "don-vi"}).context["report"]
    assert of_city.total.received == 2
    assert {line.name for line in of_city.lines} == {str(ward), str(other_ward)}
    assert client.get(reverse("dossiers:report"), {"don_vi": other_ward.slug}).context["report"].total.received == 1
    client.force_login(leader)
    assert client.get(reverse("dossiers:report")).context["report"].total.received == 1
    assert client.get(reverse("dossiers:report"), {"don_vi": other_ward.slug}).status_code == 404


def test_a_clerk_has_no_report(client, clerk):
    client.force_login(clerk)
    assert client.get(reverse("dossiers:report")).status_code == 403


def test_days_that_are_none_are_said_beside_their_field(client, leader):
    client.force_login(leader)
    page = client.get(reverse("dossiers:report"), {"tu": "2026-11-20", "den": "2026-11-01"})
    assert "Ngày cuối phải sau ngày đầu." in page.content.decode()
    assert 'value="2026-11-20"' in page.content.decode()


def test_workbook_and_paper_say_what_the_page_says(ward, client, leader):
    DossierFactory(ward=ward, at=MORNING, ready=True)
    DossierFactory(ward=ward, at=MORNING, ready=True, then=AFTER)
    DossierFactory(ward=ward, at=moment("2026-11-20 15:30"), what="chứng thực")
    count_now()
    client.force_login(leader)
    shown = client.get(reverse("dossiers:report")).context["report"]
    book = openpyxl.load_workbook(BytesIO(client.get(reverse("dossiers:report_xlsx")).content))
    rows = list(book["Báo cáo"].iter_rows(min_row=4, values_only=True))
    assert [row[0] for row in rows] == [line.name for line in (*shown.lines, shown.total)]
    assert rows[-1][1:11] == tuple(count for count, _ in shown.table[-1][1])
    assert rows[-1][11] == pytest.approx(shown.total.share)
    assert [row[1] for row in book["Theo ngày"].iter_rows(min_row=2, values_only=True)].count(1) == 1
    pdf = client.get(reverse("dossiers:report_pdf")).content
    words = " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
    assert shown.headline in words
    for change in shown.compared:
        assert f"{change.name} {change.now} {change.before}" in words
    assert AccessLog.objects.filter(kind=AccessLog.Kind.EXPORT, staff=leader).count() == 2


def test_a_report_costs_the_same_for_one_procedure_and_for_ten(ward, client, leader):
    client.force_login(leader)

    def queries() -> int:
        count_now()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(reverse("dossiers:report"))
        return len(asked)

    DossierFactory(ward=ward, at=MORNING)
    few = queries()
    for procedure in Procedure.objects.all()[:10]:
        DossierFactory(ward=ward, at=MORNING, procedure=procedure)
    assert queries() == few
