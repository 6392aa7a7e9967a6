"""What waits in each ward this morning: counts, and the few dossiers to begin with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from desk.models import Ward
from dossiers.models import Dossier
from feedback.models import CallBack, Contribution
from letters.lists import LISTS
from letters.models import Letter

#: How many dossiers of a list a mail names.
NAMED = 5


class Task(NamedTuple):
    """Something that waits for a leader: its words, the page that lists it, and which rows it counts."""

    words: str
    page: str
    query: str
    rows: Callable[[datetime, date], QuerySet]


TO_SIGN = Task("thư chờ ký", "letters:letters", "?loc=cho-duyet", lambda now, today: letters_of("cho-duyet", now))
TASKS = (
    Task(
        "thư xin lỗi chờ ghi nguyên nhân",
        "letters:letters",
        "?loc=cho-nguyen-nhan",
        lambda now, today: letters_of("cho-nguyen-nhan", now),
    ),
    Task("thư bị vướng", "letters:letters", "?loc=vuong", lambda now, today: letters_of("vuong", now)),
    Task(
        "góp ý chờ phân công",
        "feedback:contributions",
        "?loc=cho-phan-cong",
        lambda now, today: Contribution.objects.unassigned(),
    ),
    Task(
        "góp ý quá hạn trả lời",
        "feedback:contributions",
        "?loc=qua-han",
        lambda now, today: Contribution.objects.late(today),
    ),
    Task("cuộc gọi lại quá hạn", "feedback:callbacks", "", lambda now, today: CallBack.objects.overdue(today)),
)


@dataclass
class Waiting:
    """What waits in one ward."""

    ward: Ward
    late: int = 0
    oldest: list[Dossier] = field(default_factory=list)
    due: int = 0
    first_due: list[Dossier] = field(default_factory=list)
    to_sign: int = 0
    tasks: Mapping[Task, int] = field(default_factory=dict)


def letters_of(slug: str, now: datetime) -> QuerySet:
    return LISTS[slug].rows(Letter.objects.all(), now)


def waiting(wards: Iterable[Ward], now: datetime) -> list[Waiting]:
    """One for each ward, in the order given; as many queries for one ward as for all."""
    wards, today = list(wards), timezone.localdate(now)
    late, due = Dossier.objects.overdue(now), Dossier.objects.due_on(today, now)
    counted = {"late": late, "due": due, "to_sign": TO_SIGN.rows(now, today)}
    counts = {name: of_each(rows, wards) for name, rows in counted.items()}
    oldest, first_due = first_of_each(late, wards, "promised_at"), first_of_each(due, wards, "due_at")
    tasks = {task: of_each(task.rows(now, today), wards) for task in TASKS}
    return [
        Waiting(
            ward,
            oldest=oldest[ward.pk],
            first_due=first_due[ward.pk],
            tasks={task: found[ward.pk] for task, found in tasks.items() if ward.pk in found},
            **{name: found.get(ward.pk, 0) for name, found in counts.items()},
        )
        for ward in wards
    ]


def of_each(rows: QuerySet, wards: list[Ward]) -> dict[int, int]:
    counted = rows.filter(ward__in=wards).order_by().values_list("ward").annotate(Count("pk"))
    return dict(counted)


def first_of_each(rows: QuerySet, wards: list[Ward], order: str) -> dict[int, list[Dossier]]:
    place = Window(RowNumber(), partition_by="ward", order_by=[order, "pk"])
    shown = ("code", "day_number", "ward_id", "promised_at", "due_at", "procedure__short_name")
    found: dict[int, list[Dossier]] = defaultdict(list)
    named = rows.filter(ward__in=wards).order_by().annotate(place=place).filter(place__lte=NAMED)
    for dossier in named.select_related("procedure").only(*shown).order_by("place"):
        found[dossier.ward_id].append(dossier)
    return found
