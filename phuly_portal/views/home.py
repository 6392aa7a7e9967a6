"""Home of the city and of each ward, and the guide."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.models import CalendarDay, Ward
from dossiers.models import Dossier
from feedback.figures import satisfaction


def last_month(today: date) -> tuple[date, date]:
    """The first day of the month before, and of this one."""
    this = today.replace(day=1)
    return (this - timedelta(days=1)).replace(day=1), this


def kept_promises(dossiers: Any, today: date) -> dict[str, Any]:
    """Share of results on time in the month before, with the count it stands on; no share without a count."""
    first, after = last_month(today)
    figures = dossiers.punctuality(first, after)
    share = 100 * figures["kept"] / figures["ready"] if figures["ready"] else None
    return {**figures, "share": share, "month": first}


def home_of(request: HttpRequest, ward: Ward) -> HttpResponse:
    today = timezone.localdate()
    calendar = CalendarDay.objects.calendar(ward.hours)
    context = {
        "ward": ward,
        "is_open_today": calendar.is_working(today),
        "why_closed": calendar.why_off(today),
        "reopens": calendar.next_working_day(today),
        "closing": calendar.closing_ahead(today),
        "kept": kept_promises(Dossier.objects.filter(ward=ward), today),
        "satisfaction": satisfaction([ward], today),
    }
    return render(request, "portal/ward_home.html", context)


@login_not_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The ward's page where the installation serves one ward, else the city's."""
    wards = list(Ward.objects.in_service())
    if len(wards) == 1:
        return home_of(request, wards[0])
    today = timezone.localdate()
    closing = CalendarDay.objects.calendar().closing_ahead(today)
    kept = kept_promises(Dossier.objects.filter(ward__in=wards), today)
    context = {"wards": wards, "closing": closing, "kept": kept, "satisfaction": satisfaction(wards, today)}
    return render(request, "portal/city_home.html", context)


@login_not_required
@require_GET
def ward_home(request: HttpRequest, slug: str) -> HttpResponse:
    return home_of(request, get_object_or_404(Ward.objects.in_service(), slug=slug))


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """How clerk, officer and leader do their day; every staff page opens it with F1."""
    return render(request, "portal/guide.html", {"section": "guide"})
