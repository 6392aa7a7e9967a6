"""Everybody reads what was promised and kept, and nobody finds out about a group of fewer than five."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import combinations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.groups import SHOWN_FROM, told_until
from desk.kept import forget
from desk.models import Ward
from desk.period import Days
from dossiers.models import Figure, FigureRun, Procedure
from dossiers.published import Place, Published, Running, counted_until, places
from feedback.models import Question, QuestionSet
from feedback.period import Period
from feedback.published import PublishedSurvey
from feedback.statistics import Share
from tests.conftest import MONDAY, moment
from tests.factories import CODES, DossierFactory, StaffFactory, answers, counted_at, kept, late

PAGE = "/cong-khai/"
SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
TODAY = MONDAY.date()
FIELD = "Hộ tịch"


@pytest.fixture(autouse=True)
def _counted(db):
    counted_at(MONDAY)


@pytest.fixture
def question(db) -> Question:
    """Question 1 of the survey in force."""
    in_force = QuestionSet.objects.filter(use=QuestionSet.Use.SURVEY, valid_from__lte=SEPTEMBER).latest("valid_from")
    return in_force.questions.get(position=1)


def published(*wards: Ward, first: date = OCTOBER, months: int = 1) -> Published:
    return Published(wards or Ward.objects.in_service(), Days.of_months(first, months), TODAY)


def named(lines) -> dict[str, tuple[int, int]]:
    """Results in all and in time, by the name of the line."""
    return {line.name: (line.resolved, line.in_time) for line in lines}


# the page


def test_the_page_tells_promises_kept_and_missed_with_their_period_and_count(client, ward):
    at = moment("2026-10-05 08:00")
    for _ in range(5):
        DossierFactory(ward=ward, at=at, ready=True, then=moment("2026-10-06 10:00"))
    tardy = late(moment("2026-10-09 07:45"), ward=ward, at=at, then=at + timedelta(hours=1))
    tardy.mark_ready(by=StaffFactory(ward=ward, officer=True), at=moment("2026-10-09 09:00"))
    Figure.objects.keep_up(timezone.now())
    page = client.get(PAGE).text
    assert "Toàn thành phố, tháng 10/2026" in page
    assert "83,3%" in page
    assert "5 trong 6 hồ sơ có kết quả" in page
    assert "1 hồ sơ chúng tôi đã trễ hẹn" in page
    assert "9 trong 10 hồ sơ xong trong 4,5 ngày làm việc, trên 6 hồ sơ" in page
    assert "cho 1 lời hẹn đã lỡ trong kỳ. Chúng tôi còn nợ 1 thư." in page
    assert tardy.applicant_name not in page
    tardy.appointments.in_debt().settle_apology(MONDAY)
    Figure.objects.keep_up(timezone.now())
    forget()
    page = client.get(PAGE).text
    assert "<strong>1</strong><b>thư xin lỗi đã gửi</b>" in page
    assert "Chúng tôi còn nợ" not in page


def test_a_ward_has_its_own_page_in_days_as_long_as_its_own(client, ward):
    kept(ward, OCTOBER, "khai sinh", 8, hours=12)
    kept(Ward.objects.get(slug="quang-trung"), OCTOBER, "khai sinh", 100, hours=2)
    page = client.get(PAGE, {"don_vi": ward.slug}).text
    assert "Phường Lê Hồng Phong, tháng 10/2026" in page
    assert "8 trong 8 hồ sơ" in page
    assert "xong trong 2 ngày làm việc" in page
    Ward.objects.filter(pk=ward.pk).update(afternoon_opens=time(13), afternoon_closes=time(21))
    forget()
    assert "xong trong 1 ngày làm việc" in client.get(PAGE, {"don_vi": ward.slug}).text
    assert client.get(PAGE, {"don_vi": "khong-co"}).status_code == 404


def test_a_period_that_is_none_is_said_and_the_last_whole_month_shown(client, ward):
    kept(ward, OCTOBER, "khai sinh", 8)
    page = client.get(PAGE, {"tu": "2026-13", "den": "x"}).text
    assert "Xin chọn tháng trong danh sách." in page
    assert "8 trong 8 hồ sơ" in page


def test_a_quarter_and_a_year_are_told_up_to_the_last_whole_month(client, ward):
    kept(ward, SEPTEMBER, "khai sinh", 6, late=2)
    kept(ward, OCTOBER, "khai sinh", 10)
    kept(ward, NOVEMBER, "khai sinh", 50)
    page = client.get(PAGE, {"tu": "2026-10", "den": "2026-12"}).text
    assert "quý iv/2026, tính đến hết tháng 10/2026" in page.lower()
    assert "10 trong 10 hồ sơ" in page
    assert "16 trong 18 hồ sơ" in client.get(PAGE, {"tu": "2026-01", "den": "2026-12"}).text


def test_the_home_pages_say_what_the_public_page_says(client, ward, other_ward):
    kept(ward, OCTOBER, "khai sinh", 1190, late=10)
    kept(other_ward, OCTOBER, "khai sinh", 4)
    for home in ("/", ward.get_absolute_url()):
        page = client.get(home).text
        assert "1.190 trong 1.200 hồ sơ có kết quả, tháng 10/2026" in page
        assert "99,2%" in page
    assert "1.190 trong 1.200 hồ sơ" in client.get(PAGE).text
    page = client.get(other_ward.get_absolute_url()).text
    assert "Tháng 10/2026 chưa đủ 5 hồ sơ có kết quả" in page
    assert f"{PAGE}?don_vi={other_ward.slug}" in page


def test_where_nobody_has_counted_yet_the_home_page_does_not_say_that_there_was_too_little(client, ward):
    kept(ward, SEPTEMBER, "khai sinh", 8)
    kept(ward, OCTOBER, "khai sinh", 9)
    counted_at(moment("2026-10-31 16:00"))  # the worker lies still since then
    page = client.get(ward.get_absolute_url()).text
    assert "8 trong 8 hồ sơ có kết quả, tháng 9/2026" in page
    FigureRun.objects.all().delete()
    page = client.get(ward.get_absolute_url()).text
    assert "chưa đủ 5 hồ sơ" not in page
    assert "Số liệu của tháng vừa qua chúng tôi chưa tính." in page


def test_a_month_is_told_only_after_the_counts_know_all_of_it(client, ward):
    kept(ward, OCTOBER, "khai sinh", 8)
    counted_at(moment("2026-10-31 16:00"))
    assert "8 trong 8" not in client.get(PAGE, {"tu": "2026-10", "den": "2026-10"}).text
    counted_at(moment("2026-11-01 00:00"))
    assert "8 trong 8" in client.get(PAGE, {"tu": "2026-10", "den": "2026-10"}).text
    assert counted_until() == NOVEMBER


def test_the_page_may_be_kept_a_minute_by_anybody_and_is_summed_once_a_minute(client, ward, monkeypatch):
    kept(ward, OCTOBER, "khai sinh", 8)
    assert client.get(PAGE)["Cache-Control"] == "public, max-age=60"
    Figure.objects.update(count=9)
    assert "8 trong 8 hồ sơ" in client.get(PAGE).text
    monkeypatch.setattr("desk.kept.time.monotonic", lambda: 10**9)
    assert "9 trong 9 hồ sơ" in client.get(PAGE).text


def test_the_page_costs_the_same_for_one_procedure_and_for_ten(client, ward, question):
    def queries() -> int:
        forget()
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PAGE, {"tu": "2026-01", "den": "2026-12"}).status_code == 200
        return len(captured)

    kept(ward, OCTOBER, "khai sinh", 8)
    kept(ward, OCTOBER, "kết hôn", 2)
    answers(ward, OCTOBER, question, {1: 9})
    few = queries()
    for number, code in enumerate(Procedure.objects.values_list("code", flat=True)[:10]):
        kept(ward, OCTOBER, code, number)
        kept(Ward.objects.get(slug="quang-trung"), SEPTEMBER, code, number)
    assert queries() == few


# what people said


def test_satisfaction_stands_with_its_count_and_interval_by_ward_and_procedure(client, ward, question):
    kept(ward, OCTOBER, "xác nhận hôn nhân", 400)
    answers(ward, OCTOBER, question, {1: 277, 2: 20, 3: 15})
    page = client.get(PAGE).text
    assert "trên 312 phiếu của người dân" in page
    assert page.count("95,2%") == 3  # all together, of the ward, and of the procedure
    assert page.count("92 – 97%") == 3


def test_a_month_with_few_answers_is_left_out_of_every_sum_and_small_procedures_are_pooled(ward, other_ward, question):
    marriage = Procedure.objects.get(code=CODES["kết hôn"])
    answers(ward, SEPTEMBER, question, {1: 4})
    answers(ward, OCTOBER, question, {1: 30, 5: 1})
    answers(ward, OCTOBER, question, {5: 2}, procedure=marriage, still_open=True)
    answers(other_ward, OCTOBER, question, {1: 6})
    answers(ward, NOVEMBER, question, {1: 99})
    survey = PublishedSurvey([ward, other_ward], Period(SEPTEMBER, NOVEMBER), TODAY)
    assert survey.total().share == Share(36, 39)
    assert survey.by_ward() == {ward.pk: Share(30, 33), other_ward.pk: Share(6, 6)}
    assert survey.by_procedure() == {"": Share(30, 33), CODES["xác nhận hôn nhân"]: Share(6, 6)}
    assert survey.by_ward_month().keys() == {(OCTOBER, ward.pk), (OCTOBER, other_ward.pk)}


# groups under five


def test_a_ward_with_few_results_is_not_told_and_no_total_gives_it_away(client, ward, other_ward):
    kept(ward, OCTOBER, "khai sinh", 19, late=1)
    kept(other_ward, OCTOBER, "khai sinh", 3, late=1)
    assert published().total().resolved == 20
    page = client.get(PAGE).text
    assert "19 trong 20 hồ sơ" in page
    assert "dưới 5 hồ sơ" in page
    assert "Kỳ này chưa đủ 5 hồ sơ" in client.get(PAGE, {"don_vi": other_ward.slug}).text
    kept(other_ward, SEPTEMBER, "khai sinh", 6)
    months = published(other_ward, first=SEPTEMBER, months=2)
    assert months.total().resolved == 6  # of September alone, so that no difference tells October


def test_small_procedures_are_pooled_in_their_field_and_small_fields_together(ward):
    for what, count in {"khai sinh": 20, "kết hôn": 3, "khai tử": 2, "chứng thực": 4}.items():
        kept(ward, OCTOBER, what, count)
    kept(ward, OCTOBER, "xác nhận hôn nhân", 7, hours=40)
    fields = Procedure.objects.filter(code__in=CODES.values()).values_list("field", flat=True)
    assert set(fields) == {FIELD, "Chứng thực"}  # so the one small field takes the other with it
    assert named(published().by_procedure()) == {"Các thủ tục ít hồ sơ, gộp chung": (36, 36)}
    kept(ward, OCTOBER, "chứng thực", 1)
    lines = published().by_procedure()
    assert {name: count for name, (count, _) in named(lines).items()} == {
        "Khai sinh": 20,
        "Xác nhận hôn nhân": 7,
        "Chứng thực bản sao": 5,
        "Các thủ tục ít hồ sơ, gộp chung": 5,
    }
    assert named(published().by_field()) == {FIELD: (32, 32), "Chứng thực": (5, 5)}
    assert [line.p90 for line in lines] == [7, 40, 7, 7]


def test_hours_are_told_where_their_results_are(ward, other_ward):
    kept(ward, OCTOBER, "khai sinh", 20, hours=7)
    kept(other_ward, OCTOBER, "khai sinh", 3, hours=90)
    kept(other_ward, OCTOBER, "kết hôn", 4, hours=2)
    lines = published().by_procedure()
    assert [(line.name, line.p90) for line in lines] == [("Khai sinh", 7), ("Các thủ tục ít hồ sơ, gộp chung", 90)]


@given(st.dictionaries(st.builds(Place, st.sampled_from("ABC"), st.sampled_from("1234")), st.integers(1, 9)))
def test_every_part_has_five_or_there_is_none(counts):
    where = places(counts)
    parts: dict[Place, int] = {}
    for place, to in where.items():
        parts[to] = parts.get(to, 0) + counts[place]
    assert all(count >= SHOWN_FROM for count in parts.values())
    assert sum(parts.values()) == (sum(counts.values()) if sum(counts.values()) >= SHOWN_FROM else 0)


CODE_OF = list(CODES.values())
TOWN = st.dictionaries(
    st.tuples(st.integers(0, 1), st.sampled_from([SEPTEMBER, OCTOBER]), st.integers(0, len(CODE_OF) - 1)),
    st.integers(1, 8),
    min_size=3,
)


def everything_told(wards, counts) -> list:
    """All that page and data can be asked for when so many results were counted by ward, month and procedure."""
    with transaction.atomic():
        for (number, month, code), count in counts.items():
            if count:
                kept(wards[number], month, CODE_OF[code], count)
        told = []
        for chosen in (wards, wards[:1], wards[1:]):
            for first, months in ((SEPTEMBER, 1), (OCTOBER, 1), (SEPTEMBER, 2)):
                asked = published(*chosen, first=first, months=months)
                lines = [asked.total(), *asked.by_ward(), *asked.by_procedure(), *asked.by_field(), asked.in_time()]
                told += [(line.name, line.resolved, line.in_time, line.p90) for line in lines]
                told += [(part.ward, part.month, part.place, part.line.resolved) for part in asked.parts()]
        Figure.objects.all().delete()
    return told


@given(TOWN, st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_is_told_tells_a_group_under_five(ward, other_ward, counts, data):
    """Another town, in which that group has another size, is told in the very same words: so nobody can know."""
    wards = [ward, other_ward]
    small = [cell for cell, count in counts.items() if count < SHOWN_FROM]
    if not small:
        return
    cell = data.draw(st.sampled_from(small))
    told = everything_told(wards, counts)
    assert all(not 0 < row[1] < SHOWN_FROM for row in told if len(row) == 4 and isinstance(row[1], int))
    others = [one for one in counts if one[:2] == cell[:2] and one != cell]
    towns = [{**counts, cell: counts[cell] + step, one: counts[one] - step} for one in others for step in (1, -1)]
    towns.append({**counts, cell: counts[cell] - 1})  # of a month that is left out
    assert any(everything_told(wards, town) == told for town in towns)


# the month that runs


def test_the_month_that_runs_is_told_by_wards_alone_up_to_a_day_that_lies_back(client, ward, other_ward):
    for day, count in ((2, 3), (3, 4), (4, 6), (20, 2), (23, 40)):
        kept(ward, date(2026, 11, day), "khai sinh", count, span="day")
    kept(other_ward, date(2026, 11, 3), "khai sinh", 9, span="day")
    running = Running([ward, other_ward], TODAY)
    assert running.until == {ward.pk: date(2026, 11, 3)}
    assert running.total().resolved == 7
    page = client.get(PAGE, {"tu": "2026-11", "den": "2026-11"}).text
    assert "7 trong 7 hồ sơ" in page
    assert "đến hết 03/11" in page
    assert "dưới 5 hồ sơ" in page
    assert "Theo thủ tục" not in page
    assert (
        "Tính đến hết ngày 03/11/2026"
        in client.get(PAGE, {"don_vi": ward.slug, "tu": "2026-11", "den": "2026-11"}).text
    )


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_what_is_told_grows_by_five_or_more_until_the_month_is_over(counts):
    days = [(NOVEMBER + timedelta(days=number), count) for number, count in enumerate(counts)]
    known = {0, sum(counts)}
    for length in range(len(days) + 1):
        until = told_until(days[:length])
        known.add(sum(count for day, count in days if until and day <= until))
    if len(known) > 2:
        assert all(abs(one - other) >= SHOWN_FROM for one, other in combinations(known, 2))
