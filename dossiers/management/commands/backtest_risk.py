from datetime import timedelta
from itertools import pairwise
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from desk.models import CalendarDay, Ward
from dossiers.backtest import Score, Verdict, verdicts
from dossiers.risk import AT_RISK

#: The shares that are tried beside the one that counts.
OTHERS = (0.05, 0.15, 0.2, 0.3, 0.5)
#: Those called should be late so many times as often as all, before the list may be said to know them.
TELLS = 2


class Command(BaseCommand):
    help = "Replay the mornings of the past: which open dossiers would have been called at risk, and which became late."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=60, help="how many days back (60)")

    def handle(self, *, days: int, **options: Any) -> None:
        if days < 1:
            raise CommandError("--days: at least 1")
        today, calendar = timezone.localdate(), CalendarDay.objects.calendar()
        back = (today - timedelta(days=n) for n in range(1, days + 1))
        mornings = sorted(day for day in back if calendar.is_working(day))
        rows = list(verdicts(list(Ward.objects.in_service()), mornings))
        known = [row for _, row in rows if row.share is not None]
        dossiers, late = {row.pk for _, row in rows}, {row.pk for _, row in rows if row.was_late}
        self.stdout.write(f"{len(mornings)} mornings, {len(dossiers)} dossiers, {len(late)} of them late in the end.")
        unknown = len(rows) - len(known)
        self.stdout.write(f"{len(rows)} times a dossier was open on a morning; of {unknown} the past said too little.")
        self.said_and_done([row for _, row in rows])
        self.table("Dossier by morning", [(f"{day} {row.pk}", row) for day, row in rows])
        self.table("Dossier, called on any morning", [(str(row.pk), row) for _, row in rows])

    def said_and_done(self, rows: list[Verdict]) -> None:
        """What the page says, beside what came."""
        self.stdout.write(f"\n{'Late, as the past said':<44}{'times':>8}{'said':>8}{'came':>8}")
        edges = sorted({0.0, AT_RISK, *OTHERS, 1.01})
        for least, most in pairwise(edges):
            part = [row for row in rows if row.share is not None and least <= row.share < most]
            if part:
                said = sum(row.share or 0 for row in part) / len(part)
                came = sum(row.was_late for row in part) / len(part)
                name = f"{least:.0%} to {min(most, 1):.0%}"
                self.stdout.write(f"{name:<44}{len(part):>8}{said:>8.1%}{came:>8.1%}")
        known = [row.in_need for row in rows if row.in_need is not None]
        if known:
            done = sum(known) / len(known)
            self.stdout.write(f"The time that nine in ten need was enough in {done:.1%} of {len(known)}.")

    def table(self, title: str, rows: list[tuple[str, Verdict]]) -> None:
        late = {key for key, row in rows if row.was_late}
        rules = {"due within one working day": {key for key, row in rows if row.is_due}}
        for share in sorted({AT_RISK, *OTHERS}):
            name = f"more than {share:.0%} of like ones late" + " *" * (share == AT_RISK)
            rules[name] = {key for key, row in rows if row.share is not None and row.share > share}
        self.stdout.write(f"\n{title:<44}{'called':>8}{'right':>8}{'missed':>8}{'precision':>11}{'recall':>9}")
        for name, called in rules.items():
            score = Score.of(called, late)
            shares = "".join(
                f"{'—' if share is None else f'{share:.1%}':>{width}}"
                for share, width in ((score.precision, 11), (score.recall, 9))
            )
            self.stdout.write(f"{name:<44}{score.called:>8}{score.right:>8}{score.missed:>8}{shares}")
        every = {key for key, _ in rows}
        base = len(late) / len(every) if every else 0
        self.stdout.write(f"Calling all {len(every)} would be right in {base:.1%}. * the rule in use")
        used = Score.of({key for key, row in rows if row.share is not None and row.share > AT_RISK}, late).precision
        if used is not None and used < TELLS * base:
            self.stdout.write(
                f"Those called were late {used / base:.1f} times as often as all: how long a dossier has taken says "
                "little of it here.\nIn the demonstration it can say no more: who is late is drawn by lot there, and "
                "most others finish on the last day."
            )
