"""What a leader goes through every morning: what is late, falls behind or is due soon, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from desk.calendar import ONE_DAY, ZONE, Half, WorkingCalendar
from desk.models import Staff
from desk.vietnamese import SHORT_WEEKDAYS, day_month
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
    found &= Q(promised_at__lt=midnight(edge + ONE_DAY))
    if most is not None:
        while calendar.days_late(edge, today) <= most:
            edge -= ONE_DAY
        found &= Q(promised_at__gte=midnight(edge + ONE_DAY))
    return found


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE)


def with_cause(dossiers: DossierQuerySet) -> DossierQuerySet:
    """With the cause of delay that was said last, as `cause`."""
    told = Appointment.objects.filter(dossier=OuterRef("pk"), delay_cause__isnull=False).order_by("-made_at", "-pk")
    return dossiers.annotate(cause=Subquery(told.values("delay_cause__name")[:1]))


def half_words(moment: datetime, calendar: WorkingCalendar) -> str:
    """ "chiều T3 17/11": the half day that ends at that moment."""
    ends = timezone.localtime(moment)
    half: Half = calendar.hours.half_at((ends - timedelta(minutes=1)).time())
    return f"{half.short} {SHORT_WEEKDAYS[ends.weekday()]} {day_month(ends)}"


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
        return half_words(self.dossier.promised_at, self.at.calendar)

    @property
    def promised_anew(self) -> str:
        anew = self.dossier.due_at != self.dossier.promised_at
        return half_words(self.dossier.due_at, self.at.calendar) if anew else ""

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
    today = midnight(timezone.localdate(at.now))
    said = Event.objects.filter(kind=Event.Kind.REMINDED, dossier__in=found, at__gte=today).select_related("by")
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
