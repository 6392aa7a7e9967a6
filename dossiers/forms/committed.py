"""What a leader types about a procedure: a period to look at, and a shorter term to promise."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from desk.calendar import ONE_DAY, Limit, Unit
from desk.models import Ward
from desk.period import Days, month_of, months_later
from dossiers.forms.counter import PeriodForm
from dossiers.forms.fields import Reason
from dossiers.models import Procedure
from dossiers.models.committed import refusals


class ReviewForm(PeriodForm):
    """From day to day, both included; the last twelve months where nothing is asked for."""

    ly_do = None
    most_days: ClassVar = 366 * 5

    @staticmethod
    def usual_days() -> Days:
        today = timezone.localdate()
        return Days(months_later(month_of(today), -12), today)


class CommitForm(forms.Form):
    limit_value = forms.IntegerField(
        label="Thời hạn cam kết",
        min_value=1,
        max_value=365,
        required=False,
        error_messages={"invalid": "Xin ghi một số.", "min_value": "Ít nhất 1.", "max_value": "Nhiều nhất 365."},
    )
    limit_unit = forms.ChoiceField(label="Đơn vị", choices=Procedure.LimitUnit)
    cutoff = forms.TimeField(
        label="Nhận đến giờ này thì trả trong ngày",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="Chỉ dùng khi trả trong ngày. Bỏ trống: nhận lúc nào cũng trả trong ngày.",
        error_messages={"invalid": "Ghi như 15:00."},
    )
    valid_from = forms.DateField(
        label="Từ ngày",
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Ghi như 01/12/2026.", "required": "Xin chọn ngày."},
    )
    valid_to = forms.DateField(
        label="Đến hết ngày",
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Bỏ trống: cho đến khi lãnh đạo thôi cam kết.",
        error_messages={"invalid": "Ghi như 31/12/2026."},
    )
    reason = Reason(widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, ward: Ward, procedure: Procedure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ward, self.procedure = ward, procedure
        self.fields["valid_from"].initial = timezone.localdate() + ONE_DAY
        self.fields["reason"].error_messages["required"] = "Xin điền ô này."

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        unit = data.get("limit_unit")
        if unit and unit != Unit.SAME_DAY and not data.get("limit_value") and "limit_value" not in self.errors:
            self.add_error("limit_value", "Xin ghi bao nhiêu ngày hoặc giờ.")
        if not {"limit_value", "limit_unit", "cutoff", "valid_from", "valid_to"} & set(self.errors):
            days, today = (data["valid_from"], data["valid_to"]), timezone.localdate()
            for name, words in refusals(self.ward, self.procedure, self.limit, days, today).items():
                self.add_error(name, words)
        return data

    @property
    def limit(self) -> Limit:
        unit = Unit(self.cleaned_data["limit_unit"])
        if unit is Unit.SAME_DAY:
            return Limit(0, unit, self.cleaned_data["cutoff"])
        return Limit(self.cleaned_data["limit_value"], unit, None)

    def facts(self) -> dict[str, Any]:
        return {"limit": self.limit, **{name: self.cleaned_data[name] for name in ("valid_from", "valid_to", "reason")}}
