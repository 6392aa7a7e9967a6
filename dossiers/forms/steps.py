"""What a step asks for. A form speaks and checks what was typed; whether the step is allowed is the verb's question."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from desk.forms import Birth, IdNumber, PersonName, Phone, TaxCode, Text
from desk.models import CalendarDay, Staff
from dossiers.forms.fields import OFF, Fee, Lines, Reason
from dossiers.forms.letter_facts import demand_facts, fact_fields
from dossiers.forms.papers import EXTRA_PAPERS, Paper, faults, given
from dossiers.models import Appointment, DelayCause, Dossier, Handover, Procedure
from dossiers.models.steps import FURTHEST


class ComingDay(Text):
    """A day typed dd/mm/yyyy, cleaned to a date from today on, within a year."""

    widget = forms.TextInput(attrs={"placeholder": "ngày/tháng/năm", "inputmode": "numeric", **OFF})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 10, **kwargs})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            day, month, year = (int(part) for part in re.split(r"[/.\- ]", text))
            typed = date(year, month, day)
        except ValueError:
            raise ValidationError("Ghi như 25/11/2026.") from None
        if typed < timezone.localdate():
            raise ValidationError("Ngày này đã qua.")
        if typed > timezone.localdate() + FURTHEST:
            raise ValidationError("Ngày này xa quá một năm. Xin xem lại năm.")
        return typed


class StepForm(forms.Form):
    """A step that asks for nothing more."""

    def __init__(self, *args: Any, dossier: Dossier, by: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dossier, self.by = dossier, by

    def arguments(self) -> dict[str, Any]:
        """What the verb takes beside who and when."""
        return self.cleaned_data


class GiveForm(StepForm):
    to = forms.ChoiceField(label="Giao cho")
    note = Text(label="Ghi chú", required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Staff.objects.filter(ward=self.dossier.ward_id, is_active=True).exclude(pk=self.dossier.holder_id)
        self.people = {str(person.pk): person for person in people}
        self.fields["to"].choices = [
            (f"{step}-{person.pk}", f"{person.full_name} ({step.label.lower()})")
            for step in (Handover.Step.OFFICER, Handover.Step.LEADER, Handover.Step.DESK)
            for person in self.people.values()
            if person.has_role(Handover.ROLE[step])
        ]
        self.fields["to"].error_messages["invalid_choice"] = "Xin chọn lại người nhận."

    def arguments(self) -> dict[str, Any]:
        step, _, pk = self.cleaned_data["to"].partition("-")
        return {"to": self.people[pk], "step": step, "note": self.cleaned_data["note"]}


class SupplementForm(StepForm):
    items = Lines(label="Cần bổ sung (mỗi dòng một việc, ghi đủ một lần)")
    reason = Reason()


class DelayForm(StepForm):
    delay_cause = forms.ModelChoiceField(
        DelayCause.objects.filter(is_offered=True),
        label="Nguyên nhân",
        empty_label="–",
        error_messages={"required": "Xin chọn nguyên nhân.", "invalid_choice": "Xin chọn lại."},
    )
    reason = Reason(label="Lý do nói với người dân")


class RescheduleForm(DelayForm):
    day = ComingDay(label="Ngày hẹn mới")
    half = forms.ChoiceField(label="Buổi", choices=Appointment.Half)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calendar = CalendarDay.objects.calendar(self.dossier.ward.hours)
        start = max(timezone.localdate(), timezone.localdate(self.dossier.due_at))
        proposed = calendar.next_working_day(calendar.next_working_day(start))
        self.fields["day"].initial = f"{proposed:%d/%m/%Y}"
        self.fields["half"].initial = self.dossier.appointment.half


class ReasonForm(StepForm):
    reason = Reason()


class ReturnForm(StepForm):
    """Empty when the applicant is there in person."""

    to_name = PersonName(label="Người nhận thay", required=False)
    to_id_number = IdNumber(label="Số định danh người nhận thay", required=False, max_length=20)
    has_paper = forms.BooleanField(label="Có giấy ủy quyền", required=False)
    originals = forms.BooleanField(label="Đã trả lại các bản chính đã đối chiếu", required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        proxy = data.get("to_name") or data.get("to_id_number")
        if proxy and "to_name" not in self.errors and not data.get("to_name"):
            self.add_error("to_name", "Xin ghi họ tên người nhận thay.")
        if proxy and "to_id_number" not in self.errors and not data.get("to_id_number"):
            self.add_error("to_id_number", "Xin ghi số định danh người nhận thay.")
        if proxy and not data.get("has_paper"):
            self.add_error("has_paper", "Người nhận thay phải có giấy ủy quyền (Nghị định 61/2018, Điều 6).")
        return data

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        in_person = not data["to_name"]
        return {
            "to_name": data["to_name"],
            "to_id_number": data["to_id_number"],
            "originals": data["originals"] or in_person,
        }


class RemindForm(StepForm):
    words = Text(label="Lời nhắc", max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        silent = Dossier.objects.filter(pk=self.dossier.pk).unexplained(timezone.now()).exists()
        asked = "Xin báo nguyên nhân chậm và ngày có thể xong." if silent else "Xin giải quyết sớm hồ sơ này."
        self.fields["words"].initial = asked


class CorrectForm(StepForm):
    applicant_name = Text(label="Họ và tên", max_length=160)
    id_number = IdNumber(label="Số định danh", required=False, max_length=20)
    tax_code = TaxCode(label="Mã số thuế", required=False, max_length=14)
    birth = Birth(label="Ngày sinh", required=False, max_length=10)
    sex = forms.ChoiceField(label="Giới tính", required=False, choices=[("", "–"), *Dossier.Sex.choices])
    address = Text(label="Nơi thường trú")
    phone = Phone(label="Điện thoại", required=False, max_length=20)
    procedure = forms.ModelChoiceField(
        Procedure.objects.none(), label="Thủ tục", empty_label=None, error_messages={"invalid_choice": "Xin chọn lại."}
    )
    fee_vnd = Fee()
    fee_paid = forms.BooleanField(label="Đã nộp lệ phí", required=False)
    received_at = forms.DateTimeField(
        label="Nhận lúc",
        input_formats=["%H:%M %d/%m/%Y"],
        widget=forms.DateTimeInput(format="%H:%M %d/%m/%Y"),
        error_messages={"invalid": "Ghi như 08:42 23/11/2026.", "required": "Xin điền ô này."},
    )
    reason = Reason(label="Sửa vì sao")
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.dossier.times_corrected
        day = timezone.localdate(self.dossier.received_at)
        self.fields["procedure"].queryset = Procedure.objects.in_force(day).order_by("position")
        for name in self.fields.keys() - {"reason", "seen"}:
            self.fields[name].initial = getattr(self.dossier, name)
        self.chosen = self._chosen()
        self.papers = self._papers()
        facts = fact_fields(self.chosen.letter_facts)
        for name, field in facts.items():
            field.initial = self.dossier.letter_facts.get(name, "")
        self.fact_names = list(facts)
        self.fields |= {**facts, "reason": self.fields.pop("reason")}

    def _chosen(self) -> Procedure:
        """The procedure whose papers the page offers."""
        typed = self.data.get("procedure", "")
        found = self.fields["procedure"].queryset.filter(pk=typed) if typed.isdecimal() else ()
        return next(iter(found), self.dossier.procedure)

    @property
    def is_new_choice(self) -> bool:
        """The page has not shown the papers of this procedure yet."""
        return self.is_bound and self.data.get("shown") != str(self.chosen.pk)

    def _papers(self) -> list[Paper]:
        """Those handed in, what the procedure chosen asks for beside them, and some to be named by hand."""
        held = [row.given for row in self.dossier.documents.all()]
        before = {
            f"paper-{number}-{part}": str(value)
            for number, paper in enumerate(held)
            for part, value in {"given": "yes", "kind": paper.kind, "count": paper.count}.items()
        }
        typed = self.data if self.is_bound else before
        names = [paper.name for paper in held] + [""] * EXTRA_PAPERS
        kept = [Paper(number, name, lambda part: typed.get(part, "")) for number, name in enumerate(names)]
        asked = [row.name for row in self.chosen.documents.all() if row.name not in names]
        read = (lambda part: "") if self.is_new_choice else (lambda part: typed.get(part, ""))
        offered = [Paper(number, name, read) for number, name in enumerate(asked, start=len(names))]
        return [*kept[: len(held)], *offered, *kept[len(held) :]]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.is_new_choice:
            self.add_error("procedure", "Xin xem lại giấy tờ của thủ tục này ở bên dưới, rồi bấm lần nữa.")
        for words in faults(self.papers):
            self.add_error(None, words)
        if self.dossier.agrees_to_letter:
            demand_facts(self, self.fact_names)
        return data

    def clean_received_at(self) -> Any:
        typed = self.cleaned_data["received_at"]
        if words := self.dossier.why_not_received(typed, timezone.now()):
            raise ValidationError(words)
        stored = self.dossier.received_at
        # the form shows minutes: an untouched field must not count as a change of seconds
        return stored if typed == stored.replace(second=0, microsecond=0) else typed

    def arguments(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data["letter_facts"] = {name: told for name in self.fact_names if (told := data.pop(name))}
        asked = {"reason": data.pop("reason"), "seen": data.pop("seen")}
        return {**asked, "changes": data, "papers": given(self.papers)}


#: The form of each step; a step not named here asks for nothing.
STEP_FORMS: dict[str, type[StepForm]] = {
    "give": GiveForm,
    "request_papers": SupplementForm,
    "reschedule": RescheduleForm,
    "explain_delay": DelayForm,
    "waive_apology": ReasonForm,
    "remind": RemindForm,
    "refuse": ReasonForm,
    "stop": ReasonForm,
    "hand_back": ReturnForm,
    "correct": CorrectForm,
}
#: Steps that one press takes, without opening their form first.
ONE_PRESS = {"take_up", "take_back", "mark_ready", "finish", "papers_received", "hand_back"}
