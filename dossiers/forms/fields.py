"""Fields and attributes that several of the forms share."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from desk.forms import Text
from desk.vietnamese import slashed

DIGITS = {"inputmode": "numeric", "autocomplete": "off"}
OFF = {"autocomplete": "off", "spellcheck": "false"}


class DossierCode(Text):
    """A dossier code as people copy it: spaces and small letters are mended."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 60, **kwargs})

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace(" ", "").upper()


class Lines(Text):
    """One thing a line, at most `most`; cleaned to a list of texts."""

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, *, most: int = 12, **kwargs: Any) -> None:
        self.most = most
        super().__init__(**{"max_length": 2000, **kwargs})

    def clean(self, value: Any) -> Any:
        lines = [line for line in str(value or "").splitlines() if line.strip()]
        cleaned = [super(Lines, self).clean(line) for line in lines]
        if not cleaned and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(cleaned) > self.most:
            raise ValidationError(f"Nhiều nhất {self.most} dòng.")
        if any(len(line) > 200 for line in cleaned):
            raise ValidationError("Mỗi dòng nhiều nhất 200 chữ.")
        return cleaned


class Reason(Text):
    """A reason in the desk's own words: obligatory, and more than a shrug."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": "Lý do", "max_length": 500, **kwargs})

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) < 5:
            raise ValidationError("Xin ghi rõ hơn: người dân sẽ đọc lý do này.")


class Fee(forms.CharField):
    """An amount of đồng as people write it, "8.000"; cleaned to a number, None where nothing is typed."""

    widget = forms.TextInput(attrs=DIGITS)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": "Lệ phí (đồng)", "required": False, "max_length": 12, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,}".replace(",", ".") if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text = re.sub(r"[ .,đ]", "", super().clean(value))
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise ValidationError("Xin ghi số tiền, ví dụ 8.000.")
        return int(text)


class Day(Text):
    """A date typed as dd/mm/yyyy, ISO when cleaned; not in the future."""

    widget = forms.TextInput(attrs={"placeholder": "ngày/tháng/năm", "inputmode": "numeric", **OFF})

    def clean(self, value: Any) -> str:
        value = super().clean(value)
        if not value:
            return ""
        try:
            day, month, year = (int(part) for part in re.split(r"[/.\- ]", value))
            typed = date(year, month, day)
        except (ValueError, OverflowError):
            raise ValidationError("Ghi như 14/08/2026.") from None
        if typed > timezone.localdate():
            raise ValidationError("Ngày này chưa tới. Xin xem lại.")
        return typed.isoformat()

    def prepare_value(self, value: Any) -> Any:
        """As it is typed, where a kept one is shown again."""
        return slashed(value) if value else value
