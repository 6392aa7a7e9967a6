"""A pile of letters as one PDF for a printer that prints both sides: each letter begins on a sheet of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO

from pypdf import PdfReader, PdfWriter

from letters.archive import pdf_of
from letters.models import Letter


def pile(letters: Iterable[Letter], now: datetime) -> bytes:
    """The letters in the order given. Raises LetterError, FileNotFoundError as `pdf_of` does."""
    pages = PdfWriter()
    for letter in letters:
        if len(pages.pages) % 2:
            pages.add_blank_page()  # as large as the page before, whose back it is
        pages.append(PdfReader(BytesIO(pdf_of(letter, now))), import_outline=False)
    pages.add_metadata({"/Title": "Thư để in"})
    made = BytesIO()
    pages.write(made)
    return made.getvalue()
