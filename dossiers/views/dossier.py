"""One dossier: its page, its steps, its slip."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from desk.models import CalendarDay
from desk.pdf import html_to_pdf
from dossiers.forms.steps import ONE_PRESS, STEP_FORMS, StepForm
from dossiers.lanes import Moment
from dossiers.models import MOVE_BY_SLUG, MOVES, Dossier, DossierError
from dossiers.papers import PAPER_AFTER, Paper, paper_html, papers_of
from dossiers.slip import PAPER_SIZES, slip_html


def visible(request: HttpRequest, code: str) -> Dossier:
    rows = Dossier.objects.visible_to(request.user).select_related(
        "ward", "procedure", "edition", "officer", "holder", "received_by"
    )
    return get_object_or_404(rows, code=code)


@never_cache
@require_GET
def dossier(request: HttpRequest, code: str) -> HttpResponse:
    row = visible(request, code)
    now = timezone.now()
    context = {
        "section": "dossiers",
        "dossier": row,
        "appointment": row.appointment,
        "appointments": row.appointments.all(),
        "events": row.events.select_related("by", "appointment"),
        "documents": row.documents.all(),
        "moves": row.moves_for(request.user),
        "one_press": ONE_PRESS,
        "papers": papers_of(row, now),
        "at": Moment(now, CalendarDay.objects.calendar(row.ward.hours)),
    }
    context["chip"] = context["at"].chip(row)
    return render(request, "dossiers/dossier.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """Take one step, or ask for what it needs: whether it is allowed is the verb's own question."""
    row = visible(request, code)
    name = MOVE_BY_SLUG.get(slug)
    if name is None:
        raise Http404
    form = STEP_FORMS.get(name, StepForm)(
        request.POST if request.method == "POST" else None, dossier=row, by=request.user
    )
    if request.method == "POST" and form.is_valid():
        try:
            getattr(row, name)(by=request.user, at=timezone.now(), **form.arguments())
            messages.success(request, f"{MOVES[name].label}: hồ sơ {row.short_code}.")
            return redirect(*after(name, row))
        except DossierError as error:
            form.add_error(None, str(error))
    elif name not in row.moves_for(request.user):
        messages.error(request, MOVES[name].refusal.format(code=row.code))
        return redirect(row)
    if not form.fields:
        for words in form.non_field_errors():
            messages.error(request, words)
        return redirect(row)
    return render(
        request, "dossiers/step.html", {"section": "dossiers", "dossier": row, "form": form, "move": MOVES[name]}
    )


def after(name: str, row: Dossier) -> tuple:
    """Where a step leads: to the paper that it calls for, else back to the dossier."""
    if name in PAPER_AFTER and PAPER_AFTER[name] in {paper.slug for paper in papers_of(row, timezone.now())}:
        return "dossiers:paper", row.code, PAPER_AFTER[name]
    if name in ("papers_received", "correct"):
        return "dossiers:slip", row.code
    return (row,)


@never_cache
@require_GET
def slip(request: HttpRequest, code: str) -> HttpResponse:
    """The slip on the screen, one key from the printer."""
    return render(request, "dossiers/slip.html", {"section": "counter", "dossier": visible(request, code)})


@never_cache
@require_GET
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})
def slip_pdf(request: HttpRequest, code: str) -> HttpResponse:
    size = request.GET.get("kho", "a5")
    if size not in PAPER_SIZES:
        raise Http404
    copies = 2 if request.GET.get("lien") == "2" else 1
    return pdf_response(slip_html(visible(request, code), size=size, copies=copies), f"giay-tiep-nhan-{code}.pdf")


@never_cache
@require_GET
def paper(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """A form on the screen, one key from the printer."""
    row = visible(request, code)
    context = {"section": "dossiers", "dossier": row, "paper": paper_or_404(row, slug)}
    return render(request, "dossiers/paper.html", context)


@never_cache
@require_GET
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})
def paper_pdf(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    row = visible(request, code)
    return pdf_response(paper_html(paper_or_404(row, slug), row, timezone.now()), f"{slug}-{code}.pdf")


def paper_or_404(row: Dossier, slug: str) -> Paper:
    for each in papers_of(row, timezone.now()):
        if each.slug == slug:
            return each
    raise Http404


def pdf_response(html: str, name: str) -> HttpResponse:
    response = HttpResponse(html_to_pdf(html), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
