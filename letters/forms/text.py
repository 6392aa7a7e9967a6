"""The words of a letter, as a leader or the city types them; what is saved is what was seen to fit on its page."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from desk.forms import Text
from desk.models import Ward
from desk.vietnamese import PRINTABLE
from dossiers.models import Edition
from letters.models import LetterText
from letters.sample import check_one_page, widest_ward
from letters.wording import check_body, check_plain, check_wish


class Body(Text):
    """Paragraphs: lines are kept, one empty line stands between blocks, and ">" begins a line that is set off."""

    widget = forms.Textarea(attrs={"rows": 13, "spellcheck": "false"})

    def to_python(self, value: Any) -> str:
        lines = "\n".join(map(super().to_python, str(value or "").splitlines()))
        return re.sub(r"\n{3,}", "\n\n", lines).strip()

    def validate(self, value: str) -> None:
        forms.CharField.validate(self, value)
        if odd := set(value) - PRINTABLE - {"\n", "\x00"}:
            found = " ".join(sorted(odd)[:5])
            raise ValidationError(self.error_messages["unprintable"], code="unprintable", params={"found": found})


class TextForm(forms.Form):
    """One version of a text. `text()` is it, not stored yet; without a body it gives its place back."""

    title = Text(label="Tên thư", max_length=60, validators=[check_plain])
    wish = Text(label="Dòng chúc in lớn", max_length=60, required=False, validators=[check_wish])
    body = Body(label="Lời thư", max_length=3000, required=False)
    close = Text(label="Lời kết", max_length=80, required=False, validators=[check_plain])
    edition = forms.ModelChoiceField(
        Edition.objects.none(),
        label="Dùng cho hồ sơ nhận theo",
        required=False,
        empty_label="Mọi bộ mẫu",
        error_messages={"invalid_choice": "Xin chọn lại."},
    )

    def __init__(self, *args: Any, shown: LetterText, ward: Ward | None, **kwargs: Any) -> None:
        words = {name: getattr(shown, name) for name in LetterText.WORDS}
        super().__init__(*args, initial={**words, "edition": shown.edition}, **kwargs)
        self.shown, self.occasion, self.ward = shown, shown.occasion, ward
        self.fields["edition"].queryset = Edition.objects.order_by("-valid_from")
        if not shown.is_framed:
            del self.fields["wish"]

    def clean_body(self) -> str:
        body = "" if "give_back" in self.data else self.cleaned_data["body"]
        if body:
            check_body(body, self.occasion)
        return body

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and data["body"]:
            try:
                check_one_page(self.text(), self.ward or widest_ward(), timezone.now())
            except ValidationError as error:
                self.add_error("body", error)
        elif "body" in data and not data["body"] and self.ward is None and not data.get("edition"):
            self.add_error("body", "Lời thư chung không bỏ trống được: các phường, xã đều dùng.")
        return data

    @property
    def may_give_back(self) -> bool:
        """Whether what is shown stands in the place of a wider text."""
        return (self.shown.ward_id if self.ward else self.shown.edition_id) is not None

    def text(self) -> LetterText:
        data = self.cleaned_data
        words = {name: data.get(name, "") for name in LetterText.WORDS}
        return LetterText(occasion=self.occasion, ward=self.ward, edition=data["edition"], **words)
