"""Pages for citizens: no account, no script, the answer first."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from dossiers.forms.public import CatalogueForm, LookupForm
from dossiers.models import Appointment, Dossier, Event, LookupFailure, Procedure
from dossiers.status import REASONS_FOR_CITIZENS, answer, timeline

#: The one answer to every pair that does not fit: it never tells whether a code exists.
NO_MATCH = "Mã hồ sơ và 4 số cuối chưa khớp nhau. Xin ông/bà xem lại trên giấy hẹn."

#: The columns that the status page shows, and no more: it is the page most asked for. One missing costs a query, as the
#: supplement does, which few dossiers have.
SHOWN = (
    "code", "state", "applicant_kind", "applicant_name", "return_method",
    "received_at", "promised_at", "due_at", "returned_at", "ended_at",
    "ward__kind", "ward__name", "ward__slug", "ward__city_line", "ward__address", "ward__phone",
    "ward__morning_opens", "ward__morning_closes", "ward__afternoon_opens", "ward__afternoon_closes",
    "procedure__name", "procedure__limit_value", "procedure__limit_unit", "procedure__cutoff",
    "officer__full_name", "officer__title",
)  # fmt: skip
PROMISES = Appointment.objects.only("dossier", "day", "half", "due_at", "count", "is_provisional", "is_current")
EVENTS = Event.objects.only("dossier", "appointment", "kind", "at", "reason")
PUBLIC_DOSSIERS = (
    Dossier.objects.only(*SHOWN)
    .select_related("ward", "procedure", "officer")
    .prefetch_related(
        Prefetch("appointments", PROMISES.order_by("made_at", "pk")), Prefetch("events", EVENTS.order_by("at", "pk"))
    )
)


def show_status(request: HttpRequest, dossier: Dossier, *, by_token: bool) -> HttpResponse:
    now = timezone.now()
    appointments = {row.pk: row for row in dossier.appointments.all()}
    events = list(dossier.events.all())
    for event in events:
        event.appointment = appointments.get(event.appointment_id)
    current = dossier.appointment
    current.dossier = dossier
    context = {
        "dossier": dossier,
        "ward": dossier.ward,
        "answer": answer(dossier, now),
        "appointment": current,
        "first_promise": next(row for row in appointments.values() if row.due_at == dossier.promised_at),
        "reason": next((row.reason.rstrip(".") for row in reversed(events) if row.kind in REASONS_FOR_CITIZENS), ""),
        "at": now,
        "timeline": timeline(dossier, events, now),
        "by_token": by_token,
    }
    return render(request, "dossiers/status.html", context)


@login_not_required
@never_cache
@require_GET
def status(request: HttpRequest, token: str) -> HttpResponse:
    return show_status(request, get_object_or_404(PUBLIC_DOSSIERS, token=token), by_token=True)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(
            request,
            "dossiers/lookup.html",
            {"section": "lookup", "form": LookupForm(initial={"code": request.GET.get("ma", "")})},
        )
    form = LookupForm(request.POST)
    if not form.is_valid():
        return render(request, "dossiers/lookup.html", {"form": form})
    now = timezone.now()
    keys = {"address": request.META["REMOTE_ADDR"], "code": form.cleaned_data["code"]}
    if wait := LookupFailure.objects.wait(keys, now):
        return wait_a_little(request, form, now, wait)
    if dossier := PUBLIC_DOSSIERS.by_pair(**form.cleaned_data).first():
        return show_status(request, dossier, by_token=False)
    LookupFailure.objects.note(keys, now)
    form.add_error(None, NO_MATCH)
    return render(request, "dossiers/lookup.html", {"form": form})


def wait_a_little(request: HttpRequest, form: LookupForm, now: datetime, wait: timedelta) -> HttpResponse:
    minutes = -(-wait.total_seconds() // 60)
    how_long = f"{int(minutes)} phút" if wait > timedelta(minutes=1) else f"{int(wait.total_seconds()) + 1} giây"
    form.add_error(
        None, f"Đã thử nhiều lần chưa đúng. Xin ông/bà đợi {how_long} rồi thử lại, hoặc gọi Bộ phận Một cửa."
    )
    response = render(request, "dossiers/lookup.html", {"form": form}, status=429)
    response["Retry-After"] = str(int(wait.total_seconds()) + 1)
    return response


@login_not_required
@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    form = CatalogueForm(request.GET)
    procedures = Procedure.objects.in_force(timezone.localdate())
    procedures = procedures.search(form.cleaned_data["q"]) if form.is_valid() else procedures.none()
    fields: dict[str, list[Procedure]] = {}
    for row in procedures.order_by("position"):
        fields.setdefault(row.field, []).append(row)
    return render(request, "dossiers/catalogue.html", {"form": form, "fields": fields, "section": "catalogue"})


@login_not_required
@require_GET
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    in_force = Procedure.objects.in_force(timezone.localdate()).prefetch_related("documents")
    return render(request, "dossiers/procedure.html", {"procedure": get_object_or_404(in_force, code=code)})
