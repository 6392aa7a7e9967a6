from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from feedback.models import Tally
from feedback.models.tally import TallyQuerySet


class Command(BaseCommand):
    help = "Count the kept figures anew and mend them; with --check only compare, and fail where they differ."

    #: Every kept aggregate by what it counts; each knows its `differences` and how to `rebuild`.
    aggregates: ClassVar[dict[str, TallyQuerySet]] = {"phiếu khảo sát": Tally.objects.all()}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="chỉ so, không sửa")

    def handle(self, *, check: bool, **options: Any) -> None:
        wrong = 0
        for what, rows in self.aggregates.items():
            found = rows.all().differences() if check else rows.all().rebuild()
            for key, (kept, true) in sorted(found.items(), key=str):
                self.stdout.write(f"{what} {key}: đang ghi {kept}, đếm lại {true}")
            wrong += len(found)
        if check and wrong:
            raise CommandError(f"Có {wrong} số đếm không khớp.")
        self.stdout.write("Mọi số đếm đều khớp." if not wrong else f"Đã sửa {wrong} số đếm.")
