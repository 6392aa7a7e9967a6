"""The register of a period: on the screen, as PDF and as a workbook."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from desk.access import role_required
from desk.models import AccessLog
from dossiers.forms.counter import PeriodForm
from dossiers.register import dossiers_of, register_html, register_xlsx
from dossiers.views.dossier import pdf_response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page(request: HttpRequest, form: PeriodForm) -> HttpResponse:
    """The form with its errors, or with how many dossiers the period holds."""
    period = form.period if form.is_valid() else None
    count = dossiers_of(request.user.ward, *period).count() if period else None
    context = {"section": "register", "form": form, "count": count, "period": period}
    return render(request, "dossiers/register.html", context)


def note(request: HttpRequest, form: PeriodForm) -> None:
    first, last = form.period
    about = f"Sổ theo dõi {first:%d/%m/%Y} – {last:%d/%m/%Y}"
    AccessLog.objects.note(
        request.user, AccessLog.Kind.EXPORT, about, request.user.ward, reason=form.cleaned_data["ly_do"]
    )


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def register(request: HttpRequest) -> HttpResponse:
    return page(request, PeriodForm.of(request.GET))


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def register_pdf(request: HttpRequest) -> HttpResponse:
    form = PeriodForm.of(request.GET)
    if not form.is_valid():
        return page(request, form)
    note(request, form)
    return pdf_response(register_html(request.user.ward, *form.period), "so-theo-doi.pdf")


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def register_xlsx_file(request: HttpRequest) -> HttpResponse:
    form = PeriodForm.of(request.GET)
    if not form.is_valid():
        return page(request, form)
    note(request, form)
    response = HttpResponse(register_xlsx(request.user.ward, *form.period), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="so-theo-doi.xlsx"'
    return response
