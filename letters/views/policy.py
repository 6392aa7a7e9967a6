"""How the ward wants each kind of letter; a leader who may sign decides, kind by kind."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from desk.access import role_required
from letters.forms.policy import PolicyForm
from letters.models import BY_HAND, LetterError, LetterKind, LetterPolicy, LetterText
from letters.models.policy import texts_of


@dataclass
class Row:
    """One kind of letter: what is decided about it, the texts in force, and the form that decides anew."""

    kind: LetterKind
    policy: LetterPolicy | None
    texts: list[LetterText]
    form: PolicyForm

    @property
    def is_automatic(self) -> bool:
        return self.policy is not None and self.policy.mode == LetterPolicy.Mode.AUTOMATIC

    @property
    def is_paused(self) -> bool:
        return self.is_automatic and not self.policy.lets_go(self.texts)

    @property
    def is_typed(self) -> bool:
        return self.kind in BY_HAND


def rows_of(request: HttpRequest) -> dict[str, Row]:
    """A row for each kind; the form of the kind that was sent is bound."""
    ward = request.user.ward
    decided = LetterPolicy.objects.visible_to(request.user).select_related("decided_by", "signer")
    policies = {policy.kind: policy for policy in decided.prefetch_related("signed_texts")}
    held = LetterText.objects.visible_to(request.user).in_force(ward)
    rows = {}
    for kind in LetterKind:
        policy = policies.get(kind.value)
        texts = texts_of(kind, held)
        data = request.POST if request.POST.get("kind") == kind else None
        mode = policy.mode if policy else LetterPolicy.Mode.ASKED
        rows[kind.value] = Row(kind, policy, texts, PolicyForm(data, kind=kind, texts=texts, held=mode))
    return rows


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("leader")
def policies(request: HttpRequest) -> HttpResponse:
    rows = rows_of(request)
    if request.method == "POST":
        row = rows.get(request.POST.get("kind", ""))
        if row is None:
            raise Http404
        if row.form.is_valid() and decide(request, row):
            return redirect("letters:policies")
    return render(request, "letters/policies.html", {"section": "letters", "tab": "policies", "rows": rows.values()})


def decide(request: HttpRequest, row: Row) -> bool:
    """Write the decision down; False, with the reason on the screen, where the verb refuses."""
    try:
        LetterPolicy.objects.decide(
            ward=request.user.ward,
            kind=row.kind,
            mode=row.form.cleaned_data["mode"],
            by=request.user,
            at=timezone.now(),
            texts=row.texts,
        )
    except LetterError as error:
        row.form.add_error("mode", str(error))
        return False
    messages.success(request, f"{row.kind.label}: đã ghi quyết định.")
    return True
