"""One address for who leads: the city sees its wards, a ward's leader what is late there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from phuly_portal.views.city import city
from phuly_portal.views.leader import leader


def lead(request: HttpRequest) -> HttpResponse:
    return city(request) if request.user.sees_all_wards else leader(request)
