"""What the counter types beside an intake: a scan, a matter that is not taken, a period."""

from __future__ import annotations

import re
import uuid
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from desk.forms import Phone, Text
from desk.models import Hamlet, Staff, Ward
from desk.period import Days, month_of, this_month
from dossiers.forms.fields import OFF, Lines, Reason
from dossiers.models import Dossier, Presentation, Procedure, State
from dossiers.models.dossier import DossierQuerySet
from dossiers.report import NOBODY, NOBODY_WORDS


class ScanForm(forms.Form):
    """The counter's one field. A scanned card may hold anything, so its fields are checked by read_card."""

    q = forms.CharField(
        label="Quét hoặc gõ để tìm",
        max_length=600,
        strip=True,
        error_messages={"required": "Xin quét hoặc gõ mã, tên, số điện thoại.", "max_length": "Dài quá. Xin quét lại."},
    )


class DossierFilter(forms.Form):
    """What the list of dossiers is narrowed to; every choice combines with the others and stays in the address."""

    #: The field of a dossier that each choice compares with.
    COMPARES: ClassVar = {
        "trang_thai": "state",
        "thu_tuc": "procedure__code",
        "can_bo": "holder",
        "thon": "hamlet",
        "kenh": "channel",
        "linh_vuc": "procedure__field",
        "cong_chuc": "officer",
        "don_vi": "ward",
    }

    trang_thai = forms.ChoiceField(label="Trạng thái", required=False)
    thu_tuc = forms.ChoiceField(label="Thủ tục", required=False)
    can_bo = forms.ModelChoiceField(Staff.objects.none(), label="Đang ở", required=False)
    thon = forms.ModelChoiceField(Hamlet.objects.none(), label="Thôn, tổ", required=False)
    kenh = forms.ChoiceField(label="Cách nộp", required=False)
    linh_vuc = forms.ChoiceField(label="Lĩnh vực", required=False)
    cong_chuc = forms.ChoiceField(label="Công chức giải quyết", required=False)
    don_vi = forms.ModelChoiceField(Ward.objects.none(), label="Đơn vị", required=False, to_field_name="slug")

    def __init__(self, asked: Any, *, staff: Staff) -> None:
        super().__init__(asked)
        procedures = Procedure.objects.order_by("position", "-valid_from").values_list("code", "short_name")
        names = {code: name for code, name in reversed(procedures)}
        everything = [("", "Tất cả")]
        self.fields["trang_thai"].choices = everything + State.choices
        self.fields["thu_tuc"].choices = everything + list(names.items())
        self.fields["kenh"].choices = everything + Dossier.Channel.choices
        fields = Procedure.objects.order_by("field").values_list("field", "field").distinct()
        self.fields["linh_vuc"].choices = everything + list(fields)
        people = Staff.objects.filter(ward=staff.ward).order_by("full_name")
        self.fields["can_bo"].queryset = people.filter(is_active=True)
        self.fields["cong_chuc"].choices = [*everything, *self.officers(staff)]
        self.fields["thon"].queryset = Hamlet.objects.visible_to(staff).order_by("position")
        if staff.sees_all_wards:  # 21 wards have more people and hamlets than a list can hold
            del self.fields["can_bo"], self.fields["thon"]
            if not self.data.get("cong_chuc"):
                del self.fields["cong_chuc"]
            self.fields["don_vi"].queryset = Ward.objects.all()
        else:
            del self.fields["don_vi"]
        for field in self.fields.values():
            field.empty_label = "Tất cả"
            field.error_messages["invalid_choice"] = "Xin chọn lại."
            field.widget.attrs["class"] = "form-select form-select-sm"

    def officers(self, staff: Staff) -> list[tuple[str, str]]:
        """The own ward's officers of today, and whoever is asked for and has or had one of the dossiers seen here."""
        asked = self.data.get("cong_chuc", "")
        theirs = Dossier.objects.visible_to(staff).filter(officer=OuterRef("pk"))
        had = Q(pk=asked) & Exists(theirs) if re.fullmatch("[0-9]{1,9}", asked) else Q(pk=None)
        of_today = Q(pk=None) if staff.sees_all_wards else Q(ward=staff.ward, is_officer=True)
        found = Staff.objects.filter(of_today | had).order_by("full_name")
        return [(NOBODY, NOBODY_WORDS), *((str(person.pk), str(person)) for person in found)]

    def narrow(self, dossiers: DossierQuerySet) -> DossierQuerySet:
        """A choice that does not exist narrows nothing; its field says so."""
        self.is_valid()
        chosen = {path: self.cleaned_data[name] for name, path in self.COMPARES.items() if self.cleaned_data.get(name)}
        if chosen.get("officer") == NOBODY:
            chosen["officer"] = None
        return dossiers.filter(**chosen)


class PresentationForm(forms.Form):
    """A matter that is not taken: who, what, what is missing or why not."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="Trao cho người dân", choices=Presentation.Kind)
    applicant_name = Text(label="Họ và tên", max_length=160, widget=forms.TextInput(attrs=OFF))
    address = Text(label="Địa chỉ", required=False, widget=forms.TextInput(attrs=OFF))
    phone = Phone(label="Điện thoại", required=False, max_length=20, widget=forms.TextInput(attrs=OFF))
    procedure = forms.ModelChoiceField(
        Procedure.objects.none(), label="Thủ tục", error_messages={"invalid_choice": "Xin chọn lại."}
    )
    items = Lines(label="Cần bổ sung (mỗi dòng một việc)", required=False)
    reason = Reason()

    def __init__(self, *args: Any, ward: Ward, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4()
        self.fields["procedure"].queryset = Procedure.objects.in_force(timezone.localdate()).order_by("position")
        for field in self.fields.values():
            field.error_messages["required"] = "Xin điền ô này."

    @staticmethod
    def from_intake(typed: Any) -> dict[str, Any]:
        """What the intake page had already: nobody types it twice."""
        shown = Procedure.objects.in_force(timezone.localdate()).filter(code=typed.get("shown", "")[:20]).first()
        names = ("applicant_name", "address", "phone")
        return {**{name: typed.get(name, "") for name in names}, "kind": typed.get("present", ""), "procedure": shown}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") == Presentation.Kind.SUPPLEMENT and not data.get("items") and "items" not in self.errors:
            self.add_error("items", "Xin ghi đủ những gì cần bổ sung, một lần cho người dân đỡ đi lại.")
        return data


def day_field(label: str, example: str) -> forms.DateField:
    """A day of a century of figures: what is computed around one of another age may lie outside the calendar."""
    field = forms.DateField(
        label=label,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": f"Ghi như {example}.", "required": "Xin chọn ngày."},
    )
    words = "Xin chọn ngày từ năm 2000 đến năm 2100."
    field.validators += [MinValueValidator(date(2000, 1, 1), words), MaxValueValidator(date(2100, 12, 31), words)]
    return field


class PeriodForm(forms.Form):
    """From day to day, both included; this month where nothing is asked for."""

    tu = day_field("Từ ngày", "01/11/2026")
    den = day_field("Đến ngày", "30/11/2026")

    ly_do = Text(label="Dùng vào việc gì (ghi vào nhật ký)", required=False, max_length=200)
    #: A register of many years is a file that nobody opens.
    most_days: ClassVar = 366

    @classmethod
    def of(cls, asked: Any) -> PeriodForm:
        days = cls.usual_days()
        month = {"tu": days.first.isoformat(), "den": days.last.isoformat()}
        return cls(asked if asked.keys() & month.keys() else asked.dict() | month)

    @staticmethod
    def usual_days() -> Days:
        today = timezone.localdate()
        return Days(month_of(today), today)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("tu") and data.get("den"):
            if data["den"] < data["tu"]:
                self.add_error("den", "Ngày cuối phải sau ngày đầu.")
            elif (data["den"] - data["tu"]).days > self.most_days:
                self.add_error("den", f"Mỗi lần nhiều nhất {self.most_days // 366} năm.")
        return data

    @property
    def period(self) -> tuple[date, date]:
        return self.cleaned_data["tu"], self.cleaned_data["den"]

    @property
    def days(self) -> Days:
        return Days(*self.period)


class WholeMonthForm(PeriodForm):
    """The same, but this whole month where nothing is asked for; figures name nobody, so nobody is asked why."""

    ly_do = None

    @staticmethod
    def usual_days() -> Days:
        return this_month(timezone.localdate())
