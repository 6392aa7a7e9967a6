"""What citizens say after a dossier, and what staff write about a call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from desk.forms import OpenForm, PersonName, Phone, Text
from feedback.models import Question

CHOOSE_AGAIN = "Xin chạm một trong các mức."


def without_number(words: str, asked: str) -> str:
    """The words, or what is asked instead: a telephone number among them would stand beside the score for good."""
    if re.search(r"(?:[0-9][ .\-]?){9}", words):
        raise ValidationError(asked)
    return words


class FirstTapForm(forms.Form):
    """The one question that always comes first: one tap."""

    value = forms.IntegerField(
        min_value=1,
        max_value=9,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), CHOOSE_AGAIN),
    )


class TapForm(FirstTapForm):
    """A tap on the tablet, under a number of its own, with what was scanned before."""

    number = forms.UUIDField()
    scan = forms.CharField(required=False, max_length=200)


class WordsForm(OpenForm):
    """What may be added to the taps: words, and a number to be called at."""

    words = Text(
        label="Điều ông/bà muốn nói", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    phone = Phone(
        label="Điện thoại, nếu ông/bà muốn chúng tôi gọi lại",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    name = PersonName(label="Xin gọi ông/bà là", required=False, max_length=80)

    def clean_words(self) -> str:
        asked = "Xin ghi số điện thoại vào ô bên dưới, để phiếu không mang số của ông/bà."
        return without_number(self.cleaned_data["words"], asked)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("name") and not data.get("phone") and "phone" not in self.errors:
            self.add_error("phone", "Xin ghi số điện thoại để chúng tôi gọi lại, hoặc xóa ô bên dưới.")
        return data

    def arguments(self) -> dict[str, Any]:
        """What Answer.objects.leave_words takes beside dossier, stage and time."""
        return {name: self.cleaned_data[name] for name in ("words", "phone", "name")}


class TypedForm(forms.Form):
    """What a clerk types in for somebody: the first question at least, the others as they were answered."""

    def __init__(self, *args: Any, questions: Sequence[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = {f"cau-{row.position}": row for row in questions}
        for place, (name, question) in enumerate(self.questions.items()):
            self.fields[name] = forms.TypedChoiceField(
                label=question.words,
                choices=[(level.value, level.words) for level in question.scale.levels.all()],
                coerce=int,
                empty_value=None,
                required=place == 0,
                error_messages={"required": "Xin chọn một mức.", "invalid_choice": "Xin chọn lại."},
            )
        self.fields["words"] = Text(
            label="Lời người dân nói thêm",
            required=False,
            max_length=1000,
            help_text="Không ghi tên, số điện thoại hay mã hồ sơ.",
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def clean_words(self) -> str:
        return without_number(self.cleaned_data["words"], "Xin bỏ số điện thoại: phiếu không ghi của ai.")

    def asked(self) -> list[tuple[forms.BoundField, list[tuple[int, str, bool]]]]:
        """Each question with its choices: value, words, and whether it is the one typed."""
        fields = [self[name] for name in self.questions]
        return [
            (field, [(value, words, str(value) == str(field.value())) for value, words in field.field.choices])
            for field in fields
        ]

    def arguments(self) -> dict[str, Any]:
        """What Answer.objects.type_in takes beside dossier, person and time."""
        data = self.cleaned_data
        said = {question: data[name] for name, question in self.questions.items() if data[name] is not None}
        return {"said": said, "words": data["words"]}


class OutcomeForm(forms.Form):
    outcome = Text(
        label="Đã trao đổi",
        max_length=1000,
        help_text="Người dân nói gì, đã hứa gì. Chưa ai nghe máy thì xin gọi lại lúc khác rồi mới ghi.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class PairForm(forms.Form):
    name = Text(label="Máy này đặt ở", max_length=60, initial="Bàn cạnh cửa ra vào")
