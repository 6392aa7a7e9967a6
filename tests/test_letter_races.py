"""Letters that many approve at the same moment: each gets the next number, and the same letter only one."""

from __future__ import annotations

from functools import partial

import pytest

from dossiers.models import Appointment, DelayCause
from letters.archive import verify
from letters.models import Letter, LetterError
from tests.conftest import moment
from tests.factories import CAUSE, REASON, DossierFactory, StaffFactory
from tests.test_receive import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("reference")]
RECEIVED, THEN = moment("2026-11-17 09:00"), moment("2026-11-17 10:00")
MONDAY = moment("2026-11-23 09:00")


@pytest.fixture
def leaders(reference, ward):
    return [StaffFactory(ward=ward, leader=True) for _ in range(2)]


def ready_to_sign(count, ward):
    """Apologies with their reason, whose drafts have been drawn already."""
    DossierFactory.create_batch(count, ward=ward, at=RECEIVED, then=THEN, in_progress=True)
    Appointment.objects.update(delay_cause=DelayCause.objects.get(name=CAUSE), delay_words=REASON)
    Appointment.objects.break_overdue(MONDAY)
    for letter in Letter.objects.for_page():
        letter.bring_up_to_date(MONDAY)
    Letter.objects.update(needs_drawing=False, drawn_at=MONDAY)
    return list(Letter.objects.for_page())


def approve(letter, leader):
    """The number that was given, or the sentence of the refusal."""
    try:
        letter.issue(by=leader, at=MONDAY, seen=letter.version)
    except LetterError as refused:
        return str(refused)
    return letter.number


def test_fifty_letters_approved_at_once_get_the_numbers_one_to_fifty(ward, leaders):
    letters = ready_to_sign(50, ward)
    numbers = at_once(*[partial(approve, letter, leaders[n % 2]) for n, letter in enumerate(letters)])
    assert sorted(numbers) == list(range(1, 51))
    assert sorted(Letter.objects.issued().values_list("number", flat=True)) == list(range(1, 51))
    assert verify()["number_gaps"] == 0
    assert Appointment.objects.filter(cause=Appointment.Cause.RESCHEDULED, is_current=True).count() == 50
    assert not Appointment.objects.in_debt().exists()


def test_two_leaders_who_approve_the_same_letter_give_it_one_number(ward, leaders):
    [letter] = ready_to_sign(1, ward)
    copies = [Letter.objects.for_page().get(pk=letter.pk) for _ in leaders]
    answers = at_once(*[partial(approve, copy, leader) for copy, leader in zip(copies, leaders, strict=True)])
    letter.refresh_from_db()
    refusal = f"Thư này vừa được phát hành, số {letter.number_words}."
    assert sorted(answers, key=str) == [1, refusal]
    assert letter.signer in leaders
    assert Appointment.objects.filter(cause=Appointment.Cause.RESCHEDULED).count() == 1
