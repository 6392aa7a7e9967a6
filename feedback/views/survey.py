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
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from dossiers.models import Dossier, LookupFailure
from feedback.forms.survey import FirstTapForm, WordsForm
from feedback.models import Answer, CallBack, Channel, FeedbackError, Question, QuestionSet, Stage, was_late

TOO_MANY = "Vừa có rất nhiều ý kiến gửi từ nơi này. Xin ông/bà đợi 15 phút rồi gửi lại."
#: The last step of what may be added: words and a number. The others are called by the position of their question.
LAST = "loi"


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
    page = {"dossier": dossier, "ward": dossier.ward, "answer": answer, "last": LAST}
    if answer.is_changeable(timezone.localdate(now)):
        page["said"] = answer.main_level
        page["call"] = CallBack.objects.of(dossier, answer.stage)
    return render(request, "feedback/survey_thanks.html", page)


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def more(request: HttpRequest, token: str) -> HttpResponse:
    """What may be added to the first tap, or changed, for seven days: a question a screen, then words and a number."""
    dossier, now = of_slip(token), timezone.now()
    answer = Answer.objects.of(dossier, Stage.of(dossier))
    if answer is None or not answer.is_changeable(timezone.localdate(now)):
        return redirect("feedback:survey", token)
    questions = answer.questions(late=was_late(dossier, now))
    asked = request.GET.get("buoc")
    place = 1 if asked is None else next((n for n, row in enumerate(questions) if str(row.position) == asked), None)
    if place is None or place >= len(questions):
        return words(request, dossier, answer, now)
    return further(request, dossier, answer, questions, place)


def further(
    request: HttpRequest, dossier: Dossier, answer: Answer, questions: list[Question], place: int
) -> HttpResponse:
    """One question, and the way on without an answer. A tap counts at once: anybody may leave when they like."""
    question, after = questions[place], [str(row.position) for row in questions[place + 1 :]]
    here = reverse("feedback:survey_more", args=[dossier.token])
    onward = f"{here}?buoc={after[0] if after else LAST}"
    form = FirstTapForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = {question: form.cleaned_data["value"]}
        try:
            Answer.objects.tell_more(dossier=dossier, stage=answer.stage, said=said, at=timezone.now())
            return redirect(onward)
        except FeedbackError as error:
            form.add_error(None, str(error))
    page = {
        "dossier": dossier,
        "ward": dossier.ward,
        "form": form,
        "question": question,
        "chosen": answer.marks.filter(question=question).values_list("value", flat=True).first(),
        "said": answer.main_level,
        "place": place + 1,
        "steps": [n <= place for n in range(len(questions))],
        "onward": onward,
        "last": f"{here}?buoc={LAST}",
    }
    return render(request, "feedback/survey_more.html", page)


def words(request: HttpRequest, dossier: Dossier, answer: Answer, now: datetime) -> HttpResponse:
    initial = {"words": answer.comment}
    form = WordsForm(request.POST if request.method == "POST" else None, initial=initial)
    page = {"dossier": dossier, "ward": dossier.ward, "form": form}
    page["call"] = CallBack.objects.of(dossier, answer.stage)
    if not form.is_bound or not form.is_valid() or refused(request, form, now):
        return render(request, "feedback/survey_words.html", page)
    try:
        if not form.cleaned_data["website"]:
            Answer.objects.leave_words(dossier=dossier, stage=answer.stage, at=now, **form.arguments())
    except FeedbackError as error:
        form.add_error(None, str(error))
        return render(request, "feedback/survey_words.html", page)
    return redirect("feedback:survey", dossier.token)
