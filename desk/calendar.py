"""Working time of a ward and the promises made in it. No Django, no clock: moments come in, moments go out.

The rules are those of the law as the project reads it: the day of receipt is not counted, a term that ends on a day off
ends on the next working day (Bộ luật Dân sự 2015, Điều 147 and 148), and a matter due at once that arrives after 15:00
is answered on the next working day (Luật Hộ tịch 2014; Nghị định 23/2015/NĐ-CP, Điều 7). A slip promises a half day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

import holidays

from desk.vietnamese import day_month, lower_first

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ONE_DAY = timedelta(days=1)


class Half(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"

    @property
    def words(self) -> str:
        return "buổi sáng" if self is Half.MORNING else "buổi chiều"

    @property
    def short(self) -> str:
        return "sáng" if self is Half.MORNING else "chiều"


class Unit(StrEnum):
    SAME_DAY = "same_day"
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    HOUR = "hour"


@dataclass(frozen=True)
class Limit:
    """The term of a procedure.

    ``value`` counts ``unit``s and is ignored for SAME_DAY. ``cutoff`` is the last minute at which a same-day matter
    is still due on the day of receipt; None means until the counter closes.
    """

    value: int
    unit: Unit
    cutoff: time | None = time(15, 0)

    @property
    def words(self) -> str:
        """As a slip writes it: "trong ngày", "03 ngày làm việc", "15 ngày", "08 giờ làm việc"."""
        if self.unit is Unit.SAME_DAY:
            return "trong ngày"
        noun = {Unit.WORKING_DAY: "ngày làm việc", Unit.CALENDAR_DAY: "ngày", Unit.HOUR: "giờ làm việc"}[self.unit]
        return f"{self.value:02} {noun}"


class Mark(StrEnum):
    """Why a date of the table is not an ordinary one."""

    HOLIDAY = "holiday"
    COMPENSATION = "compensation"
    SWAPPED_OFF = "swapped_off"
    WORKING = "working"

    @property
    def words(self) -> str:
        return {"holiday": "nghỉ lễ", "compensation": "nghỉ bù", "swapped_off": "nghỉ hoán đổi", "working": "làm bù"}[
            self
        ]


@dataclass(frozen=True)
class SpecialDay:
    """A date of the table; `name` is "Tết Nguyên đán"."""

    day: date
    mark: Mark
    name: str


@dataclass(frozen=True)
class OfficeHours:
    morning_opens: time = time(7, 30)
    morning_closes: time = time(11, 30)
    afternoon_opens: time = time(13, 30)
    afternoon_closes: time = time(17, 0)

    def span(self, half: Half) -> tuple[time, time]:
        if half is Half.MORNING:
            return self.morning_opens, self.morning_closes
        return self.afternoon_opens, self.afternoon_closes

    def length(self, half: Half) -> timedelta:
        opens, closes = (datetime.combine(date(2000, 1, 3), edge) for edge in self.span(half))
        return closes - opens

    @property
    def day_length(self) -> timedelta:
        return sum((self.length(half) for half in Half), timedelta(0))

    def half_at(self, moment: time) -> Half:
        """Before the afternoon opens is morning, also before opening; later is afternoon, also after closing."""
        return Half.MORNING if moment < self.afternoon_opens else Half.AFTERNOON


@dataclass(frozen=True)
class Step:
    """One day of a count: ``kind`` is received, counted, off, due or stop; ``number`` which day of the term it is."""

    day: date
    kind: str
    words: str
    number: int | None = None

    @property
    def css(self) -> str:
        return {"received": "start", "counted": ""}.get(self.kind, self.kind)

    @property
    def brief(self) -> str:
        """A word or two for a narrow box: "Nhận", "Nghỉ lễ", "2", "5, trả"."""
        if self.kind == "off":
            return self.words.partition(":")[0].replace(" cuối tuần", "")
        number = str(self.number or "")
        return {"received": "Nhận", "stop": "Dừng", "due": f"{number}, trả".lstrip(", ").capitalize()}.get(
            self.kind, number
        )

    def as_json(self) -> dict[str, str | int | None]:
        return {"day": self.day.isoformat(), "kind": self.kind, "number": self.number, "words": self.words}

    @classmethod
    def from_json(cls, row: Mapping[str, str | int | None]) -> Step:
        return step(row["day"], row["kind"], row["words"], row["number"])


@lru_cache(maxsize=4096)
def step(day: str, kind: str, words: str, number: int | None) -> Step:
    """As it is stored; kept, since dossiers of the same weeks count the same days."""
    return Step(date.fromisoformat(day), kind, words, number)


def _days(days: list[date]) -> str:
    """ "25, 26/11; 01/12": days of one month share it."""
    months = (list(group) for _, group in groupby(days, key=lambda day: day.month))
    return "; ".join(", ".join([*(f"{day:%d}" for day in month[:-1]), day_month(month[-1])]) for month in months)


def in_one_line(steps: Sequence[Step]) -> str:
    """How a promise was counted, for one line of the slip: "Tính các ngày 25, 26/11; 24/11 nghỉ lễ: Quốc khánh." """
    if len(steps) == 1:
        return "Trả kết quả ngay trong ngày nhận."
    counted = [step.day for step in steps if step.number]
    worked = [step.day for step in steps[1:] if step.kind != "off"]
    named = [step for step in steps if step.kind == "off" and ":" in step.words]
    if not counted and len(worked) == 1:
        words = "Trả vào ngày làm việc kế tiếp"
    elif not counted:
        words = f"Tính giờ làm việc đến {day_month(worked[-1])}"
    elif len(counted) <= 6:
        words = f"Tính các ngày {_days(counted)}"
    else:
        words = f"Tính {len(counted)} ngày, từ {day_month(counted[0])} đến {day_month(counted[-1])}"
    off = "".join(f"; {day_month(step.day)} {lower_first(step.words)}" for step in named[:2])
    return f"{words}{off}."


@dataclass(frozen=True)
class Promise:
    """A half day that the desk promises. It is broken when ``due_at``, the end of that half, has passed."""

    day: date
    half: Half
    due_at: datetime
    steps: tuple[Step, ...]
    provisional: bool = False  # a year on the way has no official list of holidays yet

    @property
    def in_one_line(self) -> str:
        return in_one_line(self.steps)


@lru_cache(maxsize=32)
def expected_days(year: int) -> Mapping[date, SpecialDay]:
    """The special days of a year as the `holidays` package computes them, for years with no official list."""
    vietnam = holidays.country_holidays("VN", years=year, language="vi")
    days = {day: SpecialDay(day, Mark.HOLIDAY, name) for day, name in vietnam.items() if day.year == year}
    days |= {day: SpecialDay(day, Mark.WORKING, "làm bù") for day in vietnam.weekend_workdays if day.year == year}
    return days


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked and when the counter is open.

    ``special_days`` are the official ones; a year that has none is filled by `expected_days` and called provisional.
    """

    special_days: Mapping[date, SpecialDay] = field(default_factory=dict)
    hours: OfficeHours = OfficeHours()

    @cached_property
    def official_years(self) -> set[int]:
        return {day.year for day in self.special_days}

    def special(self, day: date) -> SpecialDay | None:
        if found := self.special_days.get(day):
            return found
        return None if day.year in self.official_years else expected_days(day.year).get(day)

    def is_working(self, day: date) -> bool:
        special = self.special(day)
        return special.mark is Mark.WORKING if special else day.weekday() < 5

    def why_off(self, day: date) -> str:
        """ "Nghỉ lễ: Tết Nguyên đán", or "Nghỉ cuối tuần" for a day off that no table names."""
        special = self.special(day)
        return f"{special.mark.words.capitalize()}: {special.name}" if special else "Nghỉ cuối tuần"

    def working_days_after(self, day: date) -> Iterator[date]:
        while True:
            day += ONE_DAY
            if self.is_working(day):
                yield day

    def next_working_day(self, day: date) -> date:
        return next(self.working_days_after(day))

    def end_of_next_day(self, now: datetime) -> datetime:
        """Midnight after the next working day: what is promised before is due soon."""
        return datetime.combine(self.next_working_day(now.astimezone(ZONE).date()) + ONE_DAY, time.min, ZONE)

    def days_late(self, promised: date, today: date) -> int:
        """Working days after the promised day, today included; 0 on the promised day itself."""
        return sum(self.is_working(promised + timedelta(days=n)) for n in range(1, (today - promised).days + 1))

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """Office time between two moments; zero when `end` is not after `start`."""
        total = timedelta(0)
        for _day, _half, opens, closes in self._open_halves(start.astimezone(ZONE)):
            if opens >= end:
                return total
            total += max(min(closes, end) - max(opens, start), timedelta(0))
        raise AssertionError("the calendar never ends")

    def after(self, start: datetime, office_time: timedelta) -> datetime:
        """The moment at which that much office time has passed since `start`."""
        left = office_time
        for _day, _half, opens, closes in self._open_halves(start.astimezone(ZONE)):
            begins = max(opens, start.astimezone(ZONE))
            if left <= closes - begins:
                return begins + left
            left -= closes - begins
        raise AssertionError("the calendar never ends")

    def in_working_time(self, office_time: timedelta) -> str:
        """ "1 ngày 4 giờ", "45 phút": a working day is as long as the ward's office hours."""
        days, rest = divmod(office_time, self.hours.day_length)
        hours, minutes = divmod(int(rest.total_seconds()) // 60, 60)
        parts = [
            f"{days} ngày" * bool(days),
            f"{hours} giờ" * bool(hours),
            f"{minutes} phút" * (bool(minutes) and not days),
        ]
        return " ".join(filter(None, parts)) or "dưới 1 phút"

    def opens_at(self, day: date) -> datetime:
        return datetime.combine(day, self.hours.morning_opens, ZONE)

    def closes_at(self, day: date, half: Half) -> datetime:
        """The end of a half day: the moment at which its promise is broken."""
        return datetime.combine(day, self.hours.span(half)[1], ZONE)

    def closing_ahead(self, today: date) -> tuple[list[SpecialDay], date] | None:
        """Named days off before the next working day, and that day; None when only a usual weekend lies between."""
        reopens = self.next_working_day(today)
        between = (today + timedelta(days=n) for n in range(1, (reopens - today).days))
        named = [special for day in between if (special := self.special(day))]
        return (named, reopens) if named else None

    def promise(self, received_at: datetime, limit: Limit, begins: str = "Nhận hồ sơ") -> Promise:
        """The half day promised for something received at that moment; `begins` says what the count starts with.

        Raises ValueError when `received_at` has no time zone, or the term has no length.
        """
        if received_at.tzinfo is None:
            raise ValueError("received_at needs a time zone")
        if limit.unit is not Unit.SAME_DAY and limit.value < 1:
            raise ValueError("a term has at least one day or hour")
        received = received_at.astimezone(ZONE).replace(second=0, microsecond=0)
        day, half = self.due(received, limit)
        return self._promise(received, limit, day, half, begins)

    def due(self, received: datetime, limit: Limit) -> tuple[date, Half]:
        """The half day that is promised for something received at that local moment."""
        count = {
            Unit.SAME_DAY: self._same_day,
            Unit.WORKING_DAY: self._working_days,
            Unit.CALENDAR_DAY: self._calendar_days,
            Unit.HOUR: self._hours,
        }[limit.unit]
        return count(received, limit)

    def earliest(self, received_at: datetime, limits: Iterable[Limit], *begins: str) -> Promise:
        """The promise of that one of several terms which ends first; of the first one where they end together."""
        return min((self.promise(received_at, limit, *begins) for limit in limits), key=lambda promise: promise.due_at)

    def _same_day(self, received: datetime, limit: Limit) -> tuple[date, Half]:
        today = received.date()
        at = received.time()
        in_time = at < self.hours.afternoon_closes and (limit.cutoff is None or at <= limit.cutoff)
        return (today if self.is_working(today) and in_time else self.next_working_day(today)), Half.AFTERNOON

    def _working_days(self, received: datetime, limit: Limit) -> tuple[date, Half]:
        today = received.date()
        half = self.hours.half_at(received.time()) if self.is_working(today) else Half.MORNING
        days = self.working_days_after(today)
        return [next(days) for _ in range(limit.value)][-1], half

    def _calendar_days(self, received: datetime, limit: Limit) -> tuple[date, Half]:
        last = received.date() + timedelta(days=limit.value)
        return (last if self.is_working(last) else self.next_working_day(last)), Half.AFTERNOON

    def _hours(self, received: datetime, limit: Limit) -> tuple[date, Half]:
        left = timedelta(hours=limit.value)
        for day, half, opens, closes in self._open_halves(received):
            left -= max(closes - max(opens, received), timedelta(0))
            if left <= timedelta(0):
                return day, half
        raise AssertionError("the calendar never ends")

    def _open_halves(self, since: datetime) -> Iterator[tuple[date, Half, datetime, datetime]]:
        day = since.date() if self.is_working(since.date()) else self.next_working_day(since.date())
        while True:
            for half in Half:
                opens, closes = (datetime.combine(day, edge, ZONE) for edge in self.hours.span(half))
                if closes > since:
                    yield day, half, opens, closes
            day = self.next_working_day(day)

    def _promise(self, received: datetime, limit: Limit, due: date, half: Half, begins: str) -> Promise:
        first = received.date()
        days = [first + timedelta(days=n) for n in range((due - first).days + 1)]
        steps = tuple(self._steps(days, limit, half, begins))
        provisional = any(day.year not in self.official_years for day in days)
        return Promise(due, half, self.closes_at(due, half), steps, provisional)

    def _steps(self, days: list[date], limit: Limit, half: Half, begins: str) -> Iterator[Step]:
        worked = 0
        for offset, day in enumerate(days):
            number = None
            if offset == 0:
                kind, words = "received", self._on_receipt(limit, begins, same_day=len(days) == 1)
            elif limit.unit is Unit.CALENDAR_DAY and offset <= limit.value:
                kind, words, number = "counted", f"Ngày thứ {offset}", offset
            elif not self.is_working(day):
                kind, words = "off", self.why_off(day)
            elif limit.unit is Unit.WORKING_DAY:
                worked += 1
                kind, words, number = "counted", f"Ngày làm việc thứ {worked}{self._made_up(day)}", worked
            else:
                kind, words = "counted", "Ngày làm việc kế tiếp"
            if day == days[-1]:
                kind, words = "due", f"{words}: trả kết quả {half.words}"
            yield Step(day, kind, words, number)

    @staticmethod
    def _on_receipt(limit: Limit, begins: str, *, same_day: bool) -> str:
        if limit.unit is Unit.HOUR:
            return f"{begins}, tính theo giờ làm việc"
        return begins if same_day else f"{begins}, chưa tính"

    def _made_up(self, day: date) -> str:
        special = self.special(day)
        return " (làm bù)" if special and special.mark is Mark.WORKING else ""
