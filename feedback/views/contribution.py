"""What the ward does with a contribution: list, enter, assign, answer, publish."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from desk.access import role_required
from desk.models import AccessLog, CalendarDay
from feedback.forms.contribution import ActForm, AssignForm, EnterForm, PublishForm, ReplyForm
from feedback.lists import LISTS
from feedback.models import Contribution, ContributionFile, FeedbackError

PAGE = 25


@dataclass(frozen=True)
class Act:
    """A step of a contribution: the verb, its form, its words, and what is said when it is done."""

    verb: str
    form: type[ActForm]
    label: str
    done: str


ACTS = {
    "phan-cong": Act("assign", AssignForm, "Phân công", "Đã giao cho {row.assigned_to}."),
    "tra-loi": Act("reply", ReplyForm, "Trả lời", "Đã trả lời."),
    "dang": Act("publish", PublishForm, "Đăng công khai", "Đã đăng lên trang góp ý."),
    "thoi-dang": Act("withdraw", ActForm, "Thôi đăng", "Đã gỡ khỏi trang góp ý."),
}


@never_cache
@require_GET
def contributions(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    mine = Contribution.objects.visible_to(request.user)
    chosen = LISTS.get(request.GET.get("loc", ""), LISTS["cho-phan-cong"])
    page = Paginator(chosen.rows(mine, request.user, today).for_page(), PAGE).get_page(request.GET.get("trang"))
    calendar = CalendarDay.objects.calendar()
    context = {
        "section": "feedback",
        "tab": "contributions",
        "chosen": chosen,
        "lists": [(each, each.count(mine, request.user, today)) for each in LISTS.values()],
        "page": page,
        "rows": [(row, row.due_words(calendar, today), row.is_late(today)) for row in page],
    }
    return render(request, "feedback/contributions.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk", "officer", "leader")
def new(request: HttpRequest) -> HttpResponse:
    """Said at the counter, or written in a letter."""
    now, ward, posted = timezone.now(), request.user.ward, request.method == "POST"
    form = EnterForm(request.POST, request.FILES, ward=ward) if posted else EnterForm(ward=ward)
    if posted and form.is_valid():
        try:
            return redirect(Contribution.objects.receive(ward=ward, by=request.user, **form.arguments(now)))
        except FeedbackError as error:
            form.add_error("received_on", str(error))
    context = {"section": "feedback", "tab": "contributions", "form": form}
    return render(request, "feedback/contribution_new.html", context)


def visible(request: HttpRequest, code: str) -> Contribution:
    return get_object_or_404(Contribution.objects.visible_to(request.user).for_page(), code=code)


@never_cache
@require_GET
def contribution(request: HttpRequest, code: str) -> HttpResponse:
    row, today = visible(request, code), timezone.localdate()
    AccessLog.objects.note(request.user, AccessLog.Kind.VIEW, str(row), row.ward)
    context = {
        "section": "feedback",
        "tab": "contributions",
        "contribution": row,
        "due": row.due_words(CalendarDay.objects.calendar(row.ward.hours), today),
        "is_late": row.is_late(today),
        "files": row.files.all(),
        "steps": row.steps.select_related("by"),
    }
    works_here = request.user.ward_id == row.ward_id
    if works_here and row.is_open and request.user.has_role("leader"):
        context["assign_form"] = AssignForm(contribution=row)
    if works_here and row.is_open and (request.user.has_role("leader") or row.assigned_to_id == request.user.pk):
        context["reply_form"] = ReplyForm(contribution=row)
    return render(request, "feedback/contribution.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk", "officer", "leader")
def act(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """One step of a contribution: whether it is allowed is the verb's own question."""
    row = visible(request, code)
    if (chosen := ACTS.get(slug)) is None:
        raise Http404
    form = chosen.form(request.POST if request.method == "POST" else None, contribution=row)
    if form.is_bound and form.is_valid() and "xem" not in request.POST:
        try:
            getattr(row, chosen.verb)(by=request.user, at=timezone.now(), **form.arguments())
            messages.success(request, chosen.done.format(row=row))
            return redirect(row)
        except FeedbackError as error:
            form.add_error(None, str(error))
    context = {"section": "feedback", "tab": "contributions", "contribution": row, "form": form, "act": chosen}
    return render(request, "feedback/contribution_step.html", context)


@never_cache
@require_GET
def file(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    row = visible(request, code)
    kept = get_object_or_404(ContributionFile.objects.visible_to(request.user), contribution=row, pk=pk)
    try:
        with default_storage.open(kept.stored) as opened:
            content = opened.read()
    except FileNotFoundError as error:
        raise Http404 from error
    AccessLog.objects.note(request.user, AccessLog.Kind.DOWNLOAD, f"Tệp kèm {row}", row.ward)
    response = HttpResponse(content, content_type=kept.kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kept.name)}"
    return response
