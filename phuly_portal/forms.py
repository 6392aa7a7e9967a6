"""Which days, and which wards, the pages of city and leader are asked about."""

from __future__ import annotations

from django import forms

from desk.models import Staff, Ward
from desk.vietnamese import fold
from dossiers.forms.counter import WholeMonthForm
from dossiers.report import wards_seen


class CityForm(WholeMonthForm):
    """Wards by kind, and by a part of their name with or without accents."""

    loai = forms.ChoiceField(
        label="Loại",
        required=False,
        choices=[("", "Phường và xã"), *Ward.Kind.choices],
        error_messages={"invalid_choice": "Xin chọn lại."},
    )
    ten = forms.CharField(
        label="Tên phường, xã",
        required=False,
        max_length=60,
        error_messages={"max_length": "Tên dài nhất 60 chữ."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
    )

    def wards(self, staff: Staff) -> list[Ward]:
        """The wards that this person sees in those days and that fit."""
        kind, name = self.cleaned_data["loai"], fold(self.cleaned_data["ten"])
        return [ward for ward in wards_seen(staff, self.days) if kind in ("", ward.kind) and name in fold(str(ward))]


class ReviewForm(WholeMonthForm):
    """For the city a ward, or all of them; a leader is asked for none."""

    don_vi = forms.ModelChoiceField(
        Ward.objects.none(),
        label="Đơn vị",
        required=False,
        to_field_name="slug",
        empty_label="Toàn thành phố",
        error_messages={"invalid_choice": "Xin chọn lại."},
    )

    def ask(self, staff: Staff) -> ReviewForm:
        """Offer the wards that this person may choose."""
        if staff.sees_all_wards:
            self.fields["don_vi"].queryset = Ward.objects.visible_to(staff)
        else:
            del self.fields["don_vi"]
        return self

    def ward(self, staff: Staff) -> Ward | None:
        """The one that the review is about; None for the city as a whole."""
        return self.cleaned_data["don_vi"] if staff.sees_all_wards else staff.ward
