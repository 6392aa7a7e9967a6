import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from letters.archive import verify

#: Counts that say how much there is; every other one should be 0.
PLAIN = ("letters", "rendered")


class Command(BaseCommand):
    help = "Check every kept PDF against its hash, every broken promise against its apology, every series for gaps."

    def handle(self, **options: Any) -> None:
        counts = verify()
        self.stdout.write(json.dumps(counts))
        if wrong := [name for name, count in counts.items() if count and name not in PLAIN]:
            raise CommandError(f"not as it should be: {', '.join(wrong)}")
