"""A leader words the ward's forms; the preview comes from the same printer as the paper."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from desk.access import role_required
from dossiers.forms.wording import WordingForm
from dossiers.models import Dossier, FormText, FormTitle
from dossiers.papers import sample_html
from dossiers.views.dossier import pdf_response
from dossiers.wording import FIELDS, PASSAGES


def title_or_404(pk: int) -> FormTitle:
    return get_object_or_404(FormTitle.objects.select_related("edition"), pk=pk, kind__in=PASSAGES)


@never_cache
@require_GET
@role_required("leader")
def wordings(request: HttpRequest) -> HttpResponse:
    titles = FormTitle.objects.filter(kind__in=PASSAGES).select_related("edition")
    context = {"section": "wording", "titles": titles.order_by("-edition__valid_from", "number")}
    return render(request, "dossiers/wordings.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})
@role_required("leader")
def wording(request: HttpRequest, pk: int) -> HttpResponse:
    """The passages of one form; with `try` it is printed with them instead of saved."""
    title, ward = title_or_404(pk), request.user.ward
    texts = FormText.objects.visible_to(request.user).texts(ward, title.edition, title.kind)
    form = WordingForm(request.POST or None, kind=title.kind, held=texts)
    if request.method == "POST" and form.is_valid():
        if "try" in request.POST:
            return tried(request, title, form)
        made = FormText.objects.reword(
            ward=ward, edition=title.edition, kind=title.kind, texts=form.texts(), by=request.user, at=timezone.now()
        )
        messages.success(request, "Đã lưu lời văn mới." if made else "Lời văn không có gì thay đổi.")
        return redirect("dossiers:wording", pk)
    history = FormText.objects.visible_to(request.user).filter(ward=ward, edition=title.edition, kind=title.kind)
    labels = {passage.slug: passage.label for passage in PASSAGES[title.kind]}
    context = {
        "section": "wording",
        "title": title,
        "form": form,
        "fields": FIELDS,
        "history": [(row, labels.get(row.passage, row.passage)) for row in history.select_related("made_by")[:30]],
    }
    return render(request, "dossiers/wording.html", context)


def tried(request: HttpRequest, title: FormTitle, form: WordingForm) -> HttpResponse:
    """The form as it would be printed, about the ward's newest dossier."""
    rows = Dossier.objects.visible_to(request.user).filter(edition=title.edition)
    newest = rows.select_related("ward", "procedure", "edition", "received_by").order_by("-received_at").first()
    if newest is None:
        raise Http404("no dossier of this edition to print about")
    return pdf_response(sample_html(title.kind, newest, form.texts(), timezone.now()), f"xem-thu-{title.kind}.pdf")
