"""Tại nhà: asking for a visit, planning it, the day's round, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from desk.access import role_required
from desk.models import AccessLog
from dossiers.forms.visit import DayForm, HandBackForm, PlanForm, PublicAskForm, StaffAskForm, WhyForm
from dossiers.models import DossierError, HomeVisit, LookupFailure
from dossiers.rounds import round_html
from dossiers.views.dossier import pdf_response

#: How many waiting requests the page lists; the oldest come first.
SHOWN = 100


@dataclass(frozen=True)
class Act:
    """A step of a visit: the verb, its form, its words."""

    verb: str
    form: type[forms.Form]
    label: str


ACTS = {
    "xep-lich": Act("plan", PlanForm, "Xếp lịch"),
    "khong-gap": Act("not_met", WhyForm, "Không gặp được"),
    "thoi": Act("call_off", WhyForm, "Thôi không đến"),
    "tra-ket-qua": Act("hand_back", HandBackForm, "Đã trả kết quả"),
}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The citizen's request: no account, and nothing else to see but that the desk will call back."""
    form = PublicAskForm(request.POST if request.method == "POST" else None)
    page = {"form": form, "section": "ask", "sent": "da-gui" in request.GET}
    if not form.is_bound or not form.is_valid():
        return render(request, "dossiers/visit_ask.html", page)
    facts, now = dict(form.cleaned_data), timezone.now()
    keys = {"visit": request.META["REMOTE_ADDR"]}
    if LookupFailure.objects.wait(keys, now):
        form.add_error(None, "Đã nhận nhiều yêu cầu từ nơi này. Xin ông/bà đợi 15 phút, hoặc gọi Bộ phận Một cửa.")
        return render(request, "dossiers/visit_ask.html", page, status=429)
    if not facts.pop("website"):
        HomeVisit.objects.ask(by=None, at=now, channel=HomeVisit.Channel.WEB, **facts)
        LookupFailure.objects.note(keys, now)
    return redirect(f"{request.path}?da-gui=1")


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def visits(request: HttpRequest) -> HttpResponse:
    rows = HomeVisit.objects.visible_to(request.user)
    waiting = rows.waiting().select_related("procedure", "hamlet")
    days = rows.planned().order_by("day").values("day").annotate(n=Count("pk"))
    page = {"section": "visits", "waiting": waiting[:SHOWN], "count": waiting.count(), "days": days}
    return render(request, "dossiers/visits.html", page)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk")
def new(request: HttpRequest) -> HttpResponse:
    """A request by telephone or at the counter; what the intake page had typed comes along."""
    ward = request.user.ward
    if request.method != "POST" or "from_intake" in request.POST:
        form = StaffAskForm(ward=ward, initial=StaffAskForm.from_intake(request.POST) if request.POST else None)
        return render(request, "dossiers/visit_new.html", {"section": "visits", "form": form})
    form = StaffAskForm(request.POST, ward=ward)
    if not form.is_valid():
        return render(request, "dossiers/visit_new.html", {"section": "visits", "form": form})
    return redirect(HomeVisit.objects.ask(ward=ward, by=request.user, at=timezone.now(), **form.cleaned_data))


def visible(request: HttpRequest, pk: int) -> HomeVisit:
    rows = HomeVisit.objects.visible_to(request.user).select_related(
        "ward", "procedure", "dossier", "hamlet", "first_staff", "second_staff"
    )
    return get_object_or_404(rows, pk=pk)


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    row = visible(request, pk)
    page = {"section": "visits", "visit": row, "steps": row.steps.select_related("by")}
    if row.can_be_planned and request.user.has_role("clerk"):
        page["form"] = PlanForm(visit=row)
    return render(request, "dossiers/visit.html", page)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk")
def act(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One step of a visit: whether it is allowed is the verb's own question."""
    row = visible(request, pk)
    if (chosen := ACTS.get(slug)) is None:
        raise Http404
    form = chosen.form(request.POST if request.method == "POST" else None, visit=row)
    if form.is_bound and form.is_valid():
        try:
            getattr(row, chosen.verb)(by=request.user, at=timezone.now(), **form.arguments())
            messages.success(request, f"{chosen.label}: {row.name}.")
            return redirect(row)
        except DossierError as error:
            form.add_error(None, str(error))
    return render(request, "dossiers/visit_step.html", {"section": "visits", "visit": row, "form": form, "act": chosen})


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def day_round(request: HttpRequest) -> HttpResponse:
    form = DayForm.of(request.GET)
    page = {"section": "visits", "form": form}
    if form.is_valid():
        page["day"] = form.cleaned_data["ngay"]
        rows = HomeVisit.objects.visible_to(request.user).round_of(page["day"]).select_related(
            "procedure", "dossier", "hamlet", "first_staff", "second_staff"
        )  # fmt: skip
        page["halves"] = [(half, list(group)) for half, group in groupby(rows, key=lambda row: row.half_words)]
    return render(request, "dossiers/visit_round.html", page)


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def round_pdf(request: HttpRequest) -> HttpResponse:
    form = DayForm.of(request.GET)
    if not form.is_valid():
        return render(request, "dossiers/visit_round.html", {"section": "visits", "form": form})
    day = form.cleaned_data["ngay"]
    about = f"Lịch đến nhà ngày {day:%d/%m/%Y}"
    AccessLog.objects.note(request.user, AccessLog.Kind.PRINT, about, request.user.ward)
    return pdf_response(round_html(request.user.ward, day), f"di-nha-{day:%Y%m%d}.pdf")
