"""What a leader decides about one kind of letter; what is signed in advance is what was on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from letters.models import LetterKind, LetterPolicy, LetterText, modes_of


class PolicyForm(forms.Form):
    """`read` are the texts that the page showed; another one in force meanwhile has not been read by who signs."""

    mode = forms.ChoiceField(
        label="Cách gửi", error_messages={"invalid_choice": "Xin chọn lại.", "required": "Xin chọn."}
    )
    read = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, kind: LetterKind, texts: Sequence[LetterText], held: str, **kwargs: Any) -> None:
        self.shown = ",".join(str(text.pk) for text in texts)
        initial = {"mode": held, "read": self.shown}
        super().__init__(*args, initial=initial, prefix=kind.value, **kwargs)
        self.fields["mode"].choices = [(mode.value, mode.label) for mode in modes_of(kind)]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("mode") == LetterPolicy.Mode.AUTOMATIC and data.get("read") != self.shown:
            self.data = self.data.copy()
            self.data[self.add_prefix("read")] = self.shown
            self.add_error("mode", "Lời thư vừa thay đổi. Xin đọc lại rồi ký.")
        return data
