"""From a text with named fields to the paragraphs of a letter.

Blocks stand apart by an empty line; inside a block a new line stays a new line. A block that names a field without a
value is left out as a whole: that is the only condition a text can have. A line that begins with ">" stands alone
between two rules, as the new date does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString, mark_safe

from desk.wording import check, fields_of, fill
from letters.facts import FIELDS
from letters.models.kind import ABOUT
from letters.models.text import Occasion


@dataclass(frozen=True)
class Paragraph:
    html: SafeString
    is_set_off: bool = False


def paragraphs(body: str, values: Mapping[str, str], *, shade: bool = False) -> list[Paragraph]:
    """The paragraphs that these values give; a field that has none counts as empty."""
    known = {**dict.fromkeys(FIELDS, ""), **values}
    found = []
    for block in re.split(r"\n\s*\n", body.replace("\r\n", "\n").strip()):
        if all(known[name] for name in fields_of(block)):
            lines = [line.strip() for line in block.split("\n")]
            for is_set_off, group in groupby(lines, key=lambda line: line.startswith(">")):
                filled = [fill(line.removeprefix(">").strip(), known, shade=shade) for line in group]
                found.append(Paragraph(keep_end_together(mark_safe("<br>".join(filled))), is_set_off))
    return found


def keep_end_together(html: SafeString) -> SafeString:
    """The last two words of a paragraph stay on one line."""
    return mark_safe(re.sub(r"[^\s<>]+ [^\s<>]+$", r'<span class="nb">\g<0></span>', html))


def check_body(body: str, occasion: str) -> None:
    """Raises ValidationError for what cannot be printed, and for a fact that this kind of letter must name."""
    check(re.sub(r"^\s*>", "", body, flags=re.MULTILINE), FIELDS)
    about = ABOUT[Occasion(occasion).kind]
    headed = {"nguoi_nhan", "ten_con", "chong", "vo"}  # these stand above the text
    if missing := [name for name in about.needs if name not in headed | fields_of(body)]:
        raise ValidationError(f"Thư này phải nêu {FIELDS[missing[0]]}: xin giữ trường {{{{ {missing[0]} }}}}.")
