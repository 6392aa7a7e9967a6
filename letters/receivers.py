"""Letters listen to dossiers and contributions: they insert or note what an event calls for and ring for a worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from dossiers.models import Event
from dossiers.signals import event_recorded
from feedback.signals import contribution_recorded
from letters.models import Message
from letters.orders import order_after, order_after_step
from letters.tasks import draw_waiting, send_messages

#: Events that may change what a letter says, or make it needless.
CHANGES_LETTERS = {
    Event.Kind.RESTARTED,
    Event.Kind.RESCHEDULED,
    Event.Kind.EXPLAINED,
    Event.Kind.MOVED,
    Event.Kind.WAIVED,
    Event.Kind.CORRECTED,
    Event.Kind.PAPERS_REQUESTED,
    Event.Kind.READY,
    Event.Kind.REFUSED,
    Event.Kind.STOPPED,
}


@receiver(event_recorded, dispatch_uid="letters.order_letters")
def order_letters(sender: Any, kind: str, event_ids: Sequence[int], **kwargs: Any) -> None:
    if order_after(kind, event_ids, timezone.now()) or kind in CHANGES_LETTERS:
        draw_waiting.delay_on_commit()  # type: ignore[attr-defined]


@receiver(contribution_recorded, dispatch_uid="letters.order_for_contributions")
def order_for_contributions(sender: Any, kind: str, step_ids: Sequence[int], **kwargs: Any) -> None:
    if order_after_step(kind, step_ids, timezone.now()):
        draw_waiting.delay_on_commit()  # type: ignore[attr-defined]


@receiver(event_recorded, dispatch_uid="letters.plan_messages")
def plan_messages(sender: Any, kind: str, event_ids: Sequence[int], **kwargs: Any) -> None:
    if Message.objects.tell(kind, event_ids, timezone.now()):
        send_messages.delay_on_commit()  # type: ignore[attr-defined]


@receiver(event_recorded, dispatch_uid="letters.hand_over_letters")
def hand_over_letters(sender: Any, kind: str, event_ids: Sequence[int], **kwargs: Any) -> None:
    if kind == Event.Kind.RETURNED:
        Message.objects.go_with_result(event_ids)
