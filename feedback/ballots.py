"""The ballots of an area as paper: one ballot is set, and its numbers are laid over it, so a pile is quickly made.

A ballot asks what is counted and nothing else. Which matter somebody came for ("Việc đã làm") is not: in a small hamlet
it would tell who wrote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby, repeat
from typing import Any

from django.template.loader import render_to_string
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, create_string_object

from desk.pdf import html_to_pdf
from feedback.models import CampaignArea, Level, Question

#: With more questions than this a ballot takes A4.
ON_A5 = 10
#: Mouths of five faces, best first; eyes and brows of the last are the template's.
MOUTHS = (
    "M8 13.6C9.4 18.6 14.6 18.6 16 13.6Z",
    "M8 14.2C9.6 17.2 14.4 17.2 16 14.2",
    "M8.2 15.4H15.8",
    "M8 16.8C9.6 13.8 14.4 13.8 16 16.8",
    "M7.6 17.8C9.2 13 14.8 13 16.4 17.8M6.6 7.4L9.6 8.9M17.4 7.4L14.4 8.9",
)
#: What the stamp is cut from, each letter once or more.
WORDS = "Phiếu số 0123456789"
#: Where a ballot's number begins, from the right and the upper edge, in points.
MARGIN, TOP = 85, 18


def is_long(area: CampaignArea) -> bool:
    return len(area.campaign.question_set.asked) > ON_A5


def tables(asked: Sequence[tuple[Question, list[Level]]]) -> list[tuple[list[Any], list[tuple[str, list[Question]]]]]:
    """One table for each run of questions on the same words: its levels with their faces, its questions by factor."""
    runs = [list(run) for _words, run in groupby(asked, key=lambda one: [level.pk for level in one[1]])]
    return [
        (
            list(zip(run[0][1], MOUTHS if len(run[0][1]) == len(MOUTHS) else repeat(""), strict=False)),
            [(name, [one[0] for one in rows]) for name, rows in groupby(run, key=lambda one: one[0].factor)],
        )
        for run in runs
    ]


def ballot_html(area: CampaignArea) -> str:
    long = is_long(area)
    context: dict[str, Any] = {
        "area": area,
        "ward": area.ward,
        "campaign": area.campaign,
        "size": "a4" if long else "a5",
        "is_long": long,
        "tables": tables(area.campaign.question_set.asked),
    }
    return render_to_string("paper/ballot.html", context)


@dataclass(frozen=True)
class Stamp:
    """Writes "Phiếu số 017" with the letters of a line that was set once."""

    font: Any
    glyphs: list[str]

    @classmethod
    def cut(cls) -> Stamp:
        page = PdfReader(BytesIO(html_to_pdf(render_to_string("paper/ballot_number.html", {"words": WORDS})))).pages[0]
        (font,) = page["/Resources"]["/Font"].values()  # type: ignore[index]
        drawn = page.get_contents().get_data().decode("latin-1").partition("BT")[2]  # type: ignore[union-attr]
        shown = "".join(re.findall("<([0-9a-f]+)>", drawn))
        return cls(font, re.findall("....", shown))

    def at(self, x: float, y: float, number: int) -> str:
        drawn = "".join(self.glyphs[WORDS.index(letter)] for letter in f"Phiếu số {number:03}")
        return f"BT /Number 9.5 Tf 1 0 0 1 {x:.2f} {y:.2f} Tm <{drawn}> Tj ET"


def pile(area: CampaignArea, numbers: Sequence[int], *, two_up: bool = False) -> bytes:
    """The ballots of those numbers. Two on a sheet of A4, they lie so that the cut halves stay in order."""
    ballot = PdfReader(BytesIO(html_to_pdf(ballot_html(area), most_pages=1))).pages[0]
    width, height = float(ballot.mediabox.width), float(ballot.mediabox.height)
    writer, stamp = PdfWriter(), Stamp.cut()
    resources = ballot["/Resources"].clone(writer)
    resources[NameObject("/Font")] = DictionaryObject(  # type: ignore[index]
        {**resources["/Font"].get_object(), NameObject("/Number"): stamp.font.clone(writer)}  # type: ignore[index]
    )
    drawn, kept = draw(writer, ballot.get_contents().get_data()), writer._add_object(resources)  # type: ignore[union-attr]
    columns = 2 if two_up and not is_long(area) else 1
    rows = (len(numbers) + columns - 1) // columns
    for row in range(rows):
        page = writer.add_blank_page(width * columns, height)
        parts = ArrayObject()
        for column, number in enumerate(numbers[row::rows]):
            left = f"q 1 0 0 1 {column * width:.2f} 0 cm"
            word = stamp.at(width * (column + 1) - MARGIN, height - TOP, number)
            parts += [draw(writer, left.encode()), drawn, draw(writer, f"Q {word}".encode())]
        page[NameObject("/Contents")], page[NameObject("/Resources")] = parts, kept
    writer.add_metadata({"/Title": f"Phiếu đánh giá sự hài lòng, {area.place}, {area.ward}"})
    writer.root_object[NameObject("/Lang")] = create_string_object("vi")
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def draw(writer: PdfWriter, commands: bytes) -> Any:
    stream = DecodedStreamObject()
    stream.set_data(commands)
    return writer._add_object(stream.flate_encode())
