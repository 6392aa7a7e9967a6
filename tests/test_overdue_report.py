"""The leader's lists: what is late, why, who has it, and what can be done about it from there."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from desk.models import AccessLog, CalendarDay
from dossiers.lanes import Moment
from dossiers.models import Dossier, DossierError, Event
from dossiers.overdue import AGES, NO_CAUSE, TABS, Late, of_age
from phuly_portal.views.leader import Lists
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


def test_the_headline_and_the_button_tell_the_same_number_of_letters(leader_client, ward):
    """Also of a dossier whose result is there by now, and so is in no list."""
    for dossier in (overdue(ward), done := overdue(ward)):
        explain(dossier, NOW)
    draw_all(NOW)
    done.mark_ready(by=done.received_by, at=NOW)
    page = leader_client.get(URL).text
    told = re.search(r"<b>(\d+) thư đang chờ duyệt</b>", page), re.search(r"Duyệt (\d+) thư", page)
    assert [match and match[1] for match in told] == ["2", "2"]


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


def test_what_is_not_late_is_not_asked_for_a_cause(leader_client, ward, leader):
    soon = DossierFactory(ward=ward, at=moment("2026-11-19 15:30"), then=moment("2026-11-23 10:20"), in_progress=True)
    page = leader_client.get(URL, {"lan": "sap-den-han", "tuoi": "1-2"})
    assert [action.label for action in page.context["items"][0].actions] == [
        "Nhắc xử lý",
        "Hẹn lại",
        "Chuyển người khác",
    ]
    assert "tuoi" not in page.context["filter"].fields
    explain(soon, NOW)
    step = reverse("dossiers:move", args=[soon.code, "nhac"])
    assert "Xin giải quyết sớm hồ sơ này." in leader_client.get(step).text


def test_only_what_can_be_done_is_offered(leader_client, ward, leader):
    told, moved, coming, mine, silent = (overdue(ward) for _ in range(5))
    for dossier in (told, moved, mine):
        explain(dossier, NOW)
    cause = moved.appointment.delay_cause
    moved.reschedule(
        day=date(2026, 11, 26), half="afternoon", delay_cause=cause, reason="Chờ", by=moved.received_by, at=NOW
    )
    for dossier in (coming, mine):
        dossier.give(to=leader, step="leader", by=dossier.received_by, at=NOW)
    mine.take_up(by=leader, at=NOW)
    items = {item.dossier: item.actions for item in leader_client.get(URL).context["items"]}
    assert {dossier: actions[0].label for dossier, actions in items.items()} == {
        told: "Nhắc xử lý",
        moved: "Nhắc xử lý",
        coming: "Nhận xử lý",
        mine: "Đã ký, có kết quả",
        silent: "Hỏi nguyên nhân",
    }
    for dossier, actions in items.items():
        allowed = {
            reverse("dossiers:move", args=[dossier.code, move.slug]) for move in dossier.moves_for(leader).values()
        }
        assert {action.address.partition("?")[0] for action in actions} <= allowed
    labels = [action.label for dossier in (mine, coming) for action in items[dossier]]
    assert not any("Nhắc" in label for label in labels)  # nobody reminds himself


def test_a_press_in_a_row_acts_and_comes_back_to_the_list(leader_client, ward, leader):
    mine = overdue(ward)
    explain(mine, NOW)
    mine.give(to=leader, step="leader", by=mine.received_by, at=NOW)
    mine.take_up(by=leader, at=NOW)
    press = leader_client.get(URL, {"tuoi": "1-2"}).context["items"][0].actions[0]
    assert press.is_press
    assert leader_client.post(press.address)["Location"] == "/lanh-dao/?tuoi=1-2"
    mine.refresh_from_db()
    assert mine.state == "ready"
    again = leader_client.post(press.address, follow=True)
    assert again.redirect_chain == [("/lanh-dao/?tuoi=1-2", 302)]
    assert mine.code in str(list(again.context["messages"])[-1])


def test_an_act_that_has_become_impossible_leads_back_to_the_list_and_says_why(leader_client, ward):
    dossier = overdue(ward)
    links = {action.label: action.address for action in leader_client.get(URL).context["items"][0].actions}
    dossier.mark_ready(by=dossier.holder, at=NOW)
    answer = leader_client.get(links["Hẹn lại"], follow=True)
    assert answer.redirect_chain == [("/lanh-dao/", 302)]
    assert "không hẹn lại được" in answer.text


def test_words_are_looked_for_without_accents_and_stay_out_of_the_address(leader_client, ward):
    told = overdue(ward, applicant_name="Đào Văn Thuật")
    other = overdue(ward)
    answer = leader_client.post(f"{URL}?tuoi=1-2&trang=3", {"q": "dao van"})
    assert answer["Location"] == "/lanh-dao/?tuoi=1-2&tim=1"
    assert shown(leader_client, tuoi="1-2", tim="1") == [told]
    assert shown(leader_client, tuoi="6-10", tim="1") == []
    assert set(shown(leader_client)) == {told, other}
    book = openpyxl.load_workbook(BytesIO(leader_client.get(reverse("leader_xlsx"), {"tim": "1"}).content))
    assert [row[1] for row in book["Quá hạn"].iter_rows(min_row=4, values_only=True)] == [told.code]


def test_a_letter_sent_back_from_the_list_leads_back_to_it(leader_client, ward):
    dossier = overdue(ward)
    explain(dossier, NOW)
    draw_all(NOW)
    page = leader_client.get(leader_client.get(URL, {"tuoi": "1-2"}).context["items"][0].actions[0].address).text
    address = reverse("letters:act", args=[letter_of(dossier).pk, "tra-lai"])
    link = re.search(f'href="({address}[^"]*)"', page)[1]
    answer = leader_client.post(link, {"note": "Xin ghi rõ nơi phải hỏi.", "seen": letter_of(dossier).version})
    assert answer["Location"] == "/lanh-dao/?tuoi=1-2"


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
    corner = client.get("/ho-so/?lan=duoc-nhac").context["rows"][0][1]
    assert corner == "“Xin làm xong trong hôm nay.”, 10:30 hôm nay"
    dossier.mark_ready(by=dossier.holder, at=timezone.now())
    assert client.get("/quay/").context["reminded"] == 0


def test_a_reminder_is_not_answered_by_a_mended_telephone_number_or_a_waiver(ward, leader):
    dossier = overdue(ward)
    said = dossier.remind(words="Xin làm sớm.", by=leader, at=NOW)
    clerk = StaffFactory(ward=ward, clerk=True)
    dossier.correct(changes={"phone": "0912000999"}, reason="Ghi sai số", by=clerk, at=NOW)
    dossier.waive_apology(reason="Người nộp đi xa", by=leader, at=NOW)
    assert dossier.reminder == said
    assert Dossier.objects.reminded_to(dossier.holder).get() == dossier


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
    assert [(row[0], row[1], row[2], row[6]) for row in rows] == [(2, told.code, "Đào Văn Thuật", CAUSE)]
    assert [(row[4].date(), row[5]) for row in rows] == [(date(2026, 11, 19), "")]
    pdf = PdfReader(BytesIO(leader_client.get(reverse("leader_pdf"), asked).content))
    words = " ".join(pdf.pages[0].extract_text().split())
    assert f"2 hồ sơ quá hạn, lâu nhất 2 ngày làm việc. Chọn theo nguyên nhân “{CAUSE}”: 1 hồ sơ." in words
    assert "Đào Văn Thuật" in words
    assert "Nguyễn Thị Tuyết Nhung" not in words
    assert AccessLog.objects.filter(staff=leader, kind=AccessLog.Kind.EXPORT).count() == 2


def test_the_file_of_what_is_due_soon_says_how_much_time_is_left(leader_client, ward):
    soon = DossierFactory(ward=ward, at=moment("2026-11-19 15:30"), then=moment("2026-11-23 10:20"), in_progress=True)
    asked = {"lan": "sap-den-han", "can_bo": soon.holder.pk}
    sheet = openpyxl.load_workbook(BytesIO(leader_client.get(reverse("leader_xlsx"), asked).content))["Sắp đến hạn"]
    assert sheet["A1"].value == f"{ward}: Chọn theo đang ở “{soon.holder}”: 1 hồ sơ."
    assert (sheet["A3"].value, sheet["A4"].value[:4]) == ("Còn lại", "còn ")
    words = PdfReader(BytesIO(leader_client.get(reverse("leader_pdf"), {"lan": "sap-den-han"}).content))
    assert "1 hồ sơ. Lập lúc" in " ".join(words.pages[0].extract_text().split())


def test_a_long_list_is_cut_on_paper_and_whole_in_the_workbook(leader_client, ward, monkeypatch):
    for place in ("dossiers.overdue", "phuly_portal.views.leader"):
        monkeypatch.setattr(f"{place}.ON_PAPER", 1)
    overdue(ward, applicant_name="Đào Văn Thuật")
    overdue(ward, received=moment("2026-11-13 09:00"), applicant_name="Cao Văn Mít")
    pdf = PdfReader(BytesIO(leader_client.get(reverse("leader_pdf")).content))
    words = " ".join(pdf.pages[0].extract_text().split())
    assert "In 1 hồ sơ gấp nhất trong 2; đủ 2 hồ sơ ở bảng tính." in words
    assert ("Cao Văn Mít" in words, "Đào Văn Thuật" in words) == (True, False)
    sheet = openpyxl.load_workbook(BytesIO(leader_client.get(reverse("leader_xlsx")).content))["Quá hạn"]
    assert [row[2] for row in sheet.iter_rows(min_row=4, values_only=True)] == ["Cao Văn Mít", "Đào Văn Thuật"]


def test_each_list_is_called_by_its_name_in_the_title(leader_client):
    titles = [re.search("<title>(.*?)[<·]", leader_client.get(URL, {"lan": slug}).text)[1].strip() for slug in TABS]
    assert titles == ["Hồ sơ quá hạn", "Hồ sơ chậm tiến độ", "Hồ sơ sắp đến hạn"]


def test_on_a_sunday_what_was_missed_on_friday_is_late_since_friday(ward, leader):
    dossier = overdue(ward, received=moment("2026-11-17 15:00"))
    assert f"{timezone.localtime(dossier.promised_at):%d/%m %H:%M}" == "20/11 17:00"
    at = Moment(moment("2026-11-22 09:00"), CalendarDay.objects.calendar(ward.hours), leader)
    assert at.late_words(dossier) == "từ T6 20/11"
    lists = Lists.__new__(Lists)
    lists.at, lists.today = at, date(2026, 11, 22)
    late_now = Late.of(Dossier.objects.filter(ward=ward), at.now)
    assert lists.headline(late_now) == "1 hồ sơ quá hạn, lâu nhất từ T6 20/11."


def test_a_leader_sees_nothing_of_another_ward(leader_client, ward, other_ward):
    overdue(other_ward)
    assert shown(leader_client) == []
    assert leader_client.get(reverse("leader_xlsx")).status_code == 200
