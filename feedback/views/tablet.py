"""Máy ở quầy: the page by the door, and the list on which staff pair and stop devices."""

from __future__ import annotations

import re

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from desk.access import role_required
from dossiers.models import Dossier
from feedback.forms.survey import PairForm, TapForm
from feedback.models import TAPS_PER_HOUR, Answer, Channel, FeedbackError, QuestionSet, Stage, Tablet

#: Under which name the session of a paired device holds its row's number, and how long.
PAIRED = "tablet"
A_YEAR = 365 * 24 * 3600
#: The slip's QR opens its status or its survey.
LINK = re.compile(r"/(?:hs|khao-sat)/([\w-]{22})/?$")


def paired(request: HttpRequest) -> Tablet | None:
    number = request.session.get(PAIRED)
    return Tablet.objects.in_use().select_related("ward").filter(pk=number).first() if number else None


def scanned(scan: str, tablet: Tablet) -> Dossier | None:
    """The dossier of the tablet's own ward whose QR or bar code was read."""
    rows = Dossier.objects.filter(ward=tablet.ward).select_related("ward", "procedure")
    link = LINK.search(scan)
    return rows.filter(**({"token": link[1]} if link else {"code": scan.strip().upper()})).first()


@login_not_required
@csrf_exempt  # the device has its session's cookie and no other, and that one is sent by no other site (SameSite)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk(request: HttpRequest) -> HttpResponse:
    """The page by the door. A POST is one tap: 204 once it is dealt with, 403 for a device that is not paired."""
    tablet = paired(request)
    if request.method == "POST":
        return HttpResponse(status=403 if tablet is None else take(tablet, TapForm(request.POST)))
    if tablet is None:
        return render(request, "feedback/tablet_unpaired.html")
    question = QuestionSet.objects.on(timezone.localdate(), QuestionSet.Use.SURVEY).main_question
    return render(request, "feedback/tablet.html", {"ward": tablet.ward, "tablet": tablet, "question": question})


def take(tablet: Tablet, form: TapForm) -> int:
    """The status to answer a tap with. What can never be counted is dealt with, too: the device shall forget it."""
    if not form.is_valid():
        return 400
    tap, now = form.cleaned_data, timezone.now()
    dossier = scanned(tap["scan"], tablet) if tap["scan"] else None
    try:
        if dossier:
            stage = Stage.of(dossier)
            Answer.objects.give(dossier=dossier, stage=stage, value=tap["value"], channel=Channel.TABLET, at=now)
        else:
            tablet.tap(number=tap["number"], value=tap["value"], at=now)
    except FeedbackError:
        return 400
    return 204


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk", "officer", "leader")
def tablets(request: HttpRequest) -> HttpResponse:
    """The devices of the ward. Pairing this one ends the log-in: the device by the door is nobody's."""
    form = PairForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        tablet = Tablet.objects.pair(name=form.cleaned_data["name"], by=request.user, at=timezone.now())
        logout(request)
        request.session[PAIRED] = tablet.pk
        request.session.set_expiry(A_YEAR)
        response = redirect("feedback:tablet")
        response.delete_cookie(settings.CSRF_COOKIE_NAME)
        return response
    rows = Tablet.objects.visible_to(request.user).select_related("paired_by").order_by("-paired_at", "-pk")
    page = {"section": "feedback", "tab": "tablets", "form": form, "tablets": rows, "limit": TAPS_PER_HOUR}
    return render(request, "feedback/tablets.html", page)


@require_POST
@role_required("clerk", "officer", "leader")
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    tablet = get_object_or_404(Tablet.objects.visible_to(request.user), pk=pk)
    tablet.stop(at=timezone.now())
    messages.success(request, f"Máy “{tablet}” đã thôi dùng.")
    return redirect("feedback:tablets")
