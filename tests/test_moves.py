"""The steps of a dossier's life, and what each says about the promise: kept or broken, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from dossiers.models import Appointment, Dossier, DossierError, Event, State
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory
from tests.test_receive import at_once, heard, until_somebody_waits  # noqa: F401 - heard is a fixture

RECEIVED = moment("2026-11-23 08:42")
#: Three working days after that morning, around the day off on 24/11.
DUE = moment("2026-11-27 11:30")
THEN = moment("2026-11-25 09:15")
A_MOMENT = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)


@pytest.fixture
def everybody(ward):
    return StaffFactory(ward=ward, clerk=True, officer=True, leader=True)


@pytest.fixture
def dossier(ward):
    return DossierFactory(ward=ward, at=RECEIVED)


def story(dossier):
    return list(dossier.events.values_list("kind", flat=True))


def promise_of(dossier):
    return dossier.appointments.values_list("outcome", "outcome_at").get()


def brought_to(state, ward):
    traits = {State.RECEIVED: {}, State.IN_PROGRESS: {"in_progress": True}}
    traits |= {State.READY: {"ready": True}, State.RETURNED: {"returned": True}}
    return DossierFactory(ward=ward, at=RECEIVED, then=THEN, **traits[state])


# who, when, from where to where


def test_an_officer_takes_a_dossier_up_and_answers_for_it(dossier, officer):
    event = dossier.take_up(by=officer, at=THEN)
    stored = Dossier.objects.get(pk=dossier.pk)
    assert (stored.state, stored.officer) == (dossier.state, dossier.officer) == (State.IN_PROGRESS, officer)
    assert (event.kind, event.by, event.at) == ("taken_up", officer, THEN)
    assert (event.state_before, event.state_after) == (State.RECEIVED, State.IN_PROGRESS)


def test_the_result_is_ready_from_that_moment(dossier, officer):
    dossier.take_up(by=officer, at=THEN)
    event = dossier.mark_ready(by=officer, at=THEN + ONE_DAY)
    stored = Dossier.objects.get(pk=dossier.pk)
    assert (stored.state, stored.ready_at) == (State.READY, THEN + ONE_DAY)
    assert (event.kind, event.by, event.at) == ("ready", officer, THEN + ONE_DAY)
    assert (event.state_before, event.state_after) == (State.IN_PROGRESS, State.READY)


def test_the_clerk_hands_the_result_back(ward, clerk):
    dossier = brought_to(State.READY, ward)
    event = dossier.hand_back(by=clerk, at=THEN + ONE_DAY)
    stored = Dossier.objects.get(pk=dossier.pk)
    assert (stored.state, stored.returned_at) == (State.RETURNED, THEN + ONE_DAY)
    assert (event.kind, event.by, event.at) == ("returned", clerk, THEN + ONE_DAY)
    assert (event.state_before, event.state_after) == (State.READY, State.RETURNED)


def test_a_small_matter_may_be_ready_without_an_officer(dossier, clerk):
    dossier.mark_ready(by=clerk, at=THEN)
    assert story(dossier) == ["received", "ready"]
    assert dossier.officer is None


def test_each_step_is_said_once_with_its_event(dossier, everybody, heard):  # noqa: F811
    events = [getattr(dossier, name)(by=everybody, at=THEN) for name in ("take_up", "mark_ready", "hand_back")]
    assert heard == [(event.kind, [event.pk]) for event in events]
    assert [kind for kind, _ in heard] == ["taken_up", "ready", "returned"]


@pytest.mark.parametrize(
    ("role", "what", "first"),
    [
        ("clerk", "xác nhận hôn nhân", "give"),
        ("clerk", "khai sinh", "finish"),
        ("officer", "xác nhận hôn nhân", "take_up"),
        ("leader", "xác nhận hôn nhân", "give"),
    ],
)
def test_what_just_came_in_waits_for_the_next_hand_and_not_for_its_result(ward, role, what, first):
    dossier = DossierFactory(ward=ward, at=RECEIVED, what=what)
    assert next(iter(dossier.moves_for(StaffFactory(ward=ward, **{role: True})))) == first


@pytest.mark.parametrize(
    ("what", "agrees", "first"),
    [
        ("khai sinh", True, ["mark_ready", "finish"]),
        ("khai tử", True, ["mark_ready", "finish"]),
        ("khai sinh", False, ["finish", "give"]),
        ("chứng thực", True, ["finish", "give"]),  # its procedure has no letter
        ("1.001699", True, ["give", "mark_ready"]),  # no matter of one day
    ],
)
def test_a_result_that_a_letter_goes_with_is_not_handed_back_in_the_same_breath(ward, clerk, what, agrees, first):
    """The letter is signed once the result is there."""
    dossier = DossierFactory(ward=ward, at=RECEIVED, what=what, agrees_to_letter=agrees)
    assert list(dossier.moves_for(clerk))[:2] == first


def test_what_came_back_to_the_desk_waits_for_its_result(dossier, ward, clerk, officer):
    dossier.take_up(by=officer, at=THEN)
    dossier.give(to=clerk, step="desk", by=officer, at=THEN)
    dossier.take_up(by=clerk, at=THEN)
    assert next(iter(dossier.moves_for(clerk))) == "mark_ready"


# what is refused

REFUSALS = {
    "take_up": "Hồ sơ {code} không còn chờ nhận xử lý.",
    "mark_ready": "Hồ sơ {code} không còn chờ kết quả.",
    "hand_back": "Hồ sơ {code} chưa có kết quả, hoặc đã trả rồi.",
}
NOT_FROM = [
    ("take_up", [State.IN_PROGRESS, State.READY, State.RETURNED]),
    ("mark_ready", [State.READY, State.RETURNED]),
    ("hand_back", [State.RECEIVED, State.IN_PROGRESS, State.RETURNED]),
]


@pytest.mark.parametrize(("name", "state"), [(name, state) for name, states in NOT_FROM for state in states])
def test_a_step_out_of_turn_is_refused_with_a_sentence_and_changes_nothing(ward, everybody, name, state):
    dossier = brought_to(state, ward)
    before, told = Dossier.objects.values().get(pk=dossier.pk), story(dossier)
    with pytest.raises(DossierError) as refused:
        getattr(dossier, name)(by=everybody, at=THEN)
    assert str(refused.value) == REFUSALS[name].format(code=dossier.code)
    assert Dossier.objects.values().get(pk=dossier.pk) == before
    assert story(dossier) == told


def test_a_page_opened_before_somebody_else_acted_cannot_act_again(dossier, everybody):
    stale = Dossier.objects.get(pk=dossier.pk)
    dossier.take_up(by=everybody, at=THEN)
    with pytest.raises(DossierError, match="không còn chờ nhận xử lý"):
        stale.take_up(by=everybody, at=THEN)
    assert story(dossier) == ["received", "taken_up"]


MAY = {"take_up": {"officer"}, "mark_ready": {"officer", "leader", "clerk"}, "hand_back": {"clerk"}}
BEFORE = {"take_up": State.RECEIVED, "mark_ready": State.IN_PROGRESS, "hand_back": State.READY}
AFTER = {"take_up": State.IN_PROGRESS, "mark_ready": State.READY, "hand_back": State.RETURNED}


@pytest.mark.parametrize("name", MAY)
@pytest.mark.parametrize("role", ["clerk", "officer", "leader"])
def test_each_step_belongs_to_a_role(ward, name, role):
    """Whoever may not take a step is told so; a dossier at the desk is fetched by an officer only."""
    dossier = brought_to(BEFORE[name], ward)
    by = StaffFactory(ward=ward, **{role: True})
    if role in MAY[name]:
        getattr(dossier, name)(by=by, at=THEN)
    else:
        words = "không còn chờ nhận xử lý" if name == "take_up" else "không thuộc phần việc của anh/chị"
        with pytest.raises(DossierError, match=words):
            getattr(dossier, name)(by=by, at=THEN)
    assert Dossier.objects.filter(pk=dossier.pk, state=AFTER[name]).exists() == (role in MAY[name])


@pytest.mark.parametrize("name", MAY)
def test_the_page_offers_a_step_to_those_who_may_take_it(ward, other_ward, city, name):
    dossier = brought_to(BEFORE[name], ward)
    for role in ("clerk", "officer", "leader"):
        assert (name in dossier.moves_for(StaffFactory(ward=ward, **{role: True}))) == (role in MAY[name])
        assert not dossier.moves_for(StaffFactory(ward=other_ward, **{role: True}))
    assert not dossier.moves_for(city)


@pytest.mark.parametrize("name", MAY)
def test_nobody_takes_a_step_for_another_ward(ward, other_ward, city, name):
    dossier = brought_to(BEFORE[name], ward)
    for by in (StaffFactory(ward=other_ward, clerk=True, officer=True, leader=True), city):
        with pytest.raises(DossierError, match="không thuộc phần việc của anh/chị"):
            getattr(dossier, name)(by=by, at=THEN)
    assert Dossier.objects.get(pk=dossier.pk).state == BEFORE[name]


# kept or broken


def test_ready_at_the_last_moment_of_the_half_day_keeps_the_promise(dossier, officer):
    dossier.mark_ready(by=officer, at=DUE)
    assert promise_of(dossier) == ("kept", DUE)
    assert story(dossier) == ["received", "ready"]


def test_one_microsecond_later_breaks_it_and_says_so_before_the_result(dossier, officer, heard):  # noqa: F811
    dossier.mark_ready(by=officer, at=DUE + A_MOMENT)
    assert promise_of(dossier) == ("broken", DUE + A_MOMENT)
    assert story(dossier) == ["received", "overdue", "ready"]
    assert [kind for kind, _ in heard] == ["overdue", "ready"]


def test_a_promise_that_was_found_broken_is_not_broken_again(dossier, officer):
    Appointment.objects.break_overdue(DUE + A_MOMENT)
    dossier.mark_ready(by=officer, at=DUE + ONE_DAY)
    assert promise_of(dossier) == ("broken", DUE + A_MOMENT)
    assert story(dossier) == ["received", "overdue", "ready"]


def test_a_result_that_waits_for_its_owner_is_never_late(ward, clerk):
    dossier = brought_to(State.READY, ward)
    assert Appointment.objects.break_overdue(DUE + 30 * ONE_DAY) == []
    dossier.hand_back(by=clerk, at=DUE + 30 * ONE_DAY)
    assert promise_of(dossier) == ("kept", THEN)
    assert not dossier.is_overdue(DUE + 30 * ONE_DAY)


def test_taking_up_settles_nothing(dossier, officer):
    dossier.take_up(by=officer, at=DUE + ONE_DAY)
    assert promise_of(dossier) == ("open", None)


def test_another_dossiers_promise_is_left_alone(dossier, ward, officer):
    other = DossierFactory(ward=ward, at=RECEIVED)
    dossier.mark_ready(by=officer, at=THEN)
    assert promise_of(other) == ("open", None)
    other.mark_ready(by=officer, at=DUE + A_MOMENT)
    assert promise_of(dossier) == ("kept", THEN)


def rescheduled(dossier, due_at):
    """A second promise beside the first, made at the very moment of the first: the verb would refuse so late a one."""
    dossier.appointments.update(is_current=False)
    first = dossier.appointments.get()
    second = Appointment.objects.create(
        dossier=dossier, cause="rescheduled", day=due_at.date(), half="morning", due_at=due_at, made_at=first.due_at
    )
    Event.objects.create(dossier=dossier, kind=Event.Kind.RESCHEDULED, at=first.due_at, appointment=second)
    Dossier.objects.filter(pk=dossier.pk).update(due_at=due_at)
    dossier.refresh_from_db()
    return dossier


def test_lateness_counts_from_the_first_promise_whatever_date_came_after(dossier):
    dossier = rescheduled(dossier, DUE + 7 * ONE_DAY)
    for at, late in ((DUE, False), (DUE + A_MOMENT, True)):
        assert dossier.is_overdue(at) == late
        assert Dossier.objects.overdue(at).filter(pk=dossier.pk).exists() == late
        assert Dossier.objects.on_time(at).filter(pk=dossier.pk).exists() != late


def test_each_promise_of_a_dossier_is_settled_for_itself(dossier, officer):
    dossier = rescheduled(dossier, DUE + 7 * ONE_DAY)
    dossier.mark_ready(by=officer, at=DUE + ONE_DAY)
    assert list(dossier.appointments.values_list("cause", "outcome")) == [
        ("intake", "broken"),
        ("rescheduled", "kept"),
    ]
    assert story(dossier) == ["received", "rescheduled", "overdue", "ready"]


# at the same moment


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("name", MAY)
def test_two_people_at_once_make_one_event_and_one_polite_refusal(ward, name):
    dossier = brought_to(BEFORE[name], ward)
    two = [StaffFactory(ward=ward, clerk=True, officer=True, leader=True) for _ in range(2)]
    copies = [Dossier.objects.get(pk=dossier.pk) for _ in two]
    answers = at_once(*[partial(getattr(copy, name), by=by, at=THEN) for copy, by in zip(copies, two, strict=True)])
    [event] = [answer for answer in answers if isinstance(answer, Event)]
    [refused] = [answer for answer in answers if isinstance(answer, DossierError)]
    assert str(refused) == REFUSALS[name].format(code=dossier.code)
    assert story(dossier).count(event.kind) == 1
    assert Dossier.objects.get(pk=dossier.pk).state == AFTER[name]


@pytest.mark.postgresql
@pytest.mark.usefixtures("reference")
def test_the_second_waits_for_the_first_and_then_reads_what_happened(ward, officer):
    dossier = brought_to(State.RECEIVED, ward)
    late = StaffFactory(ward=ward, officer=True)
    with ThreadPoolExecutor(1) as elsewhere:
        with transaction.atomic():
            dossier.take_up(by=officer, at=THEN)
            second = elsewhere.submit(at_once, partial(Dossier.objects.get(pk=dossier.pk).take_up, by=late, at=THEN))
            until_somebody_waits()
        [refused] = second.result()
    assert str(refused) == REFUSALS["take_up"].format(code=dossier.code)
    assert dossier.events.get(kind="taken_up").by == officer
