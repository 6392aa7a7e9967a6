"""Log-in, password, and the pages that say what went wrong."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from desk.access import role_required
from desk.demo import ACCOUNTS, PASSWORD
from desk.forms import LogFilter, LoginForm, NewPasswordForm
from desk.models import AccessLog, Staff

#: Where a day begins, by the first role that fits.
START_PAGES = {
    "clerk": "/quay/",
    "officer": "/quay/",
    "leader": "/quay/",
    "city": "/lanh-dao/",
    "superuser": "/quan-tri/",
}
#: Names of the hidden fields in which a form travels through the log-in page; `KEPT` says that there is one.
TYPED, KEPT = "typed-", "kept"


def start_page(staff: Staff) -> str:
    return next(page for role, page in START_PAGES.items() if staff.has_role(role))


def typed_fields(request: HttpRequest, prefix: str = "") -> list[tuple[str, str]]:
    """What was posted, field by field, without the CSRF token; `prefix` is taken off the names."""
    return [
        (name.removeprefix(prefix), value)
        for name, values in request.POST.lists()
        if name.startswith(prefix) and name != "csrfmiddlewaretoken"
        for value in values
    ]


def demo_accounts() -> list[dict[str, str]]:
    """The accounts that a demonstration offers on its log-in page; none in production."""
    if settings.PRODUCTION:
        return []
    present = set(Staff.objects.filter(username__in=ACCOUNTS).values_list("username", flat=True))
    return [
        {"username": name, "password": PASSWORD, "label": account.label}
        for name, account in ACCOUNTS.items()
        if name in present
    ]


@method_decorator(never_cache, name="dispatch")
class Login(LoginView):
    template_name = "desk/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True
    typed: list[tuple[str, str]] | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Take the form that travels along out of the request: django-axes stores what a failed log-in posts."""
        super().setup(request, *args, **kwargs)
        if KEPT in request.POST:
            self.typed = typed_fields(request, TYPED)
            own = request.POST.copy()
            for name in [name for name in own if name.startswith(TYPED)]:
                del own[name]
            request.POST = own  # type: ignore[assignment]

    def get_default_redirect_url(self) -> str:
        return start_page(self.request.user) if self.request.user.is_authenticated else resolve_url("/")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, accounts=demo_accounts(), typed=self.typed)

    def form_valid(self, form: LoginForm) -> HttpResponse:
        """After the log-in ran out in the middle of a form, go on with that form."""
        response = super().form_valid(form)
        if self.typed is not None and isinstance(response, HttpResponseRedirect):
            return render(self.request, "desk/go_on.html", {"action": response.url, "typed": self.typed})
        return response


login = login_not_required(Login.as_view())


def login_with_typed(request: HttpRequest) -> HttpResponse:
    """The log-in page that carries what was sent to another one, status 401. Who was leaving anyway starts afresh."""
    is_leaving = request.path == reverse("desk:logout")
    context = {
        "form": LoginForm(request),
        "next": "" if is_leaving else request.get_full_path(),
        "typed": None if is_leaving else typed_fields(request),
        "accounts": demo_accounts(),
    }
    return render(request, "desk/login.html", context, status=401)


class ChangePassword(SuccessMessageMixin, PasswordChangeView):
    template_name = "desk/password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("desk:password")
    success_message = "Đã đổi mật khẩu. Lần sau xin dùng mật khẩu mới."


@never_cache
@require_GET
@role_required("leader")
def access_log(request: HttpRequest) -> HttpResponse:
    """Who of the ward looked at whose data: its leader reads it, newest first."""
    narrowed = LogFilter(request.GET, staff=request.user)
    rows = narrowed.narrow(AccessLog.objects.visible_to(request.user)).select_related("staff")
    page = Paginator(rows, 50).get_page(request.GET.get("trang"))
    return render(request, "desk/access_log.html", {"section": "log", "filter": narrowed, "page": page})


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """django-axes calls this after too many wrong passwords for one account from one address."""
    return render(request, "desk/locked_out.html", status=429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    trouble = "Trang này mở đã lâu, hoặc trình duyệt đang chặn cookie, nên chưa nhận được điều vừa gửi."
    return render(request, "trouble.html", {"trouble": trouble}, status=403)
