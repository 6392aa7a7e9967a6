"""What machines ask: whether the portal lives, and whether what it stands on answers."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from desk.models import Ward

logger = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


def database_answers() -> None:
    if not Ward.objects.in_service().exists():
        raise RuntimeError("no ward is in service yet")


def broker_answers() -> None:
    with current_app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)


def storage_answers() -> None:
    name = default_storage.save(f"readyz/{uuid.uuid4()}", ContentFile(b"ok"))
    default_storage.delete(name)


PARTS: dict[str, Callable[[], None]] = {
    "database": database_answers,
    "broker": broker_answers,
    "storage": storage_answers,
}


@login_not_required
@never_cache
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether database, broker and storage answer; 503 names the ones that do not, never why (that is in the log)."""
    answers = {}
    for name, ask in PARTS.items():
        try:
            ask()
            answers[name] = "ok"
        except Exception:
            logger.exception("%s does not answer", name)
            answers[name] = "down"
    return JsonResponse(answers, status=200 if set(answers.values()) == {"ok"} else 503)
