"""Pages for citizens: no account, no script, the answer first."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from desk.kept import kept
from desk.models import Staff, Ward
from desk.sql import CompiledQuery
from dossiers.forms.public import CatalogueForm, LookupForm
from dossiers.models import Appointment, CommittedTerm, Dossier, Event, LookupFailure, Procedure, RetentionTerm, State
from dossiers.status import REASONS_FOR_CITIZENS, answer, timeline

SLUG = re.compile(r"[a-z0-9-]{1,50}")
#: The one answer to every pair that does not fit: it never tells whether a code exists.
NO_MATCH = "Mã hồ sơ và 4 số cuối chưa khớp nhau. Xin ông/bà xem lại trên giấy hẹn."


def columns(model: type[Model], *names: str) -> tuple[str, ...]:
    """Those columns in the order in which `Model.from_db` takes them."""
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname in names)


#: What the status page shows of an event, of the promise made with it and of the dossier, and no more: it is the page
#: most asked for. A column missing here costs a query, as the supplement does, which few dossiers have.
EVENT = columns(Event, "id", "kind", "at", "reason", "appointment_id", "dossier_id")
PROMISE = columns(
    Appointment,
    "id", "cause", "reason", "day", "half", "due_at", "count", "is_provisional", "is_current", "outcome", "outcome_at",
)  # fmt: skip
DOSSIER = columns(
    Dossier,
    "id", "ward_id", "procedure_id", "committed_id", "officer_id", "code", "state", "applicant_kind", "applicant_name",
    "return_method", "received_at", "promised_at", "due_at", "returned_at", "ended_at",
)  # fmt: skip
SHOWN = (*EVENT, *(f"appointment__{name}" for name in PROMISE), *(f"dossier__{name}" for name in DOSSIER))
LIFE = CompiledQuery(
    lambda token: Event.objects.filter(dossier__token=token).order_by("at", "pk").values_list(*SHOWN), "any token"
)


def life_of(token: str) -> tuple[Dossier, list[Event]]:
    """The dossier of that slip and its events in order, each with its promise. Raises Http404."""
    events, promises, rows = [], dict[int, Appointment](), LIFE(token)
    if not rows:
        raise Http404
    dossier = Dossier.from_db("default", DOSSIER, rows[0][-len(DOSSIER) :])
    for row in rows:
        event = Event.from_db("default", EVENT, row[: len(EVENT)])
        if key := event.appointment_id:
            promise = promises.get(key) or Appointment.from_db("default", PROMISE, row[len(EVENT) : -len(DOSSIER)])
            promises[key] = event.appointment = promise
            promise.dossier = dossier
        events.append(event)
    return dossier, events


def show_status(request: HttpRequest, token: str, *, by_token: bool) -> HttpResponse:
    """The page of the dossier whose slip that is."""
    now = timezone.now()
    dossier, life = life_of(token)
    dossier.ward, dossier.procedure = kept(Ward, dossier.ward_id), kept(Procedure, dossier.procedure_id)
    if dossier.committed_id:
        dossier.committed = kept(CommittedTerm, dossier.committed_id)
    named = by_token and dossier.state == State.IN_PROGRESS and dossier.officer_id
    promises = list({event.appointment_id: event.appointment for event in life if event.appointment_id}.values())
    current = next(row for row in promises if row.is_current)
    context = {
        "dossier": dossier,
        "ward": dossier.ward,
        "officer": kept(Staff, dossier.officer_id) if named else None,
        "answer": answer(dossier, now),
        "appointment": current,
        "promises": promises,
        "first_promise": next(row for row in promises if row.due_at == dossier.promised_at),
        "reason": next((row.reason.rstrip(".") for row in reversed(life) if row.kind in REASONS_FOR_CITIZENS), ""),
        "at": now,
        "timeline": timeline(dossier, life, current, now),
        "by_token": by_token,
    }
    return render(request, "dossiers/status.html", context)


@login_not_required
@never_cache
@require_GET
def status(request: HttpRequest, token: str) -> HttpResponse:
    return show_status(request, token, by_token=True)


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
    if token := Dossier.objects.by_pair(**form.cleaned_data).values_list("token", flat=True).first():
        return show_status(request, token, by_token=False)
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
    ward, rows, fields = chosen_ward(request), list(procedures.order_by("position")), {}
    terms = CommittedTerm.objects.of_each(ward, rows, timezone.localdate()) if ward else {}
    for row in rows:
        fields.setdefault(row.field, []).append((row, terms.get(row.code)))
    context = {"form": form, "fields": fields, "ward": ward, "section": "catalogue"}
    return render(request, "dossiers/catalogue.html", context)


def chosen_ward(request: HttpRequest) -> Ward | None:
    """The ward whose own terms are shown: the one that the address names, or that of who has logged in."""
    if slug := request.GET.get("don_vi"):
        return Ward.objects.in_service().filter(slug=slug).first() if SLUG.fullmatch(slug) else None
    return getattr(request.user, "ward", None)


@login_not_required
@require_GET
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    in_force = Procedure.objects.in_force(timezone.localdate()).prefetch_related("documents")
    found, ward = get_object_or_404(in_force, code=code), chosen_ward(request)
    committed = CommittedTerm.objects.of(ward, found, timezone.localdate()) if ward else None
    context = {"procedure": found, "ward": ward, "committed": committed}
    return render(request, "dossiers/procedure.html", context)


@login_not_required
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of a citizen, why, for how long, who sees it, and whom to ask."""
    return render(request, "dossiers/privacy.html", {"terms": RetentionTerm.objects.exclude(basis="").order_by("kind")})
