"""The dossiers that will probably be late: a leader's of the ward, an officer's own."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from desk.access import role_required
from desk.models import CalendarDay
from dossiers.forms.overdue import OpenFilter
from dossiers.lanes import Moment
from dossiers.models import Dossier
from dossiers.overdue import for_report, rows_of
from dossiers.risk import AT_RISK, ENOUGH, Outlook

PAGE = 25


@never_cache
@require_GET
@role_required("leader", "officer")
def risks(request: HttpRequest) -> HttpResponse:
    now, ward = timezone.now(), request.user.ward
    at = Moment(now, CalendarDay.objects.calendar(ward.hours), request.user)
    mine, narrowed = Dossier.objects.visible_to(request.user), OpenFilter(request.GET, staff=request.user)
    if not request.user.is_leader:
        mine = mine.filter(holder=request.user)
        del narrowed.fields["can_bo"]
    outlook = Outlook.of(narrowed.narrow(mine), ward, at.calendar, now)
    page = Paginator(outlook.high, PAGE).get_page(request.GET.get("trang"))
    dossiers = for_report(mine.filter(pk__in=[risk.running.pk for risk in page]))
    rows = {row.dossier.pk: row for row in rows_of(dossiers, at)}
    context = {
        "section": "leader" if request.user.is_leader else "dossiers",
        "tab": "risk",
        "filter": narrowed,
        "outlook": outlook,
        "page": page,
        "items": [(risk, risk.words(at.calendar), rows[risk.running.pk]) for risk in page if risk.running.pk in rows],
        "at": at,
        "least": round(10 * AT_RISK),
        "enough": ENOUGH,
    }
    return render(request, "dossiers/risks.html", context)
