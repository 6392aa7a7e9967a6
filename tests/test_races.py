"""Two people press at the same moment: one event, one polite message, and nothing half done."""

from __future__ import annotations

import threading
from datetime import date
from functools import partial

import pytest
from django.db import transaction

from dossiers.models import (
    MOVES,
    UNFINISHED,
    Appointment,
    Attachment,
    DelayCause,
    Dossier,
    DossierError,
    Event,
    Figure,
    Handover,
    IssuedPaper,
    State,
)
from dossiers.slip import issue_slip
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory, scan
from tests.test_receive import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
#: Due on the morning of Monday, 30/11.
RECEIVED, THEN = moment("2026-11-25 08:42"), moment("2026-11-26 09:00")


@pytest.fixture
def people(reference, ward):
    return [StaffFactory(ward=ward, clerk=True, officer=True, leader=True) for _ in range(2)]


def facts(name, colleague):
    """What each verb takes beside who and when."""
    delay = {"delay_cause": DelayCause.objects.first(), "reason": "Chờ xác minh"}
    return {
        "give": {"to": colleague, "step": Handover.Step.OFFICER},
        "request_papers": {"items": ["Bản sao"], "reason": "Thiếu bản sao"},
        "reschedule": {"day": date(2026, 12, 2), "half": "morning", **delay},
        "explain_delay": delay,
        "correct": {"changes": {"applicant_name": "Nguyễn Thị Tuyết Nhung Anh"}, "reason": "Ghi thiếu", "seen": 0},
        "refuse": {"reason": "Không thuộc thẩm quyền"},
        "stop": {"reason": "Người nộp xin rút"},
        "waive_apology": {"reason": "Người nộp cần kết quả ngay"},
        "remind": {"words": "Xin giải quyết sớm"},
    }.get(name, {})


def brought_to(name, ward, by):
    """A dossier from which the verb may start."""
    what = "khai sinh" if name == "finish" else "xác nhận hôn nhân"
    dossier = DossierFactory(ward=ward, at=THEN if name == "finish" else RECEIVED, by=by, what=what)
    if name == "take_back":
        dossier.give(to=StaffFactory(ward=ward, officer=True), step=Handover.Step.OFFICER, by=by, at=RECEIVED)
    if name == "papers_received":
        dossier.request_papers(items=["Bản sao"], reason="Thiếu", by=by, at=RECEIVED)
    if name == "waive_apology":
        Appointment.objects.break_overdue(moment("2026-11-30 12:00"))
    if name == "hand_back":
        dossier.mark_ready(by=by, at=RECEIVED)
    return dossier


def press(dossier, presses):
    """Each of (verb, person) at the same moment, on a copy of its own; (events, refusals)."""
    colleague = StaffFactory(ward=dossier.ward, officer=True)
    jobs = [
        partial(getattr(Dossier.objects.get(pk=dossier.pk), name), by=by, at=THEN, **facts(name, colleague))
        for name, by in presses
    ]
    answers = at_once(*jobs)
    events = [answer for answer in answers if isinstance(answer, Event)]
    refusals = [answer for answer in answers if isinstance(answer, DossierError)]
    assert len(events) + len(refusals) == len(answers), answers
    return events, refusals


#: Steps that may be taken again at once: the second gift replaces the first, a cause may be told better, each leader
#: reminds.
AGAIN = {"give", "explain_delay", "remind"}


@pytest.mark.parametrize("name", sorted(set(MOVES) - AGAIN))
def test_the_same_step_twice_makes_one_event_and_one_polite_refusal(people, ward, name):
    dossier = brought_to(name, ward, people[0])
    events, refusals = press(dossier, [(name, person) for person in people])
    assert (len(events), len(refusals)) == (1, 1)
    assert str(refusals[0]).endswith(".")
    assert dossier.events.filter(kind=MOVES[name].event).count() == 1


def test_a_leader_who_presses_twice_reminds_once(people, ward):
    dossier = brought_to("remind", ward, people[0])
    events, refusals = press(dossier, [("remind", people[0])] * 2)
    assert (len(events), len(refusals)) == (1, 1)
    assert dossier.events.filter(kind="reminded").count() == 1


@pytest.mark.parametrize("name", sorted(AGAIN))
def test_what_may_be_said_again_leaves_one_that_holds(people, ward, name):
    dossier = brought_to(name, ward, people[0])
    events, refusals = press(dossier, [(name, person) for person in people])
    assert len(events) + len(refusals) == 2
    assert dossier.handovers.filter(accepted_at=None, withdrawn_at=None).count() == (name == "give")
    assert dossier.appointments.filter(is_current=True).count() == 1


PAIRS = [
    ("refuse", "mark_ready"),
    ("refuse", "stop"),
    ("request_papers", "mark_ready"),
    ("request_papers", "reschedule"),
    ("stop", "take_up"),
    ("correct", "refuse"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_steps_that_contradict_each_other_leave_a_life_that_makes_sense(people, ward, one, other):
    dossier = DossierFactory(ward=ward, at=RECEIVED, by=people[0])
    events, _ = press(dossier, [(one, people[0]), (other, people[1])])
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert dossier.appointments.filter(is_current=True).count() == 1
    running = dossier.appointments.filter(outcome=Appointment.Outcome.OPEN, is_current=True).exists()
    assert running == (dossier.state in UNFINISHED and dossier.state != State.NEEDS_PAPERS)
    last = dossier.events.order_by("pk").last()
    assert last.pk == max(event.pk for event in events)
    assert last.state_after == dossier.state


def test_the_beat_and_the_officer_agree_whether_a_promise_was_kept(people, ward):
    dossier = DossierFactory(ward=ward, at=RECEIVED, by=people[0])
    late = moment("2026-11-30 11:31")
    at_once(
        partial(Appointment.objects.break_overdue, late),
        partial(Dossier.objects.get(pk=dossier.pk).mark_ready, by=people[0], at=late),
        partial(Appointment.objects.break_overdue, late),
    )
    assert dossier.appointments.get().outcome == Appointment.Outcome.BROKEN
    assert dossier.events.filter(kind=Event.Kind.OVERDUE).count() == 1
    assert Dossier.objects.get(pk=dossier.pk).state == State.READY


def test_a_step_that_takes_longer_than_the_worker_between_two_counts_is_counted(people, ward):
    slow, quick = (DossierFactory(ward=ward, at=RECEIVED, by=people[0]) for _ in range(2))
    Figure.objects.keep_up(THEN)
    taken, let_go = threading.Event(), threading.Event()

    def at_length():
        with transaction.atomic():
            Dossier.objects.get(pk=slow.pk).mark_ready(by=people[0], at=THEN)
            taken.set()
            assert let_go.wait(60)

    def meanwhile():
        assert taken.wait(60)
        Dossier.objects.get(pk=quick.pk).mark_ready(by=people[0], at=THEN)
        for _ in range(3):
            Figure.objects.keep_up(THEN)
        let_go.set()

    at_once(at_length, meanwhile)
    Figure.objects.keep_up(THEN)
    assert not Figure.objects.differences()
    for _ in range(2):
        Figure.objects.keep_up(THEN)
    assert Figure.objects.keep_up(THEN) == 0


def test_what_a_colleague_mended_is_not_undone_by_a_form_opened_before(people, ward):
    dossier = DossierFactory(ward=ward, at=RECEIVED, by=people[0])
    first, second = Dossier.objects.get(pk=dossier.pk), Dossier.objects.get(pk=dossier.pk)
    first.correct(changes={"phone": "0912000999"}, reason="Ghi sai số", by=people[0], at=THEN, seen=0)
    with pytest.raises(DossierError, match="người khác sửa"):
        second.correct(changes={"applicant_name": "Đỗ Thị Mận"}, reason="Ghi sai", by=people[1], at=THEN, seen=0)
    second.correct(changes={"applicant_name": "Đỗ Thị Mận"}, reason="Ghi sai", by=people[1], at=THEN, seen=1)
    row = Dossier.objects.get(pk=dossier.pk)
    assert (row.phone, row.applicant_name) == ("0912000999", "Đỗ Thị Mận")


def test_a_scan_is_taken_away_once(people, ward):
    dossier = DossierFactory(ward=ward, at=RECEIVED, by=people[0])
    row = Attachment.objects.attach(
        dossier=dossier, document=dossier.documents.get(), file=scan(), by=people[0], at=RECEIVED
    )
    mine = Attachment.objects.filter(pk=row.pk)
    answers = at_once(*[partial(mine.all().remove, by=person, at=THEN) for person in people])
    assert sorted(answers) == [0, 1]


def test_a_slip_printed_by_two_at_once_is_one_paper(people, ward):
    dossier = DossierFactory(ward=ward, at=RECEIVED, by=people[0])
    copies = [Dossier.objects.get(pk=dossier.pk) for _ in people]
    papers = at_once(
        *[partial(issue_slip, copy, by=person, at=THEN) for copy, person in zip(copies, people, strict=True)]
    )
    assert papers[0] == papers[1]
    assert IssuedPaper.objects.count() == 1
