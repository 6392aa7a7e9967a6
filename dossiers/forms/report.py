"""What a report is of: which days, and by what it is broken down."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils import timezone

from desk.period import Days, this_month
from dossiers.forms.counter import PeriodForm
from dossiers.report_tables import BREAKDOWNS


class ReportForm(PeriodForm):
    """From day to day, both included; this month by procedure where nothing is asked for."""

    theo = forms.ChoiceField(
        label="Chia theo", choices=[(slug, name) for slug, (name, _) in BREAKDOWNS.items()], required=False
    )
    ly_do = None
    most_days: ClassVar = 366 * 5

    @staticmethod
    def usual_days() -> Days:
        return this_month(timezone.localdate())

    @property
    def by(self) -> str:
        return self.cleaned_data["theo"] or "thu-tuc"
