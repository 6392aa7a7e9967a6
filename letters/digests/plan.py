"""Which digests are due when, to whom, and that each is planned once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count, groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from desk.calendar import ONE_DAY, ZONE, WorkingCalendar
from desk.models import CalendarDay, Staff, Ward
from desk.period import Days, month_of, months_later
from letters.digests.mails import Writer, morning_mails, past_mails
from letters.models import Channel, Message
from letters.models.channel import is_quiet

Kind = Message.Kind


@dataclass(frozen=True)
class Issue:
    """One digest of one kind: `name` says which, so that nobody gets it twice."""

    kind: Message.Kind
    name: str
    writer: Writer

    def key_of(self, reader: Staff) -> str:
        return f"{self.kind.value}-{reader.pk}-{self.name}"

    def goes_to(self, reader: Staff) -> bool:
        wishes = {Kind.MORNING: reader.wants_morning_mail, Kind.WEEKLY: reader.wants_weekly_mail}
        return wishes.get(self.kind, True)


def plan(now: datetime) -> int:
    """Plan what is due and not planned yet, in the daytime of working days; returns how many mails that are.

    The key of a message is unique, so of two planners, or of one that is rung for twice, one row comes. A digest is
    sent on the day it is planned for, or not at all: the next morning's says what has changed since. A week's or a
    month's that did not leave on its day tries again on the next working day, under the same key.
    """
    Message.objects.expire(now)
    calendar, today = CalendarDay.objects.calendar(), timezone.localdate(now)
    if is_quiet(now) or not calendar.is_working(today):
        return 0
    people = list(readers())
    due = {
        issue.key_of(reader): (issue, reader)
        for issue in issues(today, calendar)
        for reader in people
        if issue.goes_to(reader)
    }
    planned, midnight = Message.objects.filter(key__in=list(due)), datetime.combine(today + ONE_DAY, time.min, ZONE)
    for key in planned.values_list("key", flat=True):
        del due[key]
    rows: list[Any] = list(messages(due, now, midnight))
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows) + planned.plan_again(now, midnight)


def issues(today: date, calendar: WorkingCalendar) -> list[Issue]:
    """What is due on a working day: the morning's mail, and until they are out last week's and last month's.

    Where Monday is a day off, the week's mail comes on the first working day after it: a summary is read at work, and
    nobody is written to on a day off. It tells of the weeks since the one that was last worked in, so that no week
    before a long holiday is left out.
    """
    monday = today - timedelta(days=today.weekday())
    worked = next(day for n in count(1) if calendar.is_working(day := monday - timedelta(days=n)))
    week = Days(worked - timedelta(days=worked.weekday()), monday - ONE_DAY)
    month = Days.of_months(months_later(month_of(today), -1))
    return [
        Issue(Kind.MORNING, f"{today}", morning_mails),
        Issue(Kind.WEEKLY, f"{monday}", past_mails(week)),
        Issue(Kind.MONTHLY, f"{month.first:%Y-%m}", past_mails(month)),
    ]


def readers() -> QuerySet[Staff]:
    """The leaders of the wards in service and the city's people: who works here and has an address."""
    leaders = Q(is_leader=True, ward__is_in_service=True)
    return Staff.objects.filter(leaders | Q(is_city=True), is_active=True).exclude(email="")


def messages(due: Mapping[str, tuple[Issue, Staff]], now: datetime, until: datetime) -> Iterator[Message]:
    """What is written to each of them; the figures of all wards are asked for once for each issue."""
    if not due or not (wards := list(Ward.objects.in_service())):
        return
    for issue, group in groupby(due.items(), key=lambda pair: pair[1][0]):
        write = issue.writer(wards, now)
        for key, (_, reader) in group:
            subject, text = write(reader)
            yield Message(
                ward=reader.ward,
                kind=issue.kind,
                channel=Channel.EMAIL,
                staff=reader,
                address=reader.email,
                subject=subject,
                text=text,
                key=key,
                planned_at=now,
                next_try_at=now,
                until=until,
            )
