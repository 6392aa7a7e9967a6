"""The board in the lobby: which results are there, how today goes, what the desk promises. For a television."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from desk.kept import kept_calendar
from desk.models import Ward
from desk.period import Days, this_month
from desk.vietnamese import percent
from dossiers.models import Dossier
from dossiers.report import Report

#: How long a result stands on the board, how many there are room for at once, and how many pages of them at most.
DAYS, AT_ONCE, PAGES = 7, 24, 5
#: A share of fewer results says who they were.
LEAST = 30


@login_not_required
@require_GET
@cache_control(public=True, max_age=15)
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """Short codes and counts, no names: whoever waits below reads along."""
    ward, now = get_object_or_404(Ward.objects.in_service(), slug=slug), timezone.now()
    today, calendar = timezone.localdate(now), kept_calendar(ward.hours)
    since = now - timedelta(days=DAYS)
    ready = Dossier.objects.filter(ward=ward).ready().filter(ready_at__gte=since).order_by("-ready_at")
    codes = [row.short_code for row in ready.only("code", "day_number")[: AT_ONCE * PAGES]]
    day, month = Report([ward], Days(today, today)).total(), Report([ward], this_month(today)).total()
    context = {
        "ward": ward,
        "now": now,
        "pages": [codes[start : start + AT_ONCE] for start in range(0, len(codes), AT_ONCE)],
        "day": day,
        "share": percent(month.share) if month.share is not None and month.resolved >= LEAST else "",
        "month": month,
        "is_open": calendar.is_working(today),
        "why_closed": calendar.why_off(today),
        "reopens": calendar.next_working_day(today),
        "closing": calendar.closing_ahead(today),
    }
    return render(request, "portal/board.html", context)
