"""The open data are read back by others' programs, and say the same as the public page."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date, timedelta
from io import StringIO

import pytest
from django.utils import timezone

from desk.kept import forget
from desk.models import Ward
from dossiers.models import Figure, FigureRun, Procedure
from feedback.models import Question, QuestionSet
from feedback.period import Period
from feedback.published import PublishedSurvey
from phuly_portal.open_data import TABLES
from tests.conftest import MONDAY
from tests.factories import CODES, answers, counted_at, kept, late

JSON, CSV, PAGE = "/cong-khai/du-lieu.json", "/cong-khai/du-lieu.csv", "/cong-khai/"
AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)


@pytest.fixture(autouse=True)
def _counted(db):
    counted_at(MONDAY)


@pytest.fixture
def question(db) -> Question:
    """Question 1 of the survey in force."""
    in_force = QuestionSet.objects.filter(use=QuestionSet.Use.SURVEY, valid_from__lte=AUGUST).latest("valid_from")
    return in_force.questions.get(position=1)


@pytest.fixture
def town(ward, other_ward, question):
    """Two wards in two months, with a small procedure, and a month that is too small."""
    kept(ward, OCTOBER, "khai sinh", 1230, late=4, hours=12)
    kept(ward, OCTOBER, "kết hôn", 3)
    kept(ward, OCTOBER, "khai tử", 5)
    kept(ward, date(2025, 12, 1), "khai sinh", 7)
    kept(other_ward, OCTOBER, "chứng thực", 4)
    kept(other_ward, SEPTEMBER, "chứng thực", 9, late=1)
    kept(ward, date(2026, 11, 1), "khai sinh", 99)
    answers(ward, OCTOBER, question, {1: 30, 5: 2})
    answers(other_ward, OCTOBER, question, {5: 4})
    answers(other_ward, AUGUST, question, {1: 6})
    return ward, other_ward


def read(client, address: str, **asked) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return answer.getvalue().decode()


def table(client, **asked) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(read(client, CSV, **asked).removeprefix("\ufeff"))))


def test_json_tells_the_parts_of_every_figure_and_no_small_one(client, town):
    ward, other_ward = town
    rows = json.loads(read(client, JSON))["thu_tuc"]
    columns = ("thang", "ma_don_vi", "ma_thu_tuc", "ket_qua", "qua_han", "phieu", "hai_long")
    asked_after = CODES["xác nhận hôn nhân"]
    assert [tuple(row[name] for name in columns) for row in rows] == [
        ("2025-12", ward.code, CODES["khai sinh"], 7, 0, None, None),
        ("2026-08", other_ward.code, asked_after, None, None, 6, 6),
        ("2026-09", other_ward.code, CODES["chứng thực"], 10, 1, None, None),
        ("2026-10", ward.code, "", 8, 0, None, None),
        ("2026-10", ward.code, CODES["khai sinh"], 1234, 4, None, None),
        ("2026-10", ward.code, asked_after, None, None, 32, 30),
    ]
    assert rows[-2] == {
        "thang": "2026-10",
        "ma_don_vi": ward.code,
        "don_vi": "Phường Lê Hồng Phong",
        "linh_vuc": "Hộ tịch",
        "ma_thu_tuc": CODES["khai sinh"],
        "thu_tuc": "Khai sinh",
        "ket_qua": 1234,
        "truoc_han": 0,
        "dung_han": 1230,
        "qua_han": 4,
        "gio_90": 12,
        "phieu": None,
        "hai_long": None,
    }


def test_wards_have_promises_apologies_and_what_people_said(client, town):
    late(MONDAY, ward=town[0]).appointments.in_debt().settle_apology(MONDAY)
    Figure.objects.filter(measure__in=["missed", "apologised"]).delete()
    for measure, count in {"missed": 3, "apologised": 2}.items():
        Figure.objects.create(ward=town[0], span="month", first=OCTOBER, measure=measure, count=count)
    rows = json.loads(read(client, JSON, nam=2026))["don_vi"]
    kept_to = {(row["thang"], row["don_vi"]): list(row.values())[3:] for row in rows}
    assert kept_to == {
        ("2026-08", "Phường Quang Trung"): [None, None, None, None, None, None, None, None, 6, 6],
        ("2026-09", "Phường Quang Trung"): [10, 0, 9, 1, 7, 0, 0, 0, None, None],
        ("2026-10", "Phường Lê Hồng Phong"): [1242, 0, 1238, 4, 12, 3, 2, 1, 32, 30],
    }


def test_csv_and_json_say_the_same_and_a_spreadsheet_reads_the_csv(client, town):
    assert read(client, CSV).startswith("\ufeffthang,ma_don_vi,don_vi,linh_vuc,ma_thu_tuc,")
    data = json.loads(read(client, JSON))
    for one in TABLES:
        as_text = [{name: "" if value is None else str(value) for name, value in row.items()} for row in data[one.slug]]
        assert table(client, bang=one.slug) == as_text != []


def test_the_page_is_the_sum_of_the_data(client, town):
    for asked, months in (
        ({"tu": "2026-10", "den": "2026-10"}, ["2026-10"]),
        ({"tu": "2026-01", "den": "2026-12"}, ["2026-09", "2026-10"]),
    ):
        rows = [row for row in table(client, nam="2026") if row["thang"] in months and row["ket_qua"]]
        by_ward = Counter[str]()
        for row in rows:
            by_ward[row["don_vi"]] += int(row["ket_qua"])
        in_time = sum(int(row["truoc_han"]) + int(row["dung_han"]) for row in rows)
        page = client.get(PAGE, asked).text
        assert f"{in_time:,} trong {sum(by_ward.values()):,} hồ sơ".replace(",", ".") in page
        for ward in Ward.objects.in_service():
            count = f"{by_ward[str(ward)]:,}".replace(",", ".") if by_ward[str(ward)] else "dưới 5 hồ sơ"
            row = page[page.index(f">{ward}</a>") :]
            assert f'data-label="Có kết quả">{count}</td>' in row[: row.index("</tr>")]


def test_satisfaction_by_procedure_on_the_page_is_the_sum_of_the_data(client, town, question):
    """Small ones are pooled in both, so that no difference tells of fewer than five."""
    ward, other_ward = town
    for name, counts in {"khai sinh": {1: 40}, "kết hôn": {1: 3}, "khai tử": {5: 2}}.items():
        answers(ward, OCTOBER, question, counts, procedure=Procedure.objects.get(code=CODES[name]))
    answers(other_ward, SEPTEMBER, question, {1: 20}, procedure=Procedure.objects.get(code=CODES["khai sinh"]))
    forget()
    rows = [row for row in table(client, nam="2026") if row["thang"] in ("2026-09", "2026-10") and row["phieu"]]
    assert all(int(row["phieu"]) >= 5 for row in rows)
    sums = Counter[str]()
    for row in rows:
        sums[row["ma_thu_tuc"]] += int(row["phieu"])
    survey = PublishedSurvey(Ward.objects.in_service(), Period(SEPTEMBER, OCTOBER), MONDAY.date())
    assert sums == {code: share.sheets for code, share in survey.by_procedure().items()}
    assert (sums[CODES["khai sinh"]], sums[""]) == (60, 5)


def test_what_is_said_of_the_sums_is_true(client, town):
    """The running month is on the page alone, and nine of ten is no sum."""
    data = json.loads(read(client, JSON))
    assert data["mo_ta"]["phien_ban"] == 2
    assert "Mọi con số trên trang đều là tổng" not in data["mo_ta"]["nhom_nho"]
    assert "Tháng đang diễn ra có trên trang, hết tháng mới có ở đây." in data["mo_ta"]["nhom_nho"]
    assert "không cộng được" in data["mo_ta"]["nhom_nho"]


def test_a_year_is_asked_for_and_what_is_none_is_refused_in_words(client, town):
    assert {row["thang"][:4] for row in table(client)} == {"2025", "2026"}
    assert {row["thang"] for row in table(client, nam=2025)} == {"2025-12"}
    assert table(client, nam=1999) == []
    for address, asked in ((JSON, {"nam": "hai"}), (CSV, {"nam": "26"}), (CSV, {"bang": "ten_nguoi"})):
        answer = client.get(address, asked)
        assert answer.status_code == 400
        assert "Xin ghi năm bằng bốn chữ số" in answer.text


def test_the_description_names_every_column_and_the_page_does_too(client, town):
    data = json.loads(read(client, JSON))
    assert data["mo_ta"]["tinh_den"] == FigureRun.objects.get().counted_at.isoformat(timespec="seconds")
    assert "ghi nguồn" in data["mo_ta"]["giay_phep"]
    page = client.get(PAGE).text
    for one in TABLES:
        described = data["mo_ta"]["bang"][one.slug]["cot"]
        assert [column["ten"] for column in described] == list(data[one.slug][0])
        assert all(column["nghia"] and column["don_vi_tinh"] for column in described)
        assert all(f">{column['ten']}</span>" in page for column in described)


@pytest.mark.parametrize("address", [JSON, CSV])
def test_other_sites_read_the_data_and_ask_again_only_for_what_is_new(client, town, address):
    first = client.get(address)
    assert first.streaming
    assert first["Access-Control-Allow-Origin"] == "*"
    assert first["Cache-Control"] == "public, max-age=60"
    again = {"If-None-Match": first["ETag"]}
    assert client.get(address, headers=again).status_code == 304
    assert client.get(address, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    counted_at(timezone.now() + timedelta(minutes=1))
    assert client.get(address, headers=again).status_code == 200


def test_before_the_first_count_there_is_a_description_and_no_row(client, town):
    FigureRun.objects.all().delete()
    assert json.loads(read(client, JSON))["thu_tuc"] == table(client) == []
    assert client.get(PAGE).status_code == 200
