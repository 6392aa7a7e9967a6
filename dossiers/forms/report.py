"""What a report is of: which days, and by what it is broken down."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from dossiers.forms.counter import WholeMonthForm
from dossiers.report_tables import BREAKDOWNS


class ReportForm(WholeMonthForm):
    """From day to day, both included; this month by procedure where nothing is asked for."""

    theo = forms.ChoiceField(
        label="Chia theo", choices=[(slug, name) for slug, (name, _) in BREAKDOWNS.items()], required=False
    )
    most_days: ClassVar = 366 * 5

    @property
    def by(self) -> str:
        return self.cleaned_data["theo"] or "thu-tuc"
