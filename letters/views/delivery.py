"""Cần giao: what waits for somebody to bring it, what did not go, and the pile to print."""

from __future__ import annotations

import re
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from desk.access import role_required
from desk.models import AccessLog
from letters.models import BY_MESSENGER, LetterError, Message, MessageError
from letters.pile import pile

#: How many rows of each way the page lists, and how many letters one pile holds.
SHOWN = 100
#: The steps of a message by their address, and what is said when they are done.
STEPS = {
    "da-giao": ("hand_over", "Đã ghi."),
    "bam-nham": ("take_back", "Đã sửa: thư lại chờ giao."),
    "gui-lai": ("send_again", "Sẽ gửi lại trong giây lát."),
    "da-goi": ("told", "Đã ghi là báo qua điện thoại."),
}


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def to_deliver(request: HttpRequest) -> HttpResponse:
    visible = Message.objects.visible_to(request.user)
    rows = visible.to_citizens()
    waiting = rows.by_messenger().waiting()
    counts = dict(waiting.order_by().values_list("channel").annotate(n=Count("pk")))
    listed = waiting.for_page().in_delivery_order()
    today = timezone.make_aware(datetime.combine(timezone.localdate(), datetime.min.time()))
    page = {
        "section": "letters",
        "ways": [(way, counts.get(way, 0), listed.filter(channel=way)[:SHOWN]) for way in BY_MESSENGER],
        "any_waiting": bool(counts),
        "failed": rows.failed().for_page().prefetch_related("dossier__appointments").order_by("planned_at")[:SHOWN],
        "failed_digests": visible.digests().failed().select_related("staff")[:SHOWN],
        "done": rows.by_messenger().sent_since(today).for_page().order_by("-sent_at")[:SHOWN],
        "has_mailbox": not settings.PRODUCTION,
        "now": timezone.now(),
    }
    return render(request, "letters/to_deliver.html", page)


@require_POST
@role_required("clerk", "officer", "leader")
def step(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One press; whether it is allowed is the verb's own question. Back to the page on which it was pressed."""
    message = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
    if slug not in STEPS:
        raise Http404
    verb, done = STEPS[slug]
    try:
        getattr(message, verb)(by=request.user, at=timezone.now())
    except MessageError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    back = request.META.get("HTTP_REFERER", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if is_ours else "letters:to_deliver")


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def pile_pdf(request: HttpRequest) -> HttpResponse:
    """The letters of ?thu=1&thu=2 as one PDF, in delivery order."""
    asked = [int(value) for value in request.GET.getlist("thu") if re.fullmatch(r"[0-9]{1,18}", value)][:SHOWN]
    rows = Message.objects.visible_to(request.user).by_messenger().of_letters_in_force(asked)
    letters = [message.letter for message in rows.select_related("letter").in_delivery_order()]
    if not letters:
        messages.error(request, "Xin chọn ít nhất một thư đã phát hành.")
        return redirect("letters:to_deliver")
    try:
        pages = pile(letters, timezone.now())
    except (LetterError, FileNotFoundError):
        messages.error(request, "Có thư chưa lập xong PDF. Xin chờ giây lát rồi in lại.")
        return redirect("letters:to_deliver")
    numbers = ", ".join(letter.number_words for letter in letters)
    AccessLog.objects.note(request.user, AccessLog.Kind.PRINT, f"Thư {numbers}", letters[0].ward)
    return HttpResponse(pages, "application/pdf", headers={"Content-Disposition": 'inline; filename="thu.pdf"'})


@never_cache
@require_GET
@role_required("clerk", "officer", "leader")
def mailbox(request: HttpRequest) -> HttpResponse:
    """What the demonstration has sent: where nobody receives it, it can at least be read."""
    if settings.PRODUCTION:
        raise Http404
    rows = Message.objects.visible_to(request.user).to_citizens().sent_by_machine()
    pages = Paginator(rows.select_related("letter").order_by("-sent_at", "-pk"), 20)
    page = {"section": "letters", "page": pages.get_page(request.GET.get("trang"))}
    return render(request, "letters/mailbox.html", page)
