"""Đối thoại: what the ward announces, holds and promises, as everybody sees it and as the ward works on it."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from desk.access import role_required
from desk.models import AccessLog
from dossiers.models import LookupFailure
from feedback.forms.dialogue import (
    AnnounceForm,
    AskForm,
    CallOffForm,
    DialogueForm,
    FinishForm,
    HoldForm,
    NoteQuestionForm,
    PromiseForm,
    ReplyForm,
)  # fmt: skip
from feedback.ics import calendar_file
from feedback.models import Dialogue, DialoguePromise, DialogueQuestion, FeedbackError
from feedback.views.suggestion import chosen_ward

PAGE = 20
TOO_MANY = "Đã nhận nhiều câu hỏi từ nơi này. Xin ông/bà đợi 15 phút, hoặc gọi Bộ phận Một cửa."

# for everybody


def in_service() -> object:
    return Dialogue.objects.filter(ward__is_in_service=True).select_related("ward")


@login_not_required
@never_cache
@require_GET
def dialogues_public(request: HttpRequest) -> HttpResponse:
    """What is coming, and what came of the others."""
    ward, now = chosen_ward(request), timezone.now()
    rows = in_service().filter(ward=ward) if ward else in_service()
    past = rows.held().prefetch_related("promises")
    context = {
        "section": "dialogues",
        "ward": ward,
        "coming": rows.coming(now)[:PAGE],
        "called_off": rows.called_off().filter(starts_at__gte=now)[:PAGE],
        "page": Paginator(past, PAGE).get_page(request.GET.get("trang")),
        "today": timezone.localdate(now),
    }
    return render(request, "feedback/dialogues_public.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dialogue(request: HttpRequest, pk: int) -> HttpResponse:
    """One dialogue; until it begins anybody may send a question."""
    row, now = get_object_or_404(in_service(), pk=pk), timezone.now()
    form = AskForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return dialogue_page(request, row, form)
    keys = {"question": request.META["REMOTE_ADDR"]}
    if LookupFailure.objects.wait(keys, now):
        form.add_error(None, TOO_MANY)
        return dialogue_page(request, row, form, status=429)
    facts = dict(form.cleaned_data)
    if not facts.pop("website"):
        try:
            row.ask(at=now, **facts)
        except FeedbackError as error:
            form.add_error(None, str(error))
            return dialogue_page(request, row, form)
        LookupFailure.objects.note(keys, now)
    return redirect(f"{request.path}?da-gui=1")


def dialogue_page(request: HttpRequest, row: Dialogue, form: AskForm, status: int = 200) -> HttpResponse:
    now = timezone.now()
    context = {
        "section": "dialogues",
        "ward": row.ward,
        "dialogue": row,
        "takes_questions": row.takes_questions(now),
        "answered": row.questions.filter(is_public=True).exclude(answer=""),
        "promises": row.promises.all(),
        "form": form,
        "sent": "da-gui" in request.GET,
        "today": timezone.localdate(now),
    }
    return render(request, "feedback/dialogue.html", context, status=status)


@login_not_required
@require_GET
def dialogue_ics(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(in_service(), pk=pk)
    response = HttpResponse(calendar_file(row), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="doi-thoai-{row.pk}.ics"'
    return response


# for the ward


@dataclass(frozen=True)
class Act:
    """A step of a dialogue, of a question or of a promise: the verb, its form, its words."""

    verb: str
    form: type[forms.Form]
    label: str
    done: str


ACTS = {
    "doi": Act("change", DialogueForm, "Đổi nơi, đổi giờ", "Đã đổi thông báo."),
    "thoi": Act("call_off", CallOffForm, "Thôi tổ chức", "Đã ghi là thôi tổ chức."),
    "bien-ban": Act("hold", HoldForm, "Ghi biên bản", "Đã lưu biên bản."),
    "cau-hoi": Act("ask", NoteQuestionForm, "Ghi câu hỏi", "Đã ghi câu hỏi."),
    "viec-hua": Act("promise", PromiseForm, "Ghi việc đã hứa", "Đã ghi việc đã hứa."),
}
REPLY = Act("reply", ReplyForm, "Ghi trả lời", "Đã ghi trả lời.")
FINISH = Act("finish", FinishForm, "Đã làm xong", "Đã ghi là làm xong.")


@never_cache
@require_GET
def dialogues(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    rows = Dialogue.objects.visible_to(request.user).select_related("ward").with_counts()
    late = DialoguePromise.objects.visible_to(request.user).late(timezone.localdate(now))
    context = {
        "section": "feedback",
        "tab": "dialogues",
        "unwritten": rows.unwritten(now)[:PAGE],
        "coming": rows.coming(now)[:PAGE],
        "late": late.select_related("dialogue__ward", "responsible")[:PAGE],
        "page": Paginator(rows.exclude(state=Dialogue.State.ANNOUNCED), PAGE).get_page(request.GET.get("trang")),
    }
    return render(request, "feedback/dialogues.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk", "leader")
def announce(request: HttpRequest) -> HttpResponse:
    form = AnnounceForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            facts = {"ward": request.user.ward, "by": request.user, "at": timezone.now(), **form.arguments()}
            return redirect(Dialogue.objects.announce(**facts).get_desk_url())
        except FeedbackError as error:
            form.add_error("starts", str(error))
    context = {"section": "feedback", "tab": "dialogues", "form": form, "label": "Thông báo đối thoại"}
    return render(request, "feedback/dialogue_step.html", context)


def visible(request: HttpRequest, pk: int) -> Dialogue:
    return get_object_or_404(Dialogue.objects.visible_to(request.user).select_related("ward"), pk=pk)


@never_cache
@require_GET
def dialogue_desk(request: HttpRequest, pk: int) -> HttpResponse:
    row, now = visible(request, pk), timezone.now()
    AccessLog.objects.note(request.user, AccessLog.Kind.VIEW, f"Đối thoại: {row}", row.ward)
    context = {
        "section": "feedback",
        "tab": "dialogues",
        "dialogue": row,
        "questions": row.questions.all(),
        "promises": row.promises.select_related("responsible"),
        "has_begun": row.starts_at <= now,
        "organises": request.user.ward_id == row.ward_id and request.user.has_role("clerk", "leader"),
        "today": timezone.localdate(now),
    }
    return render(request, "feedback/dialogue_desk.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk", "officer", "leader")
def act(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    row = visible(request, pk)
    if slug not in ACTS:
        raise Http404
    return take(request, ACTS[slug], row, row)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk", "officer", "leader")
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    rows = DialogueQuestion.objects.visible_to(request.user).select_related("dialogue__ward")
    question = get_object_or_404(rows, pk=pk)
    return take(request, REPLY, question.dialogue, question)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk", "officer", "leader")
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    rows = DialoguePromise.objects.visible_to(request.user).select_related("dialogue__ward", "responsible")
    promise = get_object_or_404(rows, pk=pk)
    return take(request, FINISH, promise.dialogue, promise)


def take(
    request: HttpRequest, chosen: Act, dialogue: Dialogue, row: Dialogue | DialogueQuestion | DialoguePromise
) -> HttpResponse:
    """One step, or the page that asks for what it needs: whether it is allowed is the verb's own question."""
    about = {"row": row} if row is not dialogue else {}
    form = chosen.form(request.POST if request.method == "POST" else None, dialogue=dialogue, **about)
    if form.is_bound and form.is_valid():
        try:
            getattr(row, chosen.verb)(by=request.user, at=timezone.now(), **form.arguments())
            messages.success(request, chosen.done)
            return redirect(dialogue.get_desk_url())
        except FeedbackError as error:
            form.add_error(None, str(error))
    context = {"section": "feedback", "tab": "dialogues", "dialogue": dialogue, "form": form, "label": chosen.label}
    return render(request, "feedback/dialogue_step.html", {**context, "row": row if about else None})
