"""What a citizen sees of the letters: those of the own dossier by the slip's token, and whether a paper is genuine."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from desk.uploads import Upload
from dossiers.papers import form_words
from letters.models import Letter
from letters.views.letter import pdf_answer


class FileForm(forms.Form):
    file = Upload(label="Tệp PDF của thư")


@login_not_required
@never_cache
@require_GET
def citizens_pdf(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    rows = Letter.objects.issued().filter(replaced_at=None, dossier__token=token).select_related("dossier")
    return pdf_answer(get_object_or_404(rows, pk=pk))


@login_not_required
@never_cache
@require_GET
def proof(request: HttpRequest, proof: str) -> HttpResponse:
    """Genuine, recalled, replaced or unknown: ward, number, date and kind, and nothing personal."""
    row = Letter.objects.issued().filter(proof=proof).select_related("ward", "replaced_by").first()
    return render(request, "letters/proof.html", verdict(row), status=200 if row else 404)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_file(request: HttpRequest) -> HttpResponse:
    """A file that somebody was sent, checked against the hashes of what was issued; it is not kept."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if not form.is_bound or not form.is_valid():
        return render(request, "letters/check.html", {"form": form})
    row = Letter.objects.issued().of_file(form.cleaned_data["file"].read())
    return render(request, "letters/proof.html", {**verdict(row), "by_file": True})


def verdict(row: Letter | None) -> dict:
    if row is None:
        return {"answer": "unknown"}
    recalled = "replaced" if row.successor else "recalled"
    answer = recalled if row.is_recalled else "genuine"
    return {"answer": answer, "letter": row, "ward": row.ward, "form": row.form and form_words(row.form)}
