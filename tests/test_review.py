"""The review of procedures says how each one really goes, and what to simplify first."""

from __future__ import annotations

from datetime import date, time, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from desk.calendar import Limit, OfficeHours, Unit, WorkingCalendar
from desk.models import AccessLog
from desk.period import Days
from desk.ruler import is_shorter
from dossiers.models import CommittedTerm, Figure, Procedure
from dossiers.report import Line
from dossiers.review import Missing, Review, Reviewed, could_promise
from tests.conftest import MONDAY, moment
from tests.factories import DossierFactory, StaffFactory
from tests.test_lists import queries
from tests.test_lookup import words
from tests.test_risk import results

pytestmark = pytest.mark.django_db
URL = "/lanh-dao/ra-soat/"
SO_FAR = Days(date(2026, 11, 1), date(2026, 11, 23))
MARRIAGE = "1.004873"
SENTENCE = "Xong trong 6 giờ ở 9 trong 10 hồ sơ, luật cho 3 ngày làm việc: có thể cam kết 2 ngày làm việc."


def review(ward):
    return Review(ward, SO_FAR, WorkingCalendar(), timezone.localdate())


def in_time(ward, hours, code=MARRIAGE):
    """So many results, all before their day, and how many office hours they took."""
    results(ward, hours, "hours", code=code)
    results(ward, {0: sum(hours.values())}, "early", code=code)
    results(ward, {0: sum(hours.values())}, "received", code=code)


@pytest.mark.parametrize(
    ("p90", "law", "offer"),
    [
        (7, Limit(3, Unit.WORKING_DAY), Limit(2, Unit.WORKING_DAY)),
        (8, Limit(3, Unit.WORKING_DAY), None),
        (22, Limit(15, Unit.CALENDAR_DAY), Limit(4, Unit.WORKING_DAY)),
        (80, Limit(15, Unit.CALENDAR_DAY), None),
        (3, Limit(8, Unit.HOUR), Limit(4, Unit.HOUR)),
        (1, Limit(0, Unit.SAME_DAY), None),
    ],
)
def test_a_shorter_term_is_offered_with_a_day_to_spare(p90, law, offer):
    assert could_promise(p90, law, OfficeHours()) == offer


@settings(deadline=None)
@given(st.integers(0, 300), st.integers(1, 40), st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.HOUR]))
def test_what_is_offered_is_shorter_than_the_law_and_longer_than_nine_in_ten_needed(p90, value, unit):
    law, hours = Limit(value, unit), OfficeHours()
    if offer := could_promise(p90, law, hours):
        assert is_shorter(offer, law, hours)
        spared = offer.value * (1 if offer.unit is Unit.HOUR else hours.day_length / timedelta(hours=1))
        assert spared > p90


def test_each_procedure_shows_where_its_time_goes(ward):
    in_time(ward, {4: 10, 6: 8, 20: 2})
    for step, hours in {"desk_hours": {1: 20}, "officer_hours": {3: 20}, "leader_hours": {1: 20}}.items():
        results(ward, hours, step)
    (row,) = review(ward).lines
    assert (row.line.median, row.line.p90, row.line.share) == (4, 6, 1)
    assert row.spent == [("Tại quầy", 0.2), ("Công chức", 0.6), ("Lãnh đạo", 0.2)]
    assert row.spent_words == "Tại quầy 20%, công chức 60%, lãnh đạo 20%"
    assert row.sooner == "2,5 ngày"


def test_what_saves_most_comes_first(ward):
    in_time(ward, {6: 40})
    in_time(ward, {6: 30}, "1.004859")
    in_time(ward, {6: 19}, "1.001776")  # too few to say anything
    first, second = review(ward).ideas
    assert (
        first.words == "Xong trong 6 giờ ở 9 trong 10 hồ sơ, luật cho 3 ngày làm việc: có thể cam kết 2 ngày làm việc."
    )
    assert (first.of.procedure.code, first.gain) == (MARRIAGE, "300 giờ chờ, 40 hồ sơ")
    assert (second.of.procedure.code, second.hours) == ("1.004859", 225)
    assert review(ward).headline == "2 việc có thể làm gọn, trong 3 thủ tục."


def test_a_procedure_that_is_always_late_comes_first_with_the_step_that_takes_longest(client, ward, leader):
    in_time(ward, {6: 40}, "1.004859")
    results(ward, {30: 40}, "hours")
    results(ward, {0: 40}, "late")
    for step, hours in {"desk_hours": {3: 40}, "officer_hours": {24: 40}, "leader_hours": {3: 40}}.items():
        results(ward, hours, step)
    late, _ = review(ward).ideas
    told = "40 trong 40 kết quả trễ hẹn, chỉ 0,0% đúng hạn; lâu nhất ở bước công chức (80% thời gian), nên xem trước."
    assert (late.of.procedure.code, late.words, late.gain) == (MARRIAGE, told, "40 hồ sơ khỏi trễ")
    client.force_login(leader)
    asked = {"tu": "2026-11-01", "den": "2026-11-23"}
    assert told in words(client.get(URL, asked).text)
    book = openpyxl.load_workbook(BytesIO(client.get("/lanh-dao/ra-soat.xlsx", asked).content))
    assert [cell.value for cell in book["Việc nên làm gọn"][2]][1:] == [told, "—", 40]


def test_papers_asked_for_are_not_a_part_of_what_came_in_the_period(ward):
    """Received in October, asked in November: three requests stand beside no receipt at all."""
    for _ in range(3):
        dossier = DossierFactory(ward=ward, at=moment("2026-10-30 08:00"))
        dossier.request_papers(items=["Tờ khai"], reason="Thiếu", by=dossier.received_by, at=moment("2026-11-02 10:30"))
    DossierFactory(ward=ward, at=moment("2026-11-16 08:00"))
    Figure.objects.keep_up(MONDAY)
    (idea,) = review(ward).ideas
    assert idea.words.startswith("3 hồ sơ phải bổ sung giấy, nhiều nhất “Tờ khai” (3)")


def test_days_are_as_long_as_those_of_the_ward():
    """Where a day has five and a half office hours, eleven hours are two days, not one and a half."""
    row = Reviewed(None, None, Line("", ""), Missing(), OfficeHours(afternoon_closes=time(15, 0)))
    assert row.hours.day_length == timedelta(hours=5.5)
    assert row.in_days(11) == "2 ngày"


def test_a_commitment_that_is_made_is_not_offered_again(ward, leader):
    in_time(ward, {6: 40})
    CommittedTerm.objects.commit(
        ward=ward, procedure=Procedure.objects.get(code=MARRIAGE), limit=Limit(2, Unit.WORKING_DAY, None), by=leader,
        valid_from=date(2026, 11, 10), valid_to=None, reason="Thường xong sớm", at=moment("2026-11-09 08:00"),
    )  # fmt: skip
    (row,) = review(ward).lines
    assert (row.term.limit_words, row.ideas) == ("02 ngày làm việc", [])


def test_papers_that_are_often_missing_are_named_and_cost_hours(ward, other_ward):
    for place, items in (
        (ward, ["Tờ khai", "Giấy ủy quyền"]),
        (ward, ["Tờ khai"]),
        (ward, ["Ảnh"]),
        (other_ward, ["Ảnh"]),
    ):
        dossier = DossierFactory(ward=place, at=moment("2026-11-16 08:00"))
        by = dossier.received_by
        dossier.request_papers(items=items, reason="Còn thiếu giấy", by=by, at=moment("2026-11-16 10:30"))
        dossier.papers_received(by=by, at=moment("2026-11-17 10:30"))
    Figure.objects.keep_up(MONDAY)
    (row,) = review(ward).lines
    assert row.missing.asked == 3
    assert row.commonest[0] == ("Tờ khai", 2)
    (idea,) = row.ideas
    assert idea.words.startswith("3 hồ sơ phải bổ sung giấy, nhiều nhất “Tờ khai” (2)")
    assert idea.hours == 22  # a working day of seven and a half hours each


def test_the_page_the_paper_and_the_workbook_say_the_same(client, ward, leader):
    in_time(ward, {6: 40})
    results(ward, {1: 40}, "desk_hours")
    client.force_login(leader)
    asked = {"tu": "2026-11-01", "den": "2026-11-23"}
    page = words(client.get(URL, asked).text)
    assert SENTENCE in page
    assert "Tại quầy 100%" in page
    paper = client.get("/lanh-dao/ra-soat.pdf", asked)
    printed = " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(paper.content)).pages).split())
    assert SENTENCE in printed
    book = openpyxl.load_workbook(BytesIO(client.get("/lanh-dao/ra-soat.xlsx", asked).content))
    line = [cell.value for cell in book["Thủ tục"][4]]
    assert line[1:9] == ["03 ngày làm việc", "03 ngày làm việc", 40, 40, 1, 6, 6, 1]
    assert [cell.value for cell in book["Việc nên làm gọn"][2]][1:] == [SENTENCE, 300, 40]
    assert AccessLog.objects.filter(kind="export", staff=leader).count() == 2


def test_a_period_that_is_none_is_said_beside_its_field(client, leader):
    client.force_login(leader)
    for url in (URL, "/lanh-dao/ra-soat.pdf"):
        assert "Ngày cuối phải sau ngày đầu." in client.get(url, {"tu": "2026-11-30", "den": "2026-11-01"}).text


def test_it_costs_the_same_for_one_procedure_and_for_many(client, ward, leader):
    client.force_login(leader)
    in_time(ward, {6: 40})
    alone = queries(client, URL)
    for code in Procedure.objects.exclude(code=MARRIAGE).values_list("code", flat=True)[:19]:
        in_time(ward, {6: 40}, code)
    assert queries(client, URL) == alone


def test_another_ward_sees_its_own_and_only_leaders_see_it(client, ward, other_ward):
    in_time(ward, {6: 40})
    client.force_login(StaffFactory(ward=other_ward, leader=True))
    assert "có thể cam kết" not in client.get(URL).text
    client.force_login(StaffFactory(ward=ward, leader=True))
    assert "có thể cam kết" in client.get(URL).text
    client.force_login(StaffFactory(ward=ward, officer=True, clerk=True))
    assert client.get(URL).status_code == 403
