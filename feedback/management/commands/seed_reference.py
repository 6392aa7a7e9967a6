from dossiers.management.commands.seed_reference import Command as DossiersCommand
from feedback.reference import load_questions, load_scales, load_terms


class Command(DossiersCommand):
    help = "Load wards, calendar, desk names, official forms, procedures and question sets. Safe to run again."

    def load(self, units: str) -> dict[str, int]:
        return {
            **super().load(units),
            "thang đánh giá": load_scales(),
            "bộ câu hỏi": load_questions(),
            "hạn trả lời ý kiến": load_terms(),
        }
