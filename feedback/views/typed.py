"""What somebody tells the clerk after a dossier, typed in for them; what is there already is not shown."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from desk.access import role_required
from dossiers.models import Dossier
from feedback.forms.survey import TypedForm
from feedback.models import Answer, FeedbackError, QuestionSet, was_late


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk")
def typed(request: HttpRequest, code: str) -> HttpResponse:
    dossier = get_object_or_404(Dossier.objects.visible_to(request.user).select_related("ward", "procedure"), code=code)
    now = timezone.now()
    asked = QuestionSet.objects.on(timezone.localdate(now), QuestionSet.Use.SURVEY)
    questions = asked.survey(late=was_late(dossier, now))
    form = TypedForm(request.POST if request.method == "POST" else None, questions=questions)
    if form.is_bound and form.is_valid():
        try:
            Answer.objects.type_in(dossier=dossier, by=request.user, at=now, **form.arguments())
            messages.success(request, "Đã ghi. Ai đã tự trả lời thì phiếu của người ấy được giữ nguyên.")
            return redirect(dossier)
        except FeedbackError as error:
            form.add_error(None, str(error))
    page = {"section": "dossiers", "dossier": dossier, "form": form}
    return render(request, "feedback/typed.html", page)
