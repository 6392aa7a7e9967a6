"""Receiving a dossier: one page, keyboard first."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from desk.access import role_required
from desk.idcard import IdCardError, read_card
from desk.models import CalendarDay
from dossiers.forms.intake import IntakeForm
from dossiers.models import Dossier, DossierError, HomeVisit

PAGE = "dossiers/intake.html"
#: The form's fields that a card fills.
CARD_FIELDS = {"applicant_name": "name", "id_number": "id_number", "birth": "birth", "sex": "sex", "address": "address"}


def context_of(request: HttpRequest, form: IntakeForm, **more: Any) -> dict[str, Any]:
    """What the page and its parts show: the chosen procedure, the promise it would get now, open dossiers alike."""
    promise = None
    if form.chosen:
        calendar = CalendarDay.objects.calendar(form.ward.hours)
        promise = form.chosen.promise(timezone.now(), calendar, form.committed.get(form.chosen.code))
    return {"form": form, "promise": promise, "section": "counter", **more}


def from_visit(request: HttpRequest) -> dict[str, Any]:
    """What is known of the visit at home that the address names: a receipt there starts from it."""
    pk = request.GET.get("tai-nha", "")
    rows = HomeVisit.objects.visible_to(request.user).planned().select_related("procedure")
    visit = rows.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 16 else None
    if visit is None:
        return {}
    same = {name: getattr(visit, name) for name in ("phone", "address", "hamlet")}
    procedure = visit.procedure.code if visit.procedure else ""
    more = {"visit": visit.pk, "applicant_name": visit.name, "procedure": procedure}
    return {**same, **more, "channel": Dossier.Channel.HOME}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk")
def intake(request: HttpRequest) -> HttpResponse:
    ward = request.user.ward
    if request.method != "POST" or "all_papers" in request.POST:
        initial = request.POST.dict() or from_visit(request)
        return render(request, PAGE, context_of(request, IntakeForm(ward=ward, initial=initial)))
    form = IntakeForm(request.POST, ward=ward)
    if not form.is_valid():
        return render(request, PAGE, context_of(request, form))
    try:
        facts = form.facts_for_receive()
        visit = form.cleaned_data["visit"]
        receive = visit.receive if visit else partial(Dossier.objects.receive, ward=ward)
        dossier = receive(by=request.user, at=timezone.now(), **facts)
    except DossierError as error:
        form.add_error(None, str(error))
        return render(request, PAGE, context_of(request, form))
    except OperationalError:
        form.add_error(None, "Máy chủ chưa lưu được (hết chỗ trống hoặc đang bận). Điều đã gõ vẫn còn, xin thử lại.")
        return render(request, PAGE, context_of(request, form), status=503)
    messages.success(request, f"Đã nhận hồ sơ {dossier.short_code}.")
    return redirect("dossiers:slip", dossier.code)


@never_cache
@require_POST
@role_required("clerk")
def preview(request: HttpRequest) -> HttpResponse:
    """The parts that follow from the procedure typed: papers, letter facts, promise. Stores nothing."""
    form = IntakeForm(ward=request.user.ward, initial=request.POST.dict())
    return render(request, "dossiers/_intake_parts.html", context_of(request, form))


@never_cache
@require_POST
@role_required("clerk")
def card(request: HttpRequest) -> HttpResponse:
    """The applicant's fields filled from a scanned card; the rest stays as typed. The card itself is not kept."""
    typed = request.POST.dict()
    more: dict[str, Any] = {}
    try:
        read = read_card(typed.pop("card", ""))
        typed |= {field: getattr(read, part) for field, part in CARD_FIELDS.items()}
        typed["applicant_kind"] = Dossier.ApplicantKind.PERSON
        more["read_at"] = timezone.localtime()
    except IdCardError as error:
        more["card_trouble"] = str(error)
    form = IntakeForm(ward=request.user.ward, initial=typed)
    return render(request, "dossiers/_applicant.html" if request.htmx else PAGE, context_of(request, form, **more))
