"""What orders a letter, what changes it, who may approve it, and what approving does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from desk.models import Staff, Ward
from dossiers.models import Appointment, DelayCause, DossierError, Event
from letters.archive import verify
from letters.models import Letter, LetterError, LetterKind, LetterPolicy, LetterText, Occasion
from letters.orders import LETTER_AFTER, order_ahead
from letters.tasks import draw_waiting
from tests.conftest import moment
from tests.factories import CAUSE, REASON, DossierFactory, StaffFactory, consenting, draw_all, explain, late, letter_of

RECEIVED = moment("2026-11-17 09:00")  # a Tuesday; promised for Friday morning, 20/11
BROKEN = moment("2026-11-20 13:00")
MONDAY = moment("2026-11-23 09:00")


@pytest.fixture
def overdue(ward, leader):
    """A dossier that is late, of a ward whose leader signs."""
    return late(BROKEN, ward=ward, at=RECEIVED, then=RECEIVED + timedelta(hours=1))


# what follows what


def test_a_broken_promise_orders_one_apology_however_often_it_is_noticed(overdue):
    Appointment.objects.break_overdue(MONDAY)
    order_ahead(MONDAY)
    letter = letter_of(overdue)
    assert (letter.kind, letter.state, letter.appointment) == (LetterKind.APOLOGY, "draft", overdue.appointment)


def test_a_bell_that_nobody_hears_keeps_no_letter_from_being_ordered(
    ward, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def down(*args, **kwargs):
        raise ConnectionError("no broker there")

    monkeypatch.setattr(draw_waiting, "delay", down)
    with django_capture_on_commit_callbacks(execute=True):
        dossier = late(BROKEN, ward=ward, at=RECEIVED, then=RECEIVED + timedelta(hours=1))
    assert letter_of(dossier).needs_drawing
    assert "no broker there" in caplog.text


@pytest.mark.parametrize(
    ("what", "kind"),
    [("khai sinh", LetterKind.BIRTH), ("kết hôn", LetterKind.MARRIAGE), ("khai tử", LetterKind.CONDOLENCE)],
)
def test_the_family_that_agrees_gets_a_letter_with_its_certificate(ward, what, kind):
    assert letter_of(consenting(what, ward=ward)).kind == kind


def test_without_consent_there_is_no_letter(ward):
    DossierFactory(what="kết hôn", ward=ward)
    assert not Letter.objects.exists()


def test_a_kind_that_the_ward_has_switched_off_is_not_ordered(ward, leader):
    LetterPolicy.objects.decide(
        ward=ward, kind=LetterKind.MARRIAGE, mode=LetterPolicy.Mode.OFF, by=leader, at=MONDAY, texts=[]
    )
    consenting("kết hôn", ward=ward)
    consenting("khai sinh", ward=ward)
    assert [letter.kind for letter in Letter.objects.all()] == [LetterKind.BIRTH]


def test_every_rule_of_the_table_is_about_an_event_that_exists():
    assert set(LETTER_AFTER) <= set(Event.Kind)


def test_the_apology_is_drafted_one_working_day_before_the_promise(ward):
    dossier = DossierFactory(in_progress=True, ward=ward, at=RECEIVED, then=RECEIVED)  # due on Friday morning
    assert order_ahead(moment("2026-11-18 16:00")) == 0
    assert order_ahead(moment("2026-11-19 08:00")) == 1
    draw_all(moment("2026-11-19 08:05"))
    assert letter_of(dossier).text.occasion == Occasion.APOLOGY_AHEAD


def test_over_a_weekend_and_a_holiday_the_day_before_is_the_working_day_before(ward):
    DossierFactory(in_progress=True, ward=ward, at=moment("2026-11-20 14:00"), then=moment("2026-11-20 15:00"))
    # three working days: Monday 23, Wednesday 25 (24 is a holiday), Thursday 26
    assert order_ahead(moment("2026-11-24 10:00")) == 0
    assert order_ahead(moment("2026-11-25 07:30")) == 1


def test_a_same_day_matter_is_apologised_for_when_its_half_begins_if_it_was_there_by_then(ward):
    in_the_morning = DossierFactory(what="chứng thực", ward=ward, at=moment("2026-11-23 08:00"))
    DossierFactory(what="chứng thực", ward=ward, at=moment("2026-11-23 14:10"))
    assert order_ahead(moment("2026-11-23 13:25")) == 0
    assert order_ahead(moment("2026-11-23 14:15")) == 1
    assert Letter.objects.get().dossier == in_the_morning


def test_work_done_early_after_an_apology_is_thanked_for(overdue, leader):
    explain(overdue, MONDAY)
    draw_all(MONDAY)
    letter_of(overdue).issue(by=leader, at=MONDAY)
    overdue.refresh_from_db()
    overdue.mark_ready(by=overdue.received_by, at=MONDAY + timedelta(hours=2))
    kinds = Letter.objects.filter(dossier=overdue).values_list("kind", flat=True)
    assert set(kinds) == {LetterKind.APOLOGY, LetterKind.PATIENCE}


def test_who_was_warned_and_got_it_in_time_is_thanked_for_no_patience(ward, leader):
    """The apology said that the first half day would not do, and then it did: no promise was missed."""
    dossier = DossierFactory(in_progress=True, ward=ward, at=RECEIVED, then=RECEIVED)
    ahead = moment("2026-11-19 08:00")
    order_ahead(ahead)
    explain(dossier, ahead)
    draw_all(ahead)
    letter_of(dossier).issue(by=leader, at=ahead)
    dossier.refresh_from_db()
    dossier.mark_ready(by=dossier.received_by, at=moment("2026-11-20 09:00"))
    assert not dossier.appointments.filter(outcome="broken").exists()
    assert letter_of(dossier).kind == LetterKind.APOLOGY


# drafts follow their facts


def test_a_result_in_time_calls_the_draft_off(ward):
    dossier = DossierFactory(in_progress=True, ward=ward, at=RECEIVED, then=RECEIVED)
    order_ahead(moment("2026-11-19 08:00"))
    draw_all(moment("2026-11-19 08:05"))
    dossier.mark_ready(by=dossier.received_by, at=moment("2026-11-19 10:00"))
    draw_all(moment("2026-11-19 10:01"))
    letter = letter_of(dossier)
    assert (letter.state, letter.pdf, letter.number) == (Letter.State.CALLED_OFF, "", None)


def test_the_draft_leaves_the_reason_open_until_somebody_gives_it(overdue):
    draw_all(BROKEN)
    letter = letter_of(overdue)
    assert (letter.state, letter.missing) == (Letter.State.DRAFT, ["ly_do"])
    explain(overdue, MONDAY)
    draw_all(MONDAY)
    letter.refresh_from_db()
    assert (letter.state, letter.facts["ly_do"], letter.version) == (Letter.State.SUBMITTED, REASON, 2)


def test_a_new_half_day_is_proposed_two_working_days_ahead(overdue):
    draw_all(MONDAY)
    letter = letter_of(overdue)
    assert (letter.new_day, letter.new_half) == (date(2026, 11, 26), "morning")  # 24/11 is a holiday
    draw_all(moment("2026-11-26 14:00"))
    letter.refresh_from_db()
    assert letter.new_day == date(2026, 11, 30)


def test_what_is_corrected_in_the_dossier_is_corrected_in_the_letter(overdue):
    explain(overdue, MONDAY)
    draw_all(MONDAY)
    overdue.correct(
        changes={"applicant_name": "Nguyễn Thị Tuyết Nhung Anh"}, reason="Ghi thiếu", by=overdue.received_by, at=MONDAY
    )
    draw_all(MONDAY)
    assert letter_of(overdue).facts["nguoi_nhan"] == "Bà Nguyễn Thị Tuyết Nhung Anh"


def test_an_organisation_is_addressed_as_one(ward):
    dossier = late(
        BROKEN,
        ward=ward,
        at=RECEIVED,
        then=RECEIVED,
        applicant_kind="organisation",
        applicant_name="Công ty TNHH Đức Thịnh",
        sex="",
        id_number="",
        tax_code="0700123456",
    )
    draw_all(MONDAY)
    facts = letter_of(dossier).facts
    assert (facts["nguoi_nhan"], facts["xung_ho"]) == ("Công ty TNHH Đức Thịnh", "quý đơn vị")


# approval


def test_an_apology_without_a_reason_never_leaves(overdue, leader):
    draw_all(MONDAY)
    with pytest.raises(LetterError, match="nguyên nhân chậm"):
        letter_of(overdue).issue(by=leader, at=MONDAY)


def test_approving_numbers_signs_reschedules_and_settles_the_debt_in_one_act(overdue, leader):
    explain(overdue, MONDAY)
    draw_all(MONDAY)
    letter = letter_of(overdue)
    letter.issue(by=leader, at=MONDAY, seen=letter.version)
    overdue.refresh_from_db()
    broken = overdue.appointments.get(cause="intake")
    assert letter.number_words == "01/TXL-UBND"
    assert letter.signed == {"lines": ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], "name": leader.full_name}
    assert (overdue.appointment.cause, overdue.appointment.day) == ("rescheduled", date(2026, 11, 26))
    assert broken.apology_settled_at == MONDAY
    draw_all(MONDAY)
    assert verify() == {
        "letters": 1,
        "rendered": 1,
        "missing_files": 0,
        "hash_mismatches": 0,
        "overdue_without_apology": 0,
        "duplicate_apologies": 0,
        "number_gaps": 0,
    }


def test_what_changed_since_it_was_read_is_not_approved(overdue, leader):
    explain(overdue, MONDAY)
    draw_all(MONDAY)
    read = letter_of(overdue).version
    explain(overdue, MONDAY, reason="Cơ quan phối hợp chưa gửi kết quả xác minh")
    with pytest.raises(LetterError, match="đọc lại"):
        letter_of(overdue).issue(by=leader, at=MONDAY, seen=read)
    assert letter_of(overdue).number is None


def test_a_letter_whose_facts_changed_without_an_event_is_drawn_anew_and_then_approved(overdue, leader):
    explain(overdue, MONDAY)
    draw_all(MONDAY)
    Ward.objects.filter(pk=overdue.ward_id).update(phone="02263888999")
    letter = letter_of(overdue)
    with pytest.raises(LetterError, match="vừa thay đổi"):
        letter.issue(by=leader, at=MONDAY, seen=letter.version)
    draw_all(MONDAY)
    letter = letter_of(overdue)
    letter.issue(by=leader, at=MONDAY, seen=letter.version)
    assert "3888 999" in letter.facts["dien_thoai"]


def test_only_a_leader_with_a_power_to_sign_approves(overdue, ward, clerk, other_ward):
    explain(overdue, MONDAY)
    draw_all(MONDAY)
    without_power = StaffFactory(ward=ward, leader=True, power="")
    for nobody in (clerk, StaffFactory(ward=other_ward, leader=True), without_power):
        with pytest.raises(LetterError):
            letter_of(overdue).issue(by=nobody, at=MONDAY)
    deputy = StaffFactory(ward=ward, leader=True, power=Staff.Power.DEPUTY)
    letter = letter_of(overdue)
    letter.issue(by=deputy, at=MONDAY)
    assert letter.signed["lines"] == ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]


def test_a_letter_is_issued_once(overdue, leader):
    explain(overdue, MONDAY)
    draw_all(MONDAY)
    first, second = letter_of(overdue), letter_of(overdue)
    first.issue(by=leader, at=MONDAY)
    with pytest.raises(LetterError, match="vừa được phát hành, số 01/TXL-UBND"):
        second.issue(by=leader, at=MONDAY)


def test_numbers_run_in_their_series_and_start_again_each_year(ward, leader):
    numbers = []
    for at in (MONDAY, MONDAY, moment("2027-01-05 09:00")):
        dossier = consenting("kết hôn", ward=ward, at=at)
        dossier.mark_ready(by=dossier.received_by, at=at)
        draw_all(at)
        letter = letter_of(dossier)
        letter.issue(by=leader, at=at)
        numbers.append((letter.year, letter.number_words))
    assert numbers == [(2026, "01/TCM-UBND"), (2026, "02/TCM-UBND"), (2027, "01/TCM-UBND")]


def test_a_refused_approval_gives_no_number_away(overdue, ward, leader):
    draw_all(MONDAY)
    with pytest.raises(LetterError):
        letter_of(overdue).issue(by=leader, at=MONDAY)
    explain(overdue, MONDAY)
    draw_all(MONDAY)
    letter = letter_of(overdue)
    letter.issue(by=leader, at=MONDAY)
    assert letter.number == 1


def test_congratulations_wait_for_the_certificate(ward, leader):
    dossier = consenting("kết hôn", ward=ward, at=MONDAY)
    draw_all(MONDAY)
    with pytest.raises(LetterError, match="đi cùng kết quả"):
        letter_of(dossier).issue(by=leader, at=MONDAY)
    assert not Letter.objects.signable().exists()


def test_a_letter_signed_in_advance_leaves_by_itself_when_the_certificate_is_there(ward, leader):
    kind, text = LetterKind.BIRTH, LetterText.objects.get(occasion=Occasion.BIRTH)
    LetterPolicy.objects.decide(
        ward=ward, kind=kind, mode=LetterPolicy.Mode.AUTOMATIC, by=leader, at=MONDAY, texts=[text]
    )
    dossier = consenting("khai sinh", ward=ward, at=MONDAY)
    draw_all(MONDAY)
    assert letter_of(dossier).state == Letter.State.SUBMITTED
    dossier.mark_ready(by=dossier.received_by, at=MONDAY)
    draw_all(MONDAY)
    letter = letter_of(dossier)
    assert (letter.state, letter.signer, bool(letter.pdf)) == (Letter.State.ISSUED, leader, True)


def test_a_text_that_changed_after_it_was_signed_waits_for_the_leader(ward, leader):
    old = LetterText.objects.get(occasion=Occasion.BIRTH)
    LetterPolicy.objects.decide(
        ward=ward, kind=LetterKind.BIRTH, mode=LetterPolicy.Mode.AUTOMATIC, by=leader, at=MONDAY, texts=[old]
    )
    LetterText.objects.create(
        occasion=Occasion.BIRTH, ward=ward, title="THƯ CHÚC MỪNG", body="Phường chúc mừng cháu.", made_at=MONDAY
    )
    dossier = consenting("khai sinh", ward=ward, at=MONDAY)
    dossier.mark_ready(by=dossier.received_by, at=MONDAY)
    draw_all(MONDAY)
    assert letter_of(dossier).state == Letter.State.SUBMITTED


def test_what_the_leader_sends_back_waits_for_the_desk(overdue, leader, officer):
    explain(overdue, MONDAY)
    draw_all(MONDAY)
    letter = letter_of(overdue)
    letter.send_back(note="Xin nói rõ ngày gửi văn bản", by=leader, at=MONDAY)
    draw_all(MONDAY)
    letter.refresh_from_db()
    assert letter.state == Letter.State.DRAFT
    letter.submit(by=officer, at=MONDAY)
    assert (letter.state, letter.sent_back_note) == (Letter.State.SUBMITTED, "")


def test_another_half_day_may_be_proposed_but_no_day_off_and_none_in_the_past(overdue, officer):
    draw_all(MONDAY)
    letter = letter_of(overdue)
    letter.propose(day=date(2026, 11, 27), half="afternoon", by=officer, at=MONDAY)
    assert letter.facts["hen_moi"] == "buổi chiều thứ Sáu, ngày 27/11/2026"
    with pytest.raises(LetterError, match="ngày nghỉ"):
        letter.propose(day=date(2026, 11, 24), half="morning", by=officer, at=MONDAY)
    with pytest.raises(LetterError, match="sau bây giờ"):
        letter.propose(day=date(2026, 11, 20), half="morning", by=officer, at=MONDAY)


def test_a_date_that_the_officer_has_appointed_already_is_named_and_not_appointed_twice(overdue, leader):
    cause = DelayCause.objects.get(name=CAUSE)
    overdue.reschedule(
        day=date(2026, 11, 27), half="morning", delay_cause=cause, reason=REASON, by=overdue.received_by, at=MONDAY
    )
    draw_all(MONDAY)
    letter = letter_of(overdue)
    assert (letter.facts["hen_moi"], letter.new_day) == ("buổi sáng thứ Sáu, ngày 27/11/2026", None)
    letter.issue(by=leader, at=MONDAY)
    assert overdue.appointments.count() == 2


def test_the_second_broken_promise_gets_its_own_apology_without_a_third_date(overdue, leader):
    explain(overdue, MONDAY)
    draw_all(MONDAY)
    letter_of(overdue).issue(by=leader, at=MONDAY)
    friday = moment("2026-11-27 08:00")
    Appointment.objects.break_overdue(friday)
    draw_all(friday)
    second = Letter.objects.get(dossier=overdue, state=Letter.State.DRAFT)
    assert (second.new_day, second.facts["hen_moi"]) == (None, "trả ngay khi có kết quả")


def test_a_recalled_letter_and_its_replacement_both_stay(overdue, leader, officer):
    explain(overdue, MONDAY)
    draw_all(MONDAY)
    old = letter_of(overdue)
    old.issue(by=leader, at=MONDAY)
    new = old.recall(reason="Ghi sai tên cơ quan phối hợp", by=leader, at=MONDAY + timedelta(hours=1))
    draw_all(MONDAY + timedelta(hours=1))
    new.submit(by=officer, at=MONDAY + timedelta(hours=2))
    draw_all(MONDAY + timedelta(hours=2))
    new.refresh_from_db()
    new.issue(by=leader, at=MONDAY + timedelta(hours=2))
    draw_all(MONDAY + timedelta(hours=2))
    old.refresh_from_db()
    assert (old.is_recalled, old.replaced_by, new.number_words) == (True, new, "02/TXL-UBND")
    assert verify()["duplicate_apologies"] == 0
    with pytest.raises(LetterError):
        old.recall(reason="Thu hồi lần nữa", by=leader, at=MONDAY)


# the debt


def test_a_late_result_is_held_back_until_the_apology_is_issued(overdue, leader, clerk):
    overdue.mark_ready(by=overdue.received_by, at=MONDAY)
    with pytest.raises(DossierError, match="chưa có thư xin lỗi"):
        overdue.hand_back(by=clerk, at=MONDAY)
    explain(overdue, MONDAY)
    draw_all(MONDAY)
    letter_of(overdue).issue(by=leader, at=MONDAY)
    overdue.hand_back(by=clerk, at=MONDAY)
    assert overdue.state == "returned"


def test_a_leader_may_let_the_result_go_first_and_says_why(overdue, leader, clerk):
    overdue.mark_ready(by=overdue.received_by, at=MONDAY)
    overdue.waive_apology(reason="Người nộp đi xa, cần kết quả ngay", by=leader, at=MONDAY)
    overdue.hand_back(by=clerk, at=MONDAY)
    draw_all(MONDAY)
    assert letter_of(overdue).state == Letter.State.CALLED_OFF
    assert verify()["overdue_without_apology"] == 0
    with pytest.raises(DossierError):
        overdue.waive_apology(reason="Lần nữa", by=leader, at=MONDAY)


def test_a_clerk_waives_nothing(overdue, clerk):
    with pytest.raises(DossierError):
        overdue.waive_apology(reason="Người nộp đang đợi", by=clerk, at=MONDAY)


# written by hand


def test_a_letter_written_by_hand_goes_straight_to_the_leader(ward, clerk, leader):
    letter = Letter.objects.write(
        ward=ward,
        kind=LetterKind.PRAISE,
        typed={"nguoi_nhan": "Bà Đoàn Thị Kim Quy", "xung_ho": "bà", "su_viec": "cán bộ tiếp dân ân cần"},
        by=clerk,
        at=MONDAY,
    )
    assert letter.state == Letter.State.SUBMITTED
    draw_all(MONDAY)
    letter.refresh_from_db()
    letter.issue(by=leader, at=MONDAY)
    assert letter.number_words == "01/TCO-UBND"


def test_an_issued_letter_is_numbered_by_the_database_itself(ward):
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.create(
            ward=ward, kind=LetterKind.PRAISE, state=Letter.State.ISSUED, ordered_at=MONDAY, touched_at=timezone.now()
        )
