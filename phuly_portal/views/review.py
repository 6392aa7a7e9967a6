"""Báo cáo sơ kết: seen on the screen, and taken along as PDF or for a word processor."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from desk.access import oversight
from desk.models import AccessLog
from desk.period import shortcuts
from desk.vietnamese import lower_first
from dossiers.report import wards_seen
from dossiers.views.dossier import pdf_response
from phuly_portal.forms import ReviewForm
from phuly_portal.review.compose import compose
from phuly_portal.review.document import Document
from phuly_portal.review.docx import docx
from phuly_portal.review.facts import Facts

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def document_of(request: HttpRequest, form: ReviewForm) -> Document:
    staff = request.user
    ward = form.ward(staff)
    wards = [ward] if ward else wards_seen(staff, form.days)
    return compose(Facts(staff, wards, ward, form.days, timezone.now()), staff)


def page(request: HttpRequest, form: ReviewForm) -> HttpResponse:
    context = {
        "section": "leader",
        "tab": "review",
        "form": form,
        "shortcuts": shortcuts(timezone.localdate()),
        "asked": request.GET.urlencode(),
    }
    if form.is_valid():
        context |= {"days": form.days, "document": document_of(request, form)}
    return render(request, "portal/review.html", context)


@never_cache
@require_GET
@oversight
def review(request: HttpRequest) -> HttpResponse:
    return page(request, ReviewForm.of(request.GET).ask(request.user))


@never_cache
@require_GET
@oversight
def review_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same as a file; the page with its errors where the days are none."""
    form = ReviewForm.of(request.GET).ask(request.user)
    if not form.is_valid():
        return page(request, form)
    document = document_of(request, form)
    about = f"Báo cáo sơ kết {lower_first(form.days.words)}"
    AccessLog.objects.note(request.user, AccessLog.Kind.EXPORT, about, form.ward(request.user))
    if kind == "pdf":
        return pdf_response(render_to_string("paper/review.html", {"document": document}), f"{document.name}.pdf")
    response = HttpResponse(docx(document), content_type=DOCX)
    response["Content-Disposition"] = f'attachment; filename="{document.name}.docx"'
    return response
