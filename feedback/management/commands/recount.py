from typing import ClassVar

from dossiers.management.commands.recount import Aggregate
from dossiers.management.commands.recount import Command as DossiersCommand
from feedback.models import Tally


class Command(DossiersCommand):
    aggregates: ClassVar[dict[str, Aggregate]] = {
        **DossiersCommand.aggregates,
        "phiếu khảo sát": Tally.objects.all(),
    }
