"""A leader looks through the procedures of the ward, and promises to be quicker than the law where that holds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desk.access import role_required
from desk.models import AccessLog, CalendarDay
from dossiers.forms.committed import CommitForm, ReviewForm
from dossiers.models import CommittedTerm, DossierError, FigureRun, Procedure
from dossiers.report_files import Book
from dossiers.report_tables import NOTHING
from dossiers.review import Review, Reviewed
from dossiers.views.dossier import pdf_response
from dossiers.views.register import XLSX

HEADS = (
    "Thủ tục", "Luật cho", "Đang hẹn", "Tiếp nhận", "Có kết quả", "Đúng hạn", "50% xong trong (giờ làm việc)",
    "90% xong trong (giờ làm việc)", "Tại quầy", "Công chức", "Lãnh đạo", "Phải bổ sung", "Hay thiếu", "Từ chối",
    "Dừng",
)  # fmt: skip


def composed(request: HttpRequest, form: ReviewForm) -> Review:
    ward = request.user.ward
    return Review(ward, form.days, CalendarDay.objects.calendar(ward.hours), timezone.localdate())


def page(request: HttpRequest, form: ReviewForm) -> HttpResponse:
    context: dict[str, Any] = {
        "section": "leader",
        "tab": "procedures",
        "form": form,
        "asked": request.GET.urlencode(),
        "run": FigureRun.objects.first(),
    }
    if form.is_valid():
        context["review"] = composed(request, form)
    return render(request, "dossiers/review.html", context)


@never_cache
@require_GET
@role_required("leader")
def review(request: HttpRequest) -> HttpResponse:
    return page(request, ReviewForm.of(request.GET))


def values_of(row: Reviewed) -> list[Any]:
    line = row.line
    told = [line.name, row.procedure.limit_words, row.term.limit_words, line.received, line.resolved]
    told += [NOTHING if value is None else value for value in (line.share, line.median, line.p90)]
    told += [share for _, share in row.spent] or [NOTHING] * 3
    often = "; ".join(f"{paper} ({count})" for paper, count in row.commonest)
    return [*told, row.missing.asked, often, line.refused, line.stopped]


@never_cache
@require_GET
@role_required("leader")
def review_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same as a file; the page with its errors where the days are none."""
    form = ReviewForm.of(request.GET)
    if not form.is_valid():
        return page(request, form)
    made = composed(request, form)
    AccessLog.objects.note(request.user, AccessLog.Kind.EXPORT, f"Rà soát {made.days.words}", made.ward)
    if kind == "pdf":
        context = {"review": made, "ward": made.ward, "now": timezone.localtime()}
        return pdf_response(render_to_string("paper/procedures.html", context), "ra-soat.pdf")
    book = Book()
    title = f"Rà soát thủ tục, {made.ward}, {made.days.words}"
    book.sheet("Thủ tục", HEADS, map(values_of, made.lines), title)
    ideas = [
        [idea.of.line.name, idea.words, NOTHING if idea.hours is None else idea.hours, idea.count]
        for idea in made.ideas
    ]
    book.sheet("Việc nên làm gọn", ("Thủ tục", "Việc", "Giờ chờ bớt được", "Hồ sơ"), ideas)
    response = HttpResponse(book.closed(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="ra-soat.xlsx"'
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("leader")
def commit(request: HttpRequest, procedure: str) -> HttpResponse:
    """How one procedure goes, and the term that the ward gives itself."""
    now, ward = timezone.now(), request.user.ward
    law = get_object_or_404(Procedure.objects.in_force(timezone.localdate(now)), code=procedure)
    looked = Review(ward, ReviewForm.usual_days(), CalendarDay.objects.calendar(ward.hours), timezone.localdate(now))
    row = next((row for row in looked.lines if row.procedure.code == law.code), None)
    offer = row.offer if row else None
    initial = {"limit_value": offer.value, "limit_unit": offer.unit.value} if offer else {"limit_unit": "working_day"}
    form = CommitForm(request.POST or None, ward=ward, procedure=law, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = CommittedTerm.objects.commit(ward=ward, procedure=law, by=request.user, at=now, **form.facts())
            messages.success(request, f"Giấy hẹn từ {made.valid_from:%d/%m/%Y} sẽ ghi {made.limit_words}.")
            return redirect("dossiers:commit", law.code)
        except DossierError as error:
            form.add_error("valid_from", str(error))
    mine = CommittedTerm.objects.visible_to(request.user).filter(ward=ward, code=law.code)
    context = {
        "section": "leader",
        "tab": "procedures",
        "procedure": law,
        "row": row,
        "form": form,
        "terms": mine.select_related("set_by", "ended_by"),
        "held": mine.of(ward, law, timezone.localdate(now)),
        "today": timezone.localdate(now),
    }
    return render(request, "dossiers/commit.html", context)


@never_cache
@require_POST
@role_required("leader")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """From tomorrow on the law's term again; one that has not begun never does."""
    term = get_object_or_404(CommittedTerm.objects.visible_to(request.user), pk=pk)
    try:
        term.end(by=request.user, at=timezone.now())
        messages.success(request, "Đã thôi cam kết. Hồ sơ đã nhận vẫn giữ lời hẹn trên giấy.")
    except DossierError as error:
        messages.error(request, str(error))
    return redirect("dossiers:commit", term.code)
