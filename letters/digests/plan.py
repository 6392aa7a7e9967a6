"""Which digests are due when, to whom, and that each is planned once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from desk.calendar import ONE_DAY, ZONE, WorkingCalendar
from desk.models import CalendarDay, Staff, Ward
from desk.period import Days, month_of, months_later
from letters.digests.mails import Mail, Writer, morning_mails, past_mails
from letters.models import Channel, Message
from letters.models.channel import is_quiet

logger = logging.getLogger(__name__)

Kind = Message.Kind
#: How far back summaries are made up for after an outage, and for how long one that failed is tried on working days.
MADE_UP_FOR, TRIED_FOR = timedelta(days=92), timedelta(days=31)


@dataclass(frozen=True)
class Issue:
    """One digest of one kind: `name` says which, so that nobody gets it twice. `days` are those it tells of."""

    kind: Message.Kind
    name: str
    days: Days | None = None

    def key_of(self, reader: Staff) -> str:
        return f"{self.kind.value}-{reader.pk}-{self.name}"

    def goes_to(self, reader: Staff) -> bool:
        wishes = {Kind.MORNING: reader.wants_morning_mail, Kind.WEEKLY: reader.wants_weekly_mail}
        return wishes.get(self.kind, True)

    @property
    def writer(self) -> Writer:
        return past_mails(self.days) if self.days else morning_mails


def plan(now: datetime) -> int:
    """Plan what is due and not planned yet, in the daytime of working days; returns how many mails that are.

    The key of a message is unique, so of two planners, or of one that is rung for twice, one row comes. A morning's
    mail is sent on its day or not at all: the next morning's says what has changed since. A week's or a month's that
    did not leave on its day tries again on each working day, under the same key.
    """
    Message.objects.expire(now)
    calendar, today = CalendarDay.objects.calendar(), timezone.localdate(now)
    if is_quiet(now) or not calendar.is_working(today):
        return 0
    midnight = datetime.combine(today + ONE_DAY, time.min, ZONE)
    rows: list[Any] = list(messages(due(today, calendar), now, midnight))
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows) + unsent(now).plan_again(now, midnight)


def due(today: date, calendar: WorkingCalendar) -> list[tuple[Staff, list[Issue]]]:
    """For each reader what is due today and not planned yet; nobody who has it all."""
    before = next(day for n in count(1) if calendar.is_working(day := today - timedelta(days=n)))
    people = {
        reader: {issue.key_of(reader): issue for issue in issues(today, told_on or before) if issue.goes_to(reader)}
        for reader, told_on in last_told(today)
    }
    keys = [key for asked in people.values() for key in asked]
    planned = set(Message.objects.filter(key__in=keys).values_list("key", flat=True))
    left = [(reader, [asked[key] for key in asked if key not in planned]) for reader, asked in people.items()]
    return [(reader, found) for reader, found in left if found]


def issues(today: date, told_on: date) -> list[Issue]:
    """What a reader is due on a working day, who was last told of something on that earlier day.

    The morning's mail; and whatever week and month has ended since, so that nothing is lost to a holiday or an
    outage, however long, up to `MADE_UP_FOR`. Weeks come in one mail that tells of all of them: after three weeks
    nobody wants three. Months come each in its own, because each names its report: three at most. Where Monday or
    the first is a day off, they come on the first working day after it.

    Who was never told of anything counts as told on the working day before: whoever becomes a leader within a month
    begins with the morning's mail, and gets the first summary when the next week and the next month begin.
    """
    since = max(told_on, today - MADE_UP_FOR)
    found, monday, month = [Issue(Kind.MORNING, f"{today}")], monday_of(today), month_of(since)
    if monday_of(since) < monday:
        found.append(Issue(Kind.WEEKLY, f"{monday}", Days(monday_of(since), monday - ONE_DAY)))
    while month < month_of(today):
        found.append(Issue(Kind.MONTHLY, f"{month:%Y-%m}", Days.of_months(month)))
        month = months_later(month, 1)
    return found


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def readers() -> QuerySet[Staff]:
    """The leaders of the wards in service and the city's people: who works here and has an address."""
    leaders = Q(is_leader=True, ward__is_in_service=True)
    return Staff.objects.filter(leaders | Q(is_city=True), is_active=True).exclude(email="")


def last_told(today: date) -> Iterator[tuple[Staff, date | None]]:
    """Each reader, and the day before today on which the last digest was planned for them."""
    earlier = Q(digests__planned_at__lt=datetime.combine(today, time.min, ZONE))
    for reader in readers().annotate(told_at=Max("digests__planned_at", filter=earlier)).order_by("pk"):
        yield reader, timezone.localdate(reader.told_at) if reader.told_at else None


def unsent(now: datetime) -> Any:
    """The summaries of the last weeks that may be tried again, of who still reads them."""
    summaries = Q(kind=Kind.MONTHLY) | Q(kind=Kind.WEEKLY, staff__wants_weekly_mail=True)
    return Message.objects.filter(summaries, staff__in=readers(), planned_at__gt=now - TRIED_FOR)


def messages(asked: list[tuple[Staff, list[Issue]]], now: datetime, until: datetime) -> Iterator[Message]:
    """What is written to each of them; the figures of all wards are asked for once for each issue.

    Whose mails cannot be written is logged and gets none of them, to be tried again at the next ring of the beat.
    """
    if not asked or not (wards := list(Ward.objects.in_service())):
        return

    @cache
    def writer(issue: Issue) -> Callable[[Staff], Mail]:
        return issue.writer(wards, now)

    for reader, found in asked:
        try:
            mails = [(issue, writer(issue)(reader)) for issue in found]
        except Exception:
            logger.exception("digests of staff %d", reader.pk)
            continue
        for issue, (subject, text) in mails:
            yield Message(
                ward_id=reader.ward_id,
                kind=issue.kind,
                channel=Channel.EMAIL,
                staff=reader,
                address=reader.email,
                subject=subject,
                text=text,
                key=issue.key_of(reader),
                planned_at=now,
                next_try_at=now,
                until=until,
            )
