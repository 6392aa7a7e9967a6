"""The lanes of the counter and the further lists: which dossiers stand in each, and what each row's corner says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.utils import timezone

from desk.calendar import WorkingCalendar
from desk.models import Staff
from desk.period import Days
from desk.vietnamese import SHORT_WEEKDAYS, day_month
from dossiers.models import OPEN, Dossier, State
from dossiers.models.dossier import DossierQuerySet

#: How a dossier that is not open looks: tone, icon, words.
CHIPS = {
    State.NEEDS_PAPERS: ("waiting", "wait", "Chờ người dân bổ sung"),
    State.READY: ("brand", "ready", "Chờ trả kết quả"),
    State.RETURNED: ("plain", "check", "Đã trả kết quả"),
    State.REFUSED: ("plain", "x", "Đã từ chối"),
    State.STOPPED: ("plain", "x", "Đã dừng"),
}


def short_day(day: date) -> str:
    """ "T3 17/11"."""
    return f"{SHORT_WEEKDAYS[day.weekday()]} {day_month(day)}"


@dataclass(frozen=True)
class Moment:
    """Now, the calendar by which the ward counts, and who looks."""

    now: datetime
    calendar: WorkingCalendar
    staff: Staff | None = None

    @cached_property
    def today(self) -> tuple[datetime, datetime]:
        today = timezone.localdate(self.now)
        return Days(today, today).moments

    @cached_property
    def next_day(self) -> tuple[datetime, datetime]:
        """The next working day."""
        day = self.calendar.next_working_day(timezone.localdate(self.now))
        return Days(day, day).moments

    def days_late(self, dossier: Dossier) -> int:
        return self.calendar.days_late(timezone.localdate(dossier.promised_at), timezone.localdate(self.now))

    def due_words(self, dossier: Dossier) -> str:
        """ "chiều nay", "sáng T4 25/11"."""
        words = self.half_words(dossier.due_at)
        is_today = timezone.localdate(dossier.due_at) == timezone.localdate(self.now)
        return f"{words.split()[0]} nay" if is_today else words

    def half_words(self, ends: datetime) -> str:
        """ "chiều T3 17/11": the half day that ends at that moment."""
        local = timezone.localtime(ends)
        half = self.calendar.hours.half_at((local - timedelta(minutes=1)).time())
        return f"{half.short} {short_day(local)}"

    def late_words(self, dossier: Dossier) -> str:
        """ "2 ngày" working days late; while none has passed, "từ hôm nay", or "từ T6 20/11" on a day off."""
        days = self.days_late(dossier)
        return f"{days} ngày" if days else self.late_since(timezone.localdate(dossier.promised_at))

    def late_since(self, promised: date) -> str:
        return "từ hôm nay" if promised == timezone.localdate(self.now) else f"từ {short_day(promised)}"

    def late_for(self, dossier: Dossier) -> str:
        """ "2 ngày làm việc" since the promise of the term; nothing while the office has been closed since."""
        span = self.calendar.working_time(dossier.promised_at, self.now)
        return f"{self.calendar.in_working_time(span)} làm việc" if span else ""

    def left_words(self, dossier: Dossier) -> str:
        """ "còn 1 ngày 4 giờ làm việc", "quá 2 ngày làm việc": working time to or since the promise."""
        if dossier.promised_at < self.now:
            late = self.late_for(dossier)
            return f"quá {late}" if late else "vừa quá hẹn"
        return self.left_until(dossier.due_at)

    def left_until(self, due: datetime) -> str:
        return f"còn {self.calendar.in_working_time(self.calendar.working_time(self.now, due))} làm việc"

    def chip(self, dossier: Dossier) -> tuple[str, str, str]:
        """Tone, icon and words of a dossier's status: late before behind before soon before on time."""
        if dossier.state not in OPEN:
            return CHIPS[State(dossier.state)]
        if dossier.promised_at < self.now:
            return "overdue", "late", f"Quá hạn {self.late_for(dossier)}".rstrip()
        if dossier.step_due_at and dossier.step_due_at < self.now:
            return "due", "clock", f"Chậm tiến độ, {self.left_words(dossier)}"
        if dossier.due_at < self.calendar.end_of_next_day(self.now):
            return "due", "clock", f"Sắp đến hạn, {self.left_words(dossier)}"
        return "ontime", "ok", f"{dossier.get_state_display()}, {self.left_words(dossier)}"

    def asked_words(self, dossier: Dossier) -> str:
        asked = dossier.supplement.asked_at
        return f"từ {day_month(timezone.localdate(asked))}"

    def reminder_words(self, dossier: Dossier) -> str:
        """ "“Xin làm xong trong hôm nay.”, 10:20 hôm nay": of `with_reminder`."""
        said = timezone.localtime(dossier.reminded_at)  # type: ignore[attr-defined]
        day = "hôm nay" if said.date() == timezone.localdate(self.now) else day_month(said)
        return f"“{dossier.reminder_words}”, {said:%H:%M} {day}"  # type: ignore[attr-defined]

    def waiting_words(self, dossier: Dossier) -> str:
        ready = timezone.localtime(dossier.ready_at)
        return "từ hôm nay" if ready.date() == timezone.localdate(self.now) else f"từ {day_month(ready)}"


@dataclass(frozen=True)
class Lane:
    slug: str
    title: str
    icon: str
    key: str
    empty: str
    rows: Callable[[DossierQuerySet, Moment], DossierQuerySet]
    corner: Callable[[Moment, Dossier], str]


def due_today(dossiers: DossierQuerySet, at: Moment) -> DossierQuerySet:
    return dossiers.due_within(*at.today, at.now).order_by("due_at", "received_at")


def due_soon(dossiers: DossierQuerySet, at: Moment) -> DossierQuerySet:
    """One working day before the promise, but not today; a promise kept on what became a day off is before it too."""
    return dossiers.due_within(at.today[1], at.next_day[1], at.now).order_by("due_at", "received_at")


LANES = {
    lane.slug: lane
    for lane in (
        Lane(
            "hom-nay",
            "Cần làm hôm nay",
            "list",
            "1",
            "Hôm nay không có hồ sơ nào đến hẹn.",
            due_today,
            Moment.due_words,
        ),
        Lane(
            "sap-den-han", "Sắp đến hạn", "clock", "2", "Ngày làm việc tới chưa có hẹn nào.", due_soon, Moment.due_words
        ),
        Lane(
            "qua-han",
            "Quá hạn",
            "late",
            "3",
            "Không có hồ sơ quá hạn. Xin cảm ơn cả bộ phận.",
            lambda dossiers, at: dossiers.overdue(at.now).order_by("promised_at"),
            Moment.late_words,
        ),
        Lane(
            "cho-tra",
            "Chờ trả kết quả",
            "ready",
            "4",
            "Không còn kết quả nào chờ trả.",
            lambda dossiers, at: dossiers.ready().order_by("ready_at"),
            Moment.waiting_words,
        ),
    )
}

#: What only the list of dossiers shows.
LISTS = LANES | {
    lane.slug: lane
    for lane in (
        Lane(
            "cham-tien-do",
            "Chậm tiến độ",
            "clock",
            "",
            "Không có hồ sơ nào chậm tiến độ.",
            lambda dossiers, at: dossiers.behind(at.now).order_by("due_at"),
            Moment.left_words,
        ),
        Lane(
            "cho-bo-sung",
            "Chờ bổ sung",
            "wait",
            "",
            "Không có hồ sơ nào chờ người dân bổ sung.",
            lambda dossiers, at: dossiers.waiting_for_papers().select_related("supplement").order_by("received_at"),
            Moment.asked_words,
        ),
        Lane(
            "cho-nguyen-nhan",
            "Chờ nguyên nhân",
            "flag",
            "",
            "Hồ sơ nào sắp lỡ hẹn cũng đã có nguyên nhân.",
            lambda dossiers, at: dossiers.unexplained(at.now).order_by("due_at"),
            Moment.left_words,
        ),
        Lane(
            "duoc-nhac",
            "Lãnh đạo nhắc",
            "flag",
            "",
            "Không có hồ sơ nào lãnh đạo đang nhắc anh/chị.",
            lambda dossiers, at: dossiers.reminded_to(at.staff).with_reminder().order_by("due_at"),
            Moment.reminder_words,
        ),
        Lane(
            "cho-toi-nhan",
            "Chờ tôi nhận",
            "list",
            "",
            "Không có hồ sơ nào đang chờ anh/chị nhận.",
            lambda dossiers, at: dossiers.given_to(at.staff).order_by("due_at"),
            Moment.left_words,
        ),
    )
}
