"""Reference data of the feedback: scales, questions and terms, from the CSV files beside this module.

What is there already stays as an administrator left it.
"""

from datetime import date
from pathlib import Path
from typing import Any

from desk.reference import read
from feedback.models import ContributionTerm, Level, Question, QuestionSet, Scale

DATA = Path(__file__).parent / "data"


def load_scales() -> int:
    for row in read(DATA / "scales.csv"):
        named = {"name": row["name"], "basis": row["basis"]}
        scale, _ = Scale.objects.get_or_create(slug=row["scale"], defaults=named)
        said = {"words": row["words"], "is_good": row["good"] == "yes"}
        Level.objects.get_or_create(scale=scale, value=int(row["value"]), defaults=said)
    return Scale.objects.count()


def load_questions() -> int:
    """The sets and their questions; the first line of a set names it."""
    scales = {scale.slug: scale for scale in Scale.objects.all()}
    for row in read(DATA / "questions.csv"):
        if row["name"]:
            named = {name: row[name] for name in ("name", "use", "valid_from", "basis")}
            question_set, _ = QuestionSet.objects.get_or_create(
                slug=row["set"], defaults={**named, "scale": scales[row["scale"]]}
            )
        asked: dict[str, Any] = {name: row[name] for name in ("words", "factor")}
        asked |= {"only_late": row["only_late"] == "yes", "own_scale": scales.get(row["own_scale"])}
        Question.objects.get_or_create(question_set=question_set, position=int(row["position"]), defaults=asked)
    return QuestionSet.objects.count()


def load_terms() -> int:
    for row in read(DATA / "contribution_terms.csv"):
        set_to = {"days": int(row["days"]), "basis": row["basis"]}
        ContributionTerm.objects.get_or_create(
            kind=row["kind"], valid_from=date.fromisoformat(row["valid_from"]), defaults=set_to
        )
    return ContributionTerm.objects.count()
