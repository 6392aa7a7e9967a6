import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from desk.calendar import ZONE
from desk.models import CalendarDay, Ward
from dossiers.models import CommittedTerm, Procedure


class Command(BaseCommand):
    help = "Print, as JSON, what a slip would promise for a procedure received at a moment, and how it is counted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("procedure", help="code of the procedure, such as 1.004873")
        parser.add_argument("received_at", help="ISO 8601, such as 2026-11-23T08:42; local time where it names no zone")
        parser.add_argument("--ward", help="code of a ward in service; its office hours and its own terms count")

    def handle(self, *, procedure: str, received_at: str, ward: str | None, **options: Any) -> None:
        try:
            moment = datetime.fromisoformat(received_at)
        except ValueError:
            raise CommandError(f"{received_at}: not a moment in ISO 8601") from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
        try:
            self.stdout.write(json.dumps(self.answer(procedure, moment, ward), ensure_ascii=False, indent=2))
        except OverflowError:
            raise CommandError(f"{received_at}: too far from today to count") from None

    def answer(self, procedure: str, moment: datetime, ward: str | None) -> dict[str, Any]:
        version = Procedure.objects.in_force(timezone.localdate(moment)).filter(code=procedure).first()
        if version is None:
            raise CommandError(f"{procedure}: no procedure of this code was in force on that day")
        hours = committed = None
        if ward:
            found = Ward.objects.in_service().filter(code=ward).first()
            if found is None:
                raise CommandError(f"{ward}: no ward of this code is in service")
            hours = found.hours
            committed = CommittedTerm.objects.of(found, version, timezone.localdate(moment))
        promise = version.promise(moment, CalendarDay.objects.calendar(hours), committed)
        return {
            "procedure": version.code,
            "name": version.name,
            "limit": (committed or version).limit_words,
            "received_at": moment.isoformat(),
            "due_at": promise.due_at.isoformat(),
            "half": promise.half.value,
            "provisional": promise.provisional,
            "steps": [step.as_json() for step in promise.steps],
        }
