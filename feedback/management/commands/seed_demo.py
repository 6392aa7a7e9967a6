from typing import Any

from django.utils import timezone

from dossiers.management.commands.seed_demo import Command as DossiersCommand
from feedback.demo.seed import bring_feedback_up_to


class Command(DossiersCommand):
    help = "Make the demonstration: accounts, 400 days of dossiers and what people said. Safe to run again."

    def handle(self, **options: Any) -> None:
        super().handle(**options)
        for what, count in bring_feedback_up_to(timezone.now()).items():
            self.stdout.write(f"Đã thêm {count} {what}.")
