"""Every step of a dossier's life: who may take it, what it records, what it refuses."""

from __future__ import annotations

from datetime import date

import pytest

from desk.models import CalendarDay
from dossiers.models import (
    MOVES,
    Appointment,
    Attachment,
    DelayCause,
    Dossier,
    DossierError,
    Event,
    GivenDocument,
    Handover,
    Procedure,
    State,
)
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory, scan

MONDAY = moment("2026-11-23 08:42")
AFTERNOON = moment("2026-11-23 15:00")
THURSDAY = moment("2026-11-26 09:00")


@pytest.fixture
def dossier(ward):
    return DossierFactory(ward=ward)


@pytest.fixture
def cause(db):
    return DelayCause.objects.get_or_create(name="Chờ cơ quan khác")[0]


def kinds(dossier):
    return list(dossier.events.values_list("kind", flat=True))


class TestHandover:
    def test_both_confirm_before_the_dossier_changes_hands(self, dossier, clerk, officer):
        dossier.give(to=officer, step="officer", by=clerk, at=MONDAY, note="gấp")
        assert dossier.state == State.RECEIVED
        dossier.take_up(by=officer, at=moment("2026-11-23 09:30"))
        handover = dossier.handovers.get()
        assert (handover.giver, handover.receiver, handover.note) == (clerk, officer, "gấp")
        assert (dossier.state, dossier.holder, dossier.officer) == (State.IN_PROGRESS, officer, officer)
        assert kinds(dossier) == ["received", "given", "taken_up"]

    def test_only_the_named_receiver_confirms(self, dossier, ward, clerk, officer):
        dossier.give(to=officer, step="officer", by=clerk, at=MONDAY)
        with pytest.raises(DossierError, match="đang chờ Đỗ Hữu Thắng nhận"):
            dossier.take_up(by=StaffFactory(ward=ward, officer=True), at=MONDAY)

    def test_giving_again_withdraws_what_is_still_pending(self, dossier, ward, clerk, officer):
        other = StaffFactory(ward=ward, officer=True)
        dossier.give(to=officer, step="officer", by=clerk, at=MONDAY)
        dossier.give(to=other, step="officer", by=clerk, at=moment("2026-11-23 09:00"))
        assert Handover.objects.pending().get().receiver == other
        with pytest.raises(DossierError):
            dossier.take_up(by=officer, at=moment("2026-11-23 09:10"))

    def test_from_the_officer_it_goes_to_the_leader_and_back(self, dossier, officer, leader):
        dossier.take_up(by=officer, at=MONDAY)
        dossier.give(to=leader, step="leader", by=officer, at=moment("2026-11-24 09:00"))
        dossier.take_up(by=leader, at=moment("2026-11-24 10:00"))
        assert (dossier.state, dossier.holder, dossier.officer) == (State.SIGNING, leader, officer)
        dossier.give(to=officer, step="officer", by=leader, at=moment("2026-11-24 11:00"))
        dossier.take_up(by=officer, at=moment("2026-11-24 14:00"))
        assert dossier.state == State.IN_PROGRESS

    def test_who_does_not_hold_it_does_not_give_it(self, dossier, ward, officer):
        dossier.take_up(by=officer, at=MONDAY)
        with pytest.raises(DossierError, match="Hồ sơ đang ở Đỗ Hữu Thắng"):
            dossier.give(to=officer, step="officer", by=StaffFactory(ward=ward, officer=True), at=MONDAY)

    @pytest.mark.parametrize("step", ["mark_ready", "refuse", "stop", "request_papers"])
    def test_what_left_the_hands_waits_for_nobody_to_take_it_up(self, dossier, officer, leader, clerk, step):
        dossier.take_up(by=officer, at=MONDAY)
        dossier.give(to=leader, step="leader", by=officer, at=moment("2026-11-24 09:00"))
        assert list(Dossier.objects.given_to(leader)) == [dossier]
        more = {"mark_ready": {}, "request_papers": {"items": ["Tờ khai"], "reason": "Thiếu tờ khai"}}
        getattr(dossier, step)(by=officer, at=moment("2026-11-24 10:00"), **more.get(step, {"reason": "Đã nói rõ"}))
        assert not Dossier.objects.given_to(leader)
        assert dossier.handovers.get(receiver=leader).withdrawn_at == moment("2026-11-24 10:00")

    def test_who_has_it_takes_back_what_was_given_by_mistake(self, dossier, officer, leader):
        dossier.take_up(by=officer, at=MONDAY)
        dossier.give(to=leader, step="leader", by=officer, at=moment("2026-11-24 09:00"))
        dossier.take_back(by=officer, at=moment("2026-11-24 09:05"))
        assert not Handover.objects.pending()
        assert (dossier.state, dossier.holder) == (State.IN_PROGRESS, officer)
        with pytest.raises(DossierError, match="không còn chờ nhận"):
            dossier.take_up(by=leader, at=moment("2026-11-24 09:10"))
        dossier.give(to=leader, step="leader", by=officer, at=moment("2026-11-24 10:00"))
        dossier.take_up(by=leader, at=moment("2026-11-24 10:05"))
        assert dossier.holder == leader

    def test_another_ward_or_another_role_cannot_receive(self, dossier, other_ward, clerk):
        with pytest.raises(DossierError, match="không làm bước"):
            dossier.give(to=StaffFactory(ward=other_ward, officer=True), step="officer", by=clerk, at=MONDAY)
        with pytest.raises(DossierError, match="không làm bước"):
            dossier.give(to=clerk, step="leader", by=clerk, at=MONDAY)


class TestBehind:
    def test_a_step_that_used_its_share_of_the_term_is_behind_before_the_promise_breaks(self, dossier, officer):
        dossier.take_up(by=officer, at=MONDAY)
        late = moment("2026-11-27 08:00")
        assert dossier.step_due_at < late < dossier.promised_at
        assert list(Dossier.objects.behind(late)) == [dossier]
        assert not Dossier.objects.behind(moment("2026-11-24 08:00"))
        assert not Dossier.objects.behind(dossier.promised_at.replace(hour=12))  # then it is overdue

    def test_the_share_is_the_procedures(self, dossier, officer):
        Procedure.objects.filter(pk=dossier.procedure_id).update(officer_share=10)
        dossier.procedure.refresh_from_db()
        dossier.take_up(by=officer, at=MONDAY)
        assert dossier.step_due_at < moment("2026-11-23 12:00")


class TestSupplement:
    def ask(self, dossier, officer, at=AFTERNOON):
        return dossier.request_papers(items=["Giấy khai tử"], reason="Thiếu giấy khai tử", by=officer, at=at)

    def test_the_clock_stops_and_the_full_term_starts_again(self, dossier, clerk, officer):
        dossier.take_up(by=officer, at=MONDAY)
        self.ask(dossier, officer)
        assert dossier.state == State.NEEDS_PAPERS
        assert dossier.appointments.get().outcome == Appointment.Outcome.LIFTED
        dossier.papers_received(by=clerk, at=moment("2026-12-07 14:00"))
        assert dossier.state == State.IN_PROGRESS
        first, second = dossier.appointments.all()
        assert (first.is_current, second.is_current) == (False, True)
        assert (second.cause, second.day, second.half) == ("restarted", date(2026, 12, 10), "afternoon")
        assert dossier.promised_at == dossier.due_at == second.due_at
        assert dossier.slip_version == 2

    def test_it_is_asked_once(self, dossier, clerk, officer):
        dossier.take_up(by=officer, at=MONDAY)
        self.ask(dossier, officer)
        dossier.papers_received(by=clerk, at=moment("2026-11-25 14:00"))
        with pytest.raises(DossierError, match="một lần"):
            self.ask(dossier, officer, at=moment("2026-11-26 09:00"))

    def test_the_step_that_has_it_gets_its_share_of_the_new_term(self, dossier, clerk, officer):
        dossier.take_up(by=officer, at=MONDAY)
        self.ask(dossier, officer)
        dossier.papers_received(by=clerk, at=moment("2026-12-07 14:00"))
        taken = dossier.handovers.get()
        assert taken.due_at == dossier.step_due_at > moment("2026-12-07 14:00")
        assert taken.result_at(moment("2026-12-08 09:00"), moment("2026-12-08 09:00")) == "Trước hạn"

    def test_it_goes_on_with_whoever_has_it(self, dossier, clerk, officer, leader):
        dossier.take_up(by=officer, at=MONDAY)
        dossier.give(to=leader, step="leader", by=officer, at=moment("2026-11-24 09:00"))
        dossier.take_up(by=leader, at=moment("2026-11-24 09:10"))
        self.ask(dossier, officer, at=moment("2026-11-24 10:00"))
        dossier.papers_received(by=clerk, at=moment("2026-12-07 14:00"))
        assert (dossier.state, dossier.holder) == (State.SIGNING, leader)

    def test_waiting_for_the_citizen_is_never_late(self, dossier, officer):
        dossier.take_up(by=officer, at=MONDAY)
        self.ask(dossier, officer)
        later = moment("2027-01-15 09:00")
        assert Appointment.objects.break_overdue(later) == []
        assert not Dossier.objects.overdue(later)

    def test_asking_after_the_promise_passed_does_not_heal_it(self, dossier, officer):
        dossier.take_up(by=officer, at=MONDAY)
        self.ask(dossier, officer, at=moment("2026-11-30 09:00"))
        assert dossier.appointments.get().outcome == Appointment.Outcome.BROKEN
        assert kinds(dossier).count("overdue") == 1


class TestReschedule:
    def again(self, dossier, officer, cause, at=THURSDAY, day=date(2026, 12, 1), half="morning"):
        return dossier.reschedule(day=day, half=half, delay_cause=cause, reason="Sở chưa trả lời", by=officer, at=at)

    def test_a_new_date_stands_beside_the_first_and_does_not_heal_lateness(self, dossier, officer, cause):
        dossier.take_up(by=officer, at=MONDAY)
        promised = dossier.promised_at
        self.again(dossier, officer, cause)
        assert (dossier.promised_at, dossier.due_at) == (promised, moment("2026-12-01 11:30"))
        after_first = moment("2026-11-27 12:00")
        assert len(Appointment.objects.break_overdue(after_first)) == 1
        assert list(Dossier.objects.overdue(after_first)) == [dossier]

    def test_once_a_term_unless_the_edition_says_otherwise(self, dossier, officer, cause):
        dossier.take_up(by=officer, at=MONDAY)
        self.again(dossier, officer, cause)
        with pytest.raises(DossierError, match="đã hẹn lại 1 lần"):
            self.again(dossier, officer, cause, day=date(2026, 12, 3))
        dossier.edition.max_reschedules = 2
        self.again(dossier, officer, cause, day=date(2026, 12, 3))
        assert dossier.appointments.filter(is_current=True).get().day == date(2026, 12, 3)

    @pytest.mark.parametrize(
        ("day", "words"),
        [
            (date(2026, 11, 29), "ngày nghỉ"),
            (date(2026, 11, 25), "phải sau"),
            (date(2026, 11, 27), "phải sau"),
            (date(2026, 11, 20), "phải sau"),
            (date(2062, 11, 30), "xa quá một năm"),
        ],
    )
    def test_the_new_half_day_is_a_working_one_after_the_old(self, dossier, officer, cause, day, words):
        dossier.take_up(by=officer, at=MONDAY)
        with pytest.raises(DossierError, match=words):
            self.again(dossier, officer, cause, day=day)

    def test_a_new_term_may_be_rescheduled_again(self, dossier, clerk, officer, cause):
        dossier.take_up(by=officer, at=MONDAY)
        self.again(dossier, officer, cause)
        dossier.request_papers(items=["Tờ khai"], reason="Thiếu", by=officer, at=moment("2026-11-26 10:00"))
        dossier.papers_received(by=clerk, at=moment("2026-11-30 09:00"))
        assert dossier.reschedules_left() == 1


class TestEnd:
    def test_a_refusal_ends_the_promise_when_it_is_made(self, dossier, officer):
        dossier.refuse(reason="Không thuộc thẩm quyền", by=officer, at=moment("2026-11-25 09:00"))
        assert dossier.state == State.REFUSED
        assert dossier.appointments.get().outcome == Appointment.Outcome.LIFTED
        assert dossier.events.get(kind="refused").reason == "Không thuộc thẩm quyền"

    def test_a_refusal_after_the_promise_leaves_it_broken(self, dossier, officer):
        dossier.refuse(reason="Không thuộc thẩm quyền", by=officer, at=moment("2026-11-30 09:00"))
        assert dossier.appointments.get().outcome == Appointment.Outcome.BROKEN

    def test_the_citizen_may_stop_it_even_while_papers_are_missing(self, dossier, clerk, officer):
        dossier.take_up(by=officer, at=MONDAY)
        dossier.request_papers(items=["Tờ khai"], reason="Thiếu", by=officer, at=MONDAY)
        dossier.stop(reason="Không còn nhu cầu", by=clerk, at=moment("2026-11-25 09:00"))
        assert dossier.state == State.STOPPED

    def test_a_proxy_is_noted_with_the_id_number(self, dossier, clerk, officer):
        dossier.mark_ready(by=officer, at=moment("2026-11-25 09:00"))
        dossier.hand_back(by=clerk, at=moment("2026-11-25 10:00"), to_name="Ngô Thế Vĩnh", to_id_number="035090000009")
        dossier.refresh_from_db()
        assert (dossier.returned_to_name, dossier.returned_to_id_number) == ("Ngô Thế Vĩnh", "035090000009")
        assert dossier.originals_returned

    def test_a_same_day_matter_is_answered_and_returned_in_one_go(self, ward, clerk):
        dossier = DossierFactory(ward=ward, what="chứng thực")
        dossier.finish(by=clerk, at=moment("2026-11-23 09:00"))
        assert dossier.state == State.RETURNED
        assert kinds(dossier) == ["received", "ready", "returned"]
        assert dossier.appointments.get().outcome == Appointment.Outcome.KEPT

    def test_a_longer_matter_is_not(self, dossier, clerk):
        with pytest.raises(DossierError, match="trả ngay"):
            dossier.finish(by=clerk, at=MONDAY)


class TestCorrection:
    def test_a_wrong_name_leaves_a_trace_and_asks_for_a_new_slip(self, dossier, clerk):
        dossier.correct(changes={"applicant_name": "Nguyễn Thị Nhung"}, reason="Gõ nhầm", by=clerk, at=MONDAY)
        event = dossier.events.get(kind="corrected")
        assert event.details == {"applicant_name": ["Nguyễn Thị Tuyết Nhung", "Nguyễn Thị Nhung"]}
        dossier.refresh_from_db()
        assert (dossier.applicant_folded, dossier.slip_version) == ("nguyen thi nhung", 2)
        assert dossier.appointments.count() == 1

    def test_a_wrong_procedure_is_promised_anew_from_the_receipt(self, dossier, clerk):
        procedure = Procedure.objects.get(code="1.004884")  # 5 working days
        dossier.correct(changes={"procedure": procedure}, reason="Chọn nhầm", by=clerk, at=moment("2026-11-25 09:00"))
        old, new = dossier.appointments.all()
        assert (old.outcome, new.cause, new.day) == ("lifted", "corrected", date(2026, 12, 1))
        assert dossier.promised_at == dossier.due_at == new.due_at
        assert dossier.reschedules_left() == 1

    def test_a_longer_term_gives_the_step_that_runs_a_longer_share(self, dossier, clerk, officer):
        dossier.take_up(by=officer, at=MONDAY)
        before = dossier.step_due_at
        procedure = Procedure.objects.get(code="1.004884")  # 5 working days instead of 3
        dossier.correct(changes={"procedure": procedure}, reason="Chọn nhầm", by=clerk, at=moment("2026-11-23 09:00"))
        dossier.refresh_from_db()
        assert dossier.step_due_at == dossier.handovers.get().due_at > before

    def test_nobody_had_a_dossier_in_hand_before_it_was_received(self, dossier, clerk):
        dossier.take_up(by=dossier.holder, at=moment("2026-11-23 15:00"))
        with pytest.raises(DossierError, match="xử lý từ 15:00 23/11/2026"):
            dossier.correct(
                changes={"received_at": moment("2026-11-23 16:00")}, reason="x", by=clerk, at=moment("2026-11-24 08:00")
            )

    def test_nothing_changed_is_said(self, dossier, clerk):
        with pytest.raises(DossierError, match="Chưa có gì khác"):
            dossier.correct(changes={"applicant_name": dossier.applicant_name}, reason="x", by=clerk, at=MONDAY)

    def test_a_paper_whose_scan_is_kept_stays_and_one_whose_scan_was_removed_may_go(self, dossier, clerk):
        paper = dossier.documents.get()
        file = Attachment.objects.attach(dossier=dossier, document=paper, file=scan(), by=clerk, at=MONDAY)
        other = [GivenDocument("Giấy chứng sinh", "original", 1)]
        with pytest.raises(DossierError, match="“Tờ khai” đang có bản chụp"):
            dossier.correct(changes={"phone": "0912000999"}, papers=other, reason="x", by=clerk, at=MONDAY)
        dossier.refresh_from_db()
        assert (dossier.documents.get(), dossier.phone, dossier.slip_version) == (paper, "0912000345", 1)
        Attachment.objects.filter(pk=file.pk).remove(by=clerk, at=MONDAY)
        dossier.correct(changes={}, papers=other, reason="Ghi nhầm giấy", by=clerk, at=MONDAY)
        assert dossier.documents.get().given == other[0]
        file.refresh_from_db()
        assert (file.document, file.name) == (None, "to-khai.pdf")

    def test_what_has_ended_is_not_corrected(self, dossier, clerk, officer):
        dossier.refuse(reason="Không thuộc thẩm quyền", by=officer, at=MONDAY)
        with pytest.raises(DossierError, match="đã kết thúc"):
            dossier.correct(changes={"address": "Tổ 5"}, reason="x", by=clerk, at=MONDAY)


def test_every_state_but_the_last_ones_can_be_left():
    words_only = {"explain_delay", "waive_apology"}  # about a broken promise, also of what has ended
    left = {source for name, move in MOVES.items() if name not in words_only for source in move.sources}
    assert set(State) - left == {State.RETURNED, State.REFUSED, State.STOPPED}


def test_every_event_has_words_for_the_citizen():
    assert set(Event.CITIZEN_WORDS) == set(Event.Kind)


def test_a_day_off_on_the_way_makes_the_next_promise_later(ward):
    CalendarDay.objects.create(date=date(2026, 11, 26), kind="holiday", name="Nghỉ đột xuất")
    assert DossierFactory(ward=ward).appointment.day == date(2026, 11, 30)
