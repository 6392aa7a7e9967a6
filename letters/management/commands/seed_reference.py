from feedback.management.commands.seed_reference import Command as FeedbackCommand
from letters.reference import load_texts


class Command(FeedbackCommand):
    help = "Load wards, calendar, desk names, official forms, procedures and the texts of letters. Safe to run again."

    def load(self, units: str) -> dict[str, int]:
        return {**super().load(units), "lời thư": load_texts()}
