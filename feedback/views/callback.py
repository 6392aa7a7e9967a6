"""Gọi lại: who waits to be called, and what came of it. Their numbers stand on these pages only."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from desk.access import role_required
from desk.models import AccessLog
from desk.vietnamese import mask_phone
from feedback.forms.survey import OutcomeForm
from feedback.models import CallBack, FeedbackError

#: How many waiting and how many done ones the page lists.
SHOWN = 100


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def callbacks(request: HttpRequest) -> HttpResponse:
    rows, today = CallBack.objects.visible_to(request.user), timezone.localdate()
    page = {
        "section": "feedback",
        "tab": "callbacks",
        "waiting": [(row, row.is_overdue(today)) for row in rows.waiting()[:SHOWN]],
        "count": rows.waiting().count(),
        "late": rows.overdue(today).count(),
        "done": rows.done().select_related("called_by")[:SHOWN],
    }
    return render(request, "feedback/callbacks.html", page)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk", "officer", "leader")
def callback(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(CallBack.objects.visible_to(request.user).select_related("ward", "called_by"), pk=pk)
    form = OutcomeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            row.called(outcome=form.cleaned_data["outcome"], by=request.user, at=timezone.now())
            messages.success(request, f"Đã ghi cuộc gọi: {row.who}.")
            return redirect("feedback:callbacks")
        except FeedbackError as error:
            form.add_error(None, str(error))
    about = f"Gọi lại {row.who.lower() if not row.name else row.name}, {mask_phone(row.phone)}"
    AccessLog.objects.note(request.user, AccessLog.Kind.VIEW, about, row.ward)
    page = {"section": "feedback", "tab": "callbacks", "row": row, "form": form}
    page["is_late"] = row.is_overdue(timezone.localdate())
    return render(request, "feedback/callback.html", page)
