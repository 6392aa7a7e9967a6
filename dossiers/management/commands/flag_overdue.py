from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from dossiers.models import Appointment


class Command(BaseCommand):
    help = (
        "Record every promise whose half day has passed as broken, once. The worker does the same every five minutes."
    )

    def handle(self, **options: Any) -> None:
        events = Appointment.objects.break_overdue(timezone.now())
        self.stdout.write(f"{len(events)} lời hẹn vừa quá hạn.")
