"""The official forms beside the slip: Mẫu 02, 03, the stop notice and the control slip, as HTML for the printer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from desk.models import DeskName, Staff, Ward
from desk.vietnamese import official_clock, official_date
from dossiers.models import Dossier, Edition, Event, FormTitle, Handover, IssuedPaper, Presentation
from dossiers.slip import slip_facts, slip_html
from dossiers.wording import passages


@dataclass(frozen=True)
class Paper:
    """A form that a dossier's page prints. `facts` adds what its template needs; None: there is nothing to print."""

    slug: str
    kind: FormTitle.Kind
    label: str
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
            supplement_facts,
        ),
        Paper(
            "tu-choi",
            FormTitle.Kind.REFUSAL,
            "Phiếu từ chối",
            event_facts(Event.Kind.REFUSED),
        ),
        Paper("dung", FormTitle.Kind.STOP, "Thông báo dừng", event_facts(Event.Kind.STOPPED)),
        Paper("kiem-soat", FormTitle.Kind.CONTROL, "Phiếu kiểm soát", control_facts),
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
    facts |= {"dossier": dossier, "applicant": dossier, "number": f"{dossier.day_number:04}"}
    return form_html(paper.kind, dossier.ward, dossier.edition, facts)


def issued_html(paper: Paper, dossier: Dossier, *, by: Staff, at: datetime) -> str:
    """The form as it was first printed; the control slip is a working print and always of today."""
    if paper.kind == FormTitle.Kind.CONTROL:
        return paper_html(paper, dossier, at)
    issued = IssuedPaper.objects.issue(
        dossier=dossier,
        kind=paper.kind,
        act="once",
        number=f"{dossier.day_number:04}",
        facts=lambda: {"html": paper_html(paper, dossier, at)},
        by=by,
        at=at,
    )
    return issued.facts["html"]


def issued_presentation_html(presentation: Presentation, *, by: Staff, at: datetime) -> str:
    """Mẫu 02 or 03 of a matter that was not received, as it was first printed."""
    issued = IssuedPaper.objects.issue(
        presentation=presentation,
        kind=presentation.kind,
        act="once",
        number=f"{presentation.number:02}",
        facts=lambda: {"html": presentation_html(presentation)},
        by=by,
        at=at,
    )
    return issued.facts["html"]


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
    return form_html(kind, presentation.ward, presentation.edition, facts | {"procedure": presentation.procedure})


def form_html(kind: str, ward: Ward, edition: Edition, facts: dict[str, Any], texts: Any = None) -> str:
    """One form, by the template of its edition if that has one; `texts` are passages to be tried out."""
    day, signer, applicant = timezone.localtime(facts["day"]), facts["signer"], facts["applicant"]
    desk = DeskName.objects.on(day.date())
    fields = {
        "ten_nguoi_nop": applicant.applicant_name,
        "ma_ho_so": getattr(applicant, "code", ""),
        "thu_tuc": applicant.procedure.name,
        "bo_phan": desk.name,
        "can_bo": signer.full_name if signer else "",
        "luc": f"{official_clock(day)}, {official_date(day)}",
        "xung_ho": getattr(applicant, "honorific", "") or "Ông/Bà",
    }
    words = passages(ward, edition, kind, fields, texts)
    title = edition.titles.get(kind=kind)
    context = {**facts, "ward": ward, "title": title.title, "day": day, "desk": desk, "passages": words}
    context["symbol"] = title.symbol or desk.symbol
    return render_to_string([f"paper/{kind}_{edition.name}.html", f"paper/{kind}.html"], context)


def form_words(paper: IssuedPaper) -> str:
    """ "Phiếu xin lỗi và hẹn lại ngày trả kết quả, số 65/PXL-UBND": an issued form as its head says it."""
    about = paper.dossier or paper.presentation
    assert about
    title, desk = about.edition.titles.get(kind=paper.kind), DeskName.objects.on(timezone.localdate(paper.made_at))
    return f"{title.title}, số {paper.number}/{title.symbol or desk.symbol}"


def sample_html(kind: str, dossier: Dossier, texts: dict[str, str], now: datetime) -> str:
    """A form with passages to be tried out, about a dossier that never got it."""
    if kind == FormTitle.Kind.SLIP:
        return slip_html(slip_facts(dossier, texts), size="a5", copies=1)
    facts = {
        "dossier": dossier,
        "applicant": dossier,
        "number": f"{dossier.day_number:04}",
        "items": ["(giấy tờ cần bổ sung)"],
        "promise": dossier.appointment,
        "new_words": "(buổi, ngày hẹn mới)",
        "extension": "(số ngày)",
        "times": "(số lần)",
        "reason": "(lý do)",
        "signer": dossier.received_by,
        "day": now,
    }
    return form_html(kind, dossier.ward, dossier.edition, facts, texts)
