"""The board in the lobby: which results are there, how today goes, what the desk promises. For a television."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from desk.groups import SHOWN_FROM
from desk.kept import kept_calendar
from desk.models import Ward
from desk.period import Days
from dossiers.models import Dossier
from dossiers.report import Report
from phuly_portal.views.home import kept_lately

#: How long a result stands on the board, how many there is room for at once, and how many pages of them at most.
DAYS, AT_ONCE, PAGES = 7, 24, 5


def called(dossier: Dossier) -> str:
    """ "23-0009": the last part of the code, day and number, which its owner knows from the slip.

    Without the month nobody reads a whole code off the wall: with the ward's prefix, which is public, that would be
    one half of what the look-up asks for.
    """
    return dossier.short_code[2:]


def told(count: int) -> int | None:
    """Fewer than five people in the room are soon recognised: no number."""
    return count if count >= SHOWN_FROM else None


@login_not_required
@require_GET
@cache_control(public=True, max_age=15)
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """Ends of codes and counts, no names: whoever waits below reads along.

    The share in time is of the last month that is over. One that grew while people watch would say of each result,
    whose code is on the board a moment later, whether it was late.
    """
    ward, now = get_object_or_404(Ward.objects.in_service(), slug=slug), timezone.now()
    today, calendar = timezone.localdate(now), kept_calendar(ward.hours)
    since = now - timedelta(days=DAYS)
    ready = Dossier.objects.filter(ward=ward).ready().filter(ready_at__gte=since).order_by("-ready_at")
    codes = [called(row) for row in ready.only("code", "day_number")[: AT_ONCE * PAGES]]
    day = Report([ward], Days(today, today)).total()
    counts = {"Đã nhận": day.received, "Có kết quả": day.resolved, "Đã trả": day.returned}
    context = {
        "ward": ward,
        "now": now,
        "pages": [codes[start : start + AT_ONCE] for start in range(0, len(codes), AT_ONCE)],
        "day": {name: told(count) for name, count in counts.items()},
        "is_open": calendar.is_working(today),
        "why_closed": calendar.why_off(today),
        "reopens": calendar.next_working_day(today),
        "closing": calendar.closing_ahead(today),
        **kept_lately([ward], today),
    }
    return render(request, "portal/board.html", context)
