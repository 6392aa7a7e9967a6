"""How satisfied people are: a ward's own figures, and for the city all wards side by side."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from desk.models import Ward
from dossiers.views.dossier import pdf_response
from dossiers.views.register import XLSX
from feedback.export import paper, xlsx
from feedback.forms.period import MonthsForm
from feedback.models import Campaign, CampaignArea, Question
from feedback.period import Period, shortcuts
from feedback.tables import Ballots, Report, campaign_report, ward_report, wards_report

#: By which columns the table of all wards may be sorted; what has no figure stands last.
SORTS = {
    "ten": ("Phường, xã", lambda line: None),
    "phieu": ("Phiếu", lambda line: line.count),
    "hai-long": ("Hài lòng", lambda line: line.share.value),
    "tra-loi": ("Tỷ lệ trả lời", lambda line: line.rate),
}
FIRST = "hai-long"
#: Of what people wrote, on one page.
COMMENTS = 50


def ward_of(request: HttpRequest) -> Ward | None:
    """Whose figures are asked for: the own ward's; for the city the ward it chose, or none: all of them."""
    wards = Ward.objects.visible_to(request.user)
    if not request.user.sees_all_wards:
        return wards.get()
    slug = request.GET.get("don_vi")
    return get_object_or_404(wards, slug=slug) if slug else None


def campaigns_of(request: HttpRequest, ward: Ward | None) -> list[Campaign]:
    areas = CampaignArea.objects.visible_to(request.user).select_related("campaign__question_set__scale")
    found = (areas.filter(ward=ward) if ward else areas).order_by("-campaign__opens_on", "-campaign")
    return list({area.campaign_id: area.campaign for area in found}.values())


def chosen(request: HttpRequest, campaigns: list[Campaign]) -> Campaign | None:
    return next((one for one in campaigns if str(one.pk) == request.GET.get("dot")), None)


def question_of(request: HttpRequest, campaign: Campaign | None) -> Question | None:
    """The one question of a campaign that the city looks at; None: all on one scale together."""
    asked = campaign.question_set.asked if campaign else []
    return next((one for one, _levels in asked if str(one.position) == request.GET.get("cau")), None)


def sort(report: Report, order: str) -> Report:
    """The one table of all wards, by a column; a minus before its name turns it round."""
    _, key = SORTS.get(order.removeprefix("-"), SORTS[FIRST])
    known, unknown = [], []
    for line in report.tables[0].lines if report.tables else []:
        (unknown if key(line) is None else known).append(line)
    known.sort(key=key, reverse=order.startswith("-"))
    return replace(report, tables=[replace(table, lines=known + unknown) for table in report.tables])


def headings(request: HttpRequest, order: str) -> list[tuple[str, str, str]]:
    """What each column is called, where a press on it leads, and how it is sorted now."""
    found = []
    for slug, (name, _key) in SORTS.items():
        asked = request.GET.copy()
        asked["xep"] = f"-{slug}" if order == slug else slug
        now = {slug: "ascending", f"-{slug}": "descending"}.get(order, "")
        found.append((name, asked.urlencode(), now))
    return found


def report_of(request: HttpRequest, period: Period, ward: Ward | None, campaigns: list[Campaign]) -> Report:
    staff, today, campaign = request.user, timezone.localdate(), chosen(request, campaigns)
    if ward is None:
        question = question_of(request, campaign)
        report = campaign_report(staff, campaign, question) if campaign else wards_report(staff, period, today)
        return sort(report, request.GET.get("xep", FIRST))
    report = ward_report(staff, ward, period, today)
    if campaign := campaign or next(iter(campaigns), None):
        ballots = Ballots(staff, campaign).of_ward(ward)
        report = replace(report, tables=report.tables + ballots.tables())
    return report


def page(request: HttpRequest, form: MonthsForm, ward: Ward | None) -> HttpResponse:
    campaigns, order = campaigns_of(request, ward), request.GET.get("xep", FIRST)
    context = {
        "section": "feedback",
        "tab": "figures",
        "form": form,
        "ward": ward,
        "campaigns": campaigns,
        "campaign": chosen(request, campaigns),
        "question": question_of(request, chosen(request, campaigns)),
        "months_count": ward or not chosen(request, campaigns),
        "shortcuts": shortcuts(timezone.localdate()),
        "asked": request.GET.urlencode(),
        "headings": headings(request, order) if ward is None else [],
    }
    if form.is_valid():
        context |= {"period": form.period, "report": report_of(request, form.period, ward, campaigns)}
        texts = Paginator(context["report"].comments, COMMENTS)
        context["page"] = texts.get_page(request.GET.get("trang"))
    return render(request, "feedback/figures.html", context)


@never_cache
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    return page(request, MonthsForm(request.GET, timezone.localdate()), ward_of(request))


def taken_out(request: HttpRequest, ward: Ward | None, kind: str, name: str) -> HttpResponse:
    """The same report as a file; the page with its errors where the months are none."""
    form = MonthsForm(request.GET, timezone.localdate())
    if not form.is_valid():
        return page(request, form, ward)
    report = report_of(request, form.period, ward, campaigns_of(request, ward))
    if kind == "pdf":
        return pdf_response(paper(report, timezone.localtime(), ward), f"{name}.pdf")
    response = HttpResponse(xlsx(str(ward or "toàn thành phố"), report), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


@never_cache
@require_GET
def all_wards(request: HttpRequest, kind: str) -> HttpResponse:
    if not request.user.sees_all_wards:
        raise PermissionDenied
    return taken_out(request, None, kind, "21-don-vi")


@never_cache
@require_GET
def one_ward(request: HttpRequest, kind: str) -> HttpResponse:
    ward = ward_of(request)
    if ward is None:
        return redirect("feedback:feedback")
    return taken_out(request, ward, kind, "muc-hai-long")
