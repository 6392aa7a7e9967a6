"""Surveys of the demonstration: what the owners of its dossiers said, who waits to be called, and two tablets.

Every answer depends on its dossier alone, so a second run finds it again and adds only those of new dossiers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random
from uuid import UUID, uuid5
from zlib import crc32

from django.utils import timezone

from desk.demo import ACCOUNTS
from desk.models import CalendarDay, Staff, UnitSet, Ward
from dossiers.models import Appointment, Dossier
from feedback.models import (
    CALL_BACK_DAYS,
    CHANGEABLE,
    Answer,
    CallBack,
    Channel,
    Mark,
    Question,
    QuestionSet,
    Stage,
    Tablet,
    answer_key,
)
from feedback.models.callback import callback_key

SPACE = UUID("c9a1fd52-6a50-4f0c-9c1e-0f6f5f1d2b77")
#: How many of a hundred owners of a slip answer when they hand in, and when the result is back; few come to the busy
#: ward's survey, and hardly anybody to that of one commune.
RATES = {Stage.RECEIVED: 44, Stage.RETURNED: 58}
BUSY, QUIET = 0.55, 0.04
QUIET_WARD = "trinh-xa"
#: How many of a hundred answers are less than good, in most wards and in the one that has to mend something.
LESS, MUCH_LESS = (2.0, 6.5), 14.0
WORSE_WARD = "chau-son"
#: A broken promise makes so many times more people unhappy.
LATE = 4
#: What is said where it is good, and where it is not, in a hundred.
GOOD, NOT_GOOD = ((1, 71), (2, 29)), ((3, 62), (4, 24), (5, 14))
#: Of a hundred answers in a ward with a tablet, how many are tapped there; how many tell more, how many write.
AT_TABLET, TELL_MORE, WRITE = 35, 20, 9
#: Of a hundred other answers after the return, how many were told to the clerk, who typed them in.
TOLD = 4
#: Where tablets stand, how many taps without a slip a working day brings there, and since when.
TABLETS = {"le-hong-phong": ("Bàn cạnh cửa ra vào", 2.2), "quang-trung": ("Quầy số 1", 1.1)}
TABLET_DAYS = 90

PRAISE = (
    "Cán bộ hướng dẫn nhẹ nhàng, tôi làm một lần là xong.",
    "Cháu ở quầy viết giúp tờ khai, tôi mắt kém nên rất cảm ơn.",
    "Hẹn sáng thứ Sáu, chiều thứ Năm đã có điện thoại mời đến nhận.",
    "Được mời ngồi, mời nước, hỏi han chu đáo.",
    "Giấy hẹn dễ đọc, quét mã xem được hồ sơ đến đâu.",
    "Lệ phí niêm yết rõ, nộp xong có biên lai ngay.",
)
WISHES = (
    "Sáng thứ Hai đông, xin kê thêm ghế chờ.",
    "Chờ hơn một tiếng mới đến lượt, xin phát số thứ tự.",
    "Phải về lấy thêm giấy tờ vì bảng niêm yết ghi chưa rõ.",
    "Xin nói chậm hơn cho người già nghe kịp.",
    "Chỗ gửi xe chật, trời mưa không có mái che.",
    "Hồ sơ trễ một ngày mà không ai báo trước.",
)
#: Who waits to be called in the wards with accounts: days ago, name, telephone, words, what came of it.
CALLS = (
    (74, "Bà Hường", "0912000611", "Phải đi lại ba lần vì thiếu bản sao.", "Đã xin lỗi, gửi bà danh mục giấy tờ."),
    (38, "Ông Khởi", "0912000612", "Cán bộ trả lời chưa rõ về lệ phí.", "Đã giải thích lại, ông đồng ý."),
    (12, "", "0912000613", "Chờ lâu quá.", "Đã xin lỗi và hẹn giờ vắng để chị đến."),
    (6, "Bà Diễm", "0912000614", "Giấy trả về sai tên đệm của tôi, phải làm lại.", ""),
    (1, "Ông Bách", "0912000615", "Tôi khuyết tật, bậc thềm cao khó vào.", ""),
    (0, "", "0912000616", "", ""),
)


@dataclass(frozen=True)
class Said:
    """One answer to come: `marks` by the position of the question."""

    key: str
    ward_id: int
    procedure_id: int | None
    day: date
    stage: Stage
    channel: Channel
    marks: Mapping[int, int]
    comment: str = ""

    def answer(self) -> Answer:
        return Answer(
            key=self.key,
            ward_id=self.ward_id,
            procedure_id=self.procedure_id,
            month=self.day.replace(day=1),
            stage=self.stage,
            channel=self.channel,
            changeable_until=self.day + CHANGEABLE,
            comment=self.comment,
        )


def make_surveys(now: datetime) -> int:
    """Answers, calls and tablets up to `now`; returns how many answers are new."""
    wards = {ward.pk: ward for ward in Ward.objects.in_service().filter(units=UnitSet.BEFORE_2025)}
    place_tablets(now)
    ask_for_calls(now)
    known = set(Answer.objects.values_list("key", flat=True))
    new = [said for said in (*of_slips(wards, now), *of_passers_by(now)) if said.key not in known]
    answers = Answer.objects.bulk_create([said.answer() for said in new], batch_size=2000)
    questions = {row.position: row for row in asked(now)}
    Mark.objects.bulk_create(
        (
            Mark(answer=answer, question=questions[position], value=value)
            for answer, said in zip(answers, new, strict=True)
            for position, value in said.marks.items()
        ),
        batch_size=2000,
    )
    Answer.objects.seal(timezone.localdate(now))
    return len(new)


def asked(now: datetime) -> list[Question]:
    return list(QuestionSet.objects.on(timezone.localdate(now), QuestionSet.Use.SURVEY).questions.all())


def of_slips(wards: Mapping[int, Ward], now: datetime) -> Iterator[Said]:
    late = set(Appointment.objects.filter(outcome=Appointment.Outcome.BROKEN).values_list("dossier", flat=True))
    rows = Dossier.objects.filter(ward__in=wards, received_at__gte=now - timedelta(days=410)).order_by()
    for pk, ward, procedure, token, key, received, returned in rows.values_list(
        "pk", "ward", "procedure", "token", "intake_key", "received_at", "returned_at"
    ):
        for stage, since in ((Stage.RECEIVED, received), (Stage.RETURNED, returned)):
            dice = Random(crc32(f"{key}/{stage}".encode()))
            at = since and since + timedelta(days=dice.choice((0, 0, 0, 0, 1, 2, 4)))
            if at is None or at > now or dice.random() * 100 >= rate(wards[ward], stage):
                continue
            is_late = stage == Stage.RETURNED and pk in late
            marks, comment = opinion(dice, less_than_good(wards[ward]) * (LATE if is_late else 1), is_late)
            by_tablet = wards[ward].slug in TABLETS and (now - at).days < TABLET_DAYS
            channel = Channel.TABLET if by_tablet and dice.random() * 100 < AT_TABLET else Channel.SLIP
            if channel == Channel.TABLET:
                marks, comment = {1: marks[1]}, ""
            elif stage == Stage.RETURNED and crc32(f"{key}/told".encode()) % 100 < TOLD:
                channel = Channel.STAFF
            yield Said(
                answer_key(token, stage), ward, procedure, timezone.localdate(at), stage, channel, marks, comment
            )


def rate(ward: Ward, stage: Stage) -> float:
    return RATES[stage] * (BUSY if ward.slug in TABLETS else QUIET if ward.slug == QUIET_WARD else 1)


def less_than_good(ward: Ward) -> float:
    if ward.slug == WORSE_WARD:
        return MUCH_LESS
    best, worst = LESS
    return best + (worst - best) * (ward.position * 7 % 21) / 21


def opinion(dice: Random, less: float, is_late: bool) -> tuple[dict[int, int], str]:
    """Marks by the question's position, and perhaps words."""

    def mark(share: float) -> int:
        levels = NOT_GOOD if dice.random() * 100 < share else GOOD
        return dice.choices([value for value, _ in levels], [weight for _, weight in levels])[0]

    marks = {1: mark(less)}
    is_good = marks[1] <= 2
    if dice.random() * 100 < TELL_MORE:
        marks |= {position: mark(less if is_good else 45) for position in range(2, 7)}
        if is_late:
            marks[7] = 1 if dice.random() < 0.85 else 2
    writes = dice.random() * 100 < (WRITE if is_good else WRITE * 4)
    return marks, dice.choice(PRAISE if is_good else WISHES) if writes else ""


def of_passers_by(now: datetime) -> Iterator[Said]:
    """Taps without a slip at the tablets."""
    calendar, today = CalendarDay.objects.calendar(), timezone.localdate(now)
    for ward in Ward.objects.filter(slug__in=TABLETS):
        for ago in range(1, TABLET_DAYS):
            day = today - timedelta(days=ago)
            dice = Random(crc32(f"{ward.slug}/{day}".encode()))
            taps = round(dice.uniform(0, 2) * TABLETS[ward.slug][1]) if calendar.is_working(day) else 0
            for number in range(taps):
                key = answer_key(str(uuid5(SPACE, f"{ward.slug}/{day}/{number}")), Stage.WALK_IN)
                marks, _ = opinion(dice, less_than_good(ward) * 1.4, is_late=False)
                yield Said(key, ward.pk, None, day, Stage.WALK_IN, Channel.TABLET, {1: marks[1]})


def clerks() -> Iterator[Staff]:
    for username, account in ACCOUNTS.items():
        if account.ward_slug in TABLETS and "clerk" in account.roles:
            yield from Staff.objects.filter(username=username, ward__slug=account.ward_slug)


def morning(now: datetime, ago: int) -> datetime:
    """Half past nine, so many days ago or on the first working day after."""
    calendar, day = CalendarDay.objects.calendar(), timezone.localdate(now) - timedelta(days=ago)
    day = day if calendar.is_working(day) else calendar.next_working_day(day)
    return timezone.make_aware(datetime.combine(day, time(9, 30)))


def place_tablets(now: datetime) -> None:
    for clerk in clerks():
        name = TABLETS[clerk.ward.slug][0] if clerk.ward else ""
        if not Tablet.objects.filter(ward=clerk.ward, name=name).exists():
            paired = Tablet.objects.pair(name=name, by=clerk, at=morning(now, TABLET_DAYS))
            Tablet.objects.filter(pk=paired.pk).update(not_counted=7)


def ask_for_calls(now: datetime) -> None:
    calendar, calls = CalendarDay.objects.calendar(), []
    for clerk in clerks():
        for number, (ago, name, phone, words, outcome) in enumerate(CALLS):
            day = timezone.localdate(now - timedelta(days=ago))
            due_on = next(islice(calendar.working_days_after(day), CALL_BACK_DAYS - 1, None))
            done = {"called_at": morning(now, ago - 1), "called_by": clerk, "outcome": outcome}
            key = callback_key(str(uuid5(SPACE, f"{clerk.username}/{number}")), Stage.RETURNED)
            facts = {"name": name, "phone": phone, "words": words, "asked_on": day, "due_on": due_on}
            calls.append(CallBack(key=key, ward=clerk.ward, **facts, **(done if outcome else {})))
    CallBack.objects.bulk_create(calls, ignore_conflicts=True)
