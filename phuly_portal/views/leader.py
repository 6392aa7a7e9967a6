"""The leader's pages: what is late, falls behind or is due soon, with what to do next; and what else there is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from desk.access import role_required
from desk.charts import Chart, bars, line
from desk.models import AccessLog, CalendarDay
from desk.period import Days, month_of, months_later
from desk.vietnamese import day_month, lower_first, number
from dossiers.lanes import LISTS, Moment
from dossiers.models import Appointment, Dossier, HelpGiven, HomeVisit
from dossiers.overdue import ON_PAPER, TABS, Late, age_groups, counts_of, cut_words, for_report, rows_of
from dossiers.report import Report
from dossiers.report_files import Book
from dossiers.views.counter import find, keep_search
from dossiers.views.dossier import pdf_response
from dossiers.views.register import XLSX
from feedback.figures import satisfaction
from feedback.models import CallBack, Contribution
from feedback.period import this_month
from letters.apologies import Item, apologies, items_of
from letters.forms.overdue import LeaderFilter
from letters.lists import LISTS as LETTERS
from letters.models import Letter

PAGE = 25
#: Weeks of the line of shares, and months that the other sides look back on, this one included.
WEEKS, MONTHS = 8, 6
#: The lists of letters that a leader asks after first.
LETTERS_FIRST = ("cho-duyet", "cho-nguyen-nhan", "vuong")
HEADS = (
    "Quá hạn (ngày làm việc)",
    "Mã hồ sơ",
    "Người nộp",
    "Thủ tục",
    "Đã hẹn",
    "Hẹn lại",
    "Nguyên nhân",
    "Đang ở",
    "Bước",
    "Thư xin lỗi",
)


def moment_of(request: HttpRequest) -> Moment:
    return Moment(timezone.now(), CalendarDay.objects.calendar(request.user.ward.hours), request.user)


class Lists:
    """What the leader has before him: the list that is open, narrowed as the address says."""

    def __init__(self, request: HttpRequest) -> None:
        self.at, self.staff, self.back = moment_of(request), request.user, request.get_full_path()
        self.lane = LISTS[request.GET["lan"] if request.GET.get("lan") in TABS else TABS[0]]
        self.is_late = self.lane.slug == TABS[0]
        self.today = timezone.localdate(self.at.now)
        self.mine = Dossier.objects.visible_to(request.user)
        self.words = request.session.get("search", "") if "tim" in request.GET else ""
        self.filter = LeaderFilter(
            request.GET, staff=request.user, today=self.today, calendar=self.at.calendar, is_late=self.is_late
        )
        rows = self.lane.rows(self.mine, self.at)
        self.rows = for_report(self.filter.narrow(find(self.words, rows) if self.words else rows))

    def items(self, dossiers: Any) -> list[Item]:
        return items_of(rows_of(dossiers, self.at), self.staff, self.back)

    def headline(self, late: Late) -> str:
        """ "7 hồ sơ quá hạn, lâu nhất 4 ngày làm việc."."""
        if not late.promised:
            return "Không có hồ sơ nào quá hạn."
        longest = self.at.calendar.days_late(min(late.promised), self.today)
        told = f"{longest} ngày làm việc" if longest else self.at.late_since(min(late.promised))
        return f"{number(late.promised.total())} hồ sơ quá hạn, lâu nhất {told}."

    def about(self, late: Late, count: int) -> str:
        """What stands above a list of so many rows that is taken away, also what it was narrowed to."""
        told = ", ".join([*([f"lời tìm “{self.words}”"] if self.words else []), *self.filter.told])
        said = [self.headline(late)] if self.is_late else []
        if told:
            said.append(f"Chọn theo {told}: {number(count)} hồ sơ.")
        return " ".join(said) or f"{number(count)} hồ sơ."

    def apologies_sent(self) -> int:
        """For what is late."""
        late = self.mine.overdue(self.at.now).order_by().values("pk")
        return apologies().filter(dossier__in=late).issued().count()

    def drawings(self, late: Late) -> list[Chart]:
        count = number(late.promised.total())
        ages = age_groups(late.promised, self.today, self.at.calendar)
        monday = self.today - timedelta(days=self.today.weekday())
        weeks = Report([self.staff.ward], Days(monday - timedelta(weeks=WEEKS - 1), self.today)).shares_by_week()
        counts = [count for _, _, count in weeks]
        about = f"Mỗi tuần {number(min(counts))} đến {number(max(counts))} kết quả" if counts else "Chưa có kết quả"
        return [
            bars("Quá hạn bao lâu", f"Ngày làm việc, {count} hồ sơ hôm nay", ages, css="bar-overdue"),
            bars("Vì sao chậm", f"Nguyên nhân đã ghi, {count} hồ sơ hôm nay", late.causes),
            line("Đúng hạn theo tuần", about, [(day_month(day), share) for day, share, _ in weeks]),
        ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("leader")
def leader(request: HttpRequest) -> HttpResponse:
    """The list that the address names; words to search for are posted."""
    if request.method == "POST":
        return keep_search(request)
    lists = Lists(request)
    late = Late.of(lists.mine, lists.at.now)
    page = Paginator(lists.rows, PAGE).get_page(request.GET.get("trang"))
    tabs = counts_of(lists.mine, lists.at)
    context = {
        "section": "leader",
        "tab": "overdue",
        "headline": lists.headline(late),
        "is_late": bool(late.promised),
        "apologies_sent": lists.apologies_sent(),
        "to_sign": Letter.objects.visible_to(request.user).signable().count(),
        "open": lists.mine.open().count(),
        "behind": {slug: count for slug, _, count in tabs}["cham-tien-do"],
        "tabs": tabs,
        "lane": lists.lane,
        "filter": lists.filter,
        "words": lists.words,
        "page": page,
        "items": lists.items(page),
        "drawings": lists.drawings(late),
        "asked": request.GET.urlencode(),
        "at": lists.at,
    }
    return render(request, "portal/leader.html", context)


def values_of(item: Item) -> list[Any]:
    """Numbers and days as such, so that they can be sorted: how late is in working days."""
    dossier, row = item.dossier, item.row
    age = row.at.days_late(dossier) if row.is_late else row.age
    told = [age, dossier.code, dossier.applicant_name, dossier.procedure.short_name]
    told += [row.promised_day, row.promised_anew_day or ""]
    return [*told, row.cause or "Chưa ghi", str(dossier.holder or ""), row.step, item.letter_words]


@never_cache
@require_GET
@role_required("leader")
def leader_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The list that is open, whole, as a file."""
    lists = Lists(request)
    count, title = lists.rows.count(), lists.lane.title
    AccessLog.objects.note(request.user, AccessLog.Kind.EXPORT, f"Danh sách {lower_first(title)}", request.user.ward)
    late = Late.of(lists.mine, lists.at.now)
    about = lists.about(late, count)
    if kind == "pdf":
        items, about = lists.items(lists.rows[:ON_PAPER]), f"{about}{cut_words(count)}"
        context = {"items": items, "lane": lists.lane, "about": about, "ward": request.user.ward}
        context |= {
            "drawings": lists.drawings(late) if lists.is_late else [],
            "now": timezone.localtime(lists.at.now),
        }
        return pdf_response(render_to_string("paper/overdue.html", context), "qua-han.pdf")
    book = Book()
    heads = HEADS if lists.is_late else ("Còn lại", *HEADS[1:])
    book.sheet(title, heads, map(values_of, lists.items(lists.rows)), f"{request.user.ward}: {about}")
    response = HttpResponse(book.closed(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="qua-han.xlsx"'
    return response


class Month(NamedTuple):
    """People helped with their declarations, and visits done at home, in one month."""

    first: date
    helped: int
    visits: int


@never_cache
@require_GET
@role_required("leader")
def other_sides(request: HttpRequest) -> HttpResponse:
    """Letters, voices, help given and causes: what is no list of late dossiers."""
    now, staff = timezone.now(), request.user
    today = timezone.localdate(now)
    first, after = months_later(month_of(today), 1 - MONTHS), today + timedelta(days=1)
    letters = Letter.objects.visible_to(staff)
    helped = HelpGiven.objects.visible_to(staff).by_month(first, after)
    visits = HomeVisit.objects.visible_to(staff).done_by_month(first, after)
    causes = Appointment.objects.visible_to(staff).causes(first, after)
    context = {
        "section": "leader",
        "tab": "other",
        "letters": [(LETTERS[slug], LETTERS[slug].rows(letters, now).count()) for slug in LETTERS_FIRST],
        "causes": causes,
        "missed": sum(count for _, count in causes),
        "months": [Month(month, helped.get(month, 0), visits.get(month, 0)) for month in sorted({*helped, *visits})],
        "first": first,
        "voices": {
            "unassigned": Contribution.objects.visible_to(staff).unassigned().count(),
            "late": Contribution.objects.visible_to(staff).late(today).count(),
            "calls": CallBack.objects.visible_to(staff).overdue(today).count(),
        },
        "satisfaction": satisfaction([staff.ward], today, this_month(today)),
    }
    return render(request, "portal/other_sides.html", context)
