"""What people said in the demonstration, brought up to a moment: each part adds what is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from feedback.demo.campaigns import make_campaigns
from feedback.demo.surveys import make_surveys
from feedback.demo.voices import make_contributions, make_dialogues

#: What is made, in this order, and by whom: each returns how many rows it added.
PARTS: dict[str, Callable[[datetime], int]] = {
    "phiếu khảo sát": make_surveys,
    "địa bàn lấy phiếu": make_campaigns,
    "ý kiến": make_contributions,
    "buổi đối thoại": make_dialogues,
}


@transaction.atomic
def bring_feedback_up_to(now: datetime) -> dict[str, int]:
    """How many rows of each kind were added. Run again it adds only what is missing."""
    return {what: make(now) for what, make in PARTS.items()}
