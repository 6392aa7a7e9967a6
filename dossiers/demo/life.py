"""What becomes of a dossier: who takes which step when. The steps are the verbs of the model, taken by its rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import attrgetter
from random import Random
from typing import Any
from uuid import UUID

from desk.calendar import ZONE
from desk.models import Staff
from dossiers.demo.clock import OfficeClock
from dossiers.demo.wards import BUSY_WARD, Office
from dossiers.models import CommittedTerm, Dossier, Handover, Procedure, State


@dataclass(frozen=True)
class Act:
    """One step: the verb of `Dossier`, when, by whom and with which facts; `step` is where it is taken up."""

    verb: str
    at: datetime
    by: Staff
    facts: Mapping[str, Any] = field(default_factory=dict)
    step: Handover.Step = Handover.Step.OFFICER


def taken_up(act: Act) -> dict[str, Any]:
    officer = {"officer": act.by} if act.step == Handover.Step.OFFICER else {}
    return {"state": Handover.STATE[act.step], "holder": act.by, **officer}


def ended(state: State) -> Callable[[Act], dict[str, Any]]:
    return lambda act: {"state": state, "ended_at": act.at, "holder": None, "step_due_at": None}


#: No verb of a dossier: the letter of apology for its broken promises is issued, which the letters themselves record.
APOLOGISE = "apologise"

#: What each verb of a demonstration's life writes into the dossier.
EFFECTS: dict[str, Callable[[Act], dict[str, Any]]] = {
    "take_up": taken_up,
    "give": lambda act: {},
    "request_papers": lambda act: {"state": State.NEEDS_PAPERS, "step_due_at": None},
    "papers_received": lambda act: {"state": State.IN_PROGRESS},
    "reschedule": lambda act: {},
    "explain_delay": lambda act: {},
    "waive_apology": lambda act: {},
    APOLOGISE: lambda act: {},
    "refuse": ended(State.REFUSED),
    "stop": ended(State.STOPPED),
    "mark_ready": lambda act: {"state": State.READY, "ready_at": act.at, "holder": None, "step_due_at": None},
    "hand_back": lambda act: {"state": State.RETURNED, "returned_at": act.at, "originals_returned": True},
}


@dataclass(frozen=True)
class Pace:
    """How a kind of matter fares: the share that is late and by how many working days; and how long its results wait
    for their owners (of a hundred, how many, from how many to how many office hours).
    """

    late: float
    days_late: tuple[int, ...]
    waits: tuple[tuple[float, float, float], ...]


SAME_DAY = Pace(0.008, (1, 1, 1, 2), ((70, 0.05, 0.4), (25, 0.5, 7), (4.4, 8, 30), (0.6, 55, 170)))
LONGER = Pace(0.085, (1, 1, 1, 2, 2, 3, 3, 4, 5, 6), ((45, 0.3, 4), (38, 4, 14), (14.5, 14, 32), (2.5, 55, 170)))

#: Same-day matters that wait for the leader's round of signatures; longer ones done before the promised day.
FOLDER, EARLY = 0.3, 0.38
#: Whom the finished result comes from, of a hundred.
FINISHERS = {"officer": 60, "leader": 35, "clerk": 5}

#: Longer matters that take another turn, added up: refused, stopped by their owner, papers missing.
REFUSED, STOPPED, INCOMPLETE = 0.025, 0.04, 0.11
REFUSALS = (
    "Việc này thuộc thẩm quyền của nơi thường trú trước đây, không thuộc thẩm quyền của phường, xã",
    "Giấy tờ nộp kèm chưa khớp với dữ liệu hộ tịch đang lưu",
)
MISSING = (
    "Bản sao chứng thực giấy tờ chứng minh nơi cư trú",
    "Tờ khai có đủ chữ ký của người yêu cầu",
    "Văn bản ủy quyền có chứng thực",
)

#: Of those whose papers were missing, the share that brings them.
BROUGHT = 0.6

#: Of what is late, the share that nobody explains, and of longer matters the share that gets a new date.
SILENT, NEW_DATE = 0.3, 0.5
#: How many working days before its new date a result is there.
SPARE = (0, 0, 1, 2)
#: What the citizen is told, by the cause of the catalogue.
EXCUSES = {
    "Chờ cơ quan khác trả lời": "Cơ quan phối hợp chưa gửi kết quả xác minh",
    "Công chức phụ trách vắng mặt": "Công chức phụ trách nghỉ ốm, đã giao người khác làm tiếp",
    "Hệ thống mạng, phần mềm trục trặc": "Hệ thống dữ liệu hộ tịch gián đoạn trong ngày",
    "Cần đi kiểm tra thực địa": "Cần xác minh thêm tại nơi cư trú",
    "Quá nhiều hồ sơ cùng lúc": "Cùng lúc có nhiều hồ sơ hơn mọi khi",
}

OTHER_EXCUSE = "Cần thêm thời gian làm rõ giấy tờ"

#: Of late results, the share that a leader lets go before the letter.
WAIVED = 0.06
#: Of letters of apology, the share that the leader signs only when the result is there.
WAITS_FOR_LEADER = 0.5

#: Longer matters that are found stuck by whoever looks: they fill today's list of overdue dossiers as a real desk's
#: is filled, without making the whole year late.
STUCK_IN_BUSY_WARD, STUCK_ELSEWHERE = 0.17, 0.2
DAYS_STUCK = (1, 2, 2, 3, 3, 4, 4, 5, 6)


@dataclass(frozen=True)
class Matter:
    """What a life depends on, whether the dossier is new or read back from the database."""

    key: UUID
    ward_slug: str
    field: str
    is_same_day: bool
    received_at: datetime
    promised_at: datetime
    procedure: Procedure
    committed: CommittedTerm | None

    @classmethod
    def of(cls, dossier: Dossier, promised_at: datetime) -> Matter:
        """`promised_at` is what was promised at receipt, whatever has been promised since."""
        return cls(
            key=dossier.intake_key,
            ward_slug=dossier.ward.slug,
            field=dossier.procedure.field,
            is_same_day=dossier.term.is_same_day,
            received_at=dossier.received_at,
            promised_at=promised_at,
            procedure=dossier.procedure,
            committed=dossier.committed,
        )

    @property
    def pace(self) -> Pace:
        return SAME_DAY if self.is_same_day else LONGER

    @property
    def promised_day(self) -> date:
        return self.promised_at.astimezone(ZONE).date()


def life(matter: Matter, office: Office, now: datetime, *, was_broken: bool = False) -> list[Act]:
    """The steps from receipt to return, in order; those after `now` are still to come.

    Everything is drawn from the dossier's key. Only a stuck dossier also looks at the clock: it is late if somebody
    looks (`now`), or has seen it (`was_broken`), after its promise and before it gets free.
    """
    dice, clock, crew = Random(f"{matter.key}/life"), office.clock, office.crew
    officer = crew.officer(dice, matter.field)
    by = {"officer": officer, "leader": crew.leader(dice), "clerk": crew.clerk(dice)}
    finisher = by[dice.choices(list(FINISHERS), list(FINISHERS.values()))[0]]
    handed_by = crew.clerk(dice)
    taken = clock.later(matter.received_at, dice.triangular(2, 30, 6) if matter.is_same_day else dice.uniform(15, 420))
    ready = ready_at(dice, matter, clock, taken)
    if turn := other_turn(Random(f"{matter.key}/turn"), matter, clock, (taken, ready), by):
        return [Act("take_up", taken, officer), *turn]
    freed = freed_at(Random(f"{matter.key}/stuck"), matter, clock)
    if freed and (was_broken or matter.promised_at < now < freed):
        ready = max(ready, freed)
    between = [
        *excuse(Random(f"{matter.key}/excuse"), matter, office, (taken, ready), officer),
        *signing(Random(f"{matter.key}/signing"), clock, (taken, ready), officer, finisher),
    ]
    handed = clock.later(ready, 60 * waiting_hours(dice, matter))
    sorry = apology(Random(f"{matter.key}/apology"), matter, office, (between, ready), by)
    return [
        Act("take_up", taken, officer),
        *sorted(
            [*between, Act("mark_ready", ready, finisher), *sorry],
            key=attrgetter("at"),
        ),
        Act("hand_back", clock.later(max([handed, *(act.at for act in sorry)]), 5) if sorry else handed, handed_by),
    ]


def excuse(dice: Random, matter: Matter, office: Office, span: tuple[datetime, datetime], officer: Staff) -> list[Act]:
    """What is said about a result that comes late: the cause, for some with a new date; nothing for many."""
    (taken, ready), clock = span, office.clock
    if ready <= matter.promised_at or dice.random() < SILENT or not office.causes:
        return []
    at = max(clock.earlier(matter.promised_at, dice.uniform(20, 420)), clock.later(taken, 5))
    cause = dice.choice(office.causes)
    facts = {"delay_cause": cause, "reason": EXCUSES.get(cause.name, OTHER_EXCUSE)}
    if at >= ready:
        return []
    if matter.is_same_day or dice.random() >= NEW_DATE:
        return [Act("explain_delay", at, officer, facts)]
    there = ready.astimezone(ZONE)
    new = {"day": clock.days_later(there.date(), dice.choice(SPARE)), "half": clock.half_at(there)}
    return [Act("reschedule", at, officer, {**facts, **new})]


def apology(
    dice: Random, matter: Matter, office: Office, so_far: tuple[list[Act], datetime], by: Mapping[str, Staff]
) -> list[Act]:
    """What a late result needs before it goes out: a cause, if nobody has said one, and the leader's signed letter; now
    and then the leader lets the result go first.
    """
    (between, ready), clock = so_far, office.clock
    if ready <= matter.promised_at or not office.causes:
        return []
    explained = [act.at for act in between if act.verb in ("reschedule", "explain_delay")]
    acts = []
    if not explained:
        cause = dice.choice(office.causes)
        facts = {"delay_cause": cause, "reason": EXCUSES.get(cause.name, OTHER_EXCUSE)}
        acts.append(Act("explain_delay", clock.later(ready, dice.uniform(5, 25)), by["officer"], facts))
        explained = [acts[0].at]
    signed = clock.later(max(clock.later(matter.promised_at, 10), explained[-1]), dice.uniform(20, 240))
    if dice.random() < WAITS_FOR_LEADER:
        signed = max(signed, clock.later(ready, dice.uniform(5, 60)))
    if dice.random() < WAIVED:
        signed = clock.later(max(signed, ready), 5)
        reason = {"reason": "Người nộp cần kết quả ngay, phường đã xin lỗi trực tiếp"}
        return [*acts, Act("waive_apology", signed, by["leader"], reason)]
    return [*acts, Act(APOLOGISE, signed, by["leader"])]


def other_turn(
    dice: Random, matter: Matter, clock: OfficeClock, span: tuple[datetime, datetime], by: Mapping[str, Staff]
) -> list[Act]:
    """What comes instead of a result, between the two moments; nothing for most."""
    taken, ready = span
    at, chance = clock.later(taken, dice.uniform(40, 500)), dice.random()
    if matter.is_same_day or chance >= INCOMPLETE or at >= ready:
        return []
    if chance < REFUSED:
        return [Act("refuse", at, by["officer"], {"reason": dice.choice(REFUSALS)})]
    if chance < STOPPED:
        return [Act("stop", at, by["clerk"], {"reason": "Người nộp đổi ý, xin rút hồ sơ"})]
    items = dice.sample(MISSING, dice.choice((1, 1, 2)))
    asked = {"items": items, "reason": "Hồ sơ còn thiếu giấy tờ theo quy định của thủ tục"}
    given_up = clock.later(at, 60 * dice.uniform(60, 130))
    if dice.random() < BROUGHT:
        brought = clock.later(at, 60 * dice.uniform(5, 50))
        due_at = matter.procedure.promise(brought, clock.calendar, matter.committed).due_at
        done = max(clock.earlier(due_at, dice.triangular(4, 400, 40)), clock.later(brought, 10))
        return [
            Act("request_papers", at, by["officer"], asked),
            Act("papers_received", brought, by["clerk"]),
            Act("mark_ready", done, by["officer"]),
            Act("hand_back", clock.later(done, 60 * waiting_hours(dice, matter)), by["clerk"]),
        ]
    return [
        Act("request_papers", at, by["officer"], asked),
        Act("stop", given_up, by["clerk"], {"reason": "Người nộp xin dừng, khi đủ giấy tờ sẽ nộp lại"}),
    ]


def signing(
    dice: Random, clock: OfficeClock, span: tuple[datetime, datetime], officer: Staff, finisher: Staff
) -> list[Act]:
    """The way of a result that its leader signs in the dossier: given and taken up, where there is time for it."""
    taken, ready = span
    given = clock.earlier(ready, dice.uniform(100, 1800))
    if not finisher.has_role("leader") or given <= taken:
        return []
    step = Handover.Step.LEADER
    return [
        Act("give", given, officer, {"to": finisher, "step": step.value}, step),
        Act("take_up", clock.later(given, dice.uniform(5, 40)), finisher, step=step),
    ]


def ready_at(dice: Random, matter: Matter, clock: OfficeClock, taken: datetime) -> datetime:
    """When the result is there: late, quickly, early or just in time."""
    if dice.random() < matter.pace.late:
        return clock.sometime(dice, clock.days_later(matter.promised_day, dice.choice(matter.pace.days_late)))
    if matter.is_same_day:
        signed = max(clock.earlier(matter.promised_at, dice.uniform(3, 110)), clock.later(taken, 5))
        return signed if dice.random() < FOLDER else min(clock.later(taken, dice.triangular(6, 80, 25)), signed)
    days = clock.working_days(taken.astimezone(ZONE).date() + timedelta(days=1), matter.promised_day)
    if days and dice.random() < EARLY:
        return clock.sometime(dice, days[int(len(days) * dice.uniform(0.3, 0.99))])
    return max(clock.earlier(matter.promised_at, dice.triangular(4, 400, 40)), clock.later(taken, 10))


def freed_at(dice: Random, matter: Matter, clock: OfficeClock) -> datetime | None:
    """When a stuck dossier gets free; None for the others."""
    share = STUCK_IN_BUSY_WARD if matter.ward_slug == BUSY_WARD else STUCK_ELSEWHERE
    if matter.is_same_day or dice.random() >= share:
        return None
    return clock.sometime(dice, clock.days_later(matter.promised_day, dice.choice(DAYS_STUCK)))


def waiting_hours(dice: Random, matter: Matter) -> float:
    """Office hours from the result to its return."""
    waits = matter.pace.waits
    _, least, most = dice.choices(waits, [share for share, *_ in waits])[0]
    return dice.uniform(least, most)
