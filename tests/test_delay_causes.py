"""Why a promise is not kept: said before or after it breaks, asked for where nobody has, and shown day by day."""

from datetime import date, time

import pytest

from dossiers.models import Appointment, DelayCause, Dossier, DossierError, Event
from dossiers.reference import DATA
from tests.conftest import moment
from tests.factories import DossierFactory

pytestmark = pytest.mark.django_db
#: Three working days after this Wednesday is the morning of Monday, 30/11.
RECEIVED = moment("2026-11-25 08:42")
DAY_BEFORE, DAY_AFTER = moment("2026-11-27 09:00"), moment("2026-12-01 09:00")


@pytest.fixture
def cause(db):
    return DelayCause.objects.get(name__startswith="Chờ")


@pytest.fixture
def dossier(db):
    return DossierFactory(at=RECEIVED, in_progress=True, then=moment("2026-11-25 10:00"))


def explain(dossier, cause, by, at):
    return dossier.explain_delay(delay_cause=cause, reason="Sở Tư pháp chưa trả lời xác minh", by=by, at=at)


def test_the_cause_is_kept_on_the_promise_and_recorded_for_everybody_to_read(dossier, cause, officer):
    event = explain(dossier, cause, officer, DAY_BEFORE)
    promise = Appointment.objects.get(dossier=dossier)
    assert (promise.delay_cause, promise.delay_words) == (cause, "Sở Tư pháp chưa trả lời xác minh")
    assert (event.kind, event.reason) == (Event.Kind.EXPLAINED, "Sở Tư pháp chưa trả lời xác minh")


def test_the_cause_of_a_reschedule_belongs_to_the_promise_that_it_replaces(dossier, cause, officer):
    dossier.reschedule(
        day=date(2026, 12, 3), half="morning", delay_cause=cause, reason="Chờ xác minh", by=officer, at=DAY_BEFORE
    )
    old, new = Appointment.objects.filter(dossier=dossier)
    assert (old.delay_cause, new.delay_cause) == (cause, None)


def test_a_promise_missed_without_a_word_is_explained_later_even_when_the_result_is_there(dossier, cause, officer):
    dossier.mark_ready(by=officer, at=DAY_AFTER)
    explain(dossier, cause, officer, DAY_AFTER)
    assert Appointment.objects.get(dossier=dossier).delay_cause == cause


def test_a_promise_that_was_kept_has_nothing_to_explain(dossier, cause, officer):
    dossier.mark_ready(by=officer, at=DAY_BEFORE)
    with pytest.raises(DossierError, match="không còn lời hẹn nào"):
        explain(dossier, cause, officer, DAY_BEFORE)
    assert "explain_delay" not in dossier.moves_for(officer)


def test_what_was_said_of_a_missed_promise_is_not_written_over_by_the_cause_of_the_next(dossier, cause, officer):
    other = DelayCause.objects.exclude(pk=cause.pk).first()
    dossier.reschedule(
        day=date(2026, 12, 3), half="morning", delay_cause=cause, reason="Chờ xác minh", by=officer, at=DAY_AFTER
    )
    explain(dossier, other, officer, moment("2026-12-02 09:00"))
    assert [row.delay_cause for row in Appointment.objects.filter(dossier=dossier)] == [cause, other]


def test_the_list_asks_for_the_cause_of_what_is_due_soon_or_missed_until_it_is_said(
    dossier, cause, officer, client, monkeypatch
):
    DossierFactory(at=moment("2026-12-01 08:00"))  # due on Friday, far enough
    kept = DossierFactory(at=RECEIVED)
    kept.mark_ready(by=officer, at=DAY_BEFORE)
    monkeypatch.setattr("django.utils.timezone.now", lambda: DAY_AFTER)
    client.force_login(officer)
    page = client.get("/ho-so/?lan=cho-nguyen-nhan").content.decode()
    assert dossier.short_code in page
    assert page.count("/ho-so/000.03") == 1
    assert "chưa ghi nguyên nhân" in client.get(dossier.get_absolute_url()).content.decode()
    explain(dossier, cause, officer, DAY_AFTER)
    assert dossier.short_code not in client.get("/ho-so/?lan=cho-nguyen-nhan").content.decode()
    page = client.get(dossier.get_absolute_url()).content.decode()
    assert "chưa ghi nguyên nhân" not in page
    assert cause.name in page


@pytest.mark.parametrize(
    ("what", "received", "silent", "asked"),
    [
        ("khai sinh", "2026-11-30 08:42", "2026-11-30 13:29", "2026-11-30 13:30"),  # due that afternoon
        ("khai sinh", "2026-11-30 15:30", "2026-12-01 13:29", "2026-12-01 13:30"),  # due on the next afternoon
        ("khai sinh", "2026-11-30 14:10", "2026-11-30 16:59", "2026-11-30 17:01"),  # it came when the half had begun
        ("xác nhận hôn nhân", "2026-11-25 08:42", "2026-11-26 23:59", "2026-11-27 00:00"),  # due on Monday
    ],
)
def test_the_desk_asks_for_a_cause_only_when_the_promise_is_about_to_break(
    what, received, silent, asked, officer, client, monkeypatch
):
    dossier = DossierFactory(at=moment(received), what=what)
    for now, expected in ((received, False), (silent, False), (asked, True)):
        monkeypatch.setattr("django.utils.timezone.now", lambda now=now: moment(now))
        client.force_login(officer)
        page = client.get(dossier.get_absolute_url()).content.decode()
        assert ("chưa ghi nguyên nhân" in page) is expected
        assert (dossier.short_code in client.get("/ho-so/?lan=cho-nguyen-nhan").content.decode()) is expected


def test_a_cause_is_asked_for_by_the_hours_of_the_dossiers_own_ward(officer, ward, client, monkeypatch):
    type(ward).objects.filter(pk=ward.pk).update(afternoon_opens=time(14), afternoon_closes=time(17, 30))
    dossier = DossierFactory(at=moment("2026-11-30 08:42"), what="khai sinh", ward=type(ward).objects.get(pk=ward.pk))
    for now, expected in (("13:59", False), ("14:00", True)):
        monkeypatch.setattr("django.utils.timezone.now", lambda now=now: moment(f"2026-11-30 {now}"))
        client.force_login(officer)
        page = client.get(dossier.get_absolute_url()).content.decode()
        assert ("chưa ghi nguyên nhân" in page) is expected


def test_the_citizen_reads_why_and_how_each_date_was_reached(dossier, cause, officer, clerk, client, monkeypatch):
    dossier.request_papers(items=["Bản sao"], reason="Thiếu bản sao", by=officer, at=moment("2026-11-26 10:00"))
    dossier.papers_received(by=clerk, at=moment("2026-11-30 08:00"))
    explain(dossier, cause, officer, moment("2026-12-02 10:00"))
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment("2026-12-08 09:00"))
    Appointment.objects.break_overdue(moment("2026-12-08 09:00"))
    page = client.get(f"/hs/{dossier.token}/").content.decode()
    assert "Sở Tư pháp chưa trả lời xác minh" in page
    first, again = page.index("Khi tiếp nhận: hẹn"), page.index("Tính lại sau khi bổ sung: hẹn")
    assert "Dừng tính" in page[first:again]
    assert "Nhận đủ giấy tờ, chưa tính" in page[again:]
    assert "chúng tôi đã lỡ hẹn" in page[again:]


def test_the_counter_sees_every_date_promised_and_where_the_count_stopped(dossier, officer, clerk, client):
    dossier.request_papers(items=["Bản sao"], reason="Thiếu bản sao", by=officer, at=moment("2026-11-26 10:00"))
    dossier.papers_received(by=clerk, at=moment("2026-11-30 08:00"))
    client.force_login(clerk)
    page = client.get(dossier.get_absolute_url()).content.decode()
    assert "Những lần hẹn trước" in page
    assert page.index("Khi tiếp nhận: hẹn") < page.index(">Dừng<")
    assert [step.kind for step in Dossier.objects.get(pk=dossier.pk).appointments.first().days] == ["received", "stop"]


def test_the_catalogue_names_its_causes_in_full():
    """A comma inside a cause once cut it off."""
    path = DATA / "delay_causes.csv"
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    assert set(DelayCause.objects.values_list("name", flat=True)) == {line.strip('"') for line in lines}
