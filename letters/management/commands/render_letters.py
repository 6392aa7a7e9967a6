from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from letters.archive import draw, waiting_ids
from letters.orders import order_ahead


class Command(BaseCommand):
    help = "Order the letters that are due and make every PDF that is missing. The worker does the same every minute."

    def handle(self, **options: Any) -> None:
        order_ahead(timezone.now())
        done = 0
        while ids := waiting_ids(timezone.now(), 500):
            drawn = sum(draw(letter_id, timezone.now()) for letter_id in ids)
            done += drawn
            if not drawn:  # the rest is in a worker's hands
                break
        self.stdout.write(f"Đã lập {done} thư.")
