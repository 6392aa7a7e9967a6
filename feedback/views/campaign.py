"""Đợt lấy phiếu: the list, opening and closing, and the areas of one campaign."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from feedback.forms.campaign import CloseForm, OpenForm
from feedback.models import Campaign, CampaignArea, FeedbackError
from feedback.progress import Sums, by_ward, campaigns_with_sums, progress_of

PLACE = {"section": "feedback", "tab": "campaigns"}


def visible(request: HttpRequest, pk: int) -> Campaign:
    rows = Campaign.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("question_set__scale", "opened_by__ward", "closed_by"), pk=pk)


@never_cache
@require_GET
def campaigns(request: HttpRequest) -> HttpResponse:
    rows = campaigns_with_sums(request.user)
    page = {
        **PLACE,
        "open": [row for row in rows if row[0].is_open],
        "closed": [row for row in rows if not row[0].is_open],
        "today": timezone.localdate(),
    }
    return render(request, "feedback/campaigns.html", page)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def campaign_open(request: HttpRequest) -> HttpResponse:
    if not request.user.has_role("city", "leader"):
        raise PermissionDenied
    form = OpenForm(request.POST if request.method == "POST" else None, by=request.user)
    if form.is_bound and form.is_valid():
        try:
            made = Campaign.objects.launch(by=request.user, at=timezone.now(), **form.arguments())
            messages.success(request, f"Đã mở đợt {made}.")
            return redirect(made)
        except FeedbackError as error:
            form.add_error("name" if "mang tên này" in str(error) else None, str(error))
    return render(request, "feedback/campaign_open.html", {**PLACE, "form": form})


@never_cache
@require_GET
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """The areas of a ward, or for who sees all the wards with their sums and, one ward chosen, its areas."""
    row = visible(request, pk)
    rows = progress_of(CampaignArea.objects.visible_to(request.user).filter(campaign=row).for_list())
    wards = by_ward(rows)
    slugs = {ward.slug: ward for ward, _sums in wards}
    chosen = slugs.get(request.GET.get("phuong", "")) or (wards[0][0] if len(wards) == 1 else None)
    if chosen:
        rows = [one for one in rows if one.area.ward_id == chosen.pk]
    page = {**PLACE, "campaign": row, "wards": wards, "chosen": chosen, "rows": rows, "sums": Sums.of(rows)}
    page |= {"may_close": row.may_close(request.user), "today": timezone.localdate()}
    return render(request, "feedback/campaign.html", page)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def campaign_close(request: HttpRequest, pk: int) -> HttpResponse:
    row = visible(request, pk)
    areas = CampaignArea.objects.visible_to(request.user).filter(campaign=row)
    missing = [one for one in progress_of(areas.for_list()) if one.state != "accepted"]
    form = CloseForm(request.POST if request.method == "POST" else None, is_complete=not missing)
    if form.is_bound and form.is_valid():
        try:
            row.close(by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, f"Đã khóa đợt {row}.")
            return redirect(row)
        except FeedbackError as error:
            form.add_error(None, str(error))
    page = {**PLACE, "campaign": row, "missing": missing, "form": form, "may_close": row.may_close(request.user)}
    return render(request, "feedback/campaign_close.html", page)
