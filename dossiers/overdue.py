"""What a leader goes through every morning: what is late, falls behind or is due soon, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from desk.calendar import ONE_DAY, WorkingCalendar
from desk.models import Staff
from desk.period import Days
from desk.vietnamese import number
from dossiers.lanes import LISTS, Moment
from dossiers.models import Appointment, Dossier, Event, State
from dossiers.models.dossier import DossierQuerySet

#: The lists of the leader's page, the most urgent first.
TABS = ("qua-han", "cham-tien-do", "sap-den-han")
#: How old what is late has become: from so many working days after the promised day to so many.
AGES = {
    "trong-ngay": (0, 0, "Trong ngày"),
    "1-2": (1, 2, "1–2 ngày"),
    "3-5": (3, 5, "3–5 ngày"),
    "6-10": (6, 10, "6–10 ngày"),
    "tren-10": (11, None, "Trên 10 ngày"),
}
NO_CAUSE = "Chưa ghi nguyên nhân"
#: Where a dossier in each state is.
STEPS = {State.RECEIVED: "Tại quầy", State.IN_PROGRESS: "Công chức giải quyết", State.SIGNING: "Lãnh đạo ký"}


#: Rows of a list on paper; laying out more keeps everybody at the desk waiting, and nobody reads it.
ON_PAPER = 200


def cut_words(count: int) -> str:
    """What a paper adds of a list of so many rows where it does not hold them all."""
    if count <= ON_PAPER:
        return ""
    return f" In {ON_PAPER} hồ sơ gấp nhất trong {number(count)}; đủ {number(count)} hồ sơ ở bảng tính."


def age_groups(promised: Mapping[date, int], today: date, calendar: WorkingCalendar) -> list[tuple[str, int]]:
    """How many are how late, in working days after the promised day; `promised`: how many for each day."""
    ages: Counter[int] = Counter()
    for day, count in promised.items():
        ages[calendar.days_late(day, today)] += count
    return [
        (words, sum(count for age, count in ages.items() if least <= age and (most is None or age <= most)))
        for least, most, words in AGES.values()
    ]


def of_age(slug: str, today: date, calendar: WorkingCalendar) -> Q:
    """Promised on a day that lies as many working days back as the group says."""
    least, most, _ = AGES[slug]
    edge, found = today, Q()
    while calendar.days_late(edge, today) < least:
        edge -= ONE_DAY
    found &= Q(promised_at__lt=Days(edge, edge).moments[1])
    if most is not None:
        while calendar.days_late(edge, today) <= most:
            edge -= ONE_DAY
        found &= Q(promised_at__gte=Days(edge, edge).moments[1])
    return found


def with_cause(dossiers: DossierQuerySet) -> DossierQuerySet:
    """With the cause of delay that was said last, as `cause`."""
    told = Appointment.objects.filter(dossier=OuterRef("pk"), delay_cause__isnull=False).order_by("-made_at", "-pk")
    return dossiers.annotate(cause=Subquery(told.values("delay_cause__name")[:1]))


def for_report(dossiers: DossierQuerySet) -> DossierQuerySet:
    """With everything that a row shows, in a fixed number of queries."""
    return with_cause(
        dossiers.select_related("procedure", "ward", "holder", "edition").prefetch_related("handovers__receiver")
    )


@dataclass
class Row:
    """One dossier of a list, in the words of the leader's page."""

    dossier: Dossier
    at: Moment
    reminded: Event | None = None

    @property
    def is_late(self) -> bool:
        return self.dossier.promised_at < self.at.now

    @property
    def age(self) -> str:
        """ "4 ngày" working days late; in the other lists how much is left."""
        return self.at.late_words(self.dossier) if self.is_late else self.at.left_words(self.dossier)

    @property
    def promised(self) -> str:
        return self.at.half_words(self.dossier.promised_at)

    @property
    def promised_day(self) -> date:
        return timezone.localdate(self.dossier.promised_at)

    @property
    def promised_anew(self) -> str:
        return self.at.half_words(self.dossier.due_at) if self.promised_anew_day else ""

    @property
    def promised_anew_day(self) -> date | None:
        is_anew = self.dossier.due_at != self.dossier.promised_at
        return timezone.localdate(self.dossier.due_at) if is_anew else None

    @property
    def cause(self) -> str:
        return self.dossier.cause or ""  # type: ignore[attr-defined]  # of `with_cause`

    @property
    def step(self) -> str:
        return STEPS.get(State(self.dossier.state), self.dossier.get_state_display())

    @property
    def pending(self) -> Staff | None:
        """Who has not confirmed yet that the dossier has come."""
        handover = self.dossier.pending_handover
        return handover.receiver if handover else None


def rows_of(dossiers: Iterable[Dossier], at: Moment) -> list[Row]:
    """The rows of one page; who was reminded today is known by one query."""
    found = list(dossiers)
    said = Event.objects.filter(kind=Event.Kind.REMINDED, dossier__in=found, at__gte=at.today[0]).select_related("by")
    reminded = {event.dossier_id: event for event in said.order_by("at")}
    return [Row(dossier, at, reminded.get(dossier.pk)) for dossier in found]


@dataclass(frozen=True)
class Late:
    """What is late in one ward at a moment: how much was promised for each day, and why it is late."""

    promised: Counter[date]
    causes: list[tuple[str, int]] = field(default_factory=list)

    @classmethod
    def of(cls, dossiers: DossierQuerySet, now: datetime) -> Late:
        late = with_cause(dossiers.overdue(now)).order_by("promised_at").values_list("promised_at", "cause")
        promised, causes = Counter[date](), Counter[str]()
        for moment, cause, count in late.annotate(how_many=Count("pk")):
            promised[timezone.localdate(moment)] += count
            causes[cause or NO_CAUSE] += count
        return cls(promised, causes.most_common())


def counts_of(dossiers: DossierQuerySet, at: Moment) -> list[tuple[str, str, int]]:
    """Slug, title and count of each list."""
    return [(slug, LISTS[slug].title, LISTS[slug].rows(dossiers, at).count()) for slug in TABS]
