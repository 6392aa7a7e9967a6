"""What the pages of a dossier know of the surveys."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django import template
from django.urls import reverse

from dossiers.models import Dossier
from feedback.models import Stage

register = template.Library()


@register.filter
def together(words: str) -> str:
    """Words of two syllables that a large line shall not tear apart, with hard spaces."""
    return re.sub(r"(hài) (lòng)|(xin) (lỗi)|(cảm) (ơn)", lambda found: found[0].replace(" ", "\xa0"), words)


@lru_cache
def survey_of(mark: str) -> str:
    """The address of a survey with that mark in place of the token."""
    return reverse("feedback:survey", args=[mark])


@register.inclusion_tag("feedback/_ask.html")
def ask_for_opinion(dossier: Dossier, token: str) -> dict[str, Any]:
    """The way to the survey, for the page that the slip's token opens."""
    mark = "-" * len(token)
    return {"address": survey_of(mark).replace(mark, token), "is_returned": Stage.of(dossier) == Stage.RETURNED}
