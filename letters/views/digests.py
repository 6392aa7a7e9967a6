"""Thư báo của tôi: which mails about the desk somebody gets, and the last ones."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from letters.forms.digests import DigestForm
from letters.models import Message

#: How many of the last mails the page shows.
SHOWN = 5


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    if not request.user.has_role("leader", "city"):
        raise PermissionDenied
    form = DigestForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, "Đã ghi. Cảm ơn anh/chị.")
        return redirect("letters:my_digests")
    rows = Message.objects.visible_to(request.user).filter(staff=request.user)
    return render(request, "letters/my_digests.html", {"section": "digests", "form": form, "rows": rows[:SHOWN]})
