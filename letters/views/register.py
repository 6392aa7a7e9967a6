"""The register of letters of a period: on the screen, as PDF and as a workbook."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from desk.access import role_required
from desk.models import AccessLog
from dossiers.forms.counter import PeriodForm
from dossiers.views.dossier import pdf_response
from dossiers.views.register import XLSX
from letters.register import COLUMNS, letters_of, register_html, register_xlsx, values_of

STAFF = ("clerk", "officer", "leader")
PER_PAGE = 50


def page(request: HttpRequest, form: PeriodForm) -> HttpResponse:
    """The form with its errors, or with the letters of the period."""
    context = {"section": "letters", "tab": "register", "form": form, "columns": [name for name, _ in COLUMNS]}
    if form.is_valid():
        letters = Paginator(letters_of(request.user.ward, *form.period), PER_PAGE).get_page(request.GET.get("trang"))
        context |= {"page": letters, "period": form.period}
        context["rows"] = [(letter, values_of(letter)) for letter in letters]
    return render(request, "letters/register.html", context)


def note(request: HttpRequest, form: PeriodForm) -> None:
    first, last = form.period
    about = f"Sổ đăng ký thư {first:%d/%m/%Y} – {last:%d/%m/%Y}"
    AccessLog.objects.note(
        request.user, AccessLog.Kind.EXPORT, about, request.user.ward, reason=form.cleaned_data["ly_do"]
    )


@never_cache
@require_GET
@role_required(*STAFF)
def register(request: HttpRequest) -> HttpResponse:
    return page(request, PeriodForm.of(request.GET))


@never_cache
@require_GET
@role_required(*STAFF)
def register_pdf(request: HttpRequest) -> HttpResponse:
    form = PeriodForm.of(request.GET)
    if not form.is_valid():
        return page(request, form)
    note(request, form)
    return pdf_response(register_html(request.user.ward, *form.period), "so-thu.pdf")


@never_cache
@require_GET
@role_required(*STAFF)
def register_xlsx_file(request: HttpRequest) -> HttpResponse:
    form = PeriodForm.of(request.GET)
    if not form.is_valid():
        return page(request, form)
    note(request, form)
    response = HttpResponse(register_xlsx(request.user.ward, *form.period), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="so-thu.xlsx"'
    return response
