from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from desk import reference as desk_reference
from desk.models import UnitSet
from dossiers import reference


class Command(BaseCommand):
    help = "Load wards, calendar, desk names, official forms and procedures. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--units", choices=UnitSet.values, default=UnitSet.BEFORE_2025, help="which set of wards is in service"
        )

    @transaction.atomic
    def handle(self, *, units: str, **options: Any) -> None:
        loaded = self.load(units)
        self.stdout.write("Đã nạp: " + ", ".join(f"{count} {what}" for what, count in loaded.items()) + ".")

    def load(self, units: str) -> dict[str, int]:
        """How many rows of each kind there are; apps above add theirs."""
        return {
            "phường, xã": desk_reference.load_wards(units),
            "ngày đặc biệt": desk_reference.load_days(),
            "tên bộ phận": desk_reference.load_desk_names(),
            "mẫu giấy": reference.load_forms(),
            "thủ tục": reference.load_procedures(),
            "nguyên nhân chậm": reference.load_causes(),
            "thời hạn giữ dữ liệu": reference.load_retention(),
        }
