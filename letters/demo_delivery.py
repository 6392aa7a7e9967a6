"""How the letters of the demonstration reached their readers: the older ones are there, the newest still wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.utils import timezone

from desk.models import CalendarDay, Ward
from dossiers.models import Dossier
from letters.models import BY_MESSENGER, Channel, Letter, Message
from letters.models.channel import WAYS

#: Letters of today and of so many working days before still lie at the desk.
STILL_HERE = 2
WAITS = {"state": Message.State.WAITING, "tries": 0}
FAILED = {"state": Message.State.FAILED, "tries": 5, "trouble": "Số máy này không nhận được tin nhắn."}


def deliver(now: datetime) -> None:
    """Plan what has no plan yet, and note as arrived what should have by now."""
    issued = Letter.objects.issued().filter(messages=None)
    letters = issued.select_related("ward", "dossier__ward", "dossier__received_by", "ordered_by", "signer")
    since = still_here_since(now)
    rows = [row for letter in letters for row in story(letter, since)]
    Message.objects.bulk_create(rows, ignore_conflicts=True)


def still_here_since(now: datetime) -> datetime:
    """The beginning of the first of those working days."""
    calendar, day = CalendarDay.objects.calendar(), timezone.localdate(now)
    for _ in range(STILL_HERE):
        day -= timedelta(days=1)
        while not calendar.is_working(day):
            day -= timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time.min))


def leave_some_undone(ward: Ward, now: datetime) -> None:
    """Of the ward's text messages the newest waits for its turn, and the one before could not be sent."""
    mine = Message.objects.filter(ward=ward, channel=Channel.SMS, letter__replaced_at=None)
    if mine.failed().exists():
        return
    for row, undone in zip(mine.order_by("-planned_at", "-pk")[:2], (WAITS, FAILED), strict=False):
        Message.objects.filter(pk=row.pk).update(sent_at=None, claimed_at=None, next_try_at=now, **undone)


def story(letter: Letter, since: datetime) -> Iterator[Message]:
    at, dossier = letter.issued_at, letter.dossier
    assert at
    way = WAYS[Dossier.ReturnMethod(dossier.return_method)] if dossier else None
    by = (dossier.received_by if dossier else letter.ordered_by) or letter.signer
    for row in Message.of_letter(letter, at, way):
        if row.channel not in BY_MESSENGER:
            row.state, row.tries, row.claimed_at = Message.State.SENT, 1, at
            row.sent_at = at + timedelta(minutes=1)
        elif at < since:
            row.state, row.sent_at, row.by = Message.State.SENT, at + timedelta(hours=1), by
        yield row
