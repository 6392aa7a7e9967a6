"""The register of letters: every number of a period, none missing; taking it out is noted."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from desk.models import AccessLog
from letters.models import Letter, LetterKind
from letters.register import letters_of, series_of
from tests.conftest import moment
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db
MONTH = "tu=2026-11-01&den=2026-11-30"


@pytest.fixture
def issue(ward, leader):
    """Issue a letter of the ward: kind, moment, recipient; the real verb gives the number."""

    def issued(kind=LetterKind.PRAISE, at="2026-11-23 09:00", to="Bà Cao Thị Bưởi", by=leader):
        typed = {"nguoi_nhan": to, "xung_ho": "bà", "su_viec": "=1+1", "viec_da_lam": "Đã sửa"}
        now = moment(at)
        letter = Letter.objects.create(ward=by.ward, kind=kind, typed=typed, ordered_at=now, touched_at=now)
        letter.bring_up_to_date(now)
        Letter.objects.filter(pk=letter.pk).update(needs_drawing=False)
        letter.issue(by=by, at=now)
        return letter

    return issued


def words(content):
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return " ".join(text.split())


def rows_of(content):
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    return [list(row) for row in sheet.iter_rows(min_row=3, values_only=True)]


def test_the_page_the_pdf_and_the_workbook_say_the_same(clerk_client, issue, leader):
    issue()
    issue(LetterKind.FAULT, to="Ông Trịnh Hữu Ngãi")
    page = clerk_client.get(f"/thu/so-thu/?{MONTH}").text
    read = words(clerk_client.get(f"/thu/so-thu.pdf?{MONTH}").content)
    head, *rows = rows_of(clerk_client.get(f"/thu/so-thu.xlsx?{MONTH}").content)
    assert head[:4] == ["Số, ký hiệu", "Ngày", "Loại thư", "Người nhận"]
    assert [row[0] for row in rows] == ["01/TCO-UBND", "01/TXL-UBND"]
    assert rows[0][1].date() == date(2026, 11, 23)
    for value in ("01/TXL-UBND", "Ông Trịnh Hữu Ngãi", "Thư xin lỗi vì sai sót", leader.full_name, "Đang có hiệu lực"):
        assert value in page
        assert value in read
        assert value in rows[1]
    assert "SỔ ĐĂNG KÝ THƯ" in read
    assert "Cộng: 2 thư." in read


def test_a_recalled_letter_stays_and_says_by_which_it_is_replaced(clerk_client, issue, leader):
    first = issue()
    second = first.recall(reason="=Ghi nhầm tên", by=leader, at=moment("2026-11-24 09:00"))
    assert "Đang lập thư thay: =Ghi nhầm tên" in rows_of(clerk_client.get(f"/thu/so-thu.xlsx?{MONTH}").content)[1]
    second.submit(by=leader, at=moment("2026-11-24 10:00"), typed={})
    Letter.objects.update(needs_drawing=False)
    second.issue(by=leader, at=moment("2026-11-24 10:00"))
    rows = rows_of(clerk_client.get(f"/thu/so-thu.xlsx?{MONTH}").content)[1:]
    assert [row[6:] for row in rows] == [
        ["Đã thay", "Thay bằng thư số 02/TCO-UBND: =Ghi nhầm tên"],
        ["Đang có hiệu lực", "Thay thư số 01/TCO-UBND"],
    ]


def test_a_replacement_that_was_called_off_is_no_longer_on_its_way(clerk_client, issue, leader):
    day = moment("2026-11-24 09:00")
    second = issue().recall(reason="Ghi nhầm tên", by=leader, at=day)
    [row] = rows_of(clerk_client.get(f"/thu/so-thu.xlsx?{MONTH}").content)[1:]
    assert row[6:] == ["Đã thu hồi", "Đang lập thư thay: Ghi nhầm tên"]
    second.call_off(by=leader, at=day)
    [row] = rows_of(clerk_client.get(f"/thu/so-thu.xlsx?{MONTH}").content)[1:]
    assert row[6:] == ["Đã thu hồi", "Không lập thư thay: Ghi nhầm tên"]


def test_nothing_typed_becomes_a_formula(clerk_client, issue):
    issue(to="=HYPERLINK(1)")
    sheet = openpyxl.load_workbook(BytesIO(clerk_client.get(f"/thu/so-thu.xlsx?{MONTH}").content)).active
    assert sheet["D4"].value == "=HYPERLINK(1)"
    assert sheet["D4"].data_type == "s"


def test_the_numbers_of_a_series_follow_one_another(ward, issue, clerk_client):
    for day in (2, 3, 4):
        issue(at=f"2026-11-0{day} 09:00")
    issue(LetterKind.FAULT, at="2026-12-01 09:00")
    letters = letters_of(ward, date(2026, 11, 3), date(2026, 12, 31))
    assert [(one.symbol, one.first, one.last, one.missing) for one in series_of(letters)] == [
        ("TCO-UBND", 2, 3, 0),
        ("TXL-UBND", 1, 1, 0),
    ]
    Letter.objects.filter(number=2).update(number=7)
    assert series_of(letters_of(ward, date(2026, 11, 1), date(2026, 11, 30)))[0].missing == 4
    assert "khuyết 4 số" in words(clerk_client.get(f"/thu/so-thu.pdf?{MONTH}").content)


def test_both_days_of_the_period_count_and_no_other(ward, issue):
    for at in ("2026-10-31 16:59", "2026-11-01 00:00", "2026-11-30 23:59", "2026-12-01 00:00"):
        issue(at=at)
    letters = letters_of(ward, date(2026, 11, 1), date(2026, 11, 30))
    assert [letter.number for letter in letters] == [2, 3]


def test_drafts_and_other_wards_letters_are_not_in_it(clerk_client, issue, ward, other_ward):
    issue(by=StaffFactory(ward=other_ward, leader=True), to="Bà Của Phường Khác")
    now = moment("2026-11-23 09:00")
    Letter.objects.create(ward=ward, kind=LetterKind.PRAISE, ordered_at=now, touched_at=now)
    assert "Không có thư nào" in clerk_client.get(f"/thu/so-thu/?{MONTH}").text
    assert "Bà Của Phường Khác" not in words(clerk_client.get(f"/thu/so-thu.pdf?{MONTH}").content)


def test_taking_it_out_is_noted_with_the_reason(clerk_client, clerk, ward):
    for ending in ("pdf", "xlsx"):
        assert clerk_client.get(f"/thu/so-thu.{ending}?{MONTH}&ly_do=Báo cáo quý").status_code == 200
    assert clerk_client.get(f"/thu/so-thu/?{MONTH}").status_code == 200
    noted = AccessLog.objects.values_list("staff", "ward", "kind", "about", "reason")
    row = (clerk.pk, ward.pk, "export", "Sổ đăng ký thư 01/11/2026 – 30/11/2026", "Báo cáo quý")
    assert list(noted) == [row, row]


@pytest.mark.parametrize("ending", ["/", ".pdf", ".xlsx"])
def test_a_period_that_is_none_is_said_beside_its_field(clerk_client, ending):
    page = clerk_client.get(f"/thu/so-thu{ending}?tu=2026-11-30&den=2026-11-01")
    assert "Ngày cuối phải sau ngày đầu" in page.text
    assert not AccessLog.objects.exists()


def test_the_city_has_no_register_of_its_own(client, city):
    client.force_login(city)
    for ending in ("/", ".pdf", ".xlsx"):
        assert client.get(f"/thu/so-thu{ending}").status_code == 403


def test_the_register_costs_the_same_for_1_and_10(clerk_client, issue, leader):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert clerk_client.get(f"/thu/so-thu/?{MONTH}").status_code == 200
        return len(captured)

    issue().recall(reason="Nhầm tên", by=leader, at=moment("2026-11-24 09:00"))
    alone = queries()
    for _ in range(9):
        issue().recall(reason="Nhầm tên", by=leader, at=moment("2026-11-24 09:00"))
    assert queries() == alone
