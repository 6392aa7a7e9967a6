from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache


class PortalAdminSite(AdminSite):
    site_title = site_header = "Quản trị cổng Một cửa"
    index_title = "Dữ liệu và cấu hình"

    @never_cache
    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """One door for everybody: the portal's own log-in page, with its lock."""
        return redirect_to_login(request.GET.get("next", "/quan-tri/"))
