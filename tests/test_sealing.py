"""Sealed answers are counted once, whoever seals and whatever breaks, and a recount finds the same."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from dossiers.models import Figure
from feedback.models import Answer, Mark, Question, Tally
from feedback.tasks import seal_answers
from tests.conftest import moment
from tests.factories import DossierFactory
from tests.test_receive import at_once

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-23 08:42")
#: The first day on which an answer of NOW is sealed.
LATER = date(2026, 12, 1)


def walk_in(ward, value=1, at=NOW):
    return Answer.objects.walk_in(ward=ward, number=uuid.uuid4(), value=value, at=at)


def counts():
    return {row.key[3:]: row.count for row in Tally.objects.all()}


def main():
    return Question.objects.get(question_set__slug="sau-ho-so", position=1).pk


def check():
    Figure.objects.keep_up(timezone.now())
    said = StringIO()
    call_command("recount", check=True, stdout=said)
    return said.getvalue()


def test_an_answer_is_counted_on_the_day_after_it_could_last_be_changed(ward):
    answer = walk_in(ward)
    assert Answer.objects.seal(LATER - timedelta(days=1)) == 0
    assert not Tally.objects.exists()
    assert Answer.objects.seal(LATER) == 1
    answer.refresh_from_db()
    assert answer.changeable_until is None
    assert counts() == {("walk_in", "tablet", main(), 1): 1}


def test_counts_are_by_ward_procedure_month_stage_channel_question_and_word(ward, other_ward):
    dossier = DossierFactory(ward=ward, at=NOW)
    for stage, value in (("received", 1), ("returned", 5)):
        Answer.objects.give(dossier=dossier, stage=stage, value=value, channel="slip", at=NOW)
    second = Question.objects.get(question_set__slug="sau-ho-so", position=2)
    Answer.objects.tell_more(dossier=dossier, stage="received", said={second: 2}, at=NOW)
    Answer.objects.leave_words(dossier=dossier, stage="received", words="Tốt lắm", at=NOW)
    for place, value, at in (
        (ward, 1, NOW),
        (ward, 1, NOW),
        (other_ward, 1, NOW),
        (ward, 1, moment("2026-10-30 08:00")),
    ):
        walk_in(place, value, at)
    assert Answer.objects.seal(LATER) == 6
    november, october = date(2026, 11, 1), date(2026, 10, 1)
    procedure = dossier.procedure_id
    assert {row.key: row.count for row in Tally.objects.all()} == {
        (ward.pk, procedure, november, "received", "slip", main(), 1): 1,
        (ward.pk, procedure, november, "received", "slip", second.pk, 2): 1,
        (ward.pk, procedure, november, "returned", "slip", main(), 5): 1,
        (ward.pk, None, november, "walk_in", "tablet", main(), 1): 2,
        (other_ward.pk, None, november, "walk_in", "tablet", main(), 1): 1,
        (ward.pk, None, october, "walk_in", "tablet", main(), 1): 1,
    }
    assert "Mọi số đếm đều khớp" in check()


def test_sealing_twice_counts_once_and_what_comes_later_is_added(ward):
    walk_in(ward)
    for expected in (1, 0):
        assert Answer.objects.seal(LATER) == expected
    walk_in(ward, at=NOW + timedelta(days=1))
    seal_days_later = LATER + timedelta(days=1)
    assert Answer.objects.seal(seal_days_later) == 1
    assert counts() == {("walk_in", "tablet", main(), 1): 2}
    assert "khớp" in check()


def test_the_nightly_task_catches_up_after_an_outage(ward):
    for days in (400, 45, 8):
        walk_in(ward, at=timezone.now() - timedelta(days=days))
    for _ in range(2):
        seal_answers()
    assert [row.count for row in Tally.objects.all()] == [1, 1, 1]


def test_sealing_that_dies_half_way_has_changed_nothing(ward, monkeypatch):
    walk_in(ward)

    def die(*args, **kwargs):
        raise RuntimeError("the worker is gone")

    with monkeypatch.context() as broken:
        broken.setattr(Tally.objects, "bulk_update", die)
        with pytest.raises(RuntimeError):
            Answer.objects.seal(LATER)
    assert Answer.objects.exclude(changeable_until=None).count() == 1
    assert not Tally.objects.exclude(count=0).exists()
    assert Answer.objects.seal(LATER) == 1
    assert "khớp" in check()


def test_many_answers_are_sealed_in_one_go(ward, monkeypatch):
    monkeypatch.setattr("feedback.models.answer.BATCH", 3)
    for number in range(8):
        walk_in(ward, 1 + number % 2)
    assert Answer.objects.seal(LATER) == 8
    assert counts() == {("walk_in", "tablet", main(), 1): 4, ("walk_in", "tablet", main(), 2): 4}


def test_a_recount_finds_what_is_wrong_and_mends_it(ward):
    for value in (1, 1, 2):
        walk_in(ward, value)
    Answer.objects.seal(LATER)
    walk_in(ward, 3)  # open: no part of the tally
    assert "khớp" in check()
    Tally.objects.filter(value=1).update(count=F("count") + 5)
    Tally.objects.filter(value=2).delete()
    with pytest.raises(CommandError, match="Có 2 số đếm không khớp"):
        check()
    said = StringIO()
    call_command("recount", stdout=said)
    assert "Đã sửa 2 số đếm" in said.getvalue()
    assert "đang ghi 7, đếm lại 2" in said.getvalue()
    assert counts() == {("walk_in", "tablet", main(), 1): 2, ("walk_in", "tablet", main(), 2): 1}
    assert "khớp" in check()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference")
def test_two_who_seal_recount_and_change_at_the_same_moment_count_each_answer_once(ward):
    dossiers = [DossierFactory(ward=ward, at=NOW) for _ in range(3)]
    give = partial(Answer.objects.give, stage="received", channel="slip", at=NOW)
    for dossier in dossiers:
        give(dossier=dossier, value=1)
    for _ in range(20):
        walk_in(ward)
    seal = partial(Answer.objects.seal, LATER)
    changes = [partial(give, dossier=dossier, value=4) for dossier in dossiers]
    at_once(*[quietly(act) for act in (seal, seal, Tally.objects.rebuild, seal, *changes)])
    assert Answer.objects.filter(changeable_until=None).count() == 23
    assert Mark.objects.count() == sum(counts().values()) == 23
    assert "khớp" in check()


def quietly(act):
    """An act whose refusal is no trouble here."""

    def run():
        try:
            return act()
        except Exception as error:
            return error

    return run
