"""Home of the city and of each ward, and the guide."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.models import CalendarDay, Ward
from desk.period import this_month
from dossiers.published import Published, counted_until
from feedback.period import lately
from feedback.published import PublishedSurvey


def kept_lately(wards: list[Ward], today: date) -> dict[str, object]:
    """Results in time in the last month that is over and counted; `kept` is None before the first count.

    After a worker has lain still over the end of a month, that is the month before it, as on the public page.
    """
    counted = counted_until()
    month = this_month(min(counted or today, today)).before
    return {"kept": Published(wards, month, counted).in_time() if counted else None, "month": month}


def vows_kept(wards: list[Ward], today: date) -> dict[str, object]:
    """The same, and how satisfied people were lately: public figures, of whole months."""
    return {
        **kept_lately(wards, today),
        "satisfaction": PublishedSurvey(wards, lately(today), today).total(),
    }


def home_of(request: HttpRequest, ward: Ward) -> HttpResponse:
    today = timezone.localdate()
    calendar = CalendarDay.objects.calendar(ward.hours)
    context = {
        "ward": ward,
        "is_open_today": calendar.is_working(today),
        "why_closed": calendar.why_off(today),
        "reopens": calendar.next_working_day(today),
        "closing": calendar.closing_ahead(today),
        **vows_kept([ward], today),
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
    context = {"wards": wards, "closing": closing, **vows_kept(wards, today)}
    return render(request, "portal/city_home.html", context)


@login_not_required
@require_GET
def ward_home(request: HttpRequest, slug: str) -> HttpResponse:
    return home_of(request, get_object_or_404(Ward.objects.in_service(), slug=slug))


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """How clerk, officer and leader do their day; every staff page opens it with F1."""
    return render(request, "portal/guide.html", {"section": "guide"})
