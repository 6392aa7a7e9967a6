"""The commands that scripts and administrators rely on: reference data, and how a promise is counted."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from desk.calendar import Unit
from desk.models import CalendarDay, Ward
from desk.reference import read
from dossiers import reference
from dossiers.forms.intake import IntakeForm
from dossiers.models import Edition, FormTitle, Procedure
from tests.conftest import moment
from tests.factories import StaffFactory
from tests.test_receive import receive

pytestmark = pytest.mark.django_db


def seed(units="2020"):
    call_command("seed_reference", units=units, stdout=(said := StringIO()))
    return said.getvalue()


def everything():
    """Every row of this project's tables."""
    models = [model for app in ("desk", "dossiers") for model in apps.get_app_config(app).get_models()]
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


# seed_reference


def test_seeding_again_changes_nothing():
    before = everything()
    assert before["Ward"]
    assert before["Procedure"]
    said = seed()
    assert everything() == before
    assert said.startswith("Đã nạp: 21 phường, xã, 17 ngày đặc biệt, 2 tên bộ phận, 13 mẫu giấy, ")


def test_what_an_administrator_changed_stays():
    Ward.objects.filter(slug="le-hong-phong").update(phone="02263000117", dossier_code_prefix="000.17.22.H56")
    Procedure.objects.filter(code="1.001193").update(limit_value=1, limit_unit="working_day")
    Procedure.objects.get(code="1.001193").documents.all().delete()
    CalendarDay.objects.filter(date="2026-11-24").update(kind="working", name="đi làm")
    FormTitle.objects.filter(kind="slip").update(title="Giấy hẹn")
    before = everything()
    seed()
    assert everything() == before


def in_service():
    return set(Ward.objects.in_service().values_list("slug", flat=True))


def test_either_set_of_wards_can_be_put_in_service_and_the_other_stays_on_record():
    old = in_service()
    assert len(old) == 21
    assert not [slug for slug in old if slug.endswith("-2025")]
    seed("2025")
    assert in_service() == {"phu-ly-2025", "ha-nam-2025", "phu-van-2025", "chau-son-2025", "liem-tuyen-2025"}
    assert Ward.objects.count() == 26
    before = everything()
    seed("2025")
    assert everything() == before
    seed("2020")
    assert in_service() == old


def test_a_code_that_was_used_again_is_another_ward():
    seed("2025")
    for code, names in {"13285": ["Quang Trung", "Châu Sơn"], "13318": ["Châu Sơn", "Phù Vân"]}.items():
        wards = Ward.objects.filter(code=code).order_by("valid_from")
        assert [ward.name for ward in wards] == names
        assert [ward.is_in_service for ward in wards] == [False, True]
        assert [ward.valid_from for ward in wards] == [date(1900, 1, 1), date(2025, 7, 1)]


def test_the_wards_of_2025_receive_under_their_own_codes():
    seed("2025")
    ward = Ward.objects.get(slug="phu-ly-2025")
    assert receive(StaffFactory(ward=ward, clerk=True)).code == "000.01.01.H42-261123-0001"
    assert str(ward) == "Phường Phủ Lý"
    assert ward.city_line == "tỉnh Ninh Bình"


def test_every_ward_has_a_prefix_of_its_own_and_a_name_for_the_date():
    seed("2025")
    prefixes = Ward.objects.values_list("dossier_code_prefix", flat=True)
    assert len(set(prefixes)) == len(prefixes) == 26
    assert Ward.objects.get(slug="le-hong-phong").dossier_code_prefix == "000.03.01.H25"
    assert Ward.objects.get(slug="le-hong-phong").place_name == "Phường Lê Hồng Phong"  # named after a person
    assert Ward.objects.get(slug="quang-trung").place_name == "Quang Trung"


# the files


@pytest.fixture(scope="module")
def procedures():
    return list(read(reference.DATA / "procedures.csv"))


def test_each_procedure_is_there_once_for_any_day(procedures):
    codes = [(row["code"], row["valid_from"]) for row in procedures]
    assert len(set(codes)) == len(codes)
    for procedure in Procedure.objects.all():
        procedure.full_clean()
        assert procedure.documents.exists(), procedure


def test_each_procedure_has_a_term_that_the_calendar_can_count(procedures):
    for row in procedures:
        assert row["limit_unit"] in list(Unit), row["code"]
        assert (row["limit_value"] == "0") == (row["limit_unit"] == Unit.SAME_DAY), row["code"]
        assert bool(row["cutoff"]) == (row["limit_unit"] == Unit.SAME_DAY), row["code"]


def test_what_is_not_verified_is_one_of_the_figures_and_an_unknown_fee_says_why(procedures):
    for row in procedures:
        assert set(reference.parts(row["unverified"])) <= {"limit", "fee"}, row["code"]
        assert row["fee_vnd"] or row["fee_note"], row["code"]


def test_the_intake_page_has_a_field_for_each_fact_that_a_letter_needs(procedures, ward):
    for row in procedures:
        form = IntakeForm(ward=ward, initial={"procedure": row["code"]})
        assert form.chosen.code == row["code"]
        assert [fact.name for fact in form.facts] == reference.parts(row["letter_facts"])
        assert bool(row["letter_facts"]) == bool(row["letter"]), row["code"]


def test_certification_always_gets_a_slip_when_it_is_due_another_day(procedures):
    """Thông tư 01/2020/TT-BTP, Điều 2."""
    for row in procedures:
        assert (row["always_slip"] == "yes") == (row["field"] == "Chứng thực"), row["code"]


def test_both_editions_number_their_forms_without_a_gap():
    numbers = {
        edition.name: sorted(edition.titles.values_list("number", flat=True)) for edition in Edition.objects.all()
    }
    assert numbers == {
        "2018": ["01", "02", "03", "04", "05", "06"],
        "2025": ["01", "02", "03", "04", "05", "06", "07"],
    }
    for kind in ("slip", "supplement", "refusal", "apology", "control", "register"):
        assert FormTitle.objects.filter(kind=kind).count() == 2


def test_an_edition_begins_on_one_day_and_has_one_basis():
    for edition in Edition.objects.all():
        rows = [row for row in read(reference.DATA / "forms.csv") if row["edition"] == edition.name]
        assert {(row["valid_from"], row["basis"]) for row in rows} == {(str(edition.valid_from), edition.basis)}


# promise


def promise(*asked, **options):
    call_command("promise", *asked, stdout=(said := StringIO()), **options)
    return json.loads(said.getvalue())


def test_a_promise_is_printed_with_its_moment_its_half_and_each_day():
    said = promise("1.004873", "2026-11-23T08:42")
    assert said == {
        "procedure": "1.004873",
        "name": "Cấp Giấy xác nhận tình trạng hôn nhân",
        "limit": "03 ngày làm việc",
        "received_at": "2026-11-23T08:42:00+07:00",
        "due_at": "2026-11-27T11:30:00+07:00",
        "half": "morning",
        "provisional": False,
        "steps": [
            {"day": "2026-11-23", "kind": "received", "number": None, "words": "Nhận hồ sơ, chưa tính"},
            {"day": "2026-11-24", "kind": "off", "number": None, "words": "Nghỉ lễ: Ngày Văn hóa Việt Nam"},
            {"day": "2026-11-25", "kind": "counted", "number": 1, "words": "Ngày làm việc thứ 1"},
            {"day": "2026-11-26", "kind": "counted", "number": 2, "words": "Ngày làm việc thứ 2"},
            {"day": "2026-11-27", "kind": "due", "number": 3, "words": "Ngày làm việc thứ 3: trả kết quả buổi sáng"},
        ],
    }


@pytest.mark.parametrize(
    "written", ["2026-11-23T08:42", "2026-11-23 08:42:59", "2026-11-23T01:42Z", "2026-11-22T20:42-05:00"]
)
def test_a_moment_may_name_its_zone_and_is_the_desks_otherwise(written):
    assert promise("1.004873", written)["due_at"] == "2026-11-27T11:30:00+07:00"


def test_what_it_prints_is_what_the_desk_promises(clerk):
    for at in ("2026-11-23T13:29", "2026-11-23T13:30", "2026-12-31T16:59"):
        dossier = receive(clerk, at=moment(at))
        said = promise("1.004873", at, ward="13291")
        assert moment(said["due_at"][:19]) == dossier.due_at
        assert (said["half"], said["steps"]) == (dossier.appointment.half, dossier.appointment.count)
        assert said["provisional"] == dossier.appointment.is_provisional


def test_a_wards_own_hours_count(ward):
    Ward.objects.filter(pk=ward.pk).update(morning_closes="11:00")
    assert promise("1.004873", "2026-11-23T08:42", ward=ward.code)["due_at"] == "2026-11-27T11:00:00+07:00"
    assert promise("1.004873", "2026-11-23T08:42")["due_at"] == "2026-11-27T11:30:00+07:00"


def test_a_code_of_both_sets_means_the_ward_in_service():
    seed("2025")
    Ward.objects.filter(slug="quang-trung").update(morning_closes="11:00")
    assert promise("1.004873", "2026-11-23T08:42", ward="13285")["due_at"] == "2026-11-27T11:30:00+07:00"
    with pytest.raises(CommandError, match=r"^13288: no ward of this code is in service$"):
        promise("1.004873", "2026-11-23T08:42", ward="13288")


@pytest.mark.parametrize(
    ("procedure", "received_at", "options", "sentence"),
    [
        ("9.999999", "2026-11-23T08:42", {}, "9.999999: no procedure of this code was in force on that day"),
        ("1.001612", "2020-09-01T08:42", {}, "1.001612: no procedure of this code was in force on that day"),
        ("1.004873", "2026-11-23T08:42", {"ward": "00000"}, "00000: no ward of this code is in service"),
        ("1.004873", "hôm qua", {}, "hôm qua: not a moment in ISO 8601"),
        ("1.004873", "2026-02-30T08:42", {}, "2026-02-30T08:42: not a moment in ISO 8601"),
        ("1.004873", "9999-12-31T16:00", {}, "9999-12-31T16:00: too far from today to count"),
        ("1.004873", "0001-01-01T00:00+14:00", {}, "0001-01-01T00:00+14:00: too far from today to count"),
    ],
)
def test_what_cannot_be_counted_is_said_in_one_line(procedure, received_at, options, sentence):
    with pytest.raises(CommandError) as refused:
        promise(procedure, received_at, **options)
    assert str(refused.value) == sentence
