"""Tổ viết giúp: a citizen's own declaration, filled in with them and printed. Nothing of it is stored or logged."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from desk.access import role_required
from desk.idcard import IdCardError, read_card
from dossiers.declarations import DECLARATIONS, PARTS, WORDING_TO_CHECK, Declaration, declaration_html, filled
from dossiers.forms.declaration import DeclarationForm
from dossiers.models import HelpGiven, Procedure
from dossiers.views.dossier import pdf_response
from dossiers.views.intake import CARD_FIELDS


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk", "officer", "leader")
def declarations(request: HttpRequest) -> HttpResponse:
    """The list; what the intake page had typed is carried on in hidden fields, never in an address."""
    known = {part: request.POST.get(part, "")[:250] for part in PARTS}
    page = {"section": "declarations", "declarations": DECLARATIONS.values(), "known": known}
    return render(request, "dossiers/declarations.html", page)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk", "officer", "leader")
def declaration(request: HttpRequest, slug: str) -> HttpResponse:
    """The questions; with `print`, the paper, and one more person counted as helped."""
    if (chosen := DECLARATIONS.get(slug)) is None:
        raise Http404
    if "print" not in request.POST:
        return page(request, *started(request, chosen))
    form = DeclarationForm(request.POST, declaration=chosen)
    if not form.is_valid():
        return page(request, form)
    ward, now = request.user.ward, timezone.now()
    today = timezone.localdate(now)
    answers = dict(form.cleaned_data)
    key = answers.pop("key")
    paper = pdf_response(declaration_html(chosen, ward, today, answers), f"to-khai-{slug}.pdf")
    procedure = get_object_or_404(Procedure.objects.in_force(today), code=chosen.procedure)
    HelpGiven.objects.record(ward=ward, procedure=procedure, helper=request.user, at=now, key=key)
    return paper


def started(request: HttpRequest, chosen: Declaration) -> tuple[DeclarationForm, str]:
    """The form with what was typed before, what intake knew and what a card says; and what is wrong with the card."""
    typed = request.POST.dict()
    known = {part: typed.get(part, "") for part in PARTS}
    trouble = ""
    if card := typed.pop("card", ""):
        try:
            read = read_card(card)
            known = {field: getattr(read, part) for field, part in CARD_FIELDS.items()}
        except IdCardError as error:
            trouble = str(error)
    return DeclarationForm(declaration=chosen, initial={**typed, **filled(chosen, known)}), trouble


def page(request: HttpRequest, form: DeclarationForm, trouble: str = "") -> HttpResponse:
    context: dict[str, Any] = {"section": "declarations", "form": form, "declaration": form.declaration}
    context |= {"card_trouble": trouble, "to_check": WORDING_TO_CHECK}
    return render(request, "dossiers/declaration.html", context)
