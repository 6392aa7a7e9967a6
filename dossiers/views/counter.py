"""The counter: one field that knows what was scanned, and the day in four lanes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Func, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from desk.access import role_required
from desk.calendar import WorkingCalendar
from desk.idcard import IdCardError, looks_like_card, read_card
from desk.kept import for_a_minute, kept, kept_calendar
from desk.models import AccessLog, Staff
from desk.sql import CompiledQuery, number_of
from desk.vietnamese import mask_id_number
from dossiers.forms.counter import DossierFilter, ScanForm
from dossiers.forms.report import NumberForm
from dossiers.lanes import LANES, LISTS, Lane, Moment
from dossiers.models import Dossier, DossierError, Procedure
from dossiers.models.dossier import DossierQuerySet

#: Rows that a lane shows before it says "and n more", and that a search lists.
SHOWN, FOUND, PAGE = 7, 25, 25
#: Scans of a pile that its page remembers.
PILE = 200
#: What the counter shows of a dossier: it is open all day, and a dossier has sixty columns.
COLUMNS = (
    "code", "applicant_name", "state", "day_number", "received_at", "promised_at", "due_at", "ready_at", "procedure",
)  # fmt: skip
STATUS_LINK = re.compile(r"/hs/([\w-]{22})/?$")
CODE = re.compile(r"[0-9A-Z.]{5,40}-\d{6}-\d{4,}", re.IGNORECASE)


def moment_of(request: HttpRequest) -> Moment:
    ward = request.user.ward
    return Moment(timezone.now(), kept_calendar(ward.hours if ward else None), request.user)


def list_rows(dossiers: DossierQuerySet) -> DossierQuerySet:
    return dossiers.select_related("procedure", "ward")


#: A moment at a counter to put its queries together for; a Friday, so that none of its days touch.
EXAMPLE = Moment(
    datetime(1999, 1, 1, 9, 30, tzinfo=timezone.get_default_timezone()),
    WorkingCalendar(),
    Staff(pk=987654321, ward_id=987654322),
)


def asked_of(at: Moment) -> tuple[Any, ...]:
    """What the queries of the counter depend on."""
    assert at.staff is not None
    return at.staff.ward_id, at.staff.pk, at.now, *at.today, *at.next_day


def kept_query(rows: Callable[[DossierQuerySet, Moment], QuerySet]) -> CompiledQuery:
    return CompiledQuery(lambda *_: rows(Dossier.objects.visible_to(EXAMPLE.staff), EXAMPLE), *asked_of(EXAMPLE))


def first_of(rows: DossierQuerySet) -> DossierQuerySet:
    """Rows and number come by one query, and neither reads the rows in between: an index gives both."""
    return rows.only(*COLUMNS).annotate(count=Subquery(number_of(rows)))[:SHOWN]


FIRST = {
    slug: kept_query(lambda dossiers, at, lane=lane: first_of(lane.rows(dossiers, at)))  # type: ignore[misc]
    for slug, lane in LANES.items()
}
INCOMING = kept_query(lambda dossiers, at: number_of(dossiers.given_to(at.staff)))
REMINDED = kept_query(lambda dossiers, at: number_of(dossiers.reminded_to(at.staff)))
BEHIND = kept_query(
    lambda dossiers, at: number_of(dossiers.behind(at.now)).annotate(soonest=Func("due_at", function="MIN"))
)


def filled(lane: Lane, at: Moment) -> dict[str, Any]:
    """A lane with its first rows, each with the word in its corner, and how many there are in all."""
    first = FIRST[lane.slug](*asked_of(at))
    count = first[0].count if first else 0
    rows = [(dossier, lane.corner(at, dossier)) for dossier in first]
    return {"lane": lane, "rows": rows, "count": count, "more": count - len(rows)}


@for_a_minute
def procedures() -> dict[int, Procedure]:
    """Every procedure by its key, for its short name."""
    return Procedure.objects.only("short_name").in_bulk()


def name_procedures(dossiers: list[Dossier]) -> None:
    known = procedures()
    for dossier in dossiers:
        dossier.procedure = known.get(dossier.procedure_id) or kept(Procedure, dossier.procedure_id)


def find(text: str, dossiers: DossierQuerySet) -> DossierQuerySet:
    """What was scanned or typed: the slip's QR, a dossier code, an ID card, a number or a name.

    Raises IdCardError for a card that was read only in part.
    """
    if link := STATUS_LINK.search(text):
        return dossiers.filter(token=link[1])
    if CODE.fullmatch(text):
        return dossiers.filter(code=text.upper())
    if looks_like_card(text):
        return dossiers.filter(id_number=read_card(text).id_number)
    return dossiers.find(text)


def behind_words(at: Moment) -> str:
    """ "6 hồ sơ chậm tiến độ, gấp nhất còn 4 giờ làm việc"; nothing where all goes well."""
    [(count, soonest)] = BEHIND(*asked_of(at))
    return f"{count} hồ sơ chậm tiến độ, gấp nhất {at.left_until(soonest)}" if count else ""


def note_number(request: HttpRequest, text: str) -> None:
    """Log a search by a person's number, masked; codes and names are the counter's daily bread."""
    number = text.partition("|")[0] if looks_like_card(text) else re.sub(r"[ .]", "", text)
    if number.isdigit() and len(number) >= 9:
        AccessLog.objects.note(request.user, AccessLog.Kind.SEARCH, f"Số {mask_id_number(number)}", request.user.ward)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk", "officer", "leader")
def counter(request: HttpRequest) -> HttpResponse:
    """Lanes on GET. A scan is posted, so that names and numbers stay out of addresses and logs."""
    form = ScanForm(request.POST or None)
    mine = Dossier.objects.visible_to(request.user)
    found = None
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["q"]
        note_number(request, typed)
        try:
            found = list(find(typed, mine).only(*COLUMNS)[:FOUND])
            found = found or list(mine.find_begun(typed).only(*COLUMNS)[:FOUND])
        except IdCardError as error:
            form.add_error("q", str(error))
        if found and len(found) == 1:
            return redirect(found[0])
    at = moment_of(request)
    lanes = [filled(lane, at) for lane in LANES.values()] if found is None else []
    name_procedures(found or [dossier for lane in lanes for dossier, _ in lane["rows"]])
    context = {
        "section": "counter",
        "form": form,
        "found": found,
        "card": form.data.get("q", "") if looks_like_card(form.data.get("q", "")) else "",
        "lanes": lanes,
        "incoming": INCOMING(*asked_of(at))[0][0] if found is None else 0,
        "reminded": REMINDED(*asked_of(at))[0][0] if found is None else 0,
        "behind": behind_words(at) if found is None else "",
        "closing": at.calendar.closing_ahead(timezone.localdate(at.now)),
    }
    return render(request, "dossiers/counter.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dossiers(request: HttpRequest) -> HttpResponse:
    """All dossiers that this person may see, newest first, or the rows of one list; narrowed as the address says.

    Words to search for are posted and stay in the session: `tim` in the address says that they count, never what
    they are.
    """
    if request.method == "POST":
        return keep_search(request)
    narrowed = DossierFilter(request.GET, staff=request.user)
    rows = narrowed.narrow(Dossier.objects.visible_to(request.user))
    words = request.session.get("search", "") if "tim" in request.GET else ""
    if words:
        found = find(words, rows)
        rows = found if found.exists() else rows.find_begun(words)
    at = moment_of(request)
    lane = LISTS.get(request.GET.get("lan", ""))
    counted = NumberForm.of(request.GET) if request.GET.get("so") else None
    if counted:
        rows = counted.rows(rows) if narrowed.is_valid() else rows.none()
    rows = list_rows(lane.rows(rows, at) if lane else rows.order_by("-received_at", "-pk"))
    page = Paginator(rows, PAGE).get_page(request.GET.get("trang"))
    context = {
        "section": "dossiers",
        "lane": lane,
        "lanes": LISTS.values(),
        "counted": counted,
        "number": counted.number if counted else None,
        "filter": narrowed,
        "words": words,
        "page": page,
        "rows": [(dossier, lane.corner(at, dossier) if lane else dossier.get_state_display()) for dossier in page],
    }
    return render(request, "dossiers/dossiers.html", context)


def keep_search(request: HttpRequest) -> HttpResponse:
    """Remember the words and go back to the list as it was narrowed; a card that cannot be read is said there."""
    form, asked = ScanForm(request.POST), request.GET.copy()
    asked.pop("trang", None)
    asked.pop("tim", None)
    if form.is_valid():
        words = form.cleaned_data["q"]
        note_number(request, words)
        try:
            request.session["search"] = read_card(words).id_number if looks_like_card(words) else words
            asked["tim"] = "1"
        except IdCardError as error:
            messages.error(request, str(error))
    return redirect(f"{request.path}?{asked.urlencode()}" if asked else request.path)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("clerk", "officer", "leader")
def arrivals(request: HttpRequest) -> HttpResponse:
    """A pile of papers came back signed: scan one after another, each becomes ready; the list shows how each went."""
    form = ScanForm(request.POST or None)
    done = request.session.get("arrivals", [])
    if request.method == "POST" and form.is_valid():
        try:
            found = find(form.cleaned_data["q"], Dossier.objects.visible_to(request.user))[:2]
            words, is_done = arrive(list(found), request, form.cleaned_data["q"])
        except (DossierError, IdCardError) as error:
            words, is_done = str(error), False
        done = [{"words": words, "is_done": is_done}, *done][:PILE]
        request.session["arrivals"] = done
        return redirect("dossiers:arrivals")
    ready = sum(row["is_done"] for row in done)
    context = {"section": "counter", "form": form, "done": done, "ready": ready}
    return render(request, "dossiers/arrivals.html", context)


def arrive(found: list[Dossier], request: HttpRequest, scanned: str) -> tuple[str, bool]:
    if not found:
        code = scanned.upper() if CODE.fullmatch(scanned) else "này"
        return f"Chưa thấy hồ sơ {code} ở đơn vị.", False
    if len(found) != 1:
        return "Có nhiều hồ sơ khớp, xin quét mã trên giấy.", False
    found[0].mark_ready(by=request.user, at=timezone.now())
    return f"{found[0].short_code}, {found[0].procedure.short_name}: đã có kết quả.", True
