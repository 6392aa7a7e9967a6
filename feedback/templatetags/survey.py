"""What the pages of a dossier know of the surveys."""

from __future__ import annotations

import re
from typing import Any

from django import template

from dossiers.models import Dossier
from feedback.models import Stage

register = template.Library()


@register.filter
def together(words: str) -> str:
    """Words of two syllables that a large line shall not tear apart, with hard spaces."""
    return re.sub(r"(hài) (lòng)|(xin) (lỗi)|(cảm) (ơn)", lambda found: found[0].replace(" ", "\xa0"), words)


@register.inclusion_tag("feedback/_ask.html")
def ask_for_opinion(dossier: Dossier, token: str) -> dict[str, Any]:
    """The way to the survey, for the page that the slip's token opens."""
    return {"token": token, "is_returned": Stage.of(dossier) == Stage.RETURNED}
