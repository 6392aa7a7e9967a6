"""The leader's lists: what is late, why, who has it, and what can be done about it from there."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from desk.models import AccessLog, CalendarDay
from dossiers.models import DossierError, Event
from dossiers.overdue import AGES, NO_CAUSE, of_age
from tests.conftest import moment
from tests.factories import CAUSE, DossierFactory, StaffFactory, draw_all, explain, late, letter_of

URL = "/lanh-dao/"
NOW = moment("2026-11-23 10:30")
#: Received then, a matter of three working days was promised for the morning of 19/11: two working days ago.
RECEIVED = moment("2026-11-16 09:00")


@pytest.fixture
def leader(ward):
    return StaffFactory(ward=ward, leader=True, full_name="Trần Quốc Vượng")


@pytest.fixture
def leader_client(client, leader):
    client.force_login(leader)
    return client


def overdue(ward, received=RECEIVED, **more):
    return late(NOW, ward=ward, at=received, then=received + timedelta(hours=1), **more)


def shown(client, **asked):
    return [item.dossier for item in client.get(URL, asked).context["items"]]


def test_a_row_says_how_late_it_is_who_has_it_and_what_comes_next(leader_client, ward):
    dossier = overdue(ward)
    item = leader_client.get(URL).context["items"][0]
    assert (item.row.age, item.row.promised, item.row.promised_anew) == ("2 ngày", "sáng T5 19/11", "")
    assert (item.dossier.holder, item.row.step) == (dossier.holder, "Công chức giải quyết")
    assert (item.row.cause, item.letter_words, item.actions[0].label) == ("", "Chờ nguyên nhân", "Hỏi nguyên nhân")


def test_a_new_date_stands_beside_the_first_one_which_counts(leader_client, ward, leader):
    dossier = overdue(ward)
    explain(dossier, NOW)
    officer = dossier.received_by
    cause = dossier.appointments.get().delay_cause
    dossier.reschedule(day=date(2026, 11, 26), half="afternoon", delay_cause=cause, reason="Chờ", by=officer, at=NOW)
    item = leader_client.get(URL).context["items"][0]
    assert (item.row.age, item.row.promised, item.row.promised_anew) == ("2 ngày", "sáng T5 19/11", "chiều T5 26/11")


def test_an_apology_that_waits_is_the_first_thing_to_do(leader_client, ward, leader):
    dossier = overdue(ward)
    explain(dossier, NOW)
    draw_all(NOW)
    item = leader_client.get(URL).context["items"][0]
    assert (item.row.cause, item.letter_words, item.actions[0].label) == (CAUSE, "Chờ duyệt", "Duyệt thư")
    letter_of(dossier).issue(by=StaffFactory(ward=ward, leader=True, power="TM"), at=NOW)
    item = leader_client.get(URL).context["items"][0]
    assert (item.letter_words, item.actions[0].label) == ("Đã gửi 23/11", "Nhắc xử lý")


def test_what_falls_behind_and_what_is_due_soon_have_lists_of_their_own(leader_client, ward):
    overdue(ward)
    DossierFactory(ward=ward, at=moment("2026-11-20 09:00"), what="xác nhận hôn nhân")
    soon = DossierFactory(ward=ward, at=moment("2026-11-19 15:30"), then=moment("2026-11-23 10:20"), in_progress=True)
    page = leader_client.get(URL)
    assert [(slug, count) for slug, _, count in page.context["tabs"]] == [
        ("qua-han", 1),
        ("cham-tien-do", 1),
        ("sap-den-han", 1),
    ]
    assert shown(leader_client, lan="sap-den-han") == [soon]


def test_filters_combine_and_what_is_chosen_stays(leader_client, ward):
    told = overdue(ward)
    explain(told, NOW)
    silent = overdue(ward)
    old = overdue(ward, received=moment("2026-10-26 09:00"))
    assert set(shown(leader_client)) == {told, silent, old}
    assert shown(leader_client, nguyen_nhan=CAUSE) == [told]
    assert shown(leader_client, nguyen_nhan=NO_CAUSE, tuoi="1-2") == [silent]
    assert shown(leader_client, tuoi="tren-10", thu="cho-nguyen-nhan") == [old]
    assert shown(leader_client, tuoi="tren-10", nguyen_nhan=CAUSE) == []
    page = leader_client.get(URL, {"nguyen_nhan": CAUSE, "tuoi": "1-2"}).text
    assert f'<option value="{CAUSE}" selected>' in page
    assert '<option value="1-2" selected>' in page


def test_every_late_dossier_is_in_exactly_one_group_of_age(leader_client, ward):
    dossiers = {overdue(ward, received=moment(f"2026-{day} 09:00")) for day in ("11-16", "11-13", "11-09", "10-20")}
    dossiers.add(overdue(ward, received=moment("2026-11-20 09:30"), what="chứng thực"))
    groups = [set(shown(leader_client, tuoi=slug)) for slug in AGES]
    assert set.union(*groups) == dossiers
    assert sum(map(len, groups)) == len(dossiers)
    drawn = leader_client.get(URL).context["drawings"][0]
    assert [words for _, words in drawn.rows] == [f"{len(group)} hồ sơ" for group in groups]


def test_an_age_is_counted_in_working_days_over_a_weekend(ward):
    calendar = CalendarDay.objects.calendar()
    condition = dict(of_age("1-2", date(2026, 11, 23), calendar).children)
    assert condition["promised_at__gte"] == moment("2026-11-19 00:00")
    assert condition["promised_at__lt"] == moment("2026-11-23 00:00")


# nhắc


def test_a_leader_reminds_and_whoever_has_the_dossier_sees_it_until_the_next_step(client, leader_client, ward, leader):
    dossier = overdue(ward)
    step = reverse("dossiers:move", args=[dossier.code, "nhac"])
    assert "Xin báo nguyên nhân chậm" in leader_client.get(step).text
    answer = leader_client.post(f"{step}?ve=/lanh-dao/%3Ftuoi%3D1-2", {"words": "Xin làm xong trong hôm nay."})
    assert answer["Location"] == "/lanh-dao/?tuoi=1-2"
    event = dossier.events.get(kind=Event.Kind.REMINDED)
    assert (event.by, event.reason) == (leader, "Xin làm xong trong hôm nay.")
    assert leader_client.get(URL).context["items"][0].row.reminded == event
    client.force_login(dossier.holder)
    assert "Xin làm xong trong hôm nay." in client.get(dossier.get_absolute_url()).text
    assert client.get("/quay/").context["reminded"] == 1
    dossier.mark_ready(by=dossier.holder, at=timezone.now())
    assert client.get("/quay/").context["reminded"] == 0


def test_nobody_is_reminded_twice_a_day_by_the_same_leader(ward, leader):
    dossier = overdue(ward)
    dossier.remind(words="Xin làm sớm.", by=leader, at=NOW)
    with pytest.raises(DossierError, match="đã nhắc"):
        dossier.remind(words="Xin làm sớm.", by=leader, at=NOW + timedelta(hours=3))
    dossier.remind(words="Xin làm sớm.", by=StaffFactory(ward=ward, leader=True), at=NOW + timedelta(hours=3))
    dossier.remind(words="Xin làm sớm.", by=leader, at=NOW + timedelta(days=2))


def test_only_a_leader_of_the_ward_reminds_and_the_citizen_reads_nothing_of_it(client, ward, other_ward, clerk, leader):
    dossier = overdue(ward)
    for stranger in (clerk, StaffFactory(ward=other_ward, leader=True)):
        with pytest.raises(DossierError):
            dossier.remind(words="Xin làm sớm.", by=stranger, at=NOW)
    dossier.remind(words="Xin làm sớm.", by=leader, at=NOW)
    page = client.get(dossier.get_status_url().removeprefix("http://127.0.0.1:8000")).text
    assert "Xin làm sớm." not in page
    assert "nhắc" not in page


@pytest.mark.parametrize("address", ["https://la.example/", "//la.example/", "javascript:alert(1)", "lanh-dao"])
def test_a_step_never_leads_to_another_site(leader_client, ward, address):
    dossier = overdue(ward)
    step = reverse("dossiers:move", args=[dossier.code, "nhac"])
    answer = leader_client.post(f"{step}?ve={address}", {"words": "Xin làm sớm."})
    assert answer["Location"] == dossier.get_absolute_url()


# files


def test_workbook_and_paper_hold_the_list_as_it_is_narrowed(leader_client, ward, leader):
    told, _silent = overdue(ward, applicant_name="Đào Văn Thuật"), overdue(ward)
    explain(told, NOW)
    asked = {"nguyen_nhan": CAUSE}
    book = openpyxl.load_workbook(BytesIO(leader_client.get(reverse("leader_xlsx"), asked).content))
    rows = list(book["Quá hạn"].iter_rows(min_row=4, values_only=True))
    assert [(row[0], row[1], row[2], row[6]) for row in rows] == [("2 ngày", told.code, "Đào Văn Thuật", CAUSE)]
    pdf = PdfReader(BytesIO(leader_client.get(reverse("leader_pdf"), asked).content))
    words = " ".join(pdf.pages[0].extract_text().split())
    assert "2 hồ sơ quá hạn, lâu nhất 2 ngày làm việc." in words
    assert "Đào Văn Thuật" in words
    assert "Nguyễn Thị Tuyết Nhung" not in words
    assert AccessLog.objects.filter(staff=leader, kind=AccessLog.Kind.EXPORT).count() == 2


def test_a_leader_sees_nothing_of_another_ward(leader_client, ward, other_ward):
    overdue(other_ward)
    assert shown(leader_client) == []
    assert leader_client.get(reverse("leader_xlsx")).status_code == 200
