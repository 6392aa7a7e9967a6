import logging

from celery import shared_task
from django.utils import timezone

from letters import outbox
from letters.archive import draw, sweep, waiting_ids
from letters.digests.plan import plan
from letters.models import Message
from letters.orders import order_ahead

logger = logging.getLogger(__name__)

#: Letters handed out at one ring: what a worker draws in a minute; the beat rings again for the rest.
BATCH = 500


@shared_task
def draw_letter(letter_id: int) -> None:
    draw(letter_id, timezone.now())


@shared_task
def draw_waiting() -> None:
    """Hand out what has to be drawn. Whatever was lost on the way is found by the next ring of the beat."""
    for letter_id in waiting_ids(timezone.now(), BATCH):
        draw_letter.apply_async((letter_id,), expires=60)


@shared_task
def sweep_archive() -> None:
    logger.info("letters: %d left files deleted", sweep(timezone.now()))


@shared_task
def order_letters_ahead() -> None:
    if order_ahead(timezone.now()):
        draw_waiting.delay()


@shared_task
def send_message(message_id: int) -> None:
    outbox.send(message_id, timezone.now())


@shared_task
def send_messages() -> None:
    """Hand out what may be sent; one that is handed out twice is sent once."""
    for message_id in outbox.waiting_ids(timezone.now(), BATCH):
        send_message.apply_async((message_id,), expires=60)


@shared_task
def plan_digests() -> None:
    if plan(timezone.now()):
        send_messages.delay()


@shared_task
def forget_addresses() -> None:
    Message.objects.forget_addresses()
