"""The lists of letters: which letters stand in each, for whom it comes first, and what it says when it is empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from django.db.models import Exists, OuterRef, Q, QuerySet

from desk.models import Staff
from desk.sql import CompiledQuery, number_of
from dossiers.models import Appointment
from letters.models import Channel, Letter, Message
from letters.models.letter import LetterQuerySet

#: A letter that has no PDF after so long is in somebody's way.
TOO_LONG_WITHOUT_PDF = timedelta(minutes=15)
#: So has one that was to be posted, brought or sent so long ago.
TOO_LONG_UNDELIVERED = timedelta(days=3)


@dataclass(frozen=True)
class LetterList:
    slug: str
    title: str
    empty: str
    rows: Callable[[LetterQuerySet, datetime], LetterQuerySet]


def without_cause(letters: LetterQuerySet, now: datetime) -> LetterQuerySet:
    """The promise has passed and nobody has said why: what the desk owes first."""
    return letters.without_cause().exclude(appointment__outcome=Appointment.Outcome.OPEN)


def ahead(letters: LetterQuerySet, now: datetime) -> LetterQuerySet:
    """Drafted in case the result does not come in time."""
    return letters.without_cause().filter(appointment__outcome=Appointment.Outcome.OPEN)


def with_result(letters: LetterQuerySet, now: datetime) -> LetterQuerySet:
    return letters.waiting().accompanying().exclude(pk__in=letters.signable().values("pk"))


def stuck(letters: LetterQuerySet, now: datetime) -> LetterQuerySet:
    """What needs somebody: no PDF for long, too long a text, or issued and still not on its way.

    What waits at the counter for its reader to come is no trouble of the desk.
    """
    unsent = Message.objects.undelivered(now - TOO_LONG_UNDELIVERED).exclude(channel=Channel.COUNTER)
    is_undelivered = Exists(unsent.filter(letter=OuterRef("pk"))) & Q(replaced_at=None)
    is_undrawn = Q(needs_drawing=True, touched_at__lt=now - TOO_LONG_WITHOUT_PDF)
    is_in_trouble = ~Q(trouble="") & ~Q(state=Letter.State.CALLED_OFF)
    return letters.filter(is_undrawn | is_in_trouble | is_undelivered)


LISTS = {
    each.slug: each
    for each in (
        LetterList(
            "cho-duyet",
            "Chờ duyệt",
            "Không còn thư nào chờ duyệt. Xin cảm ơn.",
            lambda letters, now: letters.signable(),
        ),
        LetterList("cho-nguyen-nhan", "Chờ nguyên nhân", "Lời hẹn lỡ nào cũng đã có nguyên nhân.", without_cause),
        LetterList("bao-truoc", "Phòng khi lỡ hẹn", "Chưa có lời hẹn nào sắp lỡ.", ahead),
        LetterList("cho-ket-qua", "Chờ kết quả", "Không có thư nào chờ kết quả.", with_result),
        LetterList(
            "tra-lai",
            "Trả lại để sửa",
            "Không có thư nào bị trả lại.",
            lambda letters, now: letters.waiting().exclude(sent_back_note=""),
        ),
        LetterList(
            "da-gui",
            "Đã phát hành",
            "Chưa phát hành thư nào.",
            lambda letters, now: letters.issued().order_by("-issued_at", "-pk"),
        ),
        LetterList("vuong", "Vướng", "Không có thư nào bị vướng.", stuck),
    )
}


def first_list(staff: Staff) -> LetterList:
    """What this person has to do first: a leader approves, the others say why."""
    return LISTS["cho-duyet" if staff.has_role("leader") else "cho-nguyen-nhan"]


def to_do(staff: Staff, now: datetime) -> int:
    """How many letters wait for this person: an officer is asked for the cause of the own dossiers only."""
    [(number,)] = waiting_for(first_list(staff).slug, not staff.has_role("leader", "clerk"))(
        staff.ward_id, staff.pk, now
    )
    return number


@cache
def waiting_for(slug: str, is_own: bool) -> CompiledQuery:
    """How many letters of that list a ward has, or a person of it: every page of the staff asks."""

    def number(ward: int, person: int, now: datetime) -> QuerySet:
        staff = Staff(pk=person, ward_id=ward)
        rows = LISTS[slug].rows(Letter.objects.visible_to(staff), now)
        return number_of(rows.filter(Q(dossier__officer=staff) | Q(dossier__holder=staff)) if is_own else rows)

    return CompiledQuery(number, 987654321, 987654322, datetime(1999, 1, 1, 9, 30, tzinfo=UTC))
