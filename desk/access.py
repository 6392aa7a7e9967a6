"""Who may open a staff page: a role in a ward. What they may do with a row is the verb's own question."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest) -> str:
    """The page of this portal from which an act was begun, as `?ve=` names it; nothing where it names none."""
    asked = request.GET.get("ve", "")
    return asked if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, None) else ""


def oversight(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view is for the leaders of a ward and for the city; anybody else gets 403."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (request.user.sees_all_wards or request.user.has_role("leader")):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


def role_required(*roles: str) -> Callable:
    """The view is for people of a ward who hold one of the roles; anybody else gets 403."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.ward_id is None or not request.user.has_role(*roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return decorate
