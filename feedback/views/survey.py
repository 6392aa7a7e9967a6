"""After each dossier: one tap that counts, what may be added, and thanks. Whoever holds the slip may answer.

These pages need no cookie: the token in the address is all that a sender must have, so there is nothing that another
site could send in somebody's name, and phones that refuse cookies are heard too.
"""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from dossiers.models import Dossier, LookupFailure
from feedback.forms.survey import FirstTapForm, MoreForm
from feedback.models import Answer, CallBack, Channel, FeedbackError, QuestionSet, Stage, was_late

TOO_MANY = "Vừa có rất nhiều ý kiến gửi từ nơi này. Xin ông/bà đợi 15 phút rồi gửi lại."


def of_slip(token: str) -> Dossier:
    return get_object_or_404(Dossier.objects.select_related("ward", "procedure"), token=token)


def refused(request: HttpRequest, form: forms.Form, now: datetime) -> bool:
    """Whether so much came from this address that it has to wait; else this one is counted."""
    keys = {"survey": request.META["REMOTE_ADDR"]}
    if LookupFailure.objects.wait(keys, now):
        form.add_error(None, TOO_MANY)
        return True
    LookupFailure.objects.note(keys, now)
    return False


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """The first question; once it is answered, thanks and what was answered."""
    dossier, now = of_slip(token), timezone.now()
    stage = Stage.of(dossier)
    if request.method != "POST":
        answer = Answer.objects.of(dossier, stage)
        return thanks(request, dossier, answer, now) if answer else ask(request, dossier, FirstTapForm(), now)
    form = FirstTapForm(request.POST)
    if not form.is_valid() or refused(request, form, now):
        return ask(request, dossier, form, now)
    try:
        Answer.objects.give(
            dossier=dossier, stage=stage, value=form.cleaned_data["value"], channel=Channel.SLIP, at=now
        )
    except FeedbackError as error:
        form.add_error(None, str(error))
        return ask(request, dossier, form, now)
    return redirect("feedback:survey_more", token)


def ask(request: HttpRequest, dossier: Dossier, form: FirstTapForm, now: datetime) -> HttpResponse:
    question = QuestionSet.objects.on(timezone.localdate(now), QuestionSet.Use.SURVEY).main_question
    page = {"dossier": dossier, "ward": dossier.ward, "form": form, "question": question}
    is_busy = TOO_MANY in form.non_field_errors()
    return render(request, "feedback/survey.html", page, status=429 if is_busy else 200)


def thanks(request: HttpRequest, dossier: Dossier, answer: Answer, now: datetime) -> HttpResponse:
    page = {"dossier": dossier, "ward": dossier.ward, "answer": answer}
    if answer.is_changeable(timezone.localdate(now)):
        page["said"] = answer.main_level
        page["call"] = CallBack.objects.of(dossier, answer.stage)
    return render(request, "feedback/survey_thanks.html", page)


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def more(request: HttpRequest, token: str) -> HttpResponse:
    """What may be added to the first tap, or changed, for seven days."""
    dossier, now = of_slip(token), timezone.now()
    stage = Stage.of(dossier)
    answer = Answer.objects.of(dossier, stage)
    if answer is None or not answer.is_changeable(timezone.localdate(now)):
        return redirect("feedback:survey", token)
    form = MoreForm(request.POST if request.method == "POST" else None, answer=answer, late=was_late(dossier, now))
    page = {"dossier": dossier, "ward": dossier.ward, "form": form, "said": answer.main_level}
    page["call"] = CallBack.objects.of(dossier, stage)
    if not form.is_bound or not form.is_valid() or refused(request, form, now):
        return render(request, "feedback/survey_more.html", page)
    try:
        if not form.cleaned_data["website"]:
            Answer.objects.tell_more(dossier=dossier, stage=stage, at=now, **form.arguments())
    except FeedbackError as error:
        form.add_error(None, str(error))
        return render(request, "feedback/survey_more.html", page)
    return redirect("feedback:survey", token)
