"""The dossiers that will probably be late: a leader's of the ward, an officer's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from desk.access import role_required
from desk.models import AccessLog, CalendarDay
from desk.vietnamese import number
from dossiers.forms.overdue import OpenFilter
from dossiers.lanes import Moment
from dossiers.models import Dossier
from dossiers.models.dossier import DossierQuerySet
from dossiers.overdue import ON_PAPER, Row, cut_words, for_report, rows_of
from dossiers.report_files import Book
from dossiers.risk import AT_RISK, ENOUGH, Outlook, Risk
from dossiers.views.dossier import pdf_response
from dossiers.views.register import XLSX

PAGE = 25
HEADS = ("Còn lại", "Mã hồ sơ", "Người nộp", "Thủ tục", "Đã hẹn", "Đang ở", "Bước", "Vì sao đáng lo", "Theo số liệu")


class Found(NamedTuple):
    """One dossier of the list: what the past says, in words, and its row."""

    risk: Risk
    words: str
    row: Row


@dataclass(frozen=True)
class Risks:
    """What may be late of what somebody has to look after, narrowed as the address says."""

    outlook: Outlook
    mine: DossierQuerySet
    filter: OpenFilter
    at: Moment

    def found(self, risks: Iterable[Risk]) -> list[Found]:
        """The rows of those; not of one that somebody has just taken away."""
        risks = list(risks)
        dossiers = for_report(self.mine.filter(pk__in=[risk.running.pk for risk in risks]))
        rows = {row.dossier.pk: row for row in rows_of(dossiers, self.at)}
        pairs = ((risk, rows.get(risk.running.pk)) for risk in risks)
        return [Found(risk, risk.words(self.at.calendar), row) for risk, row in pairs if row]

    @property
    def about(self) -> str:
        """What stands above a list that is taken away, also what it was narrowed to."""
        told = f"{number(len(self.outlook.high))} hồ sơ có nguy cơ trễ trong {number(self.outlook.open)} hồ sơ còn hạn"
        unknown = f"; {number(self.outlook.unknown)} hồ sơ chưa đủ số liệu để nói" if self.outlook.unknown else ""
        chosen = ", ".join(self.filter.told)
        return f"{told}{unknown}." + (f" Chọn theo {chosen}." if chosen else "")


def composed(request: HttpRequest) -> Risks:
    now, ward = timezone.now(), request.user.ward
    at = Moment(now, CalendarDay.objects.calendar(ward.hours), request.user)
    mine, narrowed = Dossier.objects.visible_to(request.user), OpenFilter(request.GET, staff=request.user)
    if not request.user.is_leader:
        mine = mine.filter(holder=request.user)
        del narrowed.fields["can_bo"]
    return Risks(Outlook.of(narrowed.narrow(mine), ward, at.calendar, now), mine, narrowed, at)


@never_cache
@require_GET
@role_required("leader", "officer")
def risks(request: HttpRequest) -> HttpResponse:
    made = composed(request)
    page = Paginator(made.outlook.high, PAGE).get_page(request.GET.get("trang"))
    context = {
        "section": "leader" if request.user.is_leader else "dossiers",
        "tab": "risk",
        "filter": made.filter,
        "outlook": made.outlook,
        "page": page,
        "items": made.found(page),
        "at": made.at,
        "asked": request.GET.urlencode(),
        "least": round(10 * AT_RISK),
        "enough": ENOUGH,
    }
    return render(request, "dossiers/risks.html", context)


def values_of(item: Found) -> list[Any]:
    row, dossier = item.row, item.row.dossier
    told = [row.age, dossier.code, dossier.applicant_name, dossier.procedure.short_name, row.promised_day]
    return [*told, str(dossier.holder or ""), row.step, item.words, item.risk.basis]


@never_cache
@require_GET
@role_required("leader", "officer")
def risk_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same list as a file: whole in the workbook, the most urgent on paper."""
    made, ward = composed(request), request.user.ward
    AccessLog.objects.note(request.user, AccessLog.Kind.EXPORT, "Danh sách nguy cơ trễ", ward)
    high, about = made.outlook.high, made.about
    if kind == "pdf":
        context = {"items": made.found(high[:ON_PAPER]), "about": f"{about}{cut_words(len(high))}", "ward": ward}
        context["now"] = timezone.localtime(made.at.now)
        return pdf_response(render_to_string("paper/risks.html", context), "nguy-co.pdf")
    book = Book()
    book.sheet("Nguy cơ trễ", HEADS, map(values_of, made.found(high)), f"{ward}: {about}")
    response = HttpResponse(book.closed(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="nguy-co.xlsx"'
    return response
