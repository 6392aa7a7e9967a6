"""Nhập phiếu: the grid that two people type the ballots of an area into, and what they read differently."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from feedback.forms.campaign import BallotForm, SettleForm
from feedback.models import Ballot, CampaignArea, FeedbackError, Typing
from feedback.views.area import visible
from feedback.views.campaign import PLACE

#: How many of the last ballots the page lists without a script.
LAST = 12


def typing_of(request: HttpRequest, area: CampaignArea) -> Typing | None:
    return next((typing for typing in area.typings.all() if typing.typist_id == request.user.pk), None)


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def typing(request: HttpRequest, pk: int) -> HttpResponse:
    """One ballot a request: the grid sends each by itself, the plain form does the same with a page in between."""
    row = visible(request, pk)
    mine = typing_of(request, row)
    if request.method != "POST":
        return typing_page(request, row, mine)
    form = BallotForm(request.POST, question_set=row.campaign.question_set)
    try:
        if not form.is_valid():
            raise FeedbackError("Phiếu này chưa đủ câu trả lời.")
        if mine is None:
            raise FeedbackError("Xin bấm “Bắt đầu nhập” trước.")
        count = mine.put(**form.arguments(), by=request.user)
    except FeedbackError as error:
        if wants_json(request):
            return JsonResponse({"error": str(error)}, status=409)
        form.add_error(None, str(error))
        return typing_page(request, row, mine, form)
    return JsonResponse({"count": count}) if wants_json(request) else redirect("feedback:typing", pk)


def typing_page(
    request: HttpRequest, row: CampaignArea, mine: Typing | None, form: BallotForm | None = None
) -> HttpResponse:
    """`?so=12` shows a ballot again; else the number after the last one waits to be typed."""
    typed = mine.ballots.numbered() if mine else {}
    asked = request.GET.get("so", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else max(typed, default=0) + 1
    questions = row.campaign.question_set
    page = {
        **PLACE,
        "area": row,
        "mine": mine,
        "form": form or BallotForm.of(number, typed.get(number, ""), questions),
        "ballots": json.dumps(typed),
        "typed": len(typed),
        "last": list(typed.items())[: -LAST - 1 : -1],
        "others": [typing for typing in row.typings.all() if typing != mine],
        "totals": totals(typed, row),
        "may_write": row.campaign.is_open and not row.accepted_at and request.user.ward_id == row.ward_id,
    }
    return render(request, "feedback/typing.html", page)


def totals(typed: dict[int, str], row: CampaignArea) -> list[tuple[int, list[int]]]:
    """(question, [level 1, level 2, ..., blank]) of what is typed so far."""
    columns = list(zip(*typed.values(), strict=True)) or [()] * len(row.campaign.question_set.asked)
    return [
        (question.position, [columns[place].count(str(value)) for value in [*(level.value for level in levels), 0]])
        for place, (question, levels) in enumerate(row.campaign.question_set.asked)
    ]


@never_cache
@require_POST
def typing_act(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Begin, take a ballot out, say that all are typed, or go on after all."""
    row, now = visible(request, pk), timezone.now()
    mine = typing_of(request, row)
    try:
        if slug == "bat-dau":
            row.begin(by=request.user, at=now)
        elif mine is None:
            raise FeedbackError("Xin bấm “Bắt đầu nhập” trước.")
        elif slug == "xong":
            mine.finish(by=request.user, at=now)
            messages.success(request, "Đã ghi là nhập xong.")
            return redirect(row)
        elif slug == "nhap-tiep":
            mine.resume(by=request.user)
        else:
            number = request.POST.get("number", "")
            mine.remove(number=int(number) if number.isascii() and number.isdigit() else 0, by=request.user)
            messages.success(request, f"Đã bỏ phiếu số {number}.")
    except FeedbackError as error:
        messages.error(request, str(error))
    return redirect("feedback:typing", pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def differences(request: HttpRequest, pk: int) -> HttpResponse:
    """The ballots that two people read differently, each to be settled by looking at the sheet."""
    row = visible(request, pk)
    readings = [Ballot.objects.filter(typing__area=row, typing__turn=turn).numbered() for turn in (1, 2)]
    numbers = sorted(number for _area, number in row.different())
    both = [number for number in numbers if all(number in reading for reading in readings)]
    forms = {number: settle_form(request, row, number, readings) for number in both}
    if request.method == "POST":
        sent = next((form for form in forms.values() if form.is_bound), None)
        if sent is None:
            messages.error(request, "Phiếu này không còn gì khác nhau.")
        elif sent.is_valid():
            try:
                row.settle(**sent.arguments(), by=request.user, at=timezone.now())
                messages.success(request, f"Đã ghi theo phiếu giấy số {sent.cleaned_data['number']}.")
            except FeedbackError as error:
                messages.error(request, str(error))
        if sent is None or sent.is_valid():
            return redirect("feedback:differences" if len(numbers) > 1 else "feedback:area", pk)
    one_sided = [(number, 2 if number in readings[0] else 1) for number in numbers if number not in both]
    page = {
        **PLACE,
        "area": row,
        "forms": forms,
        "one_sided": one_sided,
        "count": len(numbers),
        "settled": row.settled.select_related("by"),
    }
    page["may_write"] = row.campaign.is_open and not row.accepted_at and request.user.ward_id == row.ward_id
    return render(request, "feedback/differences.html", page)


def settle_form(request: HttpRequest, row: CampaignArea, number: int, readings: list[dict[int, str]]) -> SettleForm:
    is_sent = request.method == "POST" and request.POST.get("number") == str(number)
    return SettleForm(
        request.POST if is_sent else None,
        question_set=row.campaign.question_set,
        first=readings[0][number],
        second=readings[1][number],
        initial={"number": number},
        auto_id=f"phieu-{number}-%s",
    )
