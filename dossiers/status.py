"""What the citizen reads: the answer in one sentence, and what happened and comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dossiers.models import OPEN, Appointment, Dossier, Event, State


@dataclass(frozen=True)
class Answer:
    """`tone` colours the card, `badge` names the status in a word or two, `headline` is the answer itself.

    Hard spaces in a headline keep words of two syllables on one line.
    """

    tone: str
    icon: str
    badge: str
    headline: str

    @property
    def part(self) -> str:
        return f"dossiers/_answer_{self.tone}.html"


ON_TIME = Answer("ontime", "ok", "Đúng tiến độ", "Hồ sơ của ông/bà đang được giải\xa0quyết, đúng tiến độ.")
OVERDUE = Answer("overdue", "late", "Quá hạn", "Chúng tôi xin\xa0lỗi ông/bà.")
READY = Answer("ready", "ready", "Đã có kết quả", "Hồ sơ của ông/bà đã có kết\xa0quả. Mời ông/bà đến nhận.")
RETURNED = Answer("plain", "check", "Đã trả kết quả", "Kết quả đã trao cho ông/bà. Xin cảm\xa0ơn ông/bà.")

RESCHEDULED = Answer("overdue", "late", "Quá hạn, đã hẹn lại", "Chúng tôi xin\xa0lỗi ông/bà.")
SOON_AGAIN = Answer("ontime", "ok", "Đã hẹn lại", "Chúng tôi xin hẹn lại ông/bà.")
NEEDS_PAPERS = Answer("waiting", "wait", "Chờ bổ sung", "Chúng tôi xin ông/bà bổ sung giấy\xa0tờ.")
REFUSED = Answer("ended", "x", "Không giải quyết được", "Hồ sơ của ông/bà không giải\xa0quyết được.")
STOPPED = Answer("ended", "x", "Đã dừng", "Hồ sơ đã dừng theo ý ông/bà.")
#: The answer of each state in which no promise runs.
SETTLED = {
    State.READY: READY,
    State.RETURNED: RETURNED,
    State.NEEDS_PAPERS: NEEDS_PAPERS,
    State.REFUSED: REFUSED,
    State.STOPPED: STOPPED,
}

#: What is happening now, by state.
NOW = {
    State.RECEIVED: "Hồ sơ đang chờ công chức nhận xử lý",
    State.IN_PROGRESS: "Công chức đang giải quyết hồ sơ",
    State.SIGNING: "Lãnh đạo đang xem và ký kết quả",
    State.NEEDS_PAPERS: "Hồ sơ đang chờ ông/bà bổ sung giấy tờ",
    State.READY: "Kết quả đang chờ ông/bà tại Bộ phận Một cửa",
}


def answer(dossier: Dossier, at: datetime) -> Answer:
    if dossier.state not in OPEN:
        return SETTLED[State(dossier.state)]
    if dossier.is_overdue(at):
        return RESCHEDULED if dossier.due_at > at else OVERDUE
    return SOON_AGAIN if dossier.due_at > dossier.promised_at else ON_TIME


#: The drawing beside an entry, by its kind.
ICONS = {"past": "check", "late": "late", "now": "dotc", "next": "ready"}


@dataclass(frozen=True)
class Entry:
    """One line of the timeline: `kind` is past, late, now or next; `when` a moment, or None."""

    kind: str
    words: str
    when: datetime | None = None
    more: str = ""

    @property
    def icon(self) -> str:
        return ICONS[self.kind]


#: Steps inside the office that say nothing to a citizen.
INTERNAL = {Event.Kind.GIVEN, Event.Kind.TAKEN_BACK, Event.Kind.WAIVED, Event.Kind.REMINDED}
#: Events whose reason the citizen reads, in the words in which it was written for them.
REASONS_FOR_CITIZENS = {
    Event.Kind.PAPERS_REQUESTED,
    Event.Kind.RESCHEDULED,
    Event.Kind.EXPLAINED,
    Event.Kind.REFUSED,
    Event.Kind.MOVED,
}
PROMISES = {Event.Kind.RECEIVED, Event.Kind.RESTARTED, Event.Kind.RESCHEDULED, Event.Kind.CORRECTED, Event.Kind.MOVED}


def more_of(event: Event) -> str:
    """The line below an event: its reason and the half day promised with it."""
    reason = event.reason if event.kind in REASONS_FOR_CITIZENS else ""
    promise = f"Hẹn trả {event.appointment.short}" if event.kind in PROMISES and event.appointment else ""
    return ". ".join(filter(None, [reason.rstrip("."), promise]))


def timeline(dossier: Dossier, life: Iterable[Event], promise: Appointment, at: datetime) -> list[Entry]:
    """Past events in citizen words, then now, then the return that is still to come, as promised now."""
    entries = [
        Entry(
            "late" if event.kind == Event.Kind.OVERDUE else "past",
            event.citizen_words,
            event.at,
            more_of(event),
        )
        for event in life
        if event.kind not in INTERNAL
    ]
    if dossier.state in NOW:
        entries.append(Entry("now", NOW[State(dossier.state)]))
    if dossier.state in OPEN and not dossier.is_overdue(at):
        entries.append(Entry("next", "Mời ông/bà đến nhận kết quả", None, promise.in_words))
    return entries
