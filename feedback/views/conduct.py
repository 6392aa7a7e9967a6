"""Quy tắc ứng xử: what every desk of the city promises, who answers for it, and what the ward has laid down itself."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.models import Ward
from feedback.models import WardRule
from feedback.models.conduct import responsible
from feedback.views.suggestion import chosen_ward


@login_not_required
@require_GET
def conduct(request: HttpRequest) -> HttpResponse:
    context = {"section": "conduct", "ward": chosen_ward(request)}
    if ward := context["ward"]:
        context["leaders"] = responsible(ward)
        context["rules"] = WardRule.objects.in_force(ward, timezone.localdate())
    else:
        context["wards"] = Ward.objects.in_service()
    return render(request, "feedback/conduct.html", context)
