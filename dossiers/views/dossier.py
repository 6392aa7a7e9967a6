"""One dossier: its page, its steps, its slip."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from desk.access import back
from desk.models import AccessLog, CalendarDay
from desk.pdf import html_to_pdf
from dossiers.forms.attachment import AttachmentForm
from dossiers.forms.steps import ONE_PRESS, STEP_FORMS, StepForm
from dossiers.lanes import Moment
from dossiers.models import MOVE_BY_SLUG, MOVES, Dossier, DossierError, IssuedPaper
from dossiers.papers import PAPER_AFTER, Paper, issued_html, papers_of
from dossiers.risk import risk_of
from dossiers.slip import PAPER_SIZES, issue_slip, slip_html


def visible(request: HttpRequest, code: str) -> Dossier:
    rows = Dossier.objects.visible_to(request.user).select_related(
        "ward", "procedure", "committed", "edition", "officer", "holder", "received_by"
    )
    return get_object_or_404(rows, code=code)


def note(request: HttpRequest, kind: str, row: Dossier) -> None:
    AccessLog.objects.note(request.user, kind, f"Hồ sơ {row.code}", row.ward)


@never_cache
@require_GET
def dossier(request: HttpRequest, code: str) -> HttpResponse:
    row = visible(request, code)
    note(request, AccessLog.Kind.VIEW, row)
    return dossier_page(request, row, AttachmentForm(dossier=row))


def dossier_page(request: HttpRequest, row: Dossier, attachment_form: AttachmentForm) -> HttpResponse:
    now = timezone.now()
    context = {
        "section": "dossiers",
        "dossier": row,
        "appointment": row.appointment,
        "appointments": row.appointments.select_related("delay_cause"),
        "events": row.events.select_related("by", "appointment"),
        "documents": row.documents.all(),
        "attachments": row.attachments.kept().select_related("document", "added_by"),
        "attachment_form": attachment_form,
        "moves": row.moves_for(request.user),
        "one_press": ONE_PRESS,
        "papers": papers_of(row, now),
        "issued": row.issued_papers.select_related("replaced_by"),
        "at": Moment(now, CalendarDay.objects.calendar(row.ward.hours)),
    }
    context["chip"] = context["at"].chip(row)
    mine = Dossier.objects.visible_to(request.user).filter(pk=row.pk)
    context["asks_cause"] = "explain_delay" in context["moves"] and mine.unexplained(now).exists()
    risk = risk_of(mine, row.ward, context["at"].calendar, now)
    if risk and risk.is_high:
        context |= {"risk": risk, "risk_words": risk.words(context["at"].calendar)}
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
            slip_before = row.slip_version
            getattr(row, name)(by=request.user, at=timezone.now(), **form.arguments())
            messages.success(request, f"{MOVES[name].label}: hồ sơ {row.short_code}.")
            return redirect(back(request) or after(name, row, slip_before))
        except DossierError as error:
            form.add_error(None, str(error))
    elif name not in row.moves_for(request.user):
        messages.error(request, why_not(name, row))
        return redirect(back(request) or row)
    if not form.fields:
        for words in form.non_field_errors():
            messages.error(request, words)
        return redirect(back(request) or row)
    context = {"section": "dossiers", "dossier": row, "form": form, "move": MOVES[name], "back": back(request)}
    return render(request, "dossiers/step.html", context)


def why_not(name: str, row: Dossier) -> str:
    """Why the form of a step is not opened: the state forbids it, or else a role or what has happened."""
    if row.state not in MOVES[name].sources:
        return MOVES[name].refusal.format(code=row.code)
    return f"Lúc này anh/chị chưa làm được việc “{MOVES[name].label}” với hồ sơ này."


def after(name: str, row: Dossier, slip_before: int) -> str:
    """Where a step leads: to the paper that it calls for, else back to the dossier."""
    if name in PAPER_AFTER and PAPER_AFTER[name] in {paper.slug for paper in papers_of(row, timezone.now())}:
        return reverse("dossiers:paper", args=[row.code, PAPER_AFTER[name]])
    if row.slip_version > slip_before:
        return reverse("dossiers:slip", args=[row.code])
    return row.get_absolute_url()


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
    row = visible(request, code)
    note(request, AccessLog.Kind.PRINT, row)
    issued = issue_slip(row, by=request.user, at=timezone.now())
    return pdf_response(slip_html(issued.facts, size=size, copies=copies), f"giay-tiep-nhan-{code}.pdf")


@never_cache
@require_GET
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})
def issued_pdf(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A paper as it was handed out, also when another has replaced it."""
    dossier = visible(request, code)
    row = get_object_or_404(IssuedPaper.objects.visible_to(request.user), pk=pk, dossier=dossier)
    note(request, AccessLog.Kind.PRINT, dossier)
    response = pdf_response(
        row.facts.get("html") or slip_html(row.facts, size="a5", copies=1), f"{row.kind}-{code}-{row.pk}.pdf"
    )
    row.printed(response.content)
    return response


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
    note(request, AccessLog.Kind.PRINT, row)
    return pdf_response(
        issued_html(paper_or_404(row, slug), row, by=request.user, at=timezone.now()), f"{slug}-{code}.pdf"
    )


def paper_or_404(row: Dossier, slug: str) -> Paper:
    for each in papers_of(row, timezone.now()):
        if each.slug == slug:
            return each
    raise Http404


def pdf_response(html: str, name: str) -> HttpResponse:
    response = HttpResponse(html_to_pdf(html), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
