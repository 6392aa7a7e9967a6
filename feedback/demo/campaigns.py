"""Campaigns of the demonstration: last year's, closed, with the article's picture, and this year's in every state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID, uuid5

from django.utils import timezone

from desk.demo import ACCOUNTS
from desk.models import Staff, Ward
from dossiers.demo.wards import BUSY_WARD, furnish
from feedback.models import AreaStep, Ballot, BallotTally, Campaign, CampaignArea, QuestionSet, Settled, Typing

SPACE = UUID("0f2c3f0e-6f3b-4b39-9a53-1f4c5c0a7d21")
SEED = 2020
#: Wards whose people gave back very few sheets: too few to conclude anything.
FEW = ("trinh-xa", "tien-hai", "kim-binh")
#: What the first areas of the ward with accounts show this year; its other areas wait.
SHOWN = ("ballots", "tallies", "different", "first", "between", "collected", "handed_out", "drafted")
#: The same for all other wards, in turn.
ELSEWHERE = ("tallies", "tallies", "handed_out", "collected", "waiting", "drafted")
COUNTERS = "Đinh Công Tráng Sơn, Lại Thị Hằng Nga"


@dataclass
class Pile:
    """Rows to be written at once."""

    steps: list[AreaStep] = field(default_factory=list)
    typings: list[Typing] = field(default_factory=list)
    ballots: list[Ballot] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    tallies: list[BallotTally] = field(default_factory=list)

    def write(self) -> None:
        for rows in (self.steps, self.typings, self.ballots, self.settled, self.tallies):
            if rows:
                type(rows[0])._default_manager.bulk_create(rows, batch_size=2000)  # type: ignore[arg-type]


@dataclass(frozen=True)
class People:
    """Who counts, types and accepts in a ward."""

    typists: tuple[Staff, Staff]
    leader: Staff


def make_campaigns(now: datetime) -> int:
    """Add the campaign of last year and of this year where they are missing; how many areas are new."""
    wards = list(Ward.objects.in_service().filter(units="2020"))
    furnish(wards)
    crews = people_of(wards)
    city = Staff.objects.filter(is_city=True).order_by("pk").first()
    if city is None or len(crews) < len(wards):
        return 0
    year = timezone.localdate(now).year
    before = CampaignArea.objects.count()
    if campaign := opened(city, year - 1, now - timedelta(days=365), wards):
        fill(campaign, lambda area, place: "tallies" if place % 3 or not is_busy(area) else "ballots", crews)
        closed = on(campaign.opens_on + timedelta(days=34), 90)
        Campaign.objects.filter(pk=campaign.pk).update(closed_at=closed, closed_by=city)
    if campaign := opened(city, year, now - timedelta(days=12), wards):
        fill(campaign, this_year, crews)
    return CampaignArea.objects.count() - before


def on(day: date, minutes: int = 0) -> datetime:
    """So many minutes after eight in the morning."""
    return timezone.make_aware(datetime.combine(day, time(8))) + timedelta(minutes=minutes)


def is_busy(area: CampaignArea) -> bool:
    return area.ward.slug == BUSY_WARD


def this_year(area: CampaignArea, place: int) -> str:
    if is_busy(area):
        return SHOWN[place] if place < len(SHOWN) else "waiting"
    return ELSEWHERE[(place + area.ward.position) % len(ELSEWHERE)]


def people_of(wards: Iterable[Ward]) -> dict[int, People]:
    """Those with accounts first, so that a visitor finds what is theirs to do."""
    staff = sorted(Staff.objects.filter(ward__in=wards, is_active=True), key=lambda one: one.username not in ACCOUNTS)
    found = {}
    for ward in wards:
        own = [one for one in staff if one.ward_id == ward.pk]
        desk = [one for one in own if not one.is_leader]
        leaders = [one for one in own if one.is_leader]
        if len(desk) > 1 and leaders:
            found[ward.pk] = People((desk[0], desk[1]), leaders[0])
    return found


def opened(city: Staff, year: int, at: datetime, wards: Sequence[Ward]) -> Campaign | None:
    """The campaign of that year, just opened; None where it is there already."""
    key = uuid5(SPACE, str(year))
    if Campaign.objects.filter(key=key).exists():
        return None
    day = timezone.localdate(at)
    day -= timedelta(days=max(day.weekday() - 4, 0))
    return Campaign.objects.launch(
        name=f"Đợt lấy phiếu năm {year}",
        question_set=QuestionSet.objects.get(slug="phieu-thon-to"),
        opens_on=day,
        closes_on=day + timedelta(days=30),
        wards=wards,
        target=70,
        by=city,
        at=on(day),
        key=key,
    )


def fill(campaign: Campaign, state_of: Callable[[CampaignArea, int], str], crews: dict[int, People]) -> None:
    pile = Pile()
    areas = list(campaign.areas.select_related("ward", "hamlet"))
    places: dict[int, int] = {}
    for area in areas:
        area.campaign = campaign
        place = places[area.ward_id] = places.get(area.ward_id, -1) + 1
        Story(area, crews[area.ward_id], pile, Random(f"{SEED}/{campaign.name}/{area.pk - areas[0].pk}")).tell(
            state_of(area, place)
        )
    CampaignArea.objects.bulk_create(  # bulk_update takes three times as long
        areas, update_conflicts=True, unique_fields=["pk"], update_fields=CampaignArea.CHANGING
    )
    pile.write()


@dataclass
class Story:
    """What became of one area."""

    area: CampaignArea
    people: People
    pile: Pile
    dice: Random

    def tell(self, state: str) -> None:
        if state == "waiting":
            return
        area, first = self.area, self.people.typists[0]
        few = area.ward.slug in FEW
        area.target = 12 if few else 70
        area.handed_out = area.target + self.dice.randint(0, 6)
        self.note(AreaStep.Kind.COUNTED, first, 2, f"Phát ra {area.handed_out}, thu về 0, không hợp lệ 0")
        if state == "handed_out":
            return
        area.collected = self.dice.randint(3, 4) if few else area.handed_out - self.dice.randint(2, 9)
        area.invalid = 0 if few else self.dice.randint(0, 2)
        area.counted_by = COUNTERS
        words = f"Phát ra {area.handed_out}, thu về {area.collected}, không hợp lệ {area.invalid}"
        self.note(AreaStep.Kind.COUNTED, first, 7, words)
        if state == "collected":
            return
        area.way = CampaignArea.Way.TALLIES if state in ("tallies", "drafted") else CampaignArea.Way.BALLOTS
        self.note(AreaStep.Kind.WAY, first, 8, area.get_way_display())
        columns = self.columns()
        if area.way == CampaignArea.Way.TALLIES:
            self.write_down(columns)
        else:
            self.type(state, ["".join(marks) for marks in zip(*columns, strict=True)])
        if state in ("tallies", "ballots"):
            self.accept(columns)

    def columns(self) -> list[list[str]]:
        """For each question the marks of all valid sheets: at least 95 of 100 are one of the two best levels.

        How many may be worse is rounded down for each area, so no ward falls below.
        """
        valid, ward = self.area.valid, Random(f"{SEED}/{self.area.ward.slug}")
        columns = []
        for _question in self.area.campaign.question_set.asked:
            worse = int(valid * (0.016 + ward.random() * 0.034))
            best = int((valid - worse) * (0.6 + self.dice.random() * 0.2))
            marks = ["1"] * best + ["2"] * (valid - worse - best) + self.dice.choices("345", (70, 28, 2), k=worse)
            self.dice.shuffle(marks)
            columns.append(marks)
        return columns

    def counts(self, columns: list[list[str]]) -> dict[int, list[int]]:
        asked = self.area.campaign.question_set.asked
        return {
            question.pk: [column.count(str(level.value)) for level in levels]
            for (question, levels), column in zip(asked, columns, strict=True)
        }

    def write_down(self, columns: list[list[str]]) -> None:
        self.area.drafted = {str(question): row for question, row in self.counts(columns).items()}
        self.note(AreaStep.Kind.TALLIED, self.people.typists[0], 9)

    def type(self, state: str, sheets: list[str]) -> None:
        """The first person reads every sheet; the second misreads one or a few, which are settled or wait to be."""
        turns = {"first": 1, "between": 1}.get(state, 2)
        read = sheets[:17] if state == "first" else sheets
        readers = reversed(self.people.typists) if state == "between" else self.people.typists
        for turn, typist in list(enumerate(readers, start=1))[:turns]:
            at = self.at(8 + turn)
            done = None if state == "first" else at + timedelta(minutes=25)
            typing = Typing(area=self.area, turn=turn, typist=typist, started_at=at, finished_at=done)
            self.pile.typings.append(typing)
            self.pile.ballots += [
                Ballot(typing=typing, number=number, marks=marks)
                for number, marks in enumerate(self.misread(read, state) if turn == 2 else read, start=1)
            ]

    def misread(self, sheets: list[str], state: str) -> list[str]:
        read = list(sheets)
        for place in self.dice.sample(range(len(read)), 3 if state == "different" else 1):
            question = self.dice.randrange(len(read[place]))
            other = "2" if read[place][question] == "1" else "1"
            read[place] = read[place][:question] + other + read[place][question + 1 :]
            if state != "different":
                right, by = sheets[place], self.people.typists[1]
                self.pile.settled.append(Settled(area=self.area, number=place + 1, marks=right, by=by, at=self.at(10)))
        return read

    def accept(self, columns: list[list[str]]) -> None:
        self.area.accepted_at, self.area.accepted_by = self.at(11), self.people.leader
        self.note(AreaStep.Kind.ACCEPTED, self.people.leader, 11)
        self.pile.tallies += [
            BallotTally(area=self.area, question_id=question, value=value, count=count)
            for question, row in self.counts(columns).items()
            for value, count in enumerate(row, start=1)
            if count
        ]

    def at(self, days: int) -> datetime:
        """So many days after the opening, or on the Friday before: what comes later that day has a later hour."""
        day = self.area.campaign.opens_on + timedelta(days=days)
        day -= timedelta(days=max(day.weekday() - 4, 0))
        return on(day, 20 * days + self.dice.randint(0, 15))

    def note(self, kind: str, by: Staff, days: int, words: str = "") -> None:
        self.pile.steps.append(AreaStep(area=self.area, kind=kind, by=by, at=self.at(days), words=words))
