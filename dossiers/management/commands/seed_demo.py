from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from desk.models import UnitSet, Ward
from dossiers.demo.seed import SEED, bring_up_to
from dossiers.models import Edition, Procedure
from dossiers.tasks import keep_figures


class Command(BaseCommand):
    help = "Make the demonstration: accounts with a known password, and 400 days of dossiers. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=SEED, help="another number gives other people and days")

    def handle(self, *, seed: int, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("seed_demo makes accounts with a known password: refused where ALLOWED_HOSTS is set")
        if not (Ward.objects.exists() and Procedure.objects.exists() and Edition.objects.exists()):
            call_command("seed_reference", stdout=StringIO())
        if not Ward.objects.in_service().filter(units=UnitSet.BEFORE_2025).exists():
            raise CommandError("the demonstration lives in the 21 wards: run seed_reference --units 2020 first")
        added = bring_up_to(timezone.now(), seed=seed)
        keep_figures.delay_on_commit()  # type: ignore[attr-defined]
        self.stdout.write(
            f"Đã thêm {thousands(added.dossiers)} hồ sơ mẫu; hồ sơ đang mở đi tiếp {thousands(added.steps)} bước; "
            f"{thousands(added.broken)} lời hẹn vừa quá hạn."
        )


def thousands(count: int) -> str:
    return f"{count:,}".replace(",", ".")
