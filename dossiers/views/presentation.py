"""Matters that the desk looked at and did not take: Mẫu 02 or 03, printed and logged."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from desk.access import role_required
from desk.models import AccessLog
from dossiers.forms.counter import PeriodForm, PresentationForm
from dossiers.models import Presentation
from dossiers.papers import issued_presentation_html
from dossiers.views.dossier import pdf_response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk")
def presentation(request: HttpRequest) -> HttpResponse:
    """What the intake page had typed comes along; saving gives the paper to print."""
    if request.method != "POST" or "present" in request.POST:
        form = PresentationForm(ward=request.user.ward, initial=PresentationForm.from_intake(request.POST))
        return render(request, "dossiers/presentation.html", {"section": "counter", "form": form})
    form = PresentationForm(request.POST, ward=request.user.ward)
    if not form.is_valid():
        return render(request, "dossiers/presentation.html", {"section": "counter", "form": form})
    row = Presentation.objects.present(ward=request.user.ward, by=request.user, at=timezone.now(), **form.cleaned_data)
    return redirect("dossiers:presented", row.pk)


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def presentations(request: HttpRequest) -> HttpResponse:
    """The log of what was looked at and not taken, of a period, newest first."""
    form = PeriodForm.of(request.GET)
    rows = Presentation.objects.visible_to(request.user).select_related("procedure", "by")
    rows = rows.between(*form.period) if form.is_valid() else rows.none()
    page = Paginator(rows, 25).get_page(request.GET.get("trang"))
    return render(request, "dossiers/presentations.html", {"section": "counter", "form": form, "page": page})


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def presented(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Presentation.objects.visible_to(request.user).select_related("procedure"), pk=pk)
    return render(request, "dossiers/presented.html", {"section": "counter", "presentation": row})


@never_cache
@require_GET
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})
@role_required("clerk", "officer", "leader")
def presented_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Presentation.objects.visible_to(request.user).select_related("procedure", "ward", "by", "edition")
    row = get_object_or_404(rows, pk=pk)
    AccessLog.objects.note(request.user, AccessLog.Kind.PRINT, f"{row.get_kind_display()} số {row.number}", row.ward)
    return pdf_response(
        issued_presentation_html(row, by=request.user, at=timezone.now()), f"{row.kind}-{row.number}.pdf"
    )
