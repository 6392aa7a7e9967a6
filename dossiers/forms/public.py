"""What citizens type: the look-up and the search of the catalogue."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError

from desk.forms import Text
from dossiers.forms.fields import DIGITS, OFF, DossierCode


class LookupForm(forms.Form):
    code = DossierCode(label="Mã hồ sơ", help_text="Ví dụ 000.03.01.H25-261123-0009", widget=forms.TextInput(attrs=OFF))
    digits = Text(
        label="4 số cuối của điện thoại hoặc số định danh", max_length=4, widget=forms.TextInput(attrs={**DIGITS})
    )

    def clean_digits(self) -> str:
        digits = self.cleaned_data["digits"]
        if not re.fullmatch(r"[0-9]{4}", digits):
            raise ValidationError("Xin gõ đúng 4 chữ số.")
        return digits


class CatalogueForm(forms.Form):
    q = Text(label="Tìm thủ tục", max_length=80, required=False)
