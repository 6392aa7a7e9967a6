"""What other pages show of delivery: the words for the telephone, and how each letter reaches its reader."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from desk.models import Staff
from dossiers.models import Dossier, State
from letters.models import Letter, Message
from letters.phone import phone_script as script

register = template.Library()


@register.inclusion_tag("letters/_phone_script.html")
def phone_script(staff: Staff, dossier: Dossier, letter: Letter | None = None) -> dict[str, Any]:
    """{% phone_script user dossier %} or {% phone_script user dossier letter %}"""
    return {"sentences": script(staff, dossier, timezone.now(), letter), "dossier": dossier}


@register.inclusion_tag("letters/_deliveries.html", takes_context=True)
def deliveries(context: template.Context, letter: Letter) -> dict[str, Any]:
    """{% deliveries letter %}: each way of one letter, with its state and what can be done."""
    rows = letter.messages.select_related("by").order_by("pk")
    return {"rows": rows, "csrf_token": context.get("csrf_token"), "user": context["user"]}


@register.inclusion_tag("letters/_to_hand_over.html", takes_context=True)
def letters_to_hand_over(context: template.Context, dossier: Dossier) -> dict[str, Any]:
    """{% letters_to_hand_over dossier %}: the letters that go with this dossier's result, and those it waits for."""
    rows = Message.objects.filter(dossier=dossier).by_messenger().waiting().select_related("letter").order_by("pk")
    is_ready = dossier.state == State.READY
    return {
        "rows": rows,
        "unsigned": dossier.letters.waiting().accompanying().order_by("pk") if is_ready else [],
        "is_ready": is_ready,
        "csrf_token": context.get("csrf_token"),
        "user": context["user"],
    }
