"""Which months the figures are of."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from desk.period import month_of, months_later
from feedback.period import Period

#: How far back the list of months goes.
MONTHS = 36


def read(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


class MonthsForm(forms.Form):
    """From month to month, both included; this month where nothing is asked for."""

    tu = forms.TypedChoiceField(label="Từ", coerce=read)
    den = forms.TypedChoiceField(label="Đến", coerce=read)

    def __init__(self, asked: Any, today: date) -> None:
        this = month_of(today)
        named = {name: asked[name] for name in self.base_fields if asked.get(name)}
        super().__init__(named or dict.fromkeys(self.base_fields, f"{this:%Y-%m}"))
        months = [months_later(this.replace(month=12), -back) for back in range(MONTHS)]
        for field in self.fields.values():
            field.choices = [(f"{month:%Y-%m}", f"Tháng {month.month}/{month.year}") for month in months]
            field.error_messages |= {"required": "Xin chọn tháng.", "invalid_choice": "Xin chọn tháng trong danh sách."}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("tu") and data.get("den") and data["den"] < data["tu"]:
            self.add_error("den", "Tháng cuối phải từ tháng đầu trở đi.")
        return data

    @property
    def period(self) -> Period:
        return Period(self.cleaned_data["tu"], self.cleaned_data["den"])
