"""Wording that people may replace: plain text with named fields, `{{ ten_nguoi_nop }}`, and **bold**; no code runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

FIELD = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
BOLD = re.compile(r"\*\*(.+?)\*\*")
#: A value of at most so many letters, such as a telephone number, is not broken over two lines.
SHORT = 20


def fields_of(text: str) -> set[str]:
    return set(FIELD.findall(text))


def check(text: str, allowed: Iterable[str]) -> None:
    """Raises ValidationError for a field that does not exist, or braces that are no field."""
    if unknown := fields_of(text) - set(allowed):
        raise ValidationError(f"Chưa có trường {{{{ {min(unknown)} }}}}. Xin chọn trong danh sách bên dưới.")
    if odd := re.search(r"[{}]|<|>", FIELD.sub("", text)):
        raise ValidationError(f"Dấu “{odd[0]}” thừa. Tên trường viết như {{{{ {min(allowed)} }}}}.")


def fill(text: str, values: Mapping[str, str]) -> SafeString:
    """The text as HTML, each field replaced by its value."""

    def value(match: re.Match) -> str:
        word = escape(values[match[1]])
        return f'<span class="nb">{word}</span>' if len(word) <= SHORT else word

    return mark_safe(BOLD.sub(r"<b>\1</b>", FIELD.sub(value, escape(text))))  # both escaped
