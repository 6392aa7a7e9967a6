"""The demonstration of voices: every state is there, twice is once, and the letters' numbers follow their dates."""

from __future__ import annotations

import pytest

from dossiers.demo.seed import SEED
from dossiers.demo.wards import open_offices
from feedback.demo.voices import make_contributions, make_dialogues
from feedback.models import Contribution, ContributionStep, Dialogue, DialoguePromise
from letters.demo import bring_letters_up_to
from letters.models import Letter
from tests.conftest import moment

NOW = moment("2026-11-23 10:00")


@pytest.mark.django_db
def test_voices_of_400_days_and_their_letters():
    open_offices(SEED, NOW)
    assert make_contributions(NOW) > 100
    assert make_dialogues(NOW) > 9
    assert (make_contributions(NOW), make_dialogues(NOW)) == (0, 0)
    said = Contribution.objects.filter(ward__slug="le-hong-phong")
    assert {row.state for row in said} == set(Contribution.State)
    assert {row.verdict for row in said} == {"", *Contribution.Verdict}
    assert said.published().exists()
    assert said.late(NOW.date()).exclude(overdue_at=None).count() > 1
    assert {row.state for row in Dialogue.objects.all()} == set(Dialogue.State)
    assert DialoguePromise.objects.late(NOW.date()).exists()
    assert DialoguePromise.objects.filter(done_at=None, due_on__gt=NOW.date()).exists()
    assert not ContributionStep.objects.filter(at__gt=NOW).exists()

    bring_letters_up_to(NOW)
    letters = Letter.objects.exclude(contribution=None)
    assert {row.state for row in letters} >= {"issued", "draft"}
    assert letters.exclude(replaced_at=None).count() == 1
    assert Letter.objects.filter(state=Letter.State.CALLED_OFF).count() == 1
    before = letters.count(), Letter.objects.count()
    bring_letters_up_to(NOW)
    assert (letters.count(), Letter.objects.count()) == before
    rows = letters.issued().order_by("ward", "symbol", "year", "number")
    numbered = [(row.ward_id, row.symbol, row.year, row.issued_at) for row in rows]
    assert numbered == sorted(numbered)
