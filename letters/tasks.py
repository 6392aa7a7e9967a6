from celery import shared_task
from django.utils import timezone

from letters.archive import draw, waiting_ids
from letters.orders import order_ahead

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
def order_letters_ahead() -> None:
    if order_ahead(timezone.now()):
        draw_waiting.delay()
