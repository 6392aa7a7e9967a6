"""Suggestions, complaints and praise of 400 days, dialogues in every state, and a ward's own rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone

from desk.demo import ACCOUNTS
from desk.models import CalendarDay, Staff, Ward
from dossiers.demo import people
from dossiers.demo.clock import OfficeClock
from dossiers.models import Dossier
from feedback.demo.said import OPENINGS, QUESTIONS, RULE, SAID, TOPICS, Said
from feedback.models import (
    Contribution,
    ContributionStep,
    ContributionTerm,
    Dialogue,
    DialoguePromise,
    DialogueQuestion,
    WardRule,
)
from feedback.models.contribution import ALPHABET

SEED, SPACE = 2020, UUID("0b0cbb4e-2f3c-4a54-8a1e-5d0d9d1f7a01")
DAYS = 400
#: How often somebody says something on a day, in the wards that people of the demonstration look at.
OFTEN = {"le-hong-phong": 0.2, "quang-trung": 0.08, "minh-khai": 0.05, "hai-ba-trung": 0.04, "phu-van": 0.04}
#: What stands open in the busy ward today: which of SAID, days ago, and who has it ("" for nobody yet).
OPEN_TODAY = ((3, 0, ""), (8, 1, ""), (4, 2, ""), (5, 3, "officer"), (9, 5, "clerk"), (10, 16, "officer"), (2, 24, ""))
#: What was answered there lately, with a name to write to: which of SAID, days ago, and who said it.
ANSWERED = (
    (0, 16, "Chi hội Người cao tuổi Tổ dân phố số 5", "quý đơn vị"),
    (11, 9, "Đoàn Thị Kim Quy", "bà"),
    (6, 6, "Phùng Văn Chiểu", "ông"),
    (1, 1, "Lã Quý Đôn", "ông"),
)
Kind, Step, State = Contribution.Kind, ContributionStep.Kind, Contribution.State


def make_contributions(now: datetime) -> int:
    """Add those that are missing; each day of a ward has its own key, so nothing comes twice."""
    desk = Desk(now)
    rows = [row for ward in desk.wards if ward.slug == "le-hong-phong" for row in desk.lately(ward)]
    rows += [row for ward in desk.wards for row in desk.history(ward)]
    known = set(Contribution.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
    added = Contribution.objects.bulk_create([row for row in rows if row.key not in known])
    ContributionStep.objects.bulk_create([step for row in added for step in steps_of(row, desk)])
    return len(added)


class Desk:
    """The people and the clock of the wards that somebody speaks to."""

    def __init__(self, now: datetime) -> None:
        self.now, self.today = now, timezone.localdate(now)
        self.wards = list(Ward.objects.in_service().filter(slug__in=OFTEN))
        self.clock = OfficeClock(CalendarDay.objects.calendar())
        self.terms = {kind: ContributionTerm.objects.filter(kind=kind).on(self.today).days for kind in Kind}
        self.staff: dict[int, list[Staff]] = {ward.pk: [] for ward in self.wards}
        self.published: set[tuple[int, str]] = set()
        for staff in Staff.objects.filter(ward__in=self.wards, is_active=True).order_by("pk"):
            self.staff[staff.ward_id].append(staff)  # type: ignore[index]

    def leader(self, ward_id: int) -> Staff:
        leaders = [staff for staff in self.staff[ward_id] if staff.is_leader]
        return next((staff for staff in leaders if staff.username in ACCOUNTS), leaders[0])

    def worker(self, ward_id: int, dice: Random) -> Staff:
        return dice.choice([staff for staff in self.staff[ward_id] if not staff.is_leader])

    def at(self, day: date, hour: int, minute: int) -> datetime:
        return timezone.make_aware(datetime.combine(day, time(hour, minute)))

    def history(self, ward: Ward) -> Iterator[Contribution]:
        for ago in range(DAYS, 0, -1):
            day = self.today - timedelta(days=ago)
            dice = Random(f"{SEED}/voices/{ward.slug}/{day}")
            if dice.random() < OFTEN[ward.slug]:
                said = dice.choice(SAID)
                row = self.receive(ward, said, day, dice, f"{ward.slug}/{day}")
                self.answer(row, said, dice)
                yield row

    def lately(self, ward: Ward) -> list[Contribution]:
        """What every visitor of the demonstration should find, whatever the dice say."""
        rows = []
        people_of = {staff.username: staff for staff in self.staff[ward.pk]}
        for number, ago, who in OPEN_TODAY:
            dice = Random(f"{SEED}/open/{number}")
            row = self.receive(ward, SAID[number], self.day(ago), dice, f"{ward.slug}/open/{number}")
            if who in people_of:
                row.state, row.assigned_to = State.ASSIGNED, people_of[who]
            self.flag(row)
            rows.append(row)
        for number, ago, name, salutation in ANSWERED:
            dice = Random(f"{SEED}/answered/{number}")
            received = self.before(self.day(ago), 3)
            row = self.receive(ward, SAID[number], received, dice, f"{ward.slug}/answered/{number}")
            row.name, row.salutation, row.may_publish = name, salutation, True
            row.address = f"Tổ 5, {ward.in_sentence}"
            self.reply(row, SAID[number], self.at(self.day(ago), 9, 10), dice)
            rows.append(row)
        return rows

    def day(self, ago: int) -> date:
        """The day so long ago, or the working day before it."""
        day = self.today - timedelta(days=ago)
        return day if self.clock.works(day) else self.before(day, 1)

    def before(self, day: date, count: int) -> date:
        """The `count`-th working day before a day."""
        while count:
            day -= timedelta(days=1)
            count -= self.clock.works(day)
        return day

    def receive(self, ward: Ward, said: Said, day: date, dice: Random, key: str) -> Contribution:
        channel = dice.choice((Contribution.Channel.WEB,) * 4 + (Contribution.Channel.COUNTER,) * 2 + ("letter",))
        if channel != Contribution.Channel.WEB and not self.clock.works(day):
            channel = Contribution.Channel.WEB
        at = min(self.at(day, dice.choice((7, 8, 9, 10, 14, 15)), dice.randrange(60)), self.now)
        row = Contribution(ward=ward, kind=said.kind, channel=channel, received_at=at, key=uuid5(SPACE, key))
        row.code = "GY-" + "-".join("".join(dice.choices(ALPHABET, k=4)) for _ in range(2))
        row.words = dice.choice(OPENINGS) + said.words
        row.due_on = self.clock.days_later(day, self.terms[Kind(said.kind)])
        row.received_by = None if channel == Contribution.Channel.WEB else self.worker(ward.pk, dice)
        row.may_publish = dice.random() < 0.6
        if dice.random() < 0.4:
            person = people.person(SEED, dice.randrange(2000))
            row.name, row.phone, row.address = person.name, person.phone, f"Tổ {dice.randint(1, 5)}, {ward.in_sentence}"
            row.salutation = "ông" if person.sex == people.MALE else "bà"
        if said.about_dossier:
            row.dossier = self.dossier(ward, at)
        return row

    def dossier(self, ward: Ward, at: datetime) -> Dossier | None:
        returned = Dossier.objects.filter(ward=ward, returned_at__lt=at, returned_at__gt=at - timedelta(days=20))
        return returned.order_by("-returned_at").first()

    def answer(self, row: Contribution, said: Said, dice: Random) -> None:
        """It is given to somebody the next day, and most are answered in time."""
        term = self.terms[Kind(row.kind)]
        took = term + dice.randint(1, 4) if dice.random() < 0.07 else dice.randint(2, term)
        day = timezone.localdate(row.received_at)
        at = self.at(self.clock.days_later(day, took), dice.choice((8, 9, 13)), dice.randrange(30, 60))
        row.assigned_to = self.worker(row.ward_id, dice)
        if at < self.now:
            self.reply(row, said, at, dice)
        elif self.at(self.clock.days_later(day, 1), 8, 0) < self.now:
            row.state = State.ASSIGNED
        else:
            row.assigned_to = None
        self.flag(row)

    def flag(self, row: Contribution) -> None:
        if row.due_on < (timezone.localdate(row.answered_at) if row.answered_at else self.today):
            row.overdue_at = self.at(row.due_on + timedelta(days=1), 0, 5)

    def reply(self, row: Contribution, said: Said, at: datetime, dice: Random) -> None:
        row.state, row.verdict, row.answer, row.change = State.ANSWERED, said.verdict, said.answer, said.change
        row.gist = said.gist if row.name else ""
        row.assigned_to = row.assigned_to or self.worker(row.ward_id, dice)
        row.answered_at, row.answered_by = at, row.assigned_to
        is_news = said.change and (row.ward_id, said.change) not in self.published
        if is_news and row.may_publish and at + timedelta(hours=4) < self.now:
            self.published.add((row.ward_id, said.change))
            row.published_at, row.published_words = at + timedelta(hours=4), f"{said.change}."


def steps_of(row: Contribution, desk: Desk) -> Iterator[ContributionStep]:
    leader, given = desk.leader(row.ward_id), row.received_at + timedelta(minutes=20)
    told: list[tuple[str, datetime | None, Staff | None, str]] = [
        (Step.RECEIVED, row.received_at, row.received_by, ""),
        (Step.ASSIGNED, given if row.assigned_to else None, leader, str(row.assigned_to)),
        (Step.OVERDUE, row.overdue_at, None, ""),
        (Step.ANSWERED, row.answered_at, row.answered_by, row.get_verdict_display()),
        (Step.PUBLISHED, row.published_at, leader, row.published_words),
    ]
    for kind, at, by, words in told:
        if at:
            yield ContributionStep(contribution=row, kind=kind, at=at, by=by, words=words)


# dialogues

#: (days from today, state, which of TOPICS): three were held, one waits for its minutes, one was called off, two come.
DIALOGUES = ((-330, "held", 0), (-210, "held", 1), (-45, "held", 2), (-2, "announced", 1), (-120, "called_off", 2),
             (9, "announced", 0), (30, "called_off", 1), (40, "announced", 2))  # fmt: skip


def make_dialogues(now: datetime) -> int:
    """The busy ward has some of every kind, two others one that was held and one to come; and one ward has a rule."""
    desk, added = Desk(now), 0
    for ward in desk.wards:
        plan = DIALOGUES if ward.slug == "le-hong-phong" else (DIALOGUES[2], DIALOGUES[7])
        if ward.slug in list(OFTEN)[:3]:
            added += sum(make_dialogue(desk, ward, number, *row) for number, row in enumerate(plan))
    busy = next((ward for ward in desk.wards if ward.slug == "le-hong-phong"), None)
    if busy and not WardRule.objects.filter(ward=busy).exists():
        WardRule.objects.create(ward=busy, title=RULE[0], words=RULE[1], valid_from=desk.today - timedelta(days=300))
    return added


def make_dialogue(desk: Desk, ward: Ward, number: int, days: int, state: str, topic: int) -> bool:
    leader, key = desk.leader(ward.pk), uuid5(SPACE, f"{ward.slug}/dialogue/{number}")
    if Dialogue.objects.filter(key=key).exists():
        return False
    starts = desk.at(desk.clock.days_later(desk.today + timedelta(days=days - 1), 1), 8, 0)
    announced = min(starts - timedelta(days=20), desk.now - timedelta(days=1))
    facts: dict[str, Any] = {"announced_at": announced, "announced_by": leader, "changed_at": announced}
    if state == "held":
        facts |= {"minutes": TOPICS[topic][1], "people": 40 + 13 * topic, "changed_at": starts + timedelta(hours=8)}
    elif state == "called_off":
        facts |= {"called_off_reason": "Trùng lịch tiếp xúc cử tri, sẽ thông báo ngày khác", "changes": 1}
    row = Dialogue.objects.create(
        ward=ward, key=key, kind="urgent" if topic == 2 else "regular", topic=TOPICS[topic][0], state=state,
        place=f"Hội trường UBND {ward.in_sentence}", starts_at=starts, ends_at=starts + timedelta(hours=3), **facts,
    )  # fmt: skip
    DialogueQuestion.objects.bulk_create(questions_of(row, announced))
    if state == "held":
        DialoguePromise.objects.bulk_create(promises_of(row, desk, TOPICS[topic]))
    return True


def questions_of(row: Dialogue, announced: datetime) -> list[DialogueQuestion]:
    was_held = row.state == Dialogue.State.HELD
    return [
        DialogueQuestion(
            dialogue=row, key=uuid5(row.key, str(number)), words=words,
            asked_at=announced + timedelta(hours=number + 1), answer=answer if was_held else "",
            is_public=is_public and was_held,
        )
        for number, (words, answer, is_public) in enumerate(QUESTIONS)
    ]  # fmt: skip


def promises_of(row: Dialogue, desk: Desk, topic: Sequence[Any]) -> Iterator[DialoguePromise]:
    """Of older dialogues all is done but one; of the newest one promise is late and one still runs."""
    held = timezone.localdate(row.starts_at)
    is_new = (desk.today - held).days < 60
    for number, (words, done) in enumerate(topic[2:]):
        promise = DialoguePromise(dialogue=row, key=uuid5(row.key, f"promise/{number}"), words=words)
        promise.responsible = desk.worker(row.ward_id, Random(f"{row.key}/{number}"))
        promise.due_on = desk.clock.days_later(held, 15 if not number else 60 if is_new else 30)
        if done and not (is_new and row.ward.slug == "le-hong-phong"):
            promise.done_at, promise.done_words = desk.at(promise.due_on, 15, 0), done
        elif not is_new:
            promise.done_at, promise.done_words = desk.at(promise.due_on, 10, 0), "Đã làm và báo lại ở tổ dân phố"
        yield promise
