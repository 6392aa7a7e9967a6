"""Reference data of the letters: the common texts, one file for each occasion in `data/`.

The first line is the title, the second the wish printed large (or empty), the last the closing words (or empty); what
stands between is the body.
"""

from pathlib import Path

from letters.models import LetterText, Occasion

DATA = Path(__file__).parent / "data"


def load_texts() -> int:
    """The common texts that are missing; one that somebody has replaced stays replaced."""
    for occasion in Occasion:
        if not LetterText.objects.filter(occasion=occasion, ward=None, edition=None).exists():
            title, wish, *body, close = (DATA / f"{occasion}.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
            LetterText.objects.create(
                occasion=occasion, title=title, wish=wish.strip(), body="\n".join(body).strip(), close=close.strip(" –")
            )
    return len(Occasion)
