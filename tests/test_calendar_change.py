"""A day off is added after promises were made: which would move, and what happens when the desk keeps or moves them."""

from datetime import date

import pytest

from desk.calendar import Mark, SpecialDay
from desk.models import CalendarDay
from dossiers.models import Appointment, DelayCause, Dossier, Event
from dossiers.models.shift import move, shifts
from dossiers.signals import event_recorded
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-25 09:00")
#: Between a receipt on 25/11 (three working days) and its promised morning of 30/11.
THURSDAY = date(2026, 11, 26)


def shifts_with(*days, now=NOW):
    before = CalendarDay.objects.special_days()
    return shifts(before, before | {day: SpecialDay(day, Mark.HOLIDAY, "Nghỉ đột xuất") for day in days}, now)


def test_a_new_day_off_makes_the_promises_across_it_later_and_no_others():
    across = DossierFactory(at=moment("2026-11-25 08:42"))
    DossierFactory(at=moment("2026-11-30 08:42"))
    assert across.appointment.day == date(2026, 11, 30)
    (shift,) = shifts_with(THURSDAY)
    assert shift.appointment == across.appointment
    assert (shift.promise.day, shift.promise.half) == (date(2026, 12, 1), "morning")


def test_a_weekend_day_a_kept_promise_and_one_that_has_passed_do_not_move():
    DossierFactory(at=moment("2026-11-25 08:42"), ready=True, then=moment("2026-11-25 15:00"))
    DossierFactory(at=moment("2026-11-25 08:42"))
    assert not shifts_with(date(2026, 11, 29))
    assert not shifts_with(THURSDAY, now=moment("2026-11-30 14:00"))


def test_a_day_of_work_added_makes_no_promise_earlier():
    DossierFactory(at=moment("2026-11-26 08:42"))
    before = CalendarDay.objects.special_days()
    saturday = date(2026, 11, 28)
    assert not shifts(before, before | {saturday: SpecialDay(saturday, Mark.WORKING, "làm bù")}, NOW)


def test_a_moved_promise_is_a_new_appointment_with_its_cause_and_lateness_counts_from_it(leader):
    dossier = DossierFactory(at=moment("2026-11-25 08:42"))
    old = dossier.appointment
    heard = []
    event_recorded.connect(lambda sender, kind, event_ids, **more: heard.append((kind, len(event_ids))), weak=False)
    assert move(shifts_with(THURSDAY), reason="Nghỉ đột xuất 26/11", by=leader, at=NOW) == 1
    event_recorded.receivers.pop()
    old.refresh_from_db()
    dossier = type(dossier).objects.get(pk=dossier.pk)
    assert (old.is_current, old.outcome) == (False, Appointment.Outcome.LIFTED)
    assert dossier.appointment.cause == Appointment.Cause.CALENDAR
    assert dossier.appointment.day == date(2026, 12, 1)
    assert dossier.promised_at == dossier.due_at == moment("2026-12-01 11:30")
    assert "Nghỉ đột xuất" in [step.words for step in dossier.appointment.steps if step.day == THURSDAY][0]
    assert heard == [(Event.Kind.MOVED, 1)]
    assert dossier.events.get(kind=Event.Kind.MOVED).reason == "Nghỉ đột xuất 26/11"
    assert dossier.reschedules_left() == 1


def test_the_step_that_runs_gets_its_share_of_the_moved_term(leader, officer):
    dossier = DossierFactory(at=moment("2026-11-25 08:42"))
    dossier.take_up(by=officer, at=NOW)
    before = dossier.step_due_at
    move(shifts_with(THURSDAY), reason="Nghỉ đột xuất 26/11", by=leader, at=NOW)
    dossier.refresh_from_db()
    assert before < dossier.step_due_at == dossier.handovers.get().due_at < dossier.promised_at


def test_a_day_that_somebody_chose_moves_only_when_it_is_the_day_off_itself_and_heals_nothing(ward):
    dossier = DossierFactory(at=moment("2026-11-16 08:42"))
    everybody = StaffFactory(ward=ward, clerk=True, officer=True, leader=True)
    first = dossier.promised_at
    dossier.reschedule(
        day=THURSDAY, half="morning", delay_cause=DelayCause.objects.first(), reason="Chờ xác minh",
        by=everybody, at=moment("2026-11-18 09:00"),
    )  # fmt: skip
    assert not shifts_with(date(2026, 11, 25))
    move(shifts_with(THURSDAY), reason="Nghỉ đột xuất", by=everybody, at=NOW)
    dossier = type(dossier).objects.get(pk=dossier.pk)
    assert dossier.due_at == moment("2026-11-27 11:30")
    assert dossier.promised_at == first


def test_a_dossier_that_got_its_result_meanwhile_stays_and_moving_twice_moves_once(leader, officer):
    done, waiting = DossierFactory(at=moment("2026-11-25 08:42")), DossierFactory(at=moment("2026-11-25 08:50"))
    found = shifts_with(THURSDAY)
    done.mark_ready(by=officer, at=NOW)
    assert move(found, reason="Nghỉ", by=leader, at=NOW) == 1
    assert move(found, reason="Nghỉ", by=leader, at=NOW) == 0
    assert list(Event.objects.filter(kind=Event.Kind.MOVED).values_list("dossier", flat=True)) == [waiting.pk]


def test_a_term_that_started_again_is_counted_again_from_there(officer, clerk, leader):
    dossier = DossierFactory(at=moment("2026-11-16 08:42"))
    dossier.take_up(by=officer, at=moment("2026-11-16 09:00"))
    dossier.request_papers(items=["Bản sao"], reason="Thiếu", by=officer, at=moment("2026-11-17 09:00"))
    dossier.papers_received(by=clerk, at=moment("2026-11-25 14:00"))
    (shift,) = shifts_with(THURSDAY)
    assert (shift.promise.day, shift.promise.half) == (date(2026, 12, 1), "afternoon")
    assert shift.promise.steps[0].words == "Nhận đủ giấy tờ, chưa tính"


def test_what_a_change_asks_costs_the_same_for_one_promise_and_for_many(django_assert_num_queries):
    DossierFactory(at=moment("2026-11-25 08:42"))
    with django_assert_num_queries(3):
        shifts_with(THURSDAY)
    for _ in range(5):
        DossierFactory(at=moment("2026-11-25 08:42"))
    with django_assert_num_queries(3):
        assert len(shifts_with(THURSDAY)) == 6


class TestAdmin:
    ADD = "/quan-tri/desk/calendarday/add/"

    @pytest.fixture
    def client(self, admin_client, monkeypatch):
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
        return admin_client

    def typed(self, **more):
        return {"date": "26/11/2026", "kind": "holiday", "name": "Nghỉ đột xuất", "basis": "Công điện", **more}

    def test_the_page_lists_what_would_move_and_saves_nothing_before_it_is_answered(self, client):
        dossier = DossierFactory(at=moment("2026-11-25 08:42"))
        page = client.post(self.ADD, self.typed()).content.decode()
        assert "làm chậm 1 lời hẹn" in page
        assert dossier.code in page
        assert "sáng 01/12" in page
        assert 'value="Nghỉ đột xuất"' in page
        assert not CalendarDay.objects.filter(date=THURSDAY).exists()

    @pytest.mark.parametrize(("answer", "day"), [("keep", date(2026, 11, 30)), ("move", date(2026, 12, 1))])
    def test_the_answer_keeps_or_moves(self, client, answer, day):
        dossier = DossierFactory(at=moment("2026-11-25 08:42"))
        assert client.post(self.ADD, self.typed(promises=answer)).status_code == 302
        assert CalendarDay.objects.filter(date=THURSDAY).exists()
        assert type(dossier).objects.get(pk=dossier.pk).appointment.day == day

    def test_a_day_that_moves_nothing_is_saved_without_a_question(self, client):
        DossierFactory(at=moment("2026-11-25 08:42"))
        assert client.post(self.ADD, self.typed(date="31/12/2026")).status_code == 302

    def test_a_day_of_work_that_promises_count_on_is_not_deleted(self, client):
        day = CalendarDay.objects.create(date=date(2026, 12, 5), kind="working", name="làm bù")
        dossier = DossierFactory(at=moment("2026-12-02 08:42"))
        assert dossier.appointment.day == date(2026, 12, 5)
        page = client.post(f"/quan-tri/desk/calendarday/{day.pk}/delete/", {"post": "yes"})
        assert dossier.code in page.content.decode()
        assert CalendarDay.objects.filter(pk=day.pk).exists()


def test_a_reminder_stays_where_only_the_calendar_moved_the_promise(ward):
    boss = StaffFactory(ward=ward, leader=True)
    dossier = DossierFactory(ward=ward, at=moment("2026-11-25 08:42"))
    said = dossier.remind(words="Xin làm sớm.", by=boss, at=NOW)
    assert move(shifts_with(THURSDAY), reason="Nghỉ đột xuất 26/11", by=boss, at=NOW) == 1
    mine = Dossier.objects.reminded_to(dossier.holder)
    assert dossier.reminder == said
    assert mine.get() == dossier
    dossier.give(to=StaffFactory(ward=ward, officer=True), step="officer", by=dossier.holder, at=NOW)
    assert dossier.reminder is None
    assert not mine.exists()
