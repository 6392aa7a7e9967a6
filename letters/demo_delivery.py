"""How the letters of the demonstration reached their readers: the older ones are there, the newest still wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from dossiers.models import Dossier
from letters.models import BY_MESSENGER, Letter, Message
from letters.models.channel import WAYS

#: Letters issued since then still lie at the desk.
STILL_HERE = timedelta(days=2)


def deliver(now: datetime) -> None:
    """Plan what has no plan yet, and note as arrived what should have by now."""
    issued = Letter.objects.issued().filter(messages=None)
    letters = issued.select_related("ward", "dossier__ward", "dossier__received_by", "ordered_by", "signer")
    rows = [row for letter in letters for row in story(letter, now)]
    Message.objects.bulk_create(rows, ignore_conflicts=True)


def story(letter: Letter, now: datetime) -> Iterator[Message]:
    at, dossier = letter.issued_at, letter.dossier
    assert at
    way = WAYS[Dossier.ReturnMethod(dossier.return_method)] if dossier else None
    by = (dossier.received_by if dossier else letter.ordered_by) or letter.signer
    for row in Message.of_letter(letter, at, way):
        if row.channel not in BY_MESSENGER:
            row.state, row.tries, row.claimed_at = Message.State.SENT, 1, at
            row.sent_at = at + timedelta(minutes=1)
        elif now - at > STILL_HERE:
            row.state, row.sent_at, row.by = Message.State.SENT, at + timedelta(hours=1), by
        yield row
