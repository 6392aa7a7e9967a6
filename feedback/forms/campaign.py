"""What the pages of the campaigns ask for; whether it is allowed is the verbs' own question."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone

from desk.forms import Text
from desk.models import Staff, Ward
from desk.uploads import Upload
from dossiers.forms.fields import Reason
from dossiers.forms.steps import ComingDay
from feedback.models import CampaignArea, Question, QuestionSet
from feedback.models.area import sheets_out_of_order
from feedback.models.ballot import MOST

CHOOSE_AGAIN = {"invalid_choice": "Xin chọn lại.", "required": "Xin chọn một mục."}


class Sheets(forms.IntegerField):
    """How many sheets."""

    default_error_messages = {"required": "Xin ghi số.", "invalid": "Xin ghi một số tròn, ví dụ 120."}

    def __init__(self, **kwargs: Any) -> None:
        least = kwargs.setdefault("min_value", 0)
        super().__init__(**{"max_value": MOST, "widget": forms.NumberInput(attrs={"inputmode": "numeric"}), **kwargs})
        for validator in self.validators:
            validator.message = f"Xin ghi một số từ {least} đến {self.max_value}."


class WhyReopen(Reason):
    def validate(self, value: str) -> None:
        super(Reason, self).validate(value)
        if len(value) < 5:
            raise forms.ValidationError("Xin ghi rõ hơn để người xem lại sau này hiểu.")


class OpenForm(forms.Form):
    """A new campaign. A leader opens one for the own ward and is not asked for wards."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    name = Text(label="Tên đợt", max_length=120, help_text="In trên phiếu, ví dụ: Đợt tháng 11 năm 2026")
    question_set = forms.ModelChoiceField(
        QuestionSet.objects.none(), label="Bộ câu hỏi", empty_label="–", error_messages=CHOOSE_AGAIN
    )
    opens_on = ComingDay(label="Từ ngày")
    closes_on = ComingDay(label="Đến hết ngày")
    target = Sheets(label="Số phiếu cần lấy ở mỗi thôn, tổ", min_value=1, initial=30)
    wards = forms.ModelMultipleChoiceField(
        Ward.objects.none(),
        label="Phường, xã",
        widget=forms.CheckboxSelectMultiple,
        error_messages={**CHOOSE_AGAIN, "required": "Xin chọn ít nhất một phường, xã."},
    )

    def __init__(self, *args: Any, by: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        today = timezone.localdate()
        self.fields["question_set"].queryset = QuestionSet.objects.for_ballots()
        self.fields["opens_on"].initial = f"{today:%d/%m/%Y}"
        if by.is_city:
            self.fields["wards"].queryset = Ward.objects.in_service()
            self.fields["wards"].initial = Ward.objects.in_service()
        else:
            del self.fields["wards"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("opens_on"), data.get("closes_on")
        if first and last and last < first:
            self.add_error("closes_on", "Ngày kết thúc phải từ ngày bắt đầu trở đi.")
        chosen = data.get("question_set")
        if chosen and first and chosen.valid_from > first:
            self.add_error("question_set", f"Bộ câu hỏi này dùng từ ngày {chosen.valid_from:%d/%m/%Y}.")
        return data

    def arguments(self) -> dict[str, Any]:
        return {"wards": [self.by.ward], **self.cleaned_data}


class CloseForm(forms.Form):
    reason = WhyReopen(label="Vì sao khóa khi còn địa bàn chưa chốt", max_length=500)

    def __init__(self, *args: Any, is_complete: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_complete:
            del self.fields["reason"]


class AreaForm(forms.Form):
    """A step of an area that asks for nothing more."""

    def __init__(self, *args: Any, area: CampaignArea, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.area = area
        for name, field in self.fields.items():
            if hasattr(area, name):
                field.initial = getattr(area, name)

    def arguments(self) -> dict[str, Any]:
        return self.cleaned_data


class AimForm(AreaForm):
    target = Sheets(label="Số phiếu cần lấy", min_value=1)


class SheetsForm(AreaForm):
    handed_out = Sheets(label="Phát ra")
    collected = Sheets(label="Thu về")
    invalid = Sheets(label="Không hợp lệ")
    counted_by = Text(label="Người kiểm phiếu", required=False, max_length=160, help_text="Họ tên hai người trở lên")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and (wrong := sheets_out_of_order(data["handed_out"], data["collected"], data["invalid"])):
            self.add_error(*wrong)
        return data


class MinutesForm(AreaForm):
    file = Upload(label="Bản quét biên bản kiểm phiếu")


class WayForm(AreaForm):
    way = forms.ChoiceField(label="Cách nhập", choices=CampaignArea.Way, error_messages=CHOOSE_AGAIN)


class ReopenForm(AreaForm):
    reason = WhyReopen(label="Mở lại vì sao", max_length=500)


class PrintForm(forms.Form):
    """Which numbers of an area's ballots to print, at most 500 at once."""

    AT_ONCE = 500

    tu = Sheets(label="Từ số", min_value=1)
    den = Sheets(label="Đến số", min_value=1)
    kho = forms.ChoiceField(label="Khổ giấy", choices=[("a5", "A5"), ("a4", "A4, hai phiếu mỗi tờ")], required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("tu"), data.get("den")
        if first and last and last < first:
            self.add_error("den", f"Xin ghi số từ {first} trở lên.")
        elif first and last and last - first >= self.AT_ONCE:
            self.add_error("den", f"Mỗi lần in nhiều nhất {self.AT_ONCE} phiếu.")
        return data

    def numbers(self) -> range:
        return range(self.cleaned_data["tu"], self.cleaned_data["den"] + 1)


class BallotForm(forms.Form):
    """One ballot: its number and an answer to each question, "0" where none or too many are ticked."""

    number = Sheets(label="Phiếu số", min_value=1)

    def __init__(self, *args: Any, question_set: QuestionSet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = question_set.asked
        for place, (question, levels) in enumerate(self.asked, start=1):
            choices = [(str(level.value), level.words) for level in levels] + [("0", "Bỏ trống")]
            self.fields[f"q{place}"] = forms.ChoiceField(
                label=str(question),
                choices=choices,
                error_messages={**CHOOSE_AGAIN, "required": "Xin chọn một mức, hoặc “bỏ trống”."},
            )

    def rows(self) -> list[tuple[Question, Any, list[tuple[str, str]]]]:
        """(question, bound field, choices) in order."""
        fields = [self[f"q{place}"] for place in range(1, len(self.asked) + 1)]
        return [(asked[0], field, field.field.choices) for asked, field in zip(self.asked, fields, strict=True)]

    def arguments(self) -> dict[str, Any]:
        marks = "".join(self.cleaned_data[f"q{place}"] for place in range(1, len(self.asked) + 1))
        return {"number": self.cleaned_data["number"], "marks": marks}

    @staticmethod
    def of(number: int, marks: str, question_set: QuestionSet) -> BallotForm:
        """A form that shows a ballot as it was typed."""
        initial = {f"q{place}": mark for place, mark in enumerate(marks, start=1)}
        return BallotForm(initial={"number": number, **initial}, question_set=question_set)


class TalliesForm(forms.Form):
    """How many ticked each level of each question; what is missing to the valid sheets was left blank."""

    def __init__(self, *args: Any, area: CampaignArea, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.area = area
        self.asked = area.campaign.question_set.asked
        for question, levels in self.asked:
            drafted = area.drafted.get(str(question.pk), [])
            for place, level in enumerate(levels):
                held = drafted[place] if place < len(drafted) else None
                self.fields[f"q{question.pk}-{level.value}"] = Sheets(label=level.words, required=False, initial=held)

    def rows(self) -> list[tuple[Question, list[Any]]]:
        return [
            (question, [self[f"q{question.pk}-{level.value}"] for level in levels]) for question, levels in self.asked
        ]

    def counts(self) -> dict[int, list[int]]:
        data = self.cleaned_data
        return {
            question.pk: [data.get(f"q{question.pk}-{level.value}") or 0 for level in levels]
            for question, levels in self.asked
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for question, levels in self.asked:
            total = sum(data.get(f"q{question.pk}-{level.value}") or 0 for level in levels)
            if total > self.area.valid:
                self.add_error(
                    f"q{question.pk}-{levels[0].value}",
                    f"Cộng lại {total} phiếu, nhiều hơn {self.area.valid} phiếu hợp lệ.",
                )
        return data


class SettleForm(forms.Form):
    """What the sheet says, for each question that the two typings read differently."""

    number = Sheets(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, question_set: QuestionSet, first: str, second: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first = first
        for place, (question, levels) in enumerate(question_set.asked):
            if first[place] == second[place]:
                continue
            words = {"0": "Bỏ trống", **{str(level.value): level.words for level in levels}}
            read = [
                (mark, f"{words[mark]} (lần {turn})")
                for turn, mark in enumerate((first[place], second[place]), start=1)
            ]
            others = [(mark, said) for mark, said in words.items() if mark not in (first[place], second[place])]
            self.fields[f"q{place}"] = forms.ChoiceField(
                label=str(question), choices=[("", "– theo phiếu giấy –"), *read, *others], error_messages=CHOOSE_AGAIN
            )

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        marks = "".join(data.get(f"q{place}", mark) for place, mark in enumerate(self.first))
        return {"number": data["number"], "marks": marks}
