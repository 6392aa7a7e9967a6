"""Every number of the report opens what it counts, for whoever asks, by whatever it is broken down, however long."""

from __future__ import annotations

import re
from datetime import date, time
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from desk.models import Staff, Ward
from dossiers.models import Appointment, DelayCause, Dossier, Figure
from dossiers.report_tables import BREAKDOWNS
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory, explain, late
from tests.test_lookup import words

pytestmark = pytest.mark.django_db
REPORT, LIST = "/lanh-dao/bao-cao/", "/ho-so/"
MORNING = moment("2026-11-02 08:42")
#: After the promise of three working days that morning makes.
AFTER = moment("2026-11-09 13:40")
OLD = moment("2025-10-07 08:00")
SPANS = {
    "a month": {"tu": "2026-11-01", "den": "2026-11-30"},
    "two years": {"tu": "2024-12-01", "den": "2026-11-30"},
}


def count_now() -> None:
    Figure.objects.keep_up(timezone.now())


@pytest.fixture
def leader(ward):
    return StaffFactory(ward=ward, leader=True)


@pytest.fixture
def busy(ward, other_ward):
    """Dossiers of every kind in two wards and two years; no dossier has missed two promises."""
    for place in (ward, other_ward):
        people = {"ward": place, "clerk": True, "officer": True, "leader": True}
        mover, stayer = (StaffFactory(**people) for _ in range(2))
        for officer in (mover, stayer):
            DossierFactory(ward=place, at=MORNING, ready=True, by=officer)
            DossierFactory(ward=place, at=moment("2025-10-06 08:00"), returned=True, then=OLD, by=officer)
            DossierFactory(ward=place, at=moment("2025-02-03 08:00"), in_progress=True, by=officer, what="chứng thực")
        DossierFactory(ward=place, at=moment("2026-11-23 08:42"))  # no officer has it yet
        told, _silent, waived = (late(AFTER, ward=place, at=MORNING, by=stayer, channel="online") for _ in range(3))
        explain(told, AFTER)
        told.appointments.in_debt().settle_apology(AFTER)
        waived.waive_apology(reason="Người dân cần gấp", by=stayer, at=AFTER)
        Staff.objects.filter(pk=mover.pk).update(is_officer=False)
    Appointment.objects.break_overdue(AFTER)
    count_now()
    return mover


def opened(client, address: str) -> int:
    return client.get(address).context["page"].paginator.count


def numbers_of(report) -> list[tuple[str, int, str]]:
    """The words beside it, the number and the address it opens: of both tables and of the comparison."""
    found = [(line.name, *number) for line, numbers in report.table for number in numbers]
    for line, numbers, causes in report.promises:
        found += [(line.name, *number) for number in numbers] + causes
    for change in report.compared:
        if change.lists[0]:
            found += [
                (change.name, change.values[0], change.lists[0]),
                (change.name, change.values[1], change.lists[1]),
            ]
    return found


@pytest.mark.parametrize("days", SPANS.values(), ids=SPANS)
@pytest.mark.parametrize("by", BREAKDOWNS)
@pytest.mark.parametrize("who", ["leader", "city", "city with a ward"])
def test_every_number_of_the_page_opens_the_dossiers_that_it_counts(ward, client, leader, busy, who, by, days):
    client.force_login(leader if who == "leader" else StaffFactory(city=True))
    chosen = {"don_vi": ward.slug} if who == "city with a ward" else {}
    report = client.get(REPORT, {"theo": by, **days, **chosen}).context["report"]
    counts = {address: count for _, count, address in numbers_of(report) if count}
    assert len(counts) >= 12
    assert {address: opened(client, address) for address in counts} == counts


def test_an_officer_who_moved_to_another_ward_keeps_the_line_and_its_list(ward, other_ward, client, leader):
    officer = StaffFactory(ward=ward, clerk=True, officer=True, full_name="Cao Thị Bưởi")
    DossierFactory(ward=ward, at=MORNING, ready=True, by=officer)
    Staff.objects.filter(pk=officer.pk).update(ward=other_ward, is_officer=False)
    count_now()
    client.force_login(leader)
    report = client.get(REPORT, {"theo": "cong-chuc"}).context["report"]
    line, numbers = report.table[0]
    assert line.name == "Cao Thị Bưởi"
    assert {count for count, _ in numbers} == {0, 1}
    for count, address in numbers:
        assert opened(client, address) == count


def test_an_officer_of_another_ward_without_a_dossier_here_is_not_named(ward, other_ward, client, leader):
    stranger = StaffFactory(ward=other_ward, officer=True, full_name="Phạm Người Lạ")
    client.force_login(leader)
    assert "Người Lạ" not in client.get(LIST, {"cong_chuc": stranger.pk}).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"so": "khong-co"},
        {"tu": "2015-01-01"},
        {"tu": "0001-01-01"},
        {"den": "9999-12-31"},
        {"cong_chuc": "999999"},
        {"cong_chuc": "²"},
        {"thu_tuc": "khong-co"},
    ],
)
def test_a_number_that_cannot_be_read_lists_nothing_and_says_why(ward, client, leader, wrong):
    DossierFactory(ward=ward, at=MORNING)
    client.force_login(leader)
    asked = {"so": "tiep-nhan", "tu": "2026-11-01", "den": "2026-11-30"}
    assert opened(client, f"{LIST}?so=tiep-nhan&tu=2026-11-01&den=2026-11-30") == 1
    page = client.get(LIST, asked | wrong)
    assert page.context["page"].paginator.count == 0
    assert 'role="alert"' in page.text


def test_a_dossier_that_missed_two_promises_is_one_row_and_the_page_says_so(ward, client, leader):
    dossier = late(AFTER, ward=ward, at=MORNING)
    by = StaffFactory(ward=ward, leader=True, officer=True)
    dossier.reschedule(
        day=date(2026, 11, 12), half="morning", delay_cause=DelayCause.objects.first(), reason="Chờ", by=by, at=AFTER
    )
    Appointment.objects.break_overdue(moment("2026-11-16 08:00"))
    count_now()
    client.force_login(leader)
    count, address = client.get(REPORT).context["report"].promises[-1][1][0]
    page = client.get(address)
    assert (count, page.context["page"].paginator.count) == (2, 1)
    assert "hồ sơ có hai lời hẹn như vậy chỉ hiện một dòng" in words(page.text)


# days


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("0001-01-01", "0001-01-31"),
        ("0001-02-05", "0001-02-20"),
        ("9999-12-01", "9999-12-31"),
        ("1999-12-31", "2000-1-1"),
    ],
)
@pytest.mark.parametrize(("who", "url"), [("leader", REPORT), ("leader", "/lanh-dao/ra-soat/"), ("city", "/lanh-dao/")])
def test_days_of_another_age_are_refused_beside_their_field(client, leader, who, url, first, last):
    client.force_login(leader if who == "leader" else StaffFactory(city=True))
    page = client.get(url, {"tu": first, "den": last})
    assert page.status_code == 200
    assert "Xin chọn ngày từ năm 2000 đến năm 2100." in page.context["form"].errors["tu"]
    assert "Xin chọn ngày từ năm 2000 đến năm 2100." in page.text


@pytest.mark.parametrize("edge", [("2000-01-01", "2000-01-02"), ("2100-12-30", "2100-12-31")])
def test_the_first_and_the_last_days_that_can_be_asked_for_have_a_report(client, leader, edge):
    client.force_login(leader)
    assert client.get(REPORT, dict(zip(("tu", "den"), edge, strict=True))).context["report"]


@pytest.mark.parametrize(("url", "years"), [(REPORT, 5), ("/quay/so-theo-doi/", 1)])
def test_days_that_are_too_many_are_told_how_many_there_may_be(client, ward, url, years):
    client.force_login(StaffFactory(ward=ward, leader=True, clerk=True))
    page = client.get(url, {"tu": "2010-01-01", "den": "2026-11-30"})
    assert f"Mỗi lần nhiều nhất {years} năm." in page.text


def test_a_period_of_many_months_that_still_runs_says_until_only_once(client, leader):
    client.force_login(leader)
    report = client.get(REPORT, {"tu": "2023-01-01", "den": "2026-11-30"}).context["report"]
    assert report.until == "Từ tháng 1/2023 đến tháng 11/2026 (chưa hết kỳ)"
    assert client.get(REPORT).context["report"].until == "Tháng 11/2026 đến nay"


# wards out of service


def test_a_ward_out_of_service_stays_in_the_figures_of_what_it_did(ward, other_ward, client, leader):
    for place in (ward, other_ward):
        DossierFactory(ward=place, at=MORNING)
    count_now()
    Ward.objects.filter(pk=ward.pk).update(is_in_service=False)
    client.force_login(StaffFactory(city=True))
    report = client.get(REPORT, {"theo": "don-vi"}).context["report"]
    assert (report.total.received, len(report.lines)) == (2, 2)
    assert all(opened(client, address) == count for _, count, address in numbers_of(report) if count)
    assert sum(row.ward == ward for row in client.get("/lanh-dao/").context["city"].rows) == 1
    assert "Tiếp nhận 2 hồ sơ" in client.get("/lanh-dao/so-ket/").text
    assert client.get("/y-kien/", {"don_vi": ward.slug}).status_code == 200
    client.force_login(leader)
    own = client.get(REPORT)
    assert own.context["report"].total.received == 1
    assert str(ward) in own.text
    assert "Toàn thành phố" not in own.text


def test_a_ward_out_of_service_that_never_counted_has_no_line(ward, other_ward, client):
    DossierFactory(ward=ward, at=MORNING)
    count_now()
    Ward.objects.filter(pk=other_ward.pk).update(is_in_service=False)
    client.force_login(StaffFactory(city=True))
    assert other_ward not in client.get(REPORT).context["report"].wards
    before = client.get("/lanh-dao/", {"tu": "2026-10-01", "den": "2026-10-31"}).context["city"]
    assert other_ward not in [row.ward for row in before.rows]
    assert before.total.name == "Toàn thành phố"


def test_the_wards_of_2025_do_not_wipe_out_what_was_before(ward, client):
    DossierFactory(ward=ward, at=MORNING)
    count_now()
    call_command("seed_reference", units="2025", verbosity=0)
    client.force_login(StaffFactory(city=True))
    assert client.get(REPORT).context["report"].total.received == 1


# what the page says


def test_promises_apologies_and_causes_stand_by_line_and_add_up(ward, client, leader, busy):
    client.force_login(leader)
    page = client.get(REPORT, {"theo": "cach-nop", **SPANS["two years"]})
    rows = {line.name: [count for count, _ in numbers] for line, numbers, _ in page.context["report"].promises}
    for missed, apologised, prompt, waived, owed in rows.values():
        assert missed == apologised + waived + owed
        assert prompt <= apologised
    assert rows["Trực tuyến"] == [3, 1, 0, 1, 1]
    causes = {line.name: causes for line, _, causes in page.context["report"].promises}
    assert [(name, count) for name, count, _ in causes["Trực tuyến"]] == [
        ("Chưa ghi nguyên nhân", 2),
        ("Chờ cơ quan khác trả lời", 1),
    ]
    assert "Bảng này đếm lời hẹn theo ngày hẹn;" in words(page.text)


def test_a_working_day_is_as_long_as_the_wards_own(ward, client, leader):
    Ward.objects.filter(pk=ward.pk).update(afternoon_closes=time(17, 30))
    DossierFactory(ward=ward, at=moment("2026-11-02 08:00"), ready=True, then=moment("2026-11-03 08:00"))
    count_now()
    leader.refresh_from_db()
    client.force_login(leader)
    report = client.get(REPORT).context["report"]
    hours = report.total.median
    assert report.day == Ward.objects.get(pk=ward.pk).hours.day_length
    told = next(change.now for change in report.compared if change.name == "Một nửa xong trong")
    assert (hours, told) == (8, "1 ngày")
    assert '<td class="r num nowrap">1 ngày</td>' in client.get(REPORT).text


def test_the_table_behind_each_chart_can_be_opened_and_is_printed(ward, client, leader, busy):
    client.force_login(leader)
    page = client.get(REPORT)
    assert len(re.findall(r"<details class=\"behind\">", page.text)) == 4
    pdf = client.get(reverse("dossiers:report_pdf")).content
    told = " ".join("".join(sheet.extract_text() for sheet in PdfReader(BytesIO(pdf)).pages).split())
    assert "1–2 ngày 0 hồ sơ" in told
    assert "02/11 5 0" in told


def test_the_workbook_holds_numbers_as_numbers_and_what_is_drawn(ward, client, leader, busy):
    client.force_login(leader)
    report = client.get(REPORT).context["report"]
    book = openpyxl.load_workbook(BytesIO(client.get(reverse("dossiers:report_xlsx")).content))
    rows = {row[0].value: row for row in book["So với kỳ trước"].iter_rows(min_row=2)}
    assert [cell.value for cell in rows["Tiếp nhận"][1:]] == list(report.compared[0].values)
    assert rows["Tỷ lệ đúng hạn"][1].value == pytest.approx(report.total.share)
    assert "%" in rows["Tỷ lệ đúng hạn"][1].number_format
    assert rows["Một nửa xong trong (giờ làm việc)"][1].value == report.total.median
    heads = [cell.value for cell in book["Báo cáo"][3]]
    total = dict(zip(heads, [cell.value for cell in list(book["Báo cáo"])[-1]], strict=True))
    owed = total["Còn nợ thư xin lỗi"] + total["Cho trả trước thư xin lỗi"] + total["Đã xin lỗi"]
    assert total["Lời hẹn đã lỡ"] == owed > 0
    causes = list(book["Nguyên nhân"].values)
    assert dict(zip(causes[2][1:], causes[-1][1:], strict=True)) == {
        name: count for name, count, _ in report.promises[-1][2]
    }
    assert dict(list(book["Đang quá hạn"].values)[1:]) == dict(report.age_rows)
    assert len(list(book["Đúng hạn theo tháng"].values)) == 1 + len(report.months)


def test_the_list_of_a_line_is_named_and_leads_back_to_its_report(ward, client, busy):
    client.force_login(StaffFactory(city=True))
    report = client.get(REPORT, {"theo": "cong-chuc"}).context["report"]
    addresses = {line.name: numbers[1][1] for line, numbers in report.table}
    address = addresses["Chưa có công chức"]
    assert parse_qs(urlsplit(address).query)["cong_chuc"] == ["chua-co"]
    page = client.get(address)
    assert {dossier.officer_id for dossier, _ in page.context["rows"]} == {None}
    assert page.context["page"].paginator.count == Dossier.objects.filter(officer=None).count() == 2
    assert '<option value="chua-co" selected>' in page.text
