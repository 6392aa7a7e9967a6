"""The demonstration's surveys: believable, complete, counted, and the same when they are made again."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from desk.demo import ACCOUNTS
from desk.forms import Phone
from desk.models import Ward
from feedback.demo.surveys import CALLS, make_surveys, opinion
from feedback.models import Answer, CallBack, Mark, Tablet, Tally
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-23 10:00")


@pytest.fixture
def made(ward, other_ward):
    for username in ("clerk", "clerk2"):
        home = Ward.objects.get(slug=ACCOUNTS[username].ward_slug)
        StaffFactory(username=username, ward=home, clerk=True, officer=True, leader=True)
    for number in range(12):
        at = moment("2026-10-05 08:42") + timedelta(days=number)
        DossierFactory(ward=ward if number % 2 else other_ward, at=at, then=at + timedelta(days=2), returned=True)
    return make_surveys(NOW)


def test_made_again_nothing_is_added_and_every_count_is_right(made):
    before = Answer.objects.count()
    assert before == made > 10
    assert make_surveys(NOW + timedelta(minutes=5)) == 0
    assert (Answer.objects.count(), CallBack.objects.count(), Tablet.objects.count()) == (before, 2 * len(CALLS), 2)
    assert Tally.objects.exists()
    assert not Tally.objects.differences()
    assert not Answer.objects.filter(changeable_until__lt=timezone.localdate(NOW)).exists()
    assert make_surveys(NOW + timedelta(days=1)) > 0  # taps without a slip of another day


def test_calls_are_open_overdue_and_done_and_numbers_are_numbers(made, ward):
    rows, today = CallBack.objects.filter(ward=ward), timezone.localdate(NOW)
    assert rows.done().count() == 3
    assert rows.overdue(today).count() == 1
    assert rows.waiting().count() == 3
    assert [Phone().clean(row.phone) for row in rows] == [row.phone for row in rows]


def test_marks_are_words_of_their_scale_and_late_ones_are_asked_one_more():
    for number in range(200):
        marks, words = opinion(Random(number), 30.0, is_late=number % 2 == 0)
        assert set(marks) <= {1, 2, 3, 4, 5, 6, *([7] if number % 2 == 0 else [])}
        assert all(1 <= value <= (2 if position == 7 else 5) for position, value in marks.items())
        assert len(words) <= 1000


def test_no_answer_is_on_a_day_to_come(made):
    assert Mark.objects.count() >= Answer.objects.count()
    assert Answer.objects.filter(month__gt=timezone.localdate(NOW)).count() == 0
