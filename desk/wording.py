"""Wording that people may replace: plain text with named fields, `{{ ten_nguoi_nop }}`, and **bold**; no code runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from desk.vietnamese import capitalise

FIELD = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
BOLD = re.compile(r"\*\*(.+?)\*\*")
#: A value of at most so many letters, such as a telephone number, is not broken over two lines.
SHORT = 20
SENTENCE_ENDS = re.compile(r"(^|[.!?…]\s|\n)\s*(\*\*)?$")


def fields_of(text: str) -> set[str]:
    return set(FIELD.findall(text))


def check(text: str, allowed: Iterable[str]) -> None:
    """Raises ValidationError for a field that does not exist, or braces that are no field."""
    if unknown := fields_of(text) - set(allowed):
        raise ValidationError(f"Chưa có trường {{{{ {min(unknown)} }}}}. Xin chọn trong danh sách bên dưới.")
    if odd := re.search(r"[{}]|<|>", FIELD.sub("", text)):
        raise ValidationError(f"Dấu “{odd[0]}” thừa. Tên trường viết như {{{{ {min(allowed)} }}}}.")


def fill(text: str, values: Mapping[str, str], *, shade: bool = False) -> SafeString:
    """The text as HTML, each field replaced by its value, with a capital where it begins a sentence.

    With `shade` each value is a ``<span class="fact">``: on the screen it shows what comes from the dossier.
    """
    escaped = escape(text)

    def value(match: re.Match) -> str:
        plain = values[match[1]]
        word = escape(capitalise(plain) if SENTENCE_ENDS.search(escaped[: match.start()]) else plain)
        if shade:
            return f'<span class="fact">{word}</span>'
        return f'<span class="nb">{word}</span>' if len(plain) <= SHORT else word

    return mark_safe(BOLD.sub(r"<b>\1</b>", FIELD.sub(value, escaped)))  # both escaped
