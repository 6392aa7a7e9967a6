"""The day's round at home as it is printed: the list by hamlet, then a note of hand-over for each visit."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from django.template.loader import render_to_string

from desk.models import DeskName, Ward
from desk.vietnamese import capitalise
from dossiers.models import HomeVisit


def papers_of(visit: HomeVisit) -> list[str]:
    """What the pair takes along or fetches: the result and its slip, or the papers that the procedure asks for."""
    if visit.purpose == HomeVisit.Purpose.RETURN:
        return ["Kết quả giải quyết", "Bản chính đã giữ để đối chiếu (nếu có)", "Giấy hẹn (thu lại hoặc ký nhận)"]
    return [document.name for document in visit.procedure.documents.all()] if visit.procedure else []


def place_of(visit: HomeVisit) -> str:
    """ "Buổi sáng · Tổ 4"."""
    return f"{capitalise(visit.half_words)} · {visit.hamlet or 'chưa ghi thôn, tổ'}"


def round_html(ward: Ward, day: date) -> str:
    rows = HomeVisit.objects.filter(ward=ward).round_of(day).prefetch_related("procedure__documents")
    rows = rows.select_related("procedure", "dossier__procedure", "hamlet", "first_staff", "second_staff")
    visits = [(visit, papers_of(visit)) for visit in rows]
    places = [(place, list(stops)) for place, stops in groupby(visits, key=lambda stop: place_of(stop[0]))]
    context = {"ward": ward, "desk": DeskName.objects.on(day), "day": day, "visits": visits, "places": places}
    return render_to_string("paper/round.html", context)
