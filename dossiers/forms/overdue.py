"""What the leader's lists are narrowed to; every choice combines with the others and stays in the address."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db.models import Model

from desk.calendar import WorkingCalendar
from desk.models import Staff
from desk.vietnamese import lower_first
from dossiers.forms.counter import DossierFilter
from dossiers.models import DelayCause
from dossiers.models.dossier import DossierQuerySet
from dossiers.overdue import AGES, NO_CAUSE, of_age, with_cause


class OpenFilter(DossierFilter):
    #: What of the list of all dossiers is of no use here.
    LEFT_OUT: ClassVar = ("trang_thai", "thon", "kenh", "cong_chuc", "don_vi")

    def __init__(self, asked: Any, *, staff: Staff) -> None:
        super().__init__(asked, staff=staff)
        for name in self.LEFT_OUT:
            self.fields.pop(name, None)

    @property
    def told(self) -> list[str]:
        """ "thư xin lỗi “Chờ duyệt”": what was chosen, for a list that is taken away."""
        chosen = [(field.label, field.field, self.cleaned_data.get(field.name)) for field in self]
        return [f"{lower_first(label)} “{words_of(field, value)}”" for label, field, value in chosen if value]


class OverdueFilter(OpenFilter):
    tuoi = forms.ChoiceField(label="Quá hạn bao lâu", required=False)
    nguyen_nhan = forms.ChoiceField(label="Nguyên nhân", required=False)

    def __init__(self, asked: Any, *, staff: Staff, today: date, calendar: WorkingCalendar, is_late: bool) -> None:
        super().__init__(asked, staff=staff)
        self.today, self.calendar = today, calendar
        causes = list(DelayCause.objects.values_list("name", "name"))
        self.fields["tuoi"].choices = [("", "Tất cả"), *((slug, words) for slug, (_, _, words) in AGES.items())]
        self.fields["nguyen_nhan"].choices = [("", "Tất cả"), (NO_CAUSE, NO_CAUSE), *causes]
        if not is_late:  # what is not late has no age
            del self.fields["tuoi"]

    def narrow(self, dossiers: DossierQuerySet) -> DossierQuerySet:
        rows = super().narrow(dossiers)
        asked = self.cleaned_data
        if asked.get("tuoi"):
            rows = rows.filter(of_age(asked["tuoi"], self.today, self.calendar))
        if asked.get("nguyen_nhan"):
            cause = asked["nguyen_nhan"]
            rows = with_cause(rows).filter(cause=None if cause == NO_CAUSE else cause)
        return rows


def words_of(field: Any, value: Any) -> str:
    return str(value) if isinstance(value, Model) else dict(field.choices)[value]
