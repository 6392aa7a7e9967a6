"""How far the areas of a campaign are, for the pages that list them: a handful of queries, however many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Case, Count, F, Q, Sum, When

from desk.models import Staff, Ward
from feedback.models import Ballot, Campaign, CampaignArea, Typing

#: Where an area stands: its sign, its word, the colour of its status, and what comes next as an address of its pages.
STATES = {
    "waiting": ("empty", "Chưa bắt đầu", "plain", "Phát phiếu", "feedback:area"),
    "handed_out": ("doc", "Đã phát phiếu", "waiting", "Ghi phiếu thu về", "feedback:area"),
    "collected": ("list", "Đã thu, chờ nhập", "due", "Nhập số liệu", "feedback:area"),
    "first": ("edit", "Đang nhập lần 1", "brand", "Nhập phiếu", "feedback:typing"),
    "between": ("users", "Chờ người thứ hai", "due", "Nhập phiếu", "feedback:typing"),
    "second": ("edit", "Đang nhập lần 2", "brand", "Nhập phiếu", "feedback:typing"),
    "different": ("flag", "Có phiếu khác nhau", "due", "Đối chiếu", "feedback:differences"),
    "typed": ("ready", "Chờ chốt", "due", "Chốt số liệu", "feedback:area"),
    "accepted": ("lock", "Đã chốt", "ontime", "", "feedback:area"),
}


@dataclass(frozen=True)
class Progress:
    """One area with what has been typed of it."""

    area: CampaignArea
    typings: list[Typing]  # each with `typed`, how many ballots
    different: int

    @property
    def state(self) -> str:
        area = self.area
        if area.accepted_at:
            return "accepted"
        if not area.handed_out:
            return "waiting"
        if not area.collected:
            return "handed_out"
        if area.way == CampaignArea.Way.TALLIES:
            return "typed" if area.drafted else "collected"
        return self._state_of_typing()

    def _state_of_typing(self) -> str:
        finished = sum(typing.finished_at is not None for typing in self.typings)
        if finished == 2:
            return "different" if self.different else "typed"
        return ["collected", "between" if finished else "first", "second"][len(self.typings)]

    @property
    def icon(self) -> str:
        return STATES[self.state][0]

    @property
    def word(self) -> str:
        return STATES[self.state][1]

    @property
    def tone(self) -> str:
        return STATES[self.state][2]

    @property
    def next_words(self) -> str:
        return STATES[self.state][3] if self.area.campaign.is_open else ""

    @property
    def next_name(self) -> str:
        return STATES[self.state][4]

    @property
    def typed(self) -> int:
        """Sheets of which something is in: the ballots of the first typing, or all where tallies are written down."""
        if self.area.way == CampaignArea.Way.TALLIES:
            return self.area.valid if self.area.drafted else 0
        return max((typing.typed for typing in self.typings), default=0)  # type: ignore[attr-defined]


def progress_of(areas: Iterable[CampaignArea]) -> list[Progress]:
    """The areas (a queryset of `for_list`) with their progress, in their order."""
    rows = list(areas)
    differing = Ballot.objects.filter(typing__area__in=[area.pk for area in rows], typing__area__accepted_at=None)
    different = Counter(area for area, _number in differing.differences())
    return [Progress(area, list(area.typings.all()), different[area.pk]) for area in rows]


#: What is summed up for some areas.
FIELDS = ("target", "handed_out", "collected", "invalid", "typed", "areas", "accepted")


@dataclass(frozen=True)
class Sums:
    """The sheets of some areas together."""

    target: int = 0
    handed_out: int = 0
    collected: int = 0
    invalid: int = 0
    typed: int = 0
    areas: int = 0
    accepted: int = 0

    @classmethod
    def of(cls, rows: Iterable[Progress]) -> Sums:
        rows = list(rows)
        sheets = {name: sum(getattr(row.area, name) for row in rows) for name in FIELDS[:4]}
        accepted = sum(row.area.accepted_at is not None for row in rows)
        return cls(**sheets, typed=sum(row.typed for row in rows), areas=len(rows), accepted=accepted)

    @property
    def is_complete(self) -> bool:
        return self.accepted == self.areas


def by_ward(rows: Iterable[Progress]) -> list[tuple[Ward, Sums]]:
    """Each ward with its sums; `rows` come ward by ward."""
    return [(ward, Sums.of(group)) for ward, group in groupby(rows, key=lambda row: row.area.ward)]


def campaigns_with_sums(staff: Staff) -> list[tuple[Campaign, Sums]]:
    """The campaigns this person may see, the latest first, with the sums of the areas this person may see."""
    campaigns = Campaign.objects.visible_to(staff).select_related("question_set", "opened_by__ward")
    areas = CampaignArea.objects.visible_to(staff)
    sheets = {name: Sum(name) for name in FIELDS[:4]}
    counted = Sum(Case(When(~Q(drafted={}), way="tallies", then=F("collected") - F("invalid")), default=0))
    sums = areas.order_by().values("campaign").annotate(
        typed=counted, areas=Count("pk"), accepted=Count("accepted_at"), **sheets
    )  # fmt: skip
    first = Ballot.objects.filter(typing__turn=1, typing__area__in=areas, typing__area__way="ballots")
    typed = dict(first.order_by().values_list("typing__area__campaign").annotate(n=Count("pk")))
    found = {}
    for row in sums.values_list("campaign", *FIELDS, named=True):
        counts = {name: getattr(row, name) for name in FIELDS}
        found[row.campaign] = Sums(**{**counts, "typed": counts["typed"] + typed.get(row.campaign, 0)})
    return [(campaign, found.get(campaign.pk, Sums())) for campaign in campaigns]
