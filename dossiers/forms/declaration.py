"""The questions of a declaration as a form: nothing is obligatory, what is left out is written by hand."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from desk.forms import Birth, IdNumber, PersonName, Text
from dossiers.declarations import Ask, Declaration
from dossiers.forms.fields import DIGITS, OFF
from dossiers.models import Dossier


def field_of(ask: Ask) -> forms.Field:
    words: dict[str, Any] = {"label": ask.label, "required": False}
    if ask.kind == "sex":
        again = {"invalid_choice": "Xin chọn lại."}
        return forms.ChoiceField(choices=[("", "–"), *Dossier.Sex.choices], error_messages=again, **words)
    if ask.kind == "birth":
        return Birth(max_length=10, **words)
    if ask.kind == "id":
        return IdNumber(max_length=20, widget=forms.TextInput(attrs=DIGITS), **words)
    kind = PersonName if ask.kind == "name" else Text
    return kind(widget=forms.TextInput(attrs=OFF), max_length=120, **words)


class DeclarationForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, declaration: Declaration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.declaration = declaration
        self.fields["key"].initial = uuid.uuid4()
        for ask in declaration.asks:
            self.fields[ask.name] = field_of(ask)

    @property
    def lines(self) -> list[tuple[str, list[tuple[int, forms.BoundField]]]]:
        """As the paper has them: a sentence, or the fields of a line with their share of it."""
        return [
            (line, []) if isinstance(line, str) else ("", [(ask.width, self[ask.name]) for ask in line])
            for line in self.declaration.body
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "key" in self.errors:
            self.add_error(None, "Trang này đã cũ nên chưa in được. Xin mở lại trang.")
        return data
