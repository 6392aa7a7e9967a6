from typing import Any, ClassVar, Protocol

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dossiers.models import Figure
from dossiers.models.figure import Differences, Progress


class Aggregate(Protocol):
    """Kept counts that can be compared with what they count, and mended."""

    def differences(self, say: Progress | None = None) -> Differences: ...
    def rebuild(self, say: Progress | None = None) -> Differences: ...


class Command(BaseCommand):
    help = (
        "Count the kept figures anew and mend them; with --check only compare, and fail where they differ. "
        "What happened in the last minute is not kept yet and differs."
    )

    #: Every kept aggregate by what it counts; apps above add theirs.
    aggregates: ClassVar[dict[str, Aggregate]] = {"số liệu hồ sơ": Figure.objects.all()}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="chỉ so, không sửa")

    def handle(self, *, check: bool, **options: Any) -> None:
        wrong = 0
        for what, rows in self.aggregates.items():
            found = rows.differences(self.say) if check else rows.rebuild(self.say)
            for key, (kept, true) in sorted(found.items(), key=str):
                self.stdout.write(f"{what} {', '.join(map(str, key))}: đang ghi {kept}, đếm lại {true}")
            wrong += len(found)
        if check and wrong:
            raise CommandError(f"Có {wrong} số đếm không khớp.")
        self.stdout.write("Mọi số đếm đều khớp." if not wrong else f"Đã sửa {wrong} số đếm.")

    def say(self, done: int, whole: int) -> None:
        """A bar of forty marks, where somebody watches."""
        if self.stderr.isatty():
            marks = "█" * (40 * done // whole)
            self.stderr.write(f"\r{marks:░<40} {done}/{whole} tháng", ending="\n" if done == whole else "")
