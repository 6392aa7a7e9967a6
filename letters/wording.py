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
from letters.models.kind import ABOUT, LetterKind
from letters.models.text import Occasion

#: Which fields a kind of letter can fill; a field that it never can would silently leave out its block.
OF_ALL = ("nguoi_nhan", "xung_ho", "don_vi", "phuong", "dien_thoai")
OF_DOSSIER = {"thu_tuc", "ma_ho_so", "ngay_nhan", "nguoi_theo_doi", "co_ket_qua"}
OF_KIND = {LetterKind.APOLOGY: {"loi_hen", "ly_do", "hen_moi"}, LetterKind.CONDOLENCE: {"tu_tran"}}
#: These stand above the text already.
HEADED = {"nguoi_nhan", "ten_con", "chong", "vo"}
ON_WISH = ("don_vi", "phuong")


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


def fields_for(occasion: str) -> dict[str, str]:
    """The named fields that a letter of this kind may have a value for, and what each stands for."""
    kind = Occasion(occasion).kind
    about = ABOUT[kind]
    names = {*OF_ALL, *about.needs, *about.tells, *about.typed, *OF_KIND.get(kind, ())}
    if not about.with_result:
        names |= OF_DOSSIER
    return {name: what for name, what in FIELDS.items() if name in names}


def check_body(body: str, occasion: str) -> None:
    """Raises ValidationError for what cannot be printed, and for a fact that this kind of letter must name."""
    check(re.sub(r"^\s*>", "", body, flags=re.MULTILINE), fields_for(occasion))
    kind = Occasion(occasion).kind
    # approving an apology makes the new appointment: the letter has to say it
    needs = (*ABOUT[kind].needs, *(("hen_moi",) if kind == LetterKind.APOLOGY else ()))
    if missing := [name for name in needs if name not in HEADED | fields_of(body)]:
        raise ValidationError(f"Thư này phải nêu {FIELDS[missing[0]]}: xin giữ trường {{{{ {missing[0]} }}}}.")


def check_wish(wish: str) -> None:
    """The line in large print names the place at most: it is the same for everybody."""
    check(wish, ON_WISH)


def check_plain(words: str) -> None:
    """Raises ValidationError where a line that has no fields has braces."""
    if set("{}") & set(words):
        raise ValidationError("Dòng này không dùng trường điền sẵn.")
