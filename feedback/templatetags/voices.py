"""What other pages show of contributions and dialogues."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone

from desk.models import Staff, Ward
from dossiers.models import Dossier
from feedback.lists import to_do
from feedback.models import Contribution, Dialogue, DialoguePromise

register = template.Library()

#: Changes on a ward's home page.
SHOWN = 3


@register.inclusion_tag("feedback/_changes.html")
def changes_of(ward: Ward) -> dict[str, Any]:
    """What the ward changed last because somebody said so."""
    return {"changes": Contribution.objects.published().filter(ward=ward)[:SHOWN], "ward": ward}


@register.inclusion_tag("feedback/_next_dialogue.html")
def next_dialogue(ward: Ward | None = None) -> dict[str, Any]:
    """The nearest dialogue of the ward, or of any that is served."""
    rows = Dialogue.objects.coming(timezone.now()).filter(ward__is_in_service=True).select_related("ward")
    return {"dialogue": (rows.filter(ward=ward) if ward else rows).first(), "ward": ward}


@register.inclusion_tag("feedback/_of_dossier.html")
def contributions_of(dossier: Dossier, staff: Staff) -> dict[str, Any]:
    """What was said about a dossier, for its staff page, and the way for a clerk to write down what was told."""
    may_type = bool(dossier.returned_at) and staff.ward_id == dossier.ward_id and staff.has_role("clerk")
    return {"contributions": dossier.contributions.all(), "dossier": dossier, "may_type": may_type}


@register.simple_tag
def opinions_to_do(staff: Staff) -> dict[str, int]:
    """By tab, and together."""
    parts = to_do(staff) if staff.ward_id else {}
    return {**parts, "together": sum(parts.values())}


@register.filter
def is_late(row: Contribution | DialoguePromise, today: date) -> bool:
    return row.is_late(today)


@register.filter
def days_ago(at: datetime) -> str:
    """ "hôm nay", "5 ngày trước"."""
    days = (timezone.localdate() - timezone.localdate(at)).days
    return f"{days} ngày trước" if days > 0 else "hôm nay"
