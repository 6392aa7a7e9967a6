"""Góp ý, phản ánh, khen: what citizens send, where it stands, and what changed because of it."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from desk.models import Ward
from dossiers.models import Dossier, LookupFailure
from dossiers.views.public import NO_MATCH
from feedback.forms.contribution import FindForm, SuggestForm, tidy_code
from feedback.models import Contribution

KINDS = {
    "gop-y": Contribution.Kind.IDEA,
    "phan-anh": Contribution.Kind.COMPLAINT,
    "khen": Contribution.Kind.PRAISE,
}
TOO_MANY = "Đã nhận nhiều ý kiến từ nơi này. Xin ông/bà đợi 15 phút, hoặc gọi Bộ phận Một cửa."
#: Changes on a page.
PAGE = 8


def chosen_ward(request: HttpRequest) -> Ward | None:
    """The ward that the address names, or the only one that there is."""
    wards = list(Ward.objects.in_service())
    if slug := request.GET.get("phuong"):
        wards = [ward for ward in wards if ward.slug == slug]
        if not wards:
            raise Http404
    return wards[0] if len(wards) == 1 else None


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def suggest(request: HttpRequest) -> HttpResponse:
    ward, now = chosen_ward(request), timezone.now()
    if request.method != "POST":
        find = FindForm(request.GET if "ma" in request.GET else None)
        if find.is_valid():
            return redirect("feedback:suggestion", find.cleaned_data["ma"])
        kind = KINDS.get(request.GET.get("loai", ""), Contribution.Kind.IDEA)
        initial = {"ward": ward, "kind": kind, "token": request.GET.get("ho-so", "")}
        return page(request, SuggestForm(initial=initial), ward, find)
    form = SuggestForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, form, ward)
    if form.cleaned_data["website"]:
        return redirect(f"{request.path}?da-nhan=1")
    if refuse(request, form, now):
        return page(request, form, ward, status=429 if form.non_field_errors() else 200)
    row = Contribution.objects.receive(channel=Contribution.Channel.WEB, at=now, **form.arguments())
    LookupFailure.objects.note({"suggest": request.META["REMOTE_ADDR"]}, now)
    return redirect(f"{row.get_public_url()}?moi=1")


def page(
    request: HttpRequest, form: SuggestForm, ward: Ward | None, find: FindForm | None = None, status: int = 200
) -> HttpResponse:
    published = Contribution.objects.published().select_related("ward").filter(ward__is_in_service=True)
    changes = Paginator(published.filter(ward=ward) if ward else published, PAGE).get_page(request.GET.get("trang"))
    context = {"form": form, "find": find or FindForm(), "ward": ward, "changes": changes, "page": changes}
    context |= {"section": "suggest", "sent": "da-nhan" in request.GET}
    return render(request, "feedback/suggest.html", context, status=status)


def refuse(request: HttpRequest, form: SuggestForm, now: datetime) -> bool:
    """Whether it may not be sent now; the form then says why. Finds the dossier that code and digits name."""
    address = request.META["REMOTE_ADDR"]
    if LookupFailure.objects.wait({"suggest": address}, now):
        form.add_error(None, TOO_MANY)
    elif form.pair:
        keys = {"address": address, "code": form.pair["code"]}
        if LookupFailure.objects.wait(keys, now):
            form.add_error(None, "Mã hồ sơ đã thử nhiều lần chưa đúng. Xin đợi 15 phút, hoặc gửi mà không ghi mã.")
        else:
            form.dossier = Dossier.objects.by_pair(**form.pair).select_related("ward").first()
            if form.dossier is None:
                LookupFailure.objects.note(keys, now)
                form.add_error("code", NO_MATCH)
    return not form.is_valid()


@login_not_required
@never_cache
@require_GET
def suggestion(request: HttpRequest, code: str) -> HttpResponse:
    """Where it stands and what was answered. The code is the key, so wrong ones are counted."""
    now, keys = timezone.now(), {"suggestion": request.META["REMOTE_ADDR"]}
    context = {"section": "suggest", "find": FindForm(initial={"ma": code})}
    if LookupFailure.objects.wait(keys, now):
        return render(request, "feedback/suggestion_unknown.html", {**context, "must_wait": True}, status=429)
    row = Contribution.objects.filter(code=tidy_code(code)).select_related("ward").first()
    if row is None:
        LookupFailure.objects.note(keys, now)
        return render(request, "feedback/suggestion_unknown.html", context, status=404)
    is_late = row.is_late(timezone.localdate(now))
    context |= {"suggestion": row, "ward": row.ward, "is_late": is_late, "is_new": "moi" in request.GET}
    return render(request, "feedback/suggestion.html", context)
