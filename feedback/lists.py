"""The lists of contributions: which stand in each, and what it says when it is empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import Func, Q, QuerySet, Subquery

from desk.models import Staff
from desk.sql import CompiledQuery
from feedback.models import CallBack, Contribution, DialoguePromise
from feedback.models.contribution import ContributionQuerySet


@dataclass(frozen=True)
class ContributionList:
    """`counts`: how many stand in it is shown beside its name."""

    slug: str
    title: str
    empty: str
    rows: Callable[[ContributionQuerySet, Staff, date], ContributionQuerySet]
    counts: bool = True

    def count(self, rows: ContributionQuerySet, staff: Staff, today: date) -> int:
        return self.rows(rows, staff, today).count() if self.counts else 0


LISTS = {
    each.slug: each
    for each in (
        ContributionList(
            "cho-phan-cong", "Chờ phân công", "Ý kiến nào cũng đã có người xem xét.",
            lambda rows, staff, today: rows.unassigned(),
        ),
        ContributionList(
            "cua-toi", "Của tôi", "Không có ý kiến nào chờ anh/chị trả lời.",
            lambda rows, staff, today: rows.waiting().filter(assigned_to=staff),
        ),
        ContributionList(
            "qua-han", "Quá hạn", "Không có ý kiến nào quá hạn trả lời.",
            lambda rows, staff, today: rows.late(today),
        ),
        ContributionList(
            "da-tra-loi", "Đã trả lời", "Chưa trả lời ý kiến nào.",
            lambda rows, staff, today: rows.answered(), counts=False,
        ),
        ContributionList(
            "tat-ca", "Tất cả", "Chưa nhận ý kiến nào.",
            lambda rows, staff, today: rows.order_by("-received_at", "-pk"), counts=False,
        ),
    )
}  # fmt: skip


#: The parts of the feedback pages where something may wait for a person; the last one for a clerk alone.
PARTS = ("contributions", "dialogues", "callbacks")


def waiting_for(staff: Staff) -> QuerySet:
    mine = Q(assigned_to=staff)
    if staff.has_role("leader"):
        mine |= Q(assigned_to=None)
    rows: list[QuerySet] = [
        Contribution.objects.visible_to(staff).waiting().filter(mine),
        DialoguePromise.objects.visible_to(staff).filter(done_at=None, responsible=staff),
    ]
    if staff.has_role("clerk"):
        rows.append(CallBack.objects.visible_to(staff).waiting())
    counted = [Subquery(each.order_by().values(n=Func("pk", function="COUNT"))) for each in rows]
    return Staff.objects.filter(pk=staff.pk).values_list(*counted)


@cache
def waiting(is_leader: bool, is_clerk: bool) -> CompiledQuery:
    anybody = Staff(pk=987654321, ward_id=987654322, is_leader=is_leader, is_clerk=is_clerk)
    return CompiledQuery(lambda *_: waiting_for(anybody), anybody.pk, anybody.ward_id)


def to_do(staff: Staff) -> dict[str, int]:
    """How much waits for this person in each part of the feedback pages, in one query.

    What was given to them, and what they promised at a dialogue; for a leader also what nobody has been given yet, for
    a clerk also who wants to be called.
    """
    [counts] = waiting(staff.has_role("leader"), staff.has_role("clerk"))(staff.pk, staff.ward_id)
    return dict(zip(PARTS, counts, strict=False))
