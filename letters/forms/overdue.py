"""The leader's lists, narrowed also by where the apology stands."""

from __future__ import annotations

from typing import Any

from django import forms

from dossiers.forms.overdue import OverdueFilter
from dossiers.models.dossier import DossierQuerySet
from letters.apologies import STANDS, with_apology


class LeaderFilter(OverdueFilter):
    thu = forms.ChoiceField(label="Thư xin lỗi", required=False, choices=[("", "Tất cả"), *STANDS.items()])

    def narrow(self, dossiers: DossierQuerySet) -> DossierQuerySet:
        rows = super().narrow(dossiers)
        stand: Any = self.cleaned_data.get("thu")
        return with_apology(rows, stand) if stand else rows
