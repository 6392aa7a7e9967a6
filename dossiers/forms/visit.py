"""Visits at home: what citizens and clerks type to ask for one, and what planning one needs."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from desk.calendar import Half
from desk.forms import OpenForm, PersonName, Phone, Text
from desk.models import CalendarDay, Hamlet, Staff, Ward
from dossiers.forms.counter import day_field
from dossiers.forms.fields import OFF, DossierCode, Reason
from dossiers.forms.steps import ComingDay
from dossiers.models import Dossier, HomeVisit, Procedure

CHOOSE_AGAIN = {"required": "Xin chọn một.", "invalid_choice": "Xin chọn lại."}


class AskForm(forms.Form):
    """What every request for a visit says, whoever types it."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    name = PersonName(label="Họ và tên")
    phone = Phone(label="Điện thoại", max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    address = Text(label="Địa chỉ", help_text="Số nhà, đường, thôn hoặc tổ.")
    purpose = forms.ChoiceField(label="Cần chúng tôi đến để", choices=HomeVisit.Purpose, error_messages=CHOOSE_AGAIN)
    procedure = forms.ModelChoiceField(
        Procedure.objects.none(), label="Thủ tục", required=False, empty_label="Chưa rõ", error_messages=CHOOSE_AGAIN
    )
    wish = Text(label="Ông/bà muốn nói thêm", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4()
        self.fields["procedure"].queryset = Procedure.objects.in_force(timezone.localdate()).order_by("position")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "key" in self.errors:
            self.add_error(None, "Trang này đã cũ nên chưa gửi được. Xin mở lại trang.")
        return data


class PublicAskForm(OpenForm, AskForm):
    """The same for citizens, who say which ward."""

    ward = forms.ModelChoiceField(
        Ward.objects.none(), label="Phường, xã nơi ông/bà ở", empty_label="–", error_messages=CHOOSE_AGAIN
    )

    field_order = ("key", "ward", "name", "phone", "address", "purpose", "procedure", "wish", "website")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ward"].queryset = Ward.objects.in_service()


class StaffAskForm(AskForm):
    """The same typed by a clerk, who knows the hamlet and how the request came."""

    channel = forms.ChoiceField(
        label="Yêu cầu qua",
        choices=[choice for choice in HomeVisit.Channel.choices if choice[0] != HomeVisit.Channel.WEB],
        error_messages=CHOOSE_AGAIN,
    )
    hamlet = forms.ModelChoiceField(
        Hamlet.objects.none(), label="Thôn, tổ", required=False, empty_label="–", error_messages=CHOOSE_AGAIN
    )

    field_order = ("key", "channel", "name", "phone", "address", "hamlet", "purpose", "procedure", "wish")

    def __init__(self, *args: Any, ward: Ward, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hamlet"].queryset = Hamlet.objects.filter(ward=ward)

    @staticmethod
    def from_intake(typed: Any) -> dict[str, Any]:
        """What the intake page had already: nobody types it twice."""
        shown = Procedure.objects.in_force(timezone.localdate()).filter(code=typed.get("shown", "")[:20]).first()
        same = {name: typed.get(name, "") for name in ("phone", "address", "hamlet")}
        return {**same, "name": typed.get("applicant_name", ""), "procedure": shown, "channel": "counter"}


class PlanForm(forms.Form):
    day = ComingDay(label="Ngày đến")
    half = forms.ChoiceField(
        label="Buổi", choices=[(half, half.words.capitalize()) for half in Half], error_messages=CHOOSE_AGAIN
    )
    first = forms.ModelChoiceField(
        Staff.objects.none(), label="Người đi thứ nhất", empty_label="–", error_messages=CHOOSE_AGAIN
    )
    second = forms.ModelChoiceField(
        Staff.objects.none(), label="Người đi thứ hai", empty_label="–", error_messages=CHOOSE_AGAIN
    )
    hamlet = forms.ModelChoiceField(
        Hamlet.objects.none(), label="Thôn, tổ", required=False, empty_label="–", error_messages=CHOOSE_AGAIN
    )
    procedure = forms.ModelChoiceField(
        Procedure.objects.none(), label="Thủ tục", empty_label="–", error_messages=CHOOSE_AGAIN
    )
    code = DossierCode(label="Mã hồ sơ cần trả", widget=forms.TextInput(attrs=OFF))

    def __init__(self, *args: Any, visit: HomeVisit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visit = visit
        people = Staff.objects.filter(ward=visit.ward_id, is_active=True).order_by("full_name")
        self.fields["first"].queryset = self.fields["second"].queryset = people
        self.fields["hamlet"].queryset = Hamlet.objects.filter(ward=visit.ward_id)
        self.fields["procedure"].queryset = Procedure.objects.in_force(timezone.localdate()).order_by("position")
        del self.fields["code" if visit.purpose == HomeVisit.Purpose.RECEIVE else "procedure"]
        day = visit.day if visit.state == HomeVisit.State.PLANNED else self._next_day()
        known = {"day": f"{day:%d/%m/%Y}", "half": visit.half, "first": visit.first_staff_id}
        known |= {"second": visit.second_staff_id, "hamlet": visit.hamlet_id, "procedure": visit.procedure_id}
        known["code"] = visit.dossier.code if visit.dossier else ""
        for name in self.fields:
            self.fields[name].initial = known[name]

    def _next_day(self) -> date:
        return CalendarDay.objects.calendar(self.visit.ward.hours).next_working_day(timezone.localdate())

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("first") and data.get("first") == data.get("second"):
            self.add_error("second", "Xin chọn người thứ hai khác người thứ nhất.")
        return data

    def clean_code(self) -> Dossier:
        row = Dossier.objects.filter(ward=self.visit.ward_id, code=self.cleaned_data["code"]).first()
        if row is None:
            raise forms.ValidationError("Chưa thấy hồ sơ nào có mã này ở đơn vị.")
        return row

    def arguments(self) -> dict[str, Any]:
        """What HomeVisit.plan takes beside who and when."""
        data = self.cleaned_data
        return {
            "day": data["day"],
            "half": data["half"],
            "pair": (data["first"], data["second"]),
            "hamlet": data["hamlet"],
            "procedure": data.get("procedure"),
            "dossier": data.get("code"),
        }


class WhyForm(forms.Form):
    reason = Reason()

    def __init__(self, *args: Any, visit: HomeVisit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def arguments(self) -> dict[str, Any]:
        return self.cleaned_data


class HandBackForm(forms.Form):
    """In the applicant's own hands, at their home."""

    originals = forms.BooleanField(label="Đã trả lại các bản chính đã đối chiếu", required=False, initial=True)

    def __init__(self, *args: Any, visit: HomeVisit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def arguments(self) -> dict[str, Any]:
        return self.cleaned_data


class DayForm(forms.Form):
    """The day of a round; today where nothing is asked for."""

    ngay = day_field("Ngày", "25/11/2026")

    @classmethod
    def of(cls, asked: Any) -> DayForm:
        return cls(asked if "ngay" in asked else {"ngay": timezone.localdate().isoformat()})
