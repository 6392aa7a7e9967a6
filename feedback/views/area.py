"""Một địa bàn: its sheets, its minutes, its printed ballots, the acceptance, and what was counted by hand."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from urllib.parse import quote

from csp.decorators import csp_replace
from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desk.models import AccessLog
from feedback.ballots import is_long, pile
from feedback.forms.campaign import (
    AimForm,
    AreaForm,
    MinutesForm,
    PrintForm,
    ReopenForm,
    SheetsForm,
    TalliesForm,
    WayForm,
)
from feedback.models import CampaignArea, FeedbackError
from feedback.progress import progress_of
from feedback.views.campaign import PLACE


@dataclass(frozen=True)
class Act:
    """A step of an area: the verb, its form, what is said when it is done."""

    verb: str
    form: type[AreaForm]
    done: str


ACTS = {
    "so-phieu": Act("count_sheets", SheetsForm, "Đã ghi số phiếu."),
    "can-lay": Act("aim", AimForm, "Đã đổi số phiếu cần lấy."),
    "bien-ban": Act("attach_minutes", MinutesForm, "Đã lưu biên bản."),
    "cach-nhap": Act("choose", WayForm, "Đã chọn cách nhập."),
    "chot": Act("accept", AreaForm, "Đã chốt số liệu."),
    "mo-lai": Act("reopen", ReopenForm, "Đã mở lại để sửa."),
}


def visible(request: HttpRequest, pk: int) -> CampaignArea:
    return get_object_or_404(CampaignArea.objects.visible_to(request.user).for_list(), pk=pk)


def area_page(request: HttpRequest, row: CampaignArea, **forms: AreaForm) -> HttpResponse:
    """The page of an area; `forms` are those that were sent and refused, by the verb."""
    progress = progress_of([row])[0]
    may_write = row.campaign.is_open and request.user.ward_id == row.ward_id
    shown = {act.verb: act.form(area=row) for act in ACTS.values()}
    most = row.handed_out or row.target
    page = {
        **PLACE,
        "area": row,
        "progress": progress,
        "may_write": may_write and not row.accepted_at,
        "may_reopen": may_write and row.accepted_at and request.user.is_leader,
        "may_aim": row.campaign.is_open and not row.accepted_at and row.may_aim(request.user),
        "mine": next((typing for typing in progress.typings if typing.typist_id == request.user.pk), None),
        "missing": "" if row.accepted_at else row.missing(),
        "forms": {**shown, **forms},
        "print_form": PrintForm(initial={"tu": 1, "den": min(most, PrintForm.AT_ONCE), "kho": "a5"}),
        "is_long": is_long(row),
        "results": row.results() if row.accepted_at else [],
        "steps": row.steps.select_related("by"),
    }
    return render(request, "feedback/area.html", page)


@never_cache
@require_GET
def area(request: HttpRequest, pk: int) -> HttpResponse:
    return area_page(request, visible(request, pk))


@never_cache
@require_POST
def area_act(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One step of an area: whether it is allowed is the verb's own question."""
    row = visible(request, pk)
    if (act := ACTS.get(slug)) is None:
        raise Http404
    form = act.form(request.POST, request.FILES, area=row)
    if form.is_valid():
        try:
            getattr(row, act.verb)(by=request.user, at=timezone.now(), **form.arguments())
            messages.success(request, act.done)
            return redirect(row)
        except FeedbackError as error:
            form.add_error(None, str(error))
    return area_page(request, visible(request, pk), **{act.verb: form})


@never_cache
@require_GET
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    row = visible(request, pk)
    if not row.minutes:
        raise Http404
    try:
        with default_storage.open(row.minutes) as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    AccessLog.objects.note(request.user, AccessLog.Kind.DOWNLOAD, f"Biên bản kiểm phiếu, {row}", row.ward)
    kind = mimetypes.guess_type(row.minutes_name)[0] or "application/octet-stream"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row.minutes_name)}"
    return response


@never_cache
@require_GET
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})
def ballots_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The numbered ballots of ?tu=1&den=30, two on a sheet with &kho=a4."""
    row = visible(request, pk)
    form = PrintForm(request.GET if request.GET else {"tu": 1, "den": min(row.target, PrintForm.AT_ONCE), "kho": "a5"})
    if not form.is_valid():
        for words in (word for errors in form.errors.values() for word in errors):
            messages.error(request, words)
        return redirect(row)
    pages = pile(row, form.numbers(), two_up=form.cleaned_data["kho"] == "a4")
    name = f"phieu-{row.ward.slug}-{form.cleaned_data['tu']}-{form.cleaned_data['den']}.pdf"
    return HttpResponse(pages, "application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tallies(request: HttpRequest, pk: int) -> HttpResponse:
    """What was counted by hand: how many ticked each level of each question."""
    row = visible(request, pk)
    form = TalliesForm(request.POST if request.method == "POST" else None, area=row)
    if form.is_bound and form.is_valid():
        try:
            row.write_down(counts=form.counts(), by=request.user, at=timezone.now())
            messages.success(request, "Đã ghi số đã kiểm. Lãnh đạo xem lại rồi chốt.")
            return redirect(row)
        except FeedbackError as error:
            form.add_error(None, str(error))
    return render(request, "feedback/tallies.html", {**PLACE, "area": row, "form": form})
