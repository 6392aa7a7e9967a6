"""Pages that join the apps: home of the city and of each ward; and what machines ask."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from desk.models import CalendarDay, Ward
from dossiers.models import Dossier

logger = logging.getLogger(__name__)


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
    return render(request, "portal/city_home.html", {"wards": wards, "closing": closing, "kept": kept})


@login_not_required
@require_GET
def ward_home(request: HttpRequest, slug: str) -> HttpResponse:
    return home_of(request, get_object_or_404(Ward.objects.in_service(), slug=slug))


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """How clerk, officer and leader do their day; every staff page opens it with F1."""
    return render(request, "portal/guide.html", {"section": "guide"})


@login_not_required
@never_cache
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


def database_answers() -> None:
    if not Ward.objects.in_service().exists():
        raise RuntimeError("no ward is in service yet")


def broker_answers() -> None:
    with current_app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)


def storage_answers() -> None:
    name = default_storage.save(f"readyz/{uuid.uuid4()}", ContentFile(b"ok"))
    default_storage.delete(name)


PARTS: dict[str, Callable[[], None]] = {
    "database": database_answers,
    "broker": broker_answers,
    "storage": storage_answers,
}


@login_not_required
@never_cache
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether database, broker and storage answer; 503 names the ones that do not, never why (that is in the log)."""
    answers = {}
    for name, ask in PARTS.items():
        try:
            ask()
            answers[name] = "ok"
        except Exception:
            logger.exception("%s does not answer", name)
            answers[name] = "down"
    return JsonResponse(answers, status=200 if set(answers.values()) == {"ok"} else 503)
