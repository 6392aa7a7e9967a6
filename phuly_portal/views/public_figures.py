"""Số liệu công khai: what was promised and kept, for everybody, as a page and as open data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_GET

from desk.calendar import OfficeHours
from desk.kept import for_a_minute
from desk.models import Ward
from desk.period import Days, months_later
from dossiers.models import FigureRun
from dossiers.published import Published, Running, counted_until
from dossiers.report import Line
from dossiers.report_tables import in_days
from feedback.forms.period import MonthsForm
from feedback.period import Period, shortcuts, this_month
from feedback.published import PublishedSurvey
from feedback.statistics import Share
from feedback.tables import OTHERS
from phuly_portal import open_data

#: Figures change once a minute at most.
kept_a_minute = cache_control(public=True, max_age=60)


@dataclass(frozen=True)
class Row:
    """One line of the page: what was done and how long it took, and what people said."""

    name: str
    line: Line
    share: Share
    day: timedelta
    link: str = ""
    until: date | None = None

    @property
    def days(self) -> str:
        """Within which time nine of ten were done, in days as long as this counter is open."""
        return in_days(self.line.p90, self.day)

    @property
    def took(self) -> str:
        return f"{self.days} làm việc"


def period_of(request: HttpRequest, today: date) -> tuple[MonthsForm, Period]:
    """The months asked for; the last whole month where none is, or what is asked for is none."""
    last = months_later(today.replace(day=1), -1)
    usual = Period(last, last)
    asked = {name: request.GET[name] for name in ("tu", "den") if name in request.GET}
    form = MonthsForm(asked or dict.fromkeys(("tu", "den"), f"{last:%Y-%m}"), today)
    return form, form.period if form.is_valid() else usual


def by_ward(figures: Published | Running, survey: PublishedSurvey, query: str) -> list[Row]:
    shares, until = survey.by_ward(), getattr(figures, "until", {})
    return [
        Row(
            line.name,
            line,
            shares.get(ward.pk, Share()),
            ward.hours.day_length,
            f"?don_vi={ward.slug}&{query}",
            until.get(ward.pk),
        )
        for ward, line in zip(figures.wards, figures.by_ward(), strict=True)
    ]


def by_procedure(published: Published, survey: PublishedSurvey, day: timedelta) -> list[Row]:
    """What people said of procedures that are pooled here stands with the pool."""
    lines, shares = published.by_procedure(), survey.by_procedure()
    named = {line.key: shares.pop(line.key) for line in lines if line.key and line.key in shares}
    named[""] = sum(shares.values(), Share())
    if named[""].count and all(line.key for line in lines):
        lines.append(Line("", OTHERS))
    return [Row(line.name, line, named.get(line.key, Share()), day) for line in lines]


@for_a_minute
def figures_of(slug: str, period: Period, today: date) -> dict[str, Any]:
    """What the page shows of those months, for one ward or for all: summed once a minute however often it is read."""
    wards = list(Ward.objects.in_service())
    if slug:
        wards = [ward for ward in wards if ward.slug == slug]
    ward = wards[0] if len(wards) == 1 else None
    day = (ward.hours if ward else OfficeHours()).day_length
    running = period == this_month(today)
    survey = PublishedSurvey(wards, period, today)
    months = Days(period.first, period.after - timedelta(days=1))
    figures = Running(wards, today) if running else Published(wards, months, today)
    satisfaction = survey.total()
    found: dict[str, Any] = {
        "running": running,
        "until": figures.days.last,
        "cut_short": figures.days.last < months.last,
        "satisfaction": satisfaction,
        "total": Row("", figures.total(), satisfaction.share if satisfaction else Share(), day),
        "by_ward": [] if ward else by_ward(figures, survey, period.query),
        "told_until": figures.until.get(ward.pk) if running and ward else None,
    }
    if isinstance(figures, Published):
        fields = [Row(line.name, line, Share(), day) for line in figures.by_field()]
        found |= {"by_field": fields, "by_procedure": by_procedure(figures, survey, day)}
    return found


@login_not_required
@kept_a_minute
@require_GET
def public_figures(request: HttpRequest) -> HttpResponse:
    """The figures of some months, of the city or of one ward."""
    wards = list(Ward.objects.in_service())
    ward = wards[0] if len(wards) == 1 else None
    if slug := request.GET.get("don_vi"):
        ward = get_object_or_404(Ward.objects.in_service(), slug=slug)
    now = timezone.localdate()
    today = min(counted_until() or now, now)
    form, period = period_of(request, today)
    context = {
        "ward": ward,
        "choices": wards if len(wards) > 1 else [],
        "form": form,
        "period": period,
        "shortcuts": shortcuts(today),
        "run": FigureRun.objects.first(),
        "tables": open_data.TABLES,
        "licence": open_data.LICENCE,
        "hidden": open_data.HIDDEN,
        **figures_of(ward.slug if ward else "", period, today),
    }
    return render(request, "portal/public_figures.html", context)


# open data


def counted_at(request: HttpRequest) -> datetime | None:
    run = FigureRun.objects.first()
    return run.counted_at if run else None


def etag(request: HttpRequest) -> str | None:
    moment = counted_at(request)
    return f'"{open_data.VERSION}-{moment:%Y%m%d%H%M%S%f}"' if moment else None


def year_asked(request: HttpRequest) -> int | None:
    """Raises ValueError where the year asked for is none."""
    year = request.GET.get("nam", "")
    if year and not (year.isascii() and year.isdigit() and len(year) == 4):
        raise ValueError
    return int(year) if year else None


def refused() -> HttpResponse:
    words = "Xin ghi năm bằng bốn chữ số, như nam=2026; bảng là bang=thu_tuc hoặc bang=don_vi.\n"
    return HttpResponseBadRequest(words, content_type="text/plain; charset=utf-8")


def open_to_all(chunks: Iterable[str], content_type: str) -> HttpResponse:
    """Any page on the web may read it: there is nothing in it that is not public."""
    response = StreamingHttpResponse(chunks, content_type=f"{content_type}; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    return response


@login_not_required
@kept_a_minute
@require_GET
@condition(etag, counted_at)
def data_json(request: HttpRequest) -> HttpResponse:
    """Both tables with their description; `nam` asks for one year."""
    try:
        year = year_asked(request)
    except ValueError:
        return refused()
    today = counted_until() or date.min
    about = open_data.described(counted_at(request), request.build_absolute_uri(reverse("public_figures")))
    tables = {table.slug: open_data.rows_of(table, year, today) for table in open_data.TABLES}
    return open_to_all(open_data.as_json(about, tables), "application/json")


@login_not_required
@kept_a_minute
@require_GET
@condition(etag, counted_at)
def data_csv(request: HttpRequest) -> HttpResponse:
    """One table: `bang` says which, `nam` asks for one year."""
    table = open_data.BY_SLUG.get(request.GET.get("bang") or "thu_tuc")
    try:
        year = year_asked(request)
    except ValueError:
        return refused()
    if table is None:
        return refused()
    today = counted_until() or date.min
    response = open_to_all(open_data.as_csv(table, open_data.rows_of(table, year, today)), "text/csv")
    response["Content-Disposition"] = f'attachment; filename="phu-ly-{table.slug.replace("_", "-")}.csv"'
    return response
