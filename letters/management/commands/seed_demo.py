from typing import Any

from django.utils import timezone

from feedback.management.commands.seed_demo import Command as FeedbackCommand
from letters.demo import bring_letters_up_to
from letters.tasks import draw_waiting


class Command(FeedbackCommand):
    help = "Make the demonstration: accounts, 400 days of dossiers and their letters. Safe to run again."

    def handle(self, **options: Any) -> None:
        super().handle(**options)
        added = bring_letters_up_to(timezone.now())
        draw_waiting.delay_on_commit()  # type: ignore[attr-defined]
        self.stdout.write(f"Đã thêm {added} thư; máy lập PDF khi khởi động.")
