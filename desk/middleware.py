"""What stands between the web server and every page."""

import errno
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import MiddlewareNotUsed
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from desk.pdf import PrinterError
from desk.views import login_with_typed

type_of_get_response = Callable[[HttpRequest], HttpResponse]


def client_address(get_response: type_of_get_response) -> type_of_get_response:
    """In production the TLS proxy in front appends the client's address; locks and limits count by it."""
    if not settings.PRODUCTION:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponse:
        if forwarded := request.META.get("HTTP_X_FORWARDED_FOR"):
            request.META["REMOTE_ADDR"] = forwarded.rpartition(",")[2].strip()
        return get_response(request)

    return middleware


class StaffOnlyMiddleware(LoginRequiredMiddleware):
    """Every page asks for a log-in unless it says otherwise; a form sent after the log-in ran out is kept."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        if request.method == "POST":
            return login_with_typed(request)
        return super().handle_no_permission(request, view_func)


def is_disk_full(error: BaseException) -> bool:
    return (isinstance(error, OSError) and error.errno == errno.ENOSPC) or (
        isinstance(error, OperationalError) and ("disk is full" in str(error) or "No space left" in str(error))
    )


class SayWhatBroke(MiddlewareMixin):
    """A full disk, a missing font or an unreachable database is said in words, not as a broken page."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, PrinterError):
            trouble = str(error)
        elif is_disk_full(error):
            trouble = "Máy chủ đã hết chỗ trống nên chưa lưu được. Xin báo quản trị giải phóng ổ đĩa."
        elif isinstance(error, OperationalError):
            trouble = "Cơ sở dữ liệu đang bận hoặc không liên lạc được, nên chưa lưu được."
        else:
            return None
        return render(request, "trouble.html", {"trouble": trouble}, status=503)


say_what_broke = SayWhatBroke
