"""The report of any period: on the screen, as PDF and as a workbook."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from desk.access import oversight
from desk.models import AccessLog, CalendarDay, Ward
from desk.period import shortcuts
from dossiers.forms.report import ReportForm
from dossiers.models import FigureRun
from dossiers.report import wards_seen
from dossiers.report_files import report_html, report_xlsx
from dossiers.report_tables import PeriodReport
from dossiers.views.dossier import pdf_response
from dossiers.views.register import XLSX


def ward_of(request: HttpRequest) -> Ward | None:
    """Whose dossiers are counted: the own ward's; for the city the one it chose, or all, which is None."""
    if slug := request.GET.get("don_vi"):
        return get_object_or_404(Ward.objects.visible_to(request.user), slug=slug)
    return None if request.user.sees_all_wards else request.user.ward


def composed(request: HttpRequest, form: ReportForm, ward: Ward | None) -> PeriodReport:
    wards = [ward] if ward else wards_seen(request.user, form.days)
    calendar = CalendarDay.objects.calendar(ward.hours if ward else None)
    return PeriodReport(wards, ward, form.days, form.by, calendar, timezone.localdate())


def page(request: HttpRequest, form: ReportForm) -> HttpResponse:
    ward = ward_of(request)
    context: dict[str, Any] = {
        "section": "leader",
        "tab": "report",
        "form": form,
        "ward": ward,
        "shortcuts": shortcuts(timezone.localdate()),
        "asked": request.GET.urlencode(),
        "run": FigureRun.objects.first(),
        "choices": Ward.objects.visible_to(request.user) if request.user.sees_all_wards else [],
    }
    if form.is_valid():
        context |= {"report": composed(request, form, ward), "by": form.by}
    return render(request, "dossiers/report.html", context)


@never_cache
@require_GET
@oversight
def report(request: HttpRequest) -> HttpResponse:
    return page(request, ReportForm.of(request.GET))


@never_cache
@require_GET
@oversight
def report_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same report as a file; the page with its errors where the days are none."""
    form = ReportForm.of(request.GET)
    if not form.is_valid():
        return page(request, form)
    made = composed(request, form, ward_of(request))
    AccessLog.objects.note(request.user, AccessLog.Kind.EXPORT, f"Báo cáo {made.days.words}", made.ward)
    if kind == "pdf":
        return pdf_response(report_html(made, timezone.localtime()), "bao-cao.pdf")
    response = HttpResponse(report_xlsx(made), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="bao-cao.xlsx"'
    return response
