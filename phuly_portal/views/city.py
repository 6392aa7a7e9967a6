"""The city's wards side by side, on the screen, as paper and as a workbook."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from desk.models import AccessLog
from desk.period import Days, shortcuts
from dossiers.views.dossier import pdf_response
from dossiers.views.register import XLSX
from phuly_portal.city import CARE, FIRST, RESULTS, SHADES, City, Column, Row, city_of, sorted_by
from phuly_portal.forms import CityForm
from phuly_portal.workbook import city_xlsx

NAME = ("ten", "Phường, xã")


def shown(request: HttpRequest, form: CityForm) -> City:
    """The wards asked for, in the order asked for."""
    staff, order = request.user, request.GET.get("xep", FIRST)
    city = city_of(staff, form.wards(staff), form.days, timezone.now())
    return replace(city, rows=sorted_by(city.rows, order), order=order)


def headings(request: HttpRequest, order: str, columns: tuple[Column, ...]) -> list[tuple[str, str, str]]:
    """What each column is called, where a press on it leads, and how it is sorted now."""
    found = []
    for slug, name in (NAME, *((column.slug, column.name) for column in columns)):
        asked = request.GET.copy()
        asked["xep"] = f"-{slug}" if order == slug else slug
        now = {slug: "ascending", f"-{slug}": "descending"}.get(order, "")
        found.append((name, asked.urlencode(), now))
    return found


def cells(columns: tuple[Column, ...], row: Row, days: Days) -> list[tuple[Column, str, str]]:
    """What stands in each column, and the page it opens: the total opens none, nor does nothing."""
    found = []
    for column in columns:
        opens = row.ward is not None and column.get(row) is not None
        found.append((column, column.words(row), column.page(row, days) if opens else ""))
    return found


def tables(request: HttpRequest, city: City) -> list[dict]:
    """The two tables as the templates want them."""
    rows = [*city.rows, city.total]
    return [
        {
            "title": title,
            "headings": headings(request, city.order, columns),
            "has_interval": columns is RESULTS,
            "rows": [(row, cells(columns, row, city.days)) for row in rows],
        }
        for title, columns in (("Giải quyết hồ sơ và hài lòng", RESULTS), ("Thư và việc dân vận", CARE))
    ]


def page(request: HttpRequest, form: CityForm) -> HttpResponse:
    now = timezone.localdate()
    context = {
        "section": "leader",
        "tab": "overdue",
        "form": form,
        "shortcuts": shortcuts(now),
        "asked": request.GET.urlencode(),
    }
    if form.is_valid():
        city = shown(request, form)
        context |= {"city": city, "tables": tables(request, city), "shades": SHADES}
    return render(request, "portal/city.html", context)


@never_cache
@require_GET
def city(request: HttpRequest) -> HttpResponse:
    return page(request, CityForm.of(request.GET))


@never_cache
@require_GET
def city_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same as a file; the page with its errors where the days are none."""
    if not request.user.sees_all_wards:
        raise PermissionDenied
    form = CityForm.of(request.GET)
    if not form.is_valid():
        return page(request, form)
    city = shown(request, form)
    AccessLog.objects.note(request.user, AccessLog.Kind.EXPORT, f"Các phường, xã, {city.days.words}", None)
    if kind == "pdf":
        context = {"city": city, "tables": tables(request, city), "now": timezone.localtime()}
        return pdf_response(render_to_string("paper/city.html", context), "toan-thanh-pho.pdf")
    response = HttpResponse(city_xlsx(city), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="toan-thanh-pho.xlsx"'
    return response
