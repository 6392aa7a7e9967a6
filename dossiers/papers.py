"""The official forms beside the slip: Mẫu 02, 03, the stop notice and the control slip, as HTML for the printer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from desk.models import DeskName
from dossiers.models import Dossier, Event, FormTitle, Handover, Presentation


@dataclass(frozen=True)
class Paper:
    """A form that a dossier's page prints. `facts` adds what its template needs; None: there is nothing to print."""

    slug: str
    kind: FormTitle.Kind
    label: str
    template: str
    facts: Callable[[Dossier, datetime], dict[str, Any] | None]


def supplement_facts(dossier: Dossier, now: datetime) -> dict[str, Any] | None:
    request = getattr(dossier, "supplement", None)
    if request is None:
        return None
    return {"items": request.items, "reason": request.reason, "signer": request.asked_by, "day": request.asked_at}


def event_facts(kind: Event.Kind) -> Callable[[Dossier, datetime], dict[str, Any] | None]:
    def facts(dossier: Dossier, now: datetime) -> dict[str, Any] | None:
        event = dossier.events.filter(kind=kind).select_related("by").last()
        return None if event is None else {"reason": event.reason, "signer": event.by, "day": event.at}

    return facts


def control_facts(dossier: Dossier, now: datetime) -> dict[str, Any]:
    """One row for each handover: who gave and received it, when, and whether the step kept its share of the term."""
    handovers = list(
        dossier.handovers.exclude(accepted_at=None).select_related("giver", "receiver").order_by("accepted_at")
    )
    went_on = [*(row.accepted_at for row in handovers[1:]), dossier.ready_at or dossier.ended_at]
    rows = [(row, row.result_at(went_on[place], now)) for place, row in enumerate(handovers)]
    return {"rows": rows, "day": now, "signer": None, "Step": Handover.Step}


PAPERS = {
    paper.slug: paper
    for paper in (
        Paper(
            "yeu-cau-bo-sung",
            FormTitle.Kind.SUPPLEMENT,
            "Phiếu yêu cầu bổ sung",
            "paper/supplement.html",
            supplement_facts,
        ),
        Paper(
            "tu-choi",
            FormTitle.Kind.REFUSAL,
            "Phiếu từ chối",
            "paper/refusal.html",
            event_facts(Event.Kind.REFUSED),
        ),
        Paper("dung", FormTitle.Kind.STOP, "Thông báo dừng", "paper/stop.html", event_facts(Event.Kind.STOPPED)),
        Paper("kiem-soat", FormTitle.Kind.CONTROL, "Phiếu kiểm soát", "paper/control.html", control_facts),
    )
}
#: The paper that a step produces: it is what the clerk wants to print next.
PAPER_AFTER = {"request_papers": "yeu-cau-bo-sung", "refuse": "tu-choi", "stop": "dung"}


def papers_of(dossier: Dossier, now: datetime) -> list[Paper]:
    """The forms that this dossier's edition has and its history calls for."""
    titles = set(dossier.edition.titles.values_list("kind", flat=True))
    return [paper for paper in PAPERS.values() if paper.kind in titles and paper.facts(dossier, now) is not None]


def paper_html(paper: Paper, dossier: Dossier, now: datetime) -> str:
    """The form as it is printed. Raises FormTitle.DoesNotExist where the dossier's edition has no such form."""
    facts = paper.facts(dossier, now) or {}
    return _html(
        paper.template,
        dossier.ward,
        dossier.edition.titles.get(kind=paper.kind).title,
        facts
        | {
            "dossier": dossier,
            "applicant": dossier,
            "number": f"{dossier.day_number:04}",
        },
    )


def presentation_html(presentation: Presentation) -> str:
    """Mẫu 02 or 03 for a matter that was not received."""
    kind = presentation.kind
    facts = {
        "applicant": presentation,
        "number": f"{presentation.number:02}",
        "items": presentation.items,
        "reason": presentation.reason,
        "signer": presentation.by,
        "day": presentation.at,
    }
    title = presentation.edition.titles.get(kind=kind).title
    return _html(f"paper/{kind}.html", presentation.ward, title, facts)


def _html(template: str, ward: Any, title: str, facts: dict[str, Any]) -> str:
    day = timezone.localtime(facts["day"])
    context = {**facts, "ward": ward, "title": title, "day": day, "desk": DeskName.objects.on(day.date())}
    return render_to_string(template, context)
