"""What the pages of a dossier know of the surveys."""

from __future__ import annotations

from typing import Any

from django import template

from dossiers.models import Dossier
from feedback.models import Stage

register = template.Library()


@register.inclusion_tag("feedback/_ask.html")
def ask_for_opinion(dossier: Dossier) -> dict[str, Any]:
    """The way to the survey, for the page that the slip's token opens."""
    return {"dossier": dossier, "is_returned": Stage.of(dossier) == Stage.RETURNED}
