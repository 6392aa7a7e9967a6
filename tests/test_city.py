"""The city sees its wards side by side: each number is that of the ward, and opens what it counts."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.utils import timezone
from pypdf import PdfReader

from desk.models import Ward
from desk.period import Days
from dossiers.models import Appointment, Figure, HelpGiven, HomeVisit
from feedback.models import Dialogue, Question
from letters.models import Letter
from phuly_portal.city import COLUMNS, MAP, city_of, sorted_by
from tests.conftest import moment
from tests.factories import DialogueFactory, DossierFactory, StaffFactory, answers, with_pdf
from tests.test_lists import queries

pytestmark = pytest.mark.django_db
URL = "/lanh-dao/"
NOVEMBER = Days(date(2026, 11, 1), date(2026, 11, 30))
MORNING = moment("2026-11-02 08:42")
#: After the promise of three working days that morning makes.
LATE = moment("2026-11-09 08:00")


@pytest.fixture
def city_client(client, city):
    client.force_login(city)
    return client


def busy(ward: Ward) -> None:
    """One of everything that the page counts, in one ward: two results of three in time, one dossier late now."""
    now = timezone.now()
    DossierFactory.create_batch(2, ward=ward, at=MORNING, ready=True, then=moment("2026-11-04 09:00"))
    DossierFactory(ward=ward, at=MORNING, ready=True, then=LATE)
    DossierFactory(ward=ward, at=MORNING)
    Appointment.objects.break_overdue(now)
    done = DossierFactory(ward=ward, returned=True, at=MORNING, then=moment("2026-11-03 09:00"))
    by = StaffFactory(ward=ward, clerk=True, leader=True)
    typed = {"su_viec": "cán bộ tiếp dân ân cần"}
    letter = Letter.objects.write(ward=ward, kind="thanks_praise", dossier=done, typed=typed, by=by, at=now)
    with_pdf(letter).issue(by=by, at=now)
    HelpGiven.objects.record(ward=ward, procedure=done.procedure, helper=by, at=now, key=uuid.uuid4())
    talk = DialogueFactory(ward=ward, at=MORNING, by=by)
    talk.hold(minutes="Đã nói chuyện rác", people=40, by=by, at=now)
    visited(ward, done, by)
    Figure.objects.keep_up(now)


def visited(ward, dossier, by):
    visit = HomeVisit.objects.ask(ward=ward, by=by, at=MORNING, key=uuid.uuid4(), name="Cao Thị Bưởi")
    pair = {
        "day": date(2026, 11, 5),
        "half": "morning",
        "first_staff": by,
        "second_staff": StaffFactory(ward=ward, clerk=True),
    }
    done = {"state": "done", "dossier": dossier, "procedure": dossier.procedure, "ended_at": timezone.now()}
    HomeVisit.objects.filter(pk=visit.pk).update(**pair, **done)


def row_of(city, ward):
    return next(row for row in city.rows if row.ward == ward)


def shown(city, wards=None, days=NOVEMBER):
    return city_of(city, wards or list(Ward.objects.in_service()), days, timezone.now())


def test_each_number_is_that_of_its_ward(city, ward, other_ward):
    busy(ward)
    question = Question.objects.get(question_set__slug="sau-ho-so", position=1)
    answers(ward, date(2026, 11, 1), question, {1: 38, 5: 2})
    found = shown(city)
    values = {slug: column.get(row_of(found, ward)) for slug, column in COLUMNS.items()}
    assert values == {
        "da-xong": 4, "dung-hen": 3, "ti-le": 0.75, "qua-han": 1, "no-thu": 2, "phieu": 40, "hai-long": 0.95,
        "xin-loi": 0, "cam-on": 1, "chuc-mung": 0, "chia-buon": 0, "viet-giup": 1, "tai-nha": 1, "doi-thoai": 1,
    }  # fmt: skip
    assert not any(column.get(row_of(found, other_ward)) for column in COLUMNS.values())
    assert {slug: column.get(found.total) for slug, column in COLUMNS.items()} == values
    assert found.headline == "Tháng 11/2026: 75,0% hồ sơ trả đúng hẹn. Hôm nay 1 hồ sơ quá hạn, ở 1 phường, xã."


def test_a_period_without_results_says_so(city, ward):
    busy(ward)
    september = Days(date(2026, 9, 1), date(2026, 9, 30))
    found = shown(city, days=september)
    assert found.headline.startswith("Tháng 9/2026: chưa có hồ sơ nào giải quyết xong.")
    row = row_of(found, ward)
    assert [column.get(row) for column in COLUMNS.values()] == [0, 0, None, 1, 0, 0, None, 0, 0, 0, 0, 0, 0, 0]


def test_a_recalled_letter_a_missed_visit_and_a_called_off_dialogue_are_not_counted(city, ward):
    busy(ward)
    Letter.objects.issued().update(replaced_at=timezone.now())
    HomeVisit.objects.update(state="not_met")
    Dialogue.objects.update(state="called_off", called_off_reason="mưa bão")
    row = row_of(shown(city), ward)
    assert [COLUMNS[slug].get(row) for slug in ("cam-on", "tai-nha", "doi-thoai")] == [0, 0, 0]


def test_twenty_one_wards_cost_what_one_does(city_client, ward):
    busy(ward)
    alone = queries(city_client, f"{URL}?ten=le+hong+phong")
    for other in Ward.objects.in_service().exclude(pk=ward.pk)[:3]:
        busy(other)
    page = city_client.get(URL)
    assert len(page.context["city"].rows) == 21
    assert queries(city_client, URL) <= alone < 30


def test_any_column_sorts_and_what_says_nothing_stands_last(city, ward, other_ward):
    busy(ward)
    DossierFactory(ward=other_ward, at=MORNING, ready=True, then=MORNING)
    Figure.objects.keep_up(timezone.now())
    rows = shown(city).rows
    assert [row.ward for row in sorted_by(rows, "ti-le")][:2] == [ward, other_ward]
    assert [row.ward for row in sorted_by(rows, "-ti-le")][:2] == [other_ward, ward]
    assert sorted_by(rows, "-doi-thoai")[0].ward == ward
    names = [row.ward.name for row in sorted_by(rows, "ten")]
    assert names[:4] + names[-1:] == ["Châu Sơn", "Đinh Xá", "Hai Bà Trưng", "Kim Bình", "Trịnh Xá"]
    assert [row.ward.name for row in sorted_by(rows, "-ten")] == names[::-1]
    assert sorted_by(rows, "xyz") == sorted_by(rows, "ti-le")


def test_kind_and_name_narrow_the_list_and_stay_in_the_address(city_client):
    page = city_client.get(f"{URL}?loai=xa&ten=lIÊM&xep=-viet-giup")
    assert [row.name for row in page.context["city"].rows] == ["Xã Liêm Chung", "Xã Liêm Tuyền", "Xã Liêm Tiết"]
    assert page.context["city"].total.name == "Cộng"
    assert "loai=xa&amp;ten=lI%C3%8AM&amp;xep=viet-giup" in page.text
    assert "Không có phường, xã nào như đã chọn." in city_client.get(f"{URL}?ten=abc").text


@pytest.mark.parametrize("path", ["", "toan-thanh-pho.pdf", "toan-thanh-pho.xlsx"])
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("tu=2026-11-30&den=2026-11-01", "Ngày cuối phải sau ngày đầu."),
        ("tu=abc&den=2026-11-01", "Ghi như 01/11/2026."),
        ("loai=thon", "Xin chọn lại."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(city_client, path, asked, said):
    assert said in city_client.get(f"{URL}{path}?{asked}").text


def test_every_number_opens_what_it_counts(city_client, ward, other_ward):
    busy(ward)
    busy(other_ward)
    late = city_client.get("/ho-so/?lan=qua-han&don_vi=le-hong-phong")
    assert [row.ward for row, _ in late.context["rows"]] == [ward]
    owed = city_client.get("/ho-so/?so=no-xin-loi&tu=2026-11-01&den=2026-11-30&don_vi=le-hong-phong")
    assert owed.context["page"].paginator.count == 2
    text = city_client.get(URL).text.replace("&amp;", "&")
    days = "tu=2026-11-01&den=2026-11-30&don_vi=le-hong-phong"
    for address in (
        f"/lanh-dao/bao-cao/?{days}",
        "/ho-so/?lan=qua-han&don_vi=le-hong-phong",
        f"/ho-so/?so=no-xin-loi&{days}",
        f"/lanh-dao/so-ket/?{days}",
    ):
        assert f'href="{address}"' in text
        assert city_client.get(address).status_code == 200


def test_days_that_cut_a_month_say_of_which_months_people_are_heard(city_client):
    page = city_client.get(f"{URL}?tu=2026-10-12&den=2026-11-08").text
    assert "hài lòng tính từ tháng 10/2026 đến tháng 11/2026" in page


def test_the_legend_names_every_look_of_a_tile(city_client):
    legend = city_client.get(URL).text.partition('class="small quiet legend">')[2].partition("</p>")[0]
    assert [words.partition("</i>")[2] for words in legend.split("</span>")[:-1]] == [
        "100%", "từ 98%", "từ 95%", "dưới 95%", "chưa có kết quả"
    ]  # fmt: skip


def test_every_ward_of_the_article_has_its_place_and_others_stand_behind():
    assert sorted(slug for line in MAP for slug in line if slug) == sorted(
        Ward.objects.filter(units="2020").values_list("slug", flat=True)
    )


def test_paper_and_workbook_say_what_the_page_says(city_client, city, ward):
    busy(ward)
    asked = "tu=2026-11-01&den=2026-11-30&loai=phuong&xep=-da-xong"
    found = city_client.get(f"{URL}?{asked}").context["city"]
    book = openpyxl.load_workbook(BytesIO(city_client.get(f"{URL}toan-thanh-pho.xlsx?{asked}").content))
    results, care, how = ([list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book)
    assert results[0][0].startswith(found.headline)
    assert results[2][:5] == ["Phường, xã", "Đã giải quyết", "Đúng hẹn", "Tỷ lệ đúng hạn", "Đang quá hạn"]
    assert results[3][:7] == ["Phường Lê Hồng Phong", 4, 3, 0.75, 1, 2, 0]
    assert [row[0] for row in results[3:15]] == [row.name for row in found.rows] + ["Cộng"]
    assert care[3] == ["Phường Lê Hồng Phong", 0, 1, 0, 0, 1, 1, 1]
    assert [row[0] for row in how[1:]] == found.notes
    assert not any(word in note for note in found.notes for word in ("Chấm", "Dải", "Vạch"))
    pdf = PdfReader(BytesIO(city_client.get(f"{URL}toan-thanh-pho.pdf?{asked}").content))
    words = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert found.headline in words
    assert "Dải nhạt: khoảng tin cậy 95%" in words
    assert "Phường Lê Hồng Phong 4 3 75,0% 1 2" in words
    assert pdf.pages[0].mediabox.width > pdf.pages[0].mediabox.height


def test_only_the_city_sees_the_city(client, leader, ward):
    client.force_login(leader)
    assert "city" not in client.get(URL).context
    assert client.get(f"{URL}toan-thanh-pho.xlsx").status_code == 403
    assert client.get(f"{URL}toan-thanh-pho.pdf").status_code == 403
    client.force_login(StaffFactory(ward=ward, clerk=True))
    assert client.get(URL).status_code == 403


def test_a_days_count_is_as_old_as_it_says(city_client, ward):
    assert "Số liệu đang được tính." in city_client.get(URL).text
    Figure.objects.keep_up(timezone.now() - timedelta(minutes=5))
    assert "Tính đến 10 giờ 25, 23/11/2026." in city_client.get(URL).text
