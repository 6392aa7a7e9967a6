"""Who comes when, and for what: the arrivals of one day in one ward, always the same for the same seed."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5

from desk.calendar import ZONE, Half
from desk.models import Ward
from dossiers.demo.clock import OfficeClock
from dossiers.demo.wards import BUSY_WARD, Office
from dossiers.models import Dossier, Procedure

NAMESPACE = uuid5(NAMESPACE_URL, "https://phuly.example/seed_demo")
Channel = Dossier.Channel

#: Dossiers a working day brings, on average, and a day off brings online; the busy ward, and any other.
WORKING_DAY = {True: 23.0, False: 1.15}
DAY_OFF = {True: 1.6, False: 0.06}
#: Mondays are busiest; the week tails off. A make-up Saturday is like a Friday.
WEEKDAYS = (1.15, 1.05, 1.0, 0.95, 0.85, 0.85, 0.85)
#: Of what the last months bring, the share that the thin months before them keep.
THIN = 0.135

#: How a hundred dossiers of a working day come in; and how many of the online ones while the desk is closed.
CHANNELS = {Channel.COUNTER: 86, Channel.ONLINE: 9, Channel.HOME: 2.5, Channel.POST: 2.5}
ONLINE_AFTER_HOURS = 0.45
#: The halves of a day: their share of the visits, and where in the half (0 to 1) it is fullest.
PEAKS = {Half.MORNING: (0.6, 0.3), Half.AFTERNOON: (0.4, 0.35)}

#: How often each procedure is asked for, of about a hundred; one that is not named here is rare.
MIX = {
    "2.000815": 26.0, "1.004873": 11.0, "2.000635": 9.0, "1.001193": 8.0, "2.000884": 7.0, "2.001035": 4.0,
    "1.004859": 4.0, "1.000894": 3.5, "1.000656": 3.0, "1.001612": 2.5, "1.001776": 2.0, "1.014027": 2.0,
    "2.000908": 1.5, "1.004884": 1.5, "1.011607": 1.2, "2.000720": 1.2, "2.000942": 1.0, "1.001731": 1.0,
    "1.001699": 0.8, "1.013978": 0.8, "1.004746": 0.7, "1.001570": 0.7, "2.001019": 0.6, "1.000689": 0.6,
    "1.001022": 0.6, "1.004837": 0.5, "1.005461": 0.4,
}  # fmt: skip
RARE = 0.2


@dataclass(frozen=True)
class Arrival:
    """One dossier to come: the `number`-th that the plan knows of that ward and day.

    `place` (0 to 1) is where it falls in the mix of procedures; the places of a day are spread evenly.
    """

    seed: int
    ward: Ward
    day: date
    number: int
    at: datetime
    channel: Channel
    place: float

    @cached_property
    def key(self) -> UUID:
        """The intake key: what makes a second run add nothing."""
        return uuid5(NAMESPACE, f"{self.seed}/{self.ward.slug}/{self.day}/{self.number}")


@dataclass(frozen=True)
class Window:
    """How far back the demonstration reaches, in days: crowded first, thin before. On `old` days before all of them
    only the busy ward is shown.
    """

    crowded: int = 90
    thin: int = 400
    old: tuple[date, ...] = ()

    def days(self, today: date) -> Iterator[date]:
        first = today - timedelta(days=self.thin)
        yield from (day for day in self.old if day < first)
        yield from (first + timedelta(days=later) for later in range(self.thin + 1))

    def is_thin(self, day: date, today: date) -> bool:
        return self.crowded < (today - day).days <= self.thin


#: What `seed_demo` shows: beside the last 400 days the last three under the forms of 2018, so that these are seen too.
DEMONSTRATION = Window(old=tuple(date(2025, 9, day) for day in (10, 11, 12)))


def arrivals(offices: Iterable[Office], now: datetime, seed: int, window: Window) -> Iterator[Arrival]:
    """Everything received up to now, in order of receipt within each ward and day."""
    today, offices = now.astimezone(ZONE).date(), list(offices)
    for day in window.days(today):
        is_old = (today - day).days > window.thin
        for office in offices:
            if is_old and office.ward.slug != BUSY_WARD:
                continue
            for arrival in arrivals_of_day(office.ward, day, office.clock, seed, thin=window.is_thin(day, today)):
                if arrival.at <= now:
                    yield arrival


def arrivals_of_day(ward: Ward, day: date, clock: OfficeClock, seed: int, *, thin: bool) -> list[Arrival]:
    """A thin day keeps some of what the crowded one would have, the same ones."""
    dice = Random(f"{seed}/{ward.slug}/{day}")
    is_busy, works = ward.slug == BUSY_WARD, clock.works(day)
    mean = WORKING_DAY[is_busy] * WEEKDAYS[day.weekday()] if works else DAY_OFF[is_busy]
    count = int(mean * dice.uniform(0.85, 1.15) * size(ward) + dice.random())
    if not count:
        return []
    visits = [visit(dice, day, clock) if works else (Channel.ONLINE, after_hours(dice, day)) for _ in range(count)]
    places = [(stratum + dice.random()) / count for stratum in dice.sample(range(count), count)]
    kept = [not thin or dice.random() < THIN for _ in range(count)]
    return [
        Arrival(seed, ward, day, number, at, channel, place)
        for number, ((channel, at), place) in enumerate(zip(sorted(visits, key=when), places, strict=True), start=1)
        if kept[number - 1]
    ]


def when(visit: tuple[Channel, datetime]) -> datetime:
    return visit[1]


def size(ward: Ward) -> float:
    """Wards differ: from two thirds to four thirds of the usual one."""
    return 1.0 if ward.slug == BUSY_WARD else (0.67, 1.0, 1.33)[ward.position % 3]


def visit(dice: Random, day: date, clock: OfficeClock) -> tuple[Channel, datetime]:
    channel = dice.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    if channel == Channel.ONLINE and dice.random() < ONLINE_AFTER_HOURS:
        return channel, after_hours(dice, day)
    half = Half.MORNING if dice.random() < PEAKS[Half.MORNING][0] else Half.AFTERNOON
    opens, closes = clock.span(day, half)
    return channel, (opens + (closes - opens) * dice.triangular(0.01, 0.99, PEAKS[half][1])).replace(microsecond=0)


def after_hours(dice: Random, day: date) -> datetime:
    """Between supper and midnight, or before breakfast."""
    hour = dice.choice((5, 6, 18, 19, 20, 20, 21, 21, 22, 23))
    return datetime.combine(day, time(hour, dice.randrange(60), dice.randrange(60)), ZONE)


class Catalogue:
    """The procedures in force on each day, drawn from as often as they are asked for."""

    def __init__(self, procedures: Sequence[Procedure]) -> None:
        self.procedures = procedures
        self.days: dict[date, tuple[list[Procedure], list[float]]] = {}

    def choose(self, arrival: Arrival) -> Procedure:
        if arrival.day not in self.days:
            offered = [version for version in self.procedures if in_force(version, arrival.day)]
            self.days[arrival.day] = offered, list(accumulate(MIX.get(version.code, RARE) for version in offered))
        offered, shares = self.days[arrival.day]
        return offered[min(bisect(shares, arrival.place * shares[-1]), len(offered) - 1)]


def in_force(version: Procedure, day: date) -> bool:
    """The rule of Procedure.objects.in_force, for rows already loaded."""
    return version.valid_from <= day and (version.valid_to is None or day <= version.valid_to)
