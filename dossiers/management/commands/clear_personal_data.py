from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from dossiers.models import RetentionTerm
from dossiers.models.retention import clear_all


class Command(BaseCommand):
    help = "Clear contact data, scans and log rows that have outlived their term. The worker does the same every night."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many rows would be cleared")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        if dry_run:
            for term in RetentionTerm.objects.all():
                self.stdout.write(f"{term}: sẽ xóa {term.rows(now).count()}.")
            return
        for term, count in clear_all(now):
            self.stdout.write(f"{term}: đã xóa {count}.")
