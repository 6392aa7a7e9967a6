"""What the ward writes down of a dialogue, and what citizens ask before it."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from desk.forms import Phone, Text
from desk.models import Staff
from dossiers.forms.fields import OFF, Reason
from dossiers.forms.steps import ComingDay
from feedback.forms.contribution import AGAIN, KeyedForm, Words
from feedback.models import Dialogue, DialoguePromise, DialogueQuestion


class Clock(Text):
    """An hour of the day as people write it: "8:30", "8h30", "8 giờ"."""

    widget = forms.TextInput(attrs={"placeholder": "8:30", "inputmode": "numeric", **OFF})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 10, **kwargs})

    def clean(self, value: Any) -> Any:
        found = re.fullmatch(r"([0-9]{1,2}) ?(?::|h|giờ|\.) ?([0-9]{2})?(?: ?phút)?", super().clean(value).lower())
        hour, minute = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
        try:
            return time(hour, minute)
        except ValueError:
            raise ValidationError("Ghi như 8:30.") from None


class DialogueForm(forms.Form):
    """What is announced."""

    kind = forms.ChoiceField(label="Loại", choices=Dialogue.Kind, error_messages=AGAIN)
    topic = Text(label="Chủ đề", max_length=200)
    place = Text(label="Địa điểm", max_length=200)
    day = ComingDay(label="Ngày")
    starts = Clock(label="Từ")
    ends = Clock(label="Đến")

    def __init__(self, *args: Any, dialogue: Dialogue | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if dialogue:
            start, end = timezone.localtime(dialogue.starts_at), timezone.localtime(dialogue.ends_at)
            known = {"kind": dialogue.kind, "topic": dialogue.topic, "place": dialogue.place}
            self.initial |= {**known, "day": f"{start:%d/%m/%Y}", "starts": f"{start:%H:%M}", "ends": f"{end:%H:%M}"}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if {"day", "starts", "ends"} <= set(data) and data["starts"] >= data["ends"]:
            self.add_error("ends", "Giờ kết thúc phải sau giờ bắt đầu.")
        return data

    def arguments(self) -> dict[str, Any]:
        facts = dict(self.cleaned_data)
        day: date = facts.pop("day")
        times = {"starts_at": facts.pop("starts"), "ends_at": facts.pop("ends")}
        return facts | {name: timezone.make_aware(datetime.combine(day, hour)) for name, hour in times.items()}


class AnnounceForm(KeyedForm, DialogueForm):
    field_order = ("key", "kind", "topic", "place", "day", "starts", "ends")


class OfDialogue(forms.Form):
    """A step of a dialogue, or of a question or a promise of one."""

    def __init__(
        self, *args: Any, dialogue: Dialogue, row: DialogueQuestion | DialoguePromise | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.dialogue, self.row = dialogue, row

    def arguments(self) -> dict[str, Any]:
        return self.cleaned_data


class CallOffForm(OfDialogue):
    reason = Reason(label="Thôi tổ chức vì", max_length=300)


class HoldForm(OfDialogue):
    people = forms.IntegerField(
        label="Số người dự", min_value=0, max_value=100_000,
        error_messages={"required": "Xin ghi số người.", "invalid": "Xin ghi một số.",
                        "min_value": "Xin ghi số từ 0 trở lên.", "max_value": "Số này lớn quá. Xin xem lại."},
    )  # fmt: skip
    minutes = Words(label="Biên bản tóm tắt", max_length=10_000, widget=forms.Textarea(attrs={"rows": 10}))


class AskForm(KeyedForm):
    """A question sent before the dialogue; `website` is a trap that only machines fill in."""

    words = Words(label="Câu hỏi của ông/bà", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    name = Text(label="Họ và tên (không bắt buộc)", required=False, max_length=160)
    phone = Phone(
        label="Điện thoại (không bắt buộc)",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    website = forms.CharField(required=False, max_length=200, widget=forms.TextInput(attrs={"tabindex": "-1", **OFF}))


class NoteQuestionForm(OfDialogue, KeyedForm):
    words = Words(label="Câu hỏi", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    name = Text(label="Người hỏi (nếu biết)", required=False, max_length=160)


class PromiseForm(OfDialogue, KeyedForm):
    words = Reason(label="Việc đã hứa")
    responsible = forms.ModelChoiceField(
        Staff.objects.none(), label="Người phụ trách", empty_label="–", error_messages=AGAIN
    )
    due_on = ComingDay(label="Xong trước hết ngày")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Staff.objects.filter(ward=self.dialogue.ward_id, is_active=True)
        self.fields["responsible"].queryset = people.order_by("full_name")


class ReplyForm(OfDialogue):
    answer = Words(label="Trả lời", max_length=2000)
    is_public = forms.BooleanField(label="Đăng câu hỏi và trả lời cùng biên bản, không ghi tên", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= {"answer": self.row.answer, "is_public": self.row.is_public}


class FinishForm(OfDialogue):
    words = Reason(label="Đã làm gì")
