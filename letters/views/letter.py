"""The letters of a ward: the lists, one letter as it will print beside its facts, and many approved at once."""

from __future__ import annotations

from dataclasses import dataclass

from csp.decorators import csp_replace
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from desk.access import back, role_required
from desk.models import AccessLog
from dossiers.models import Dossier
from letters.archive import pdf_of
from letters.forms.letter import IssueForm, ProposeForm, RecallForm, SendBackForm, StepForm, SubmitForm, WriteForm
from letters.lists import LISTS, first_list
from letters.models import Letter, LetterError, LetterPolicy
from letters.paper import parts
from letters.tasks import draw_waiting

#: Letters on a page of a list, and read and approved at once.
PAGE, AT_ONCE = 25, 20


@dataclass(frozen=True)
class Act:
    """A step of a letter: the verb, its form, its words, and what is said when it is done."""

    verb: str
    form: type[StepForm]
    label: str
    done: str


ACTS = {
    "duyet": Act("issue", IssueForm, "Duyệt và cấp số", "Đã phát hành thư số {number}."),
    "trinh": Act("submit", SubmitForm, "Trình lãnh đạo duyệt", "Đã trình lãnh đạo."),
    "hen": Act("propose", ProposeForm, "Đổi ngày hẹn mới", "Đã đổi ngày hẹn mới trong thư."),
    "tra-lai": Act("send_back", SendBackForm, "Trả lại để sửa", "Đã trả lại kèm điều cần sửa."),
    "thu-hoi": Act("recall", RecallForm, "Thu hồi, viết thư khác", "Đã thu hồi. Thư thay thế đang chờ sửa và trình."),
    "thoi": Act("call_off", StepForm, "Thôi không gửi", "Đã bỏ thư này."),
}


def visible(request: HttpRequest, pk: int) -> Letter:
    return get_object_or_404(Letter.objects.visible_to(request.user).for_page(), pk=pk)


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def letters(request: HttpRequest) -> HttpResponse:
    now, mine = timezone.now(), Letter.objects.visible_to(request.user)
    chosen = LISTS.get(request.GET.get("loc", ""), first_list(request.user))
    rows = chosen.rows(mine.for_page(), now)
    page = Paginator(rows, PAGE).get_page(request.GET.get("trang"))
    lists = [(each, each.rows(mine, now).count() if each.slug != "da-gui" else None) for each in LISTS.values()]
    context = {"section": "letters", "lists": lists, "chosen": chosen, "page": page, "now": now}
    if request.user.has_role("leader"):
        context["paused"] = LetterPolicy.objects.visible_to(request.user).paused(request.user.ward)
    return render(request, "letters/letters.html", context)


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    row, now = visible(request, pk), timezone.now()
    AccessLog.objects.note(request.user, AccessLog.Kind.VIEW, f"Thư {row.pk}, {row.get_kind_display()}", row.ward)
    queue = list(Letter.objects.visible_to(request.user).signable().values_list("pk", flat=True))
    place = queue.index(row.pk) if row.pk in queue else None
    context = {
        "section": "letters",
        "letter": row,
        "sheet": parts(row, now, shade=True) if row.text else None,
        "place": None if place is None else place + 1,
        "waiting": len(queue),
        "following": next((other for other in [*queue[(place or 0) :], *queue] if other != row.pk), None),
        "now": now,
        "form04": row.form,
    }
    return render(request, "letters/letter.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk", "officer", "leader")
def act(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Take one step, or ask for what it needs."""
    row, step = visible(request, pk), ACTS.get(slug)
    if step is None:
        raise Http404
    form = step.form(request.POST if request.method == "POST" else None, letter=row)
    if request.method == "POST" and form.is_valid():
        try:
            getattr(row, step.verb)(by=request.user, at=timezone.now(), **form.arguments())
            draw_waiting.delay_on_commit()
            messages.success(request, step.done.format(number=row.number_words))
            return redirect(back(request) or row)
        except LetterError as error:
            form.add_error(None, str(error))
    if request.method == "POST" and not any(not field.field.widget.is_hidden for field in form):
        for words in form.non_field_errors():
            messages.error(request, words)
        return redirect(row)
    context = {"section": "letters", "letter": row, "form": form, "act": step}
    return render(request, "letters/step.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("leader")
def read(request: HttpRequest) -> HttpResponse:
    """Read what waits, sheet by sheet, and approve many at once; each by the version that was on the screen."""
    now, mine = timezone.now(), Letter.objects.visible_to(request.user)
    if request.method == "POST":
        approve(request, [pair.partition("-")[::2] for pair in request.POST.getlist("thu")[:AT_ONCE]])
        return redirect("letters:read" if mine.signable().exists() else "letters:letters")
    rows = mine.signable().for_page()[:AT_ONCE]
    sheets = [(row, parts(row, now, shade=True)) for row in rows]
    return render(request, "letters/read.html", {"section": "letters", "sheets": sheets, "now": now})


def approve(request: HttpRequest, chosen: list[tuple[str, str]]) -> None:
    """Issue each letter named by key and version; what cannot leave is said, the others go."""
    versions = {int(pk): int(version) for pk, version in chosen if pk.isdigit() and version.isdigit()}
    issued = 0
    for row in Letter.objects.visible_to(request.user).for_page().filter(pk__in=versions):
        try:
            row.issue(by=request.user, at=timezone.now(), seen=versions[row.pk])
            issued += 1
        except LetterError as error:
            messages.error(request, f"{row}: {error}")
    if issued:
        draw_waiting.delay_on_commit()
        messages.success(request, f"Đã phát hành {issued} thư.")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk", "officer", "leader")
def write(request: HttpRequest) -> HttpResponse:
    """A letter that nothing orders by itself: an apology for a mistake, thanks for an idea or a kind word."""
    dossiers = Dossier.objects.visible_to(request.user)
    initial = {"code": request.GET.get("ho-so", ""), "kind": request.GET.get("loai", "")}
    form = WriteForm(request.POST if request.method == "POST" else None, dossiers=dossiers, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = Letter.objects.write(
            ward=request.user.ward,
            kind=form.cleaned_data["kind"],
            dossier=form.dossier,
            typed=form.typed,
            by=request.user,
            at=timezone.now(),
        )
        draw_waiting.delay_on_commit()
        messages.success(request, "Đã lập thư và trình lãnh đạo.")
        return redirect(made)
    return render(request, "letters/write.html", {"section": "letters", "form": form})


@never_cache
@require_GET
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})
@role_required("clerk", "officer", "leader")
def letter_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    row = visible(request, pk)
    AccessLog.objects.note(request.user, AccessLog.Kind.PRINT, f"Thư {row.pk}, {row.get_kind_display()}", row.ward)
    return pdf_answer(row)


def pdf_answer(row: Letter) -> HttpResponse:
    """The PDF as it is kept. Raises Http404 where the storage has none."""
    try:
        pages = pdf_of(row, timezone.now())
    except FileNotFoundError:
        raise Http404("no PDF is kept of this letter") from None
    response = HttpResponse(pages, content_type="application/pdf")
    name = row.number_words.replace("/", "-") or f"du-thao-{row.pk}"
    response["Content-Disposition"] = f'inline; filename="thu-{name}.pdf"'
    return response
