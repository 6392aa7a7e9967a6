"""Thư báo: who is told what by itself, on which days, and that each mail leaves once."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.models import Staff, Ward
from desk.period import Days
from dossiers.models import Appointment, Figure
from feedback.models import CallBack, QuestionSet
from letters import outbox
from letters.digests.mails import morning_mails
from letters.digests.plan import plan
from letters.models import Message, MessageError
from letters.tasks import plan_digests
from tests.conftest import moment, run_from
from tests.factories import ContributionFactory, DossierFactory, StaffFactory, answers
from tests.test_delivery import late_dossier

pytestmark = pytest.mark.django_db
#: A Wednesday in the middle of a month; 24/11/2026 is a day off, so is a Tuesday before it.
WEDNESDAY = "2026-11-25"


@pytest.fixture
def leader(leader):
    leader.email = "vuong@phuly.example"
    leader.save()
    return leader


@pytest.fixture
def city(city):
    city.email = "que.anh@phuly.example"
    city.save()
    return city


def kinds(reader=None):
    rows = Message.objects.digests().order_by("pk")
    return list((rows.filter(staff=reader) if reader else rows).values_list("kind", flat=True))


def mornings(times):
    """How many morning mails each of these moments plans."""
    found = []
    for time in times:
        before = kinds().count("morning")
        plan(moment(time))
        found.append(kinds().count("morning") - before)
    return found


def send_all(now):
    return [outbox.send(pk, now) for pk in outbox.waiting_ids(now, 100)]


def text_of(reader, kind="morning"):
    return Message.objects.get(staff=reader, kind=kind).text


# when


@pytest.mark.parametrize(
    ("time", "comes"),
    [
        (f"{WEDNESDAY} 06:59", False),
        (f"{WEDNESDAY} 07:00", True),
        (f"{WEDNESDAY} 15:00", True),  # whatever lay still until then
        (f"{WEDNESDAY} 20:59", True),
        (f"{WEDNESDAY} 21:00", False),
        ("2026-11-28 07:00", False),  # Saturday
        ("2026-11-29 07:00", False),
        ("2026-11-24 07:00", False),  # ngày văn hóa Việt Nam
        ("2026-08-22 07:00", True),  # a Saturday worked for the Monday before 02/09
        ("2026-08-31 07:00", False),
    ],
)
def test_the_morning_mail_comes_in_the_daytime_of_working_days(leader, time, comes):
    plan(moment(time))
    assert ("morning" in kinds(leader)) == comes


def test_it_is_sent_once_however_often_the_beat_rings(leader, mailoutbox):
    assert mornings([f"{WEDNESDAY} {clock}" for clock in ("07:00", "07:05", "12:00", "20:55")]) == [1, 0, 0, 0]
    for clock in ("07:01", "07:02", "18:00"):
        send_all(moment(f"{WEDNESDAY} {clock}"))
    assert [mail.to for mail in mailoutbox if "Việc của" in mail.body] == [["vuong@phuly.example"]]


def test_the_bell_of_the_beat_plans_it(leader, monkeypatch):
    run_from(moment(f"{WEDNESDAY} 07:00"), monkeypatch)
    plan_digests()
    assert "morning" in kinds(leader)


def test_whoever_dies_between_plan_and_sending_leaves_a_mail_that_leaves_once(leader, mailoutbox):
    plan(moment(f"{WEDNESDAY} 07:00"))
    message = Message.objects.get(kind="morning")
    assert message.claim(moment(f"{WEDNESDAY} 07:01"))  # and here the power goes
    plan(moment(f"{WEDNESDAY} 07:05"))
    assert not outbox.send(message.pk, moment(f"{WEDNESDAY} 07:05"))
    assert outbox.send(message.pk, moment(f"{WEDNESDAY} 07:15"))
    assert not outbox.send(message.pk, moment(f"{WEDNESDAY} 07:30"))
    assert [mail.extra_headers["Message-ID"] for mail in mailoutbox] == [f"<{message.key}@127.0.0.1>"]


def test_after_a_day_without_any_worker_only_the_new_mail_leaves(leader, mailoutbox):
    plan(moment(f"{WEDNESDAY} 07:00"))
    later = moment("2026-11-26 07:00")
    plan(later)
    send_all(later)
    morning = Message.objects.filter(kind="morning").order_by("planned_at")
    assert list(morning.values_list("state", "trouble")) == [("failed", "Hết ngày mà máy chưa gửi được."), ("sent", "")]
    assert [mail.subject for mail in mailoutbox if mail.subject.startswith("Thứ ")] == [morning[1].subject]
    assert "thứ Năm, 26/11/2026" in morning[1].text


def test_what_is_not_called_for_before_midnight_stays_away_on_the_day_off(leader):
    """The planner has not been there to note it as missed."""
    plan(moment("2026-11-23 07:00"))
    assert outbox.waiting_ids(moment("2026-11-23 20:00"), 10)
    assert outbox.waiting_ids(moment("2026-11-24 08:00"), 10) == []


# who


@pytest.mark.parametrize(
    "facts",
    [
        {"email": ""},
        {"is_active": False},
        {"wants_morning_mail": False},
        {"is_leader": False, "is_clerk": True},
    ],
)
def test_who_is_not_told(leader, facts):
    Staff.objects.filter(pk=leader.pk).update(**facts)
    plan(moment(f"{WEDNESDAY} 07:00"))
    assert "morning" not in kinds()


def test_a_ward_that_serves_no_more_is_not_told_of(ward, leader):
    Ward.objects.filter(pk=ward.pk).update(is_in_service=False)
    plan(moment(f"{WEDNESDAY} 07:00"))
    assert kinds() == []


def test_who_has_left_since_the_plan_gets_nothing(leader):
    plan(moment(f"{WEDNESDAY} 07:00"))
    Staff.objects.filter(pk=leader.pk).update(is_active=False)
    assert outbox.waiting_ids(moment(f"{WEDNESDAY} 07:05"), 10) == []


def test_each_leader_gets_the_own_wards_mail_and_the_city_every_wards(ward, leader, other_ward, city):
    other = StaffFactory(ward=other_ward, leader=True, email="khac@phuly.example")
    late_dossier()
    now = moment("2026-12-02 07:00")
    Appointment.objects.break_overdue(now)
    plan(now)
    assert "QUÁ HẠN: 1 hồ sơ" in text_of(leader)
    assert "Không có hồ sơ nào quá hạn" in text_of(other)
    wards = [line for line in text_of(city).split("\n") if line.startswith("- ")]
    assert len(wards) == Ward.objects.in_service().count() == 21
    assert wards[0] == "- Phường Lê Hồng Phong: 1 hồ sơ quá hạn, lâu nhất 3 ngày làm việc"
    assert Message.objects.get(staff=city, kind="morning").ward is None


# what


def test_each_ward_is_told_its_own_oldest_dossiers(leader, other_ward):
    other = StaffFactory(ward=other_ward, leader=True, email="khac@phuly.example")
    late = [late_dossier() for _ in range(5)][0]
    last = DossierFactory(ward=other_ward, at=moment("2026-11-25 09:00"))
    plan(moment("2026-12-02 07:00"))
    assert f"- {late.short_code}, " in text_of(leader)
    assert f"- {last.short_code}, " in text_of(other)
    assert f"- {last.short_code}, " not in text_of(leader)


def test_the_morning_mail_says_what_is_late_due_and_waiting_with_links_and_no_names(ward, leader, clerk):
    late = [late_dossier(applicant_name="Trịnh Thị Ẩn Danh") for _ in range(6)]
    now = moment("2026-12-02 07:00")
    due = DossierFactory(at=moment("2026-11-27 14:00"), applicant_name="Trịnh Thị Ẩn Danh")
    Appointment.objects.break_overdue(now)
    contribution = ContributionFactory(ward=ward)
    CallBack.objects.ask(dossier=late[0], stage="received", phone="0912000345", at=moment("2026-11-23 09:00"))
    plan(now)
    text = text_of(leader)
    assert re.findall(r"^[A-ZĐ].*: \d.*$", text, re.MULTILINE) == ["QUÁ HẠN: 6 hồ sơ", "ĐẾN HẸN HÔM NAY: 1 hồ sơ"]
    assert f"- {late[0].short_code}, {late[0].procedure.short_name}: quá hạn 3 ngày làm việc\n" in text
    assert "- và 1 hồ sơ nữa\n" in text
    assert f"- {due.short_code}, {due.procedure.short_name}: chiều nay\n" in text
    for line in (
        "Xem: http://127.0.0.1:8000/lanh-dao/",
        "Xem: http://127.0.0.1:8000/ho-so/?lan=hom-nay",
        "- 6 thư xin lỗi chờ ghi nguyên nhân: http://127.0.0.1:8000/thu/?loc=cho-nguyen-nhan",
        "- 1 góp ý chờ phân công: http://127.0.0.1:8000/y-kien/gop-y/?loc=cho-phan-cong",
        "- 1 cuộc gọi lại quá hạn: http://127.0.0.1:8000/y-kien/goi-lai/",
    ):
        assert line in text.split("\n")
    for secret in ("Trịnh", "Ẩn Danh", late[0].phone, late[0].id_number, contribution.words, leader.full_name):
        assert secret not in text
    assert Message.objects.get(kind="morning").subject == (
        "Thứ Tư 02/12, phường Lê Hồng Phong: 6 hồ sơ quá hạn, 1 hồ sơ đến hẹn"
    )


def test_a_quiet_morning_says_so_and_thanks(leader):
    plan(moment(f"{WEDNESDAY} 07:00"))
    assert "Không có hồ sơ nào quá hạn. Xin cảm ơn anh/chị và cả bộ phận." in text_of(leader)
    assert Message.objects.get(kind="morning").subject.endswith("không có hồ sơ quá hạn, đến hẹn")


# a week, a month


def planned_on(kind, first, days, reader):
    """The day in that many days from the first on which the reader gets that mail, the beat ringing at 07:00."""
    found = []
    for day in Days(first, first + timedelta(days=days - 1)):
        before = kinds(reader).count(kind)
        plan(moment(f"{day} 07:00"))
        found += [day] if kinds(reader).count(kind) > before else []
    return found


@pytest.mark.parametrize(
    ("monday", "comes", "tells"),
    [
        ("2026-11-23", "2026-11-23", "từ 16/11/2026 đến 22/11/2026"),
        ("2026-08-31", "2026-09-03", "từ 24/08/2026 đến 30/08/2026"),  # Monday to Wednesday are off
        ("2026-02-16", None, ""),  # Tết
        ("2026-02-23", "2026-02-23", "từ 09/02/2026 đến 22/02/2026"),  # and the week before Tết is not lost
    ],
)
def test_the_weeks_mail_comes_on_the_first_working_day_of_the_week(leader, monday, comes, tells):
    days = planned_on("weekly", date.fromisoformat(monday), 7, leader)
    assert [str(day) for day in days] == ([comes] if comes else [])
    assert not comes or tells in text_of(leader, "weekly")


@pytest.mark.parametrize(
    ("first", "comes", "tells"),
    [
        ("2026-12-01", "2026-12-01", "tháng 11/2026"),
        ("2026-11-01", "2026-11-02", "tháng 10/2026"),  # a Sunday
        ("2026-09-01", "2026-09-03", "tháng 8/2026"),  # Quốc khánh
    ],
)
def test_the_months_mail_comes_on_the_first_working_day_of_the_month(leader, first, comes, tells):
    days = planned_on("monthly", date.fromisoformat(first), 5, leader)
    assert [str(day) for day in days] == [comes]
    assert f"Báo cáo {tells} đã sẵn sàng:\nhttp://127.0.0.1:8000/lanh-dao/bao-cao/?tu=" in text_of(leader, "monthly")


def test_a_weeks_mail_that_did_not_leave_on_its_day_leaves_once_on_the_next_to_the_address_of_then(leader, mailoutbox):
    for time in ("2026-11-23 07:00", "2026-11-24 07:00", "2026-11-24 12:00"):  # 24/11 is a day off
        plan(moment(time))
    Staff.objects.filter(pk=leader.pk).update(email="moi@phuly.example")
    for clock in ("07:00", "07:05", "12:00"):
        plan(moment(f"{WEDNESDAY} {clock}"))
        send_all(moment(f"{WEDNESDAY} {clock}"))
    assert [mail.to for mail in mailoutbox if mail.subject.startswith("Tóm tắt tuần")] == [["moi@phuly.example"]]


def test_who_wants_no_weekly_mail_still_gets_the_others(leader):
    Staff.objects.filter(pk=leader.pk).update(wants_weekly_mail=False)
    plan(moment("2026-11-02 07:00"))
    assert kinds(leader) == ["morning", "monthly"]


def test_the_months_mail_says_the_same_as_the_kept_figures_though_nobody_counted_before(ward, leader, other_ward, city):
    """After an outage the planner may be what runs first."""
    for dossier in [late_dossier() for _ in range(2)]:
        dossier.mark_ready(by=dossier.received_by, at=moment("2026-11-27 16:00"))
    late_dossier()
    DossierFactory(ward=other_ward, at=moment("2026-11-23 09:00"), ready=True)
    plan(moment("2026-12-01 07:00"))
    assert figures_in(text_of(leader, "monthly")) == [
        "- Nhận mới: 3 hồ sơ (kỳ trước: 0)",
        "- Có kết quả: 2 hồ sơ (kỳ trước: 0)",
        "  trước hạn 0, đúng hạn 0, quá hạn 2",
        "- Trước và đúng hạn: 0,0% (kỳ trước: —)",
        "- Cuối kỳ còn 1 hồ sơ chưa xong, trong đó 1 quá hạn",
        "- Lời hẹn lỡ: 3",
        "  đã xin lỗi bằng thư 0, còn nợ thư 3",
    ]
    assert "Mức hài lòng. Tháng 11/2026: chưa có phiếu nào." in text_of(leader, "monthly")
    of_city = text_of(city, "monthly")
    assert "- Nhận mới: 4 hồ sơ (kỳ trước: 0)\n- Có kết quả: 3 hồ sơ" in of_city
    assert "- Phường Lê Hồng Phong: đúng hạn 0,0% trên 2 hồ sơ; 1 hồ sơ quá hạn; 3 thư xin lỗi còn nợ\n" in of_city
    worst_first = ("- Phường Lê Hồng Phong", "- Phường Quang Trung: đúng hạn 100,0%", ": chưa có kết quả nào")
    assert [of_city.index(words) for words in worst_first] == sorted(of_city.index(words) for words in worst_first)


def figures_in(text):
    lines = text.split("\n")
    return lines[lines.index("- Nhận mới: 3 hồ sơ (kỳ trước: 0)") :][:7]


def test_a_week_across_the_end_of_a_month_tells_what_was_said_in_either(ward, leader, city):
    in_force = QuestionSet.objects.filter(use=QuestionSet.Use.SURVEY, valid_from__lte=date(2026, 10, 1))
    question = in_force.latest("valid_from").questions.get(position=1)
    answers(ward, date(2026, 10, 1), question, {1: 40})
    plan(moment("2026-11-02 07:00"))
    for reader in (leader, city):
        assert "Tuần qua, từ 26/10/2026 đến 01/11/2026." in text_of(reader, "weekly")
        assert "Mức hài lòng. Từ tháng 10/2026 đến tháng 11/2026: " in text_of(reader, "weekly")
        assert "chưa có phiếu nào" not in text_of(reader, "weekly")


def test_an_outage_of_weeks_loses_no_week_and_no_month_and_floods_nobody(leader):
    """Nothing ran from 08/10 to 01/12."""
    plan(moment("2026-10-07 07:00"))
    assert kinds(leader) == ["morning"]
    for time in ("2026-12-02 07:00", "2026-12-02 07:05", "2026-12-03 07:00"):
        plan(moment(time))
    assert sorted(kinds(leader)) == ["monthly", "monthly", "morning", "morning", "morning", "weekly"]
    assert "8 tuần qua, từ 05/10/2026 đến 29/11/2026." in text_of(leader, "weekly")
    told = Message.objects.filter(kind="monthly").order_by("pk").values_list("subject", flat=True)
    assert [words.partition(",")[0] for words in told] == ["Báo cáo tháng 10/2026", "Báo cáo tháng 11/2026"]


def test_after_a_year_of_silence_one_week_mail_and_three_months_come(leader):
    plan(moment("2025-10-07 07:00"))
    Message.objects.filter(kind__in=["weekly", "monthly"]).delete()
    plan(moment("2026-11-23 07:00"))
    assert [kinds(leader).count(kind) for kind in ("weekly", "monthly")] == [1, 3]


def test_a_mail_server_that_is_down_for_two_weeks_delays_each_summary_and_loses_none(leader, mailoutbox):
    for day in ("2026-11-16", "2026-11-23"):
        plan(moment(f"{day} 07:00"))
        Message.objects.filter(state="waiting").update(state="failed", tries=6)
    for clock in ("07:00", "07:05"):
        plan(moment(f"{WEDNESDAY} {clock}"))
        send_all(moment(f"{WEDNESDAY} {clock}"))
    assert sorted(mail.subject.partition(",")[0] for mail in mailoutbox) == [
        "Thứ Tư 25/11",
        "Tóm tắt tuần đến 15/11",
        "Tóm tắt tuần đến 22/11",
    ]


def test_who_becomes_a_leader_within_a_month_begins_with_the_morning(ward, leader):
    plan(moment("2026-11-16 07:00"))
    new = StaffFactory(ward=ward, leader=True, email="moi@phuly.example")
    days = {kind: planned_on(kind, date(2026, 11, 18), 20, new) for kind in ("morning", "weekly", "monthly")}
    assert days["morning"][0] == date(2026, 11, 18)
    found = Message.objects.filter(staff=new).exclude(kind="morning").order_by("pk")
    assert [(row.kind, f"{row.planned_at:%d/%m}") for row in found] == [
        ("weekly", "23/11"),
        ("weekly", "30/11"),
        ("monthly", "01/12"),
        ("weekly", "07/12"),
    ]


def test_one_readers_trouble_is_logged_and_the_others_get_their_mails(ward, leader, other_ward, monkeypatch, caplog):
    other = StaffFactory(ward=other_ward, leader=True, email="khac@phuly.example")

    def write(wards, now):
        def of_reader(reader):
            if reader == leader:
                raise KeyError(reader.ward_id)
            return morning_mails(wards, now)(reader)

        return of_reader

    with monkeypatch.context() as patched:
        patched.setattr("letters.digests.plan.morning_mails", write)
        plan(moment("2026-11-23 07:00"))
    assert (kinds(leader), kinds(other)) == ([], ["morning", "weekly"])
    assert f"digests of staff {leader.pk}" in caplog.text
    plan(moment("2026-11-23 07:05"))
    assert kinds(leader) == ["morning", "weekly"]


def test_who_sees_the_city_and_had_a_ward_that_serves_no_more_gets_the_citys_mail(ward, leader, other_ward):
    both = StaffFactory(ward=other_ward, is_city=True, is_superuser=True, email="ca-hai@phuly.example")
    Ward.objects.filter(pk=other_ward.pk).update(is_in_service=False)
    plan(moment("2026-11-02 07:00"))
    assert kinds(leader) == ["morning", "weekly", "monthly"]
    for kind in ("morning", "weekly", "monthly"):
        assert "Kính gửi thành phố Phủ Lý," in text_of(both, kind)


# when the mail server is down


def sent_at(leader, monkeypatch, down_until):
    """When the morning mail leaves, minute by minute from 07:00, the mail server being down until then."""

    def deliver(self, fail_silently=False):
        if clock < moment(f"{WEDNESDAY} {down_until}"):
            raise OSError
        return 1

    monkeypatch.setattr("letters.outbox.EmailMessage.send", deliver)
    clock = moment(f"{WEDNESDAY} 07:00")
    plan(clock)
    while clock < moment("2026-11-26 00:00"):
        send_all(clock)
        if sent := Message.objects.filter(kind="morning", state="sent").first():
            return f"{timezone.localtime(sent.sent_at):%H:%M}"
        clock += timedelta(minutes=1)
    return None


def test_a_mail_server_that_comes_back_after_half_an_hour_finds_the_mail_waiting(leader, monkeypatch):
    assert "09:37" <= sent_at(leader, monkeypatch, "09:37") <= "10:07"


def test_a_mail_server_that_is_down_all_day_ends_with_the_day_and_says_so(leader, monkeypatch):
    assert sent_at(leader, monkeypatch, "23:59") is None
    message = Message.objects.get(kind="morning")
    assert (message.state, message.trouble) == ("waiting", "Máy chủ thư chưa trả lời.")
    plan(moment("2026-11-26 00:05"))
    message.refresh_from_db()
    assert (message.state, message.trouble) == ("failed", "Máy chủ thư chưa trả lời.")


# what it costs, and what the database holds to


def test_twenty_one_wards_cost_as_many_queries_as_one(ward):
    def cost(time):
        for _ in range(2):  # what is counted anew, and so at what cost, is no question of the mails
            Appointment.objects.break_overdue(moment(time))
            Figure.objects.keep_up(moment(time))
        with CaptureQueriesContext(connection) as captured:
            plan(moment(time))
        return len(captured)

    StaffFactory(ward=ward, leader=True, email="mot@phuly.example")
    late_dossier()
    alone = cost("2026-12-01 07:00")
    for each in Ward.objects.in_service().exclude(pk=ward.pk):
        StaffFactory(ward=each, leader=True, email=f"{each.slug}@phuly.example")
        late_dossier(ward=each)
    Message.objects.digests().delete()
    assert cost("2026-12-01 07:05") <= alone + 1  # SQLite writes some fifty rows at a time
    assert len(kinds()) == 2 * 21
    assert cost("2026-12-01 07:10") < 10


@pytest.mark.parametrize("wrong", [{"staff": None}, {"until": None}, {"channel": "counter"}, {"kind": "ready"}])
def test_a_digest_goes_to_one_of_the_staff_by_mail_and_nothing_else_does(leader, wrong):
    plan(moment(f"{WEDNESDAY} 07:00"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(kind="morning").update(**wrong)


# the pages


def test_a_leader_chooses_which_mails_come(client, leader):
    client.force_login(leader)
    plan(moment(f"{WEDNESDAY} 07:00"))
    page = client.get("/thu-bao/").text
    assert "vuong@phuly.example" in page
    assert Message.objects.get(kind="morning").subject in page
    assert client.post("/thu-bao/", {"wants_weekly_mail": "on"}).url == "/thu-bao/"
    leader.refresh_from_db()
    assert (leader.wants_morning_mail, leader.wants_weekly_mail) == (False, True)


def test_the_page_is_for_leaders_and_the_city_and_shows_everybody_only_the_own_mails(client, clerk, leader, city):
    plan(moment(f"{WEDNESDAY} 07:00"))
    client.force_login(clerk)
    assert client.get("/thu-bao/").status_code == 403
    client.force_login(city)
    page = client.get("/thu-bao/").text
    assert "thành phố Phủ Lý: không có hồ sơ quá hạn" in page
    assert "phường Lê Hồng Phong:" not in page


def test_who_has_no_address_is_told_on_the_page(client, ward):
    client.force_login(StaffFactory(ward=ward, leader=True))
    assert "Tài khoản chưa có địa chỉ email" in client.get("/thu-bao/").text


def test_the_menu_leads_a_leader_there_and_no_clerk(client, clerk, leader):
    for person, expected in ((leader, True), (clerk, False)):
        client.force_login(person)
        assert ('href="/thu-bao/"' in client.get("/quay/").text) == expected


def test_digests_do_not_stand_among_the_citizens_messages(clerk_client, leader):
    plan(moment(f"{WEDNESDAY} 07:00"))
    send_all(moment(f"{WEDNESDAY} 07:05"))
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    for page in ("/thu/hop-thu/", "/thu/giao/"):
        assert "vuong@phuly.example" not in clerk_client.get(page).text


def test_a_digest_that_fails_shows_where_failed_messages_show_and_goes_to_the_corrected_address(
    clerk_client, leader, other_ward, mailoutbox
):
    plan(moment("2026-11-23 07:00"))
    message = Message.objects.get(kind="morning")
    Message.objects.update(state="failed", tries=6, trouble="Máy chủ thư báo địa chỉ này không nhận được.")
    page = clerk_client.get("/thu/giao/").text
    for words in ("vuong@phuly.example", "Máy chủ thư báo địa chỉ này không nhận được.", "Gửi lại"):
        assert words in page
    Staff.objects.filter(pk=leader.pk).update(email="moi@phuly.example")
    clerk_client.post(f"/thu/giao/{message.pk}/gui-lai/")
    send_all(moment("2026-11-23 10:31"))
    assert [mail.to for mail in mailoutbox] == [["moi@phuly.example"]]
    clerk_client.force_login(StaffFactory(ward=other_ward, clerk=True))
    assert "Thư báo lãnh đạo chưa gửi được" not in clerk_client.get("/thu/giao/").text


def test_a_digest_of_a_day_that_is_over_is_not_sent_again_by_hand(leader, clerk):
    plan(moment("2026-11-20 07:00"))
    Message.objects.update(state="failed")
    message = Message.objects.get(kind="morning")
    with pytest.raises(MessageError, match="ngày đã qua"):
        message.send_again(by=clerk, at=moment("2026-11-23 10:30"))
    message.told(by=clerk, at=moment("2026-11-23 10:30"))
    assert message.state == "sent"
