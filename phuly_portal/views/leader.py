"""The leader's page: what is late, what waits for an answer, why promises were missed, whom the desk has helped."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from desk.access import role_required
from desk.models import CalendarDay
from dossiers.lanes import Moment
from dossiers.models import Appointment, Dossier, HelpGiven, HomeVisit
from feedback.figures import satisfaction
from feedback.models import CallBack, Contribution
from feedback.period import this_month
from letters.lists import LISTS
from letters.models import Letter

#: Months that the page looks back on, this one included.
MONTHS = 6
#: The lists of letters that a leader asks after first.
LETTERS_FIRST = ("cho-duyet", "cho-nguyen-nhan", "vuong")


class Month(NamedTuple):
    """People helped with their declarations, and visits done at home, in one month."""

    first: date
    helped: int
    visits: int


def period(today: date) -> tuple[date, date]:
    """From the first day of the month `MONTHS` - 1 months ago to tomorrow."""
    first = today.replace(day=1)
    for _ in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return first, today + timedelta(days=1)


@never_cache
@require_GET
@role_required("leader")
def leader(request: HttpRequest) -> HttpResponse:
    now, staff = timezone.now(), request.user
    today = timezone.localdate(now)
    first, after = period(today)
    at = Moment(now, CalendarDay.objects.calendar(staff.ward.hours), staff)
    late = Dossier.objects.visible_to(staff).overdue(now).order_by("promised_at")
    longest, letters = late.first(), Letter.objects.visible_to(staff)
    helped = HelpGiven.objects.visible_to(staff).by_month(first, after)
    visits = HomeVisit.objects.visible_to(staff).done_by_month(first, after)
    causes = Appointment.objects.visible_to(staff).causes(first, after)
    context = {
        "section": "leader",
        "late": late.count(),
        "longest": at.late_words(longest) if longest else "",
        "letters": [(LISTS[slug], LISTS[slug].rows(letters, now).count()) for slug in LETTERS_FIRST],
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
    return render(request, "portal/leader.html", context)
