"""The words of the letters: a leader's for the own ward, the city's for all; tried out by the printer itself."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from desk.models import Staff, Ward
from letters.forms.text import TextForm
from letters.models import Letter, LetterError, LetterText, Occasion
from letters.sample import sample_pdf, widest_ward
from letters.wording import fields_for


def worded_by(staff: Staff) -> Ward | None:
    """The ward whose letters this person words; None: the common texts. Anybody else gets 403."""
    if staff.ward_id and staff.is_leader:
        return staff.ward
    if staff.sees_all_wards:
        return None
    raise PermissionDenied


def form_of(request: HttpRequest, occasion: str) -> TextForm:
    """The form with the words that hold, or with those of an earlier version (`tu`) to start from."""
    if occasion not in Occasion:
        raise Http404
    ward, rows = worded_by(request.user), LetterText.objects.visible_to(request.user).select_related("edition")
    if start := request.GET.get("tu"):
        earlier = rows.filter(occasion=occasion).exclude(body="")
        shown = get_object_or_404(earlier, pk=start if start.isdecimal() else 0)
    else:
        shown = rows.holding(occasion, ward, None)
    return TextForm(request.POST or None, shown=shown, ward=ward)


@never_cache
@require_GET
def texts(request: HttpRequest) -> HttpResponse:
    ward = worded_by(request.user)
    held = LetterText.objects.visible_to(request.user).in_force(ward)
    rows = [(occasion, held.get(occasion.value, [])) for occasion in Occasion]
    return render(request, "letters/texts.html", {"section": "letters", "tab": "texts", "ward": ward, "rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, occasion: str) -> HttpResponse:
    form = form_of(request, occasion)
    if request.method == "POST" and form.is_valid():
        try:
            made = form.text().keep(by=request.user, at=timezone.now())
        except LetterError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, said(form) if made else "Lời thư không có gì thay đổi.")
            return redirect("letters:text", occasion)
    history = LetterText.objects.visible_to(request.user).in_places_of(form.ward).filter(occasion=occasion)
    context = {
        "section": "letters",
        "tab": "texts",
        "form": form,
        "occasion": Occasion(occasion),
        "fields": fields_for(occasion),
        "history": history.select_related("ward", "edition", "made_by")[:30],
    }
    return render(request, "letters/text.html", context)


def said(form: TextForm) -> str:
    if form.cleaned_data["body"]:
        return "Đã lưu lời thư mới. Thư đã lập trước đó giữ lời cũ."
    return "Từ nay dùng lại lời thư chung."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})
def text_preview(request: HttpRequest, occasion: str) -> HttpResponse:
    """The letter as it would be printed: about the ward's newest one of that kind, else about invented people."""
    form = form_of(request, occasion)
    if request.method == "POST" and not form.is_valid():
        return render(request, "letters/text_refused.html", {"form": form})
    tried = form.text() if request.method == "POST" else form.shown
    like = Letter.objects.visible_to(request.user).newest_on(occasion, form.ward) if form.ward else None
    pages = sample_pdf(tried, form.ward or widest_ward(), like, timezone.now())
    answer = HttpResponse(pages, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="xem-thu-{occasion}.pdf"'
    return answer
