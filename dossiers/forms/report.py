"""What a report is of: which days, and by what it is broken down."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from dossiers.forms.counter import WholeMonthForm
from dossiers.models.dossier import DossierQuerySet
from dossiers.report_numbers import Number, numbers
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


class NumberForm(ReportForm):
    """The number of a report whose dossiers are asked for, and the days that it counts."""

    so = forms.ChoiceField(error_messages={"invalid_choice": "Báo cáo không có số liệu này.", "required": ""})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = numbers()
        self.fields["so"].choices = [(number.slug, number.name) for number in self.numbers.values()]

    @property
    def number(self) -> Number | None:
        return self.numbers[self.cleaned_data["so"]] if self.is_valid() else None

    def rows(self, dossiers: DossierQuerySet) -> DossierQuerySet:
        """Those that the number counts; none where there is no such number: never all."""
        return self.number.rows(dossiers, self.days) if self.number else dossiers.none()
