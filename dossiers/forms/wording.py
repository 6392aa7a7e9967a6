"""The words of a form, passage by passage, as a leader types them."""

from __future__ import annotations

from typing import Any

from django import forms

from desk.forms import Text
from desk.vietnamese import clean
from desk.wording import check
from dossiers.wording import FIELDS, PASSAGES


class WordingForm(forms.Form):
    def __init__(self, *args: Any, kind: str, held: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.passages = PASSAGES[kind]
        for passage in self.passages:
            self.fields[passage.slug] = Text(
                label=passage.label,
                max_length=300,
                required=False,
                initial=held.get(passage.slug) or passage.standard,
                validators=[lambda text: check(text, FIELDS)],
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text="Để trống là dùng lời văn chuẩn.",
            )

    def texts(self) -> dict[str, str]:
        """By passage; "" where the standard wording was left or asked for."""
        standard = {passage.slug: clean(passage.standard) for passage in self.passages}
        return {slug: "" if text == standard[slug] else text for slug, text in self.cleaned_data.items()}
