"""What a step of a letter asks for; whether it is allowed is the verb's own question."""

from __future__ import annotations

from typing import Any

from django import forms

from desk.forms import Text
from desk.vietnamese import capitalise
from dossiers.forms.fields import Reason
from dossiers.forms.steps import ComingDay
from dossiers.models import Appointment, Dossier
from letters.facts import FIELDS
from letters.models import ABOUT, BY_HAND, Letter

#: How a letter that no dossier stands behind speaks to its recipient.
ADDRESS_FORMS = [(word, capitalise(word)) for word in ("ông", "bà", "ông/bà", "quý đơn vị")]


class StepForm(forms.Form):
    """A step that asks for nothing more."""

    def __init__(self, *args: Any, letter: Letter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letter = letter

    def arguments(self) -> dict[str, Any]:
        return self.cleaned_data


class IssueForm(StepForm):
    seen = forms.IntegerField(widget=forms.HiddenInput)


class ProposeForm(StepForm):
    day = ComingDay(label="Ngày hẹn mới")
    half = forms.ChoiceField(label="Buổi", choices=Appointment.Half)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.letter.new_day:
            self.fields["day"].initial = f"{self.letter.new_day:%d/%m/%Y}"
            self.fields["half"].initial = self.letter.new_half


class SendBackForm(StepForm):
    note = Reason(label="Cần sửa điều gì", max_length=300)


class RecallForm(StepForm):
    reason = Reason(label="Thu hồi vì sao", max_length=300)


class SubmitForm(StepForm):
    """The facts that a person may write, as they stand; what is left so is left to the dossier."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about = self.letter.about
        for name in self.letter.to_write:
            is_told = name in about.typed or name == "ly_do"
            field = Reason if is_told else Text
            words = {"label": capitalise(FIELDS[name]), "initial": self.letter.facts.get(name, "")}
            self.fields[name] = field(**words, required=name not in about.tells)

    def arguments(self) -> dict[str, Any]:
        return {"typed": {name: self.cleaned_data[name].rstrip(".") for name in self.changed_data} or None}


class WriteForm(forms.Form):
    """A letter that no event orders: about a dossier of the ward, or to somebody who has none."""

    kind = forms.ChoiceField(label="Loại thư", choices=[(kind.value, kind.label) for kind in BY_HAND])
    code = Text(label="Mã hồ sơ (nếu có)", required=False, max_length=60)
    nguoi_nhan = Text(label="Người nhận", required=False, max_length=160, help_text="Ví dụ: Bà Lưu Thị Hồng Hạnh")
    dia_chi = Text(label="Địa chỉ", required=False)
    xung_ho = forms.ChoiceField(label="Xưng hô", choices=ADDRESS_FORMS, initial="ông/bà")
    su_viec = Reason(label="Sự việc, hoặc lời người dân đã nói")
    viec_da_lam = Text(
        label="Việc phường, xã đã làm",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Không cần với thư cảm ơn lời khen.",
    )

    def __init__(self, *args: Any, dossiers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dossiers = dossiers
        self.dossier: Dossier | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if code := data.get("code"):
            self.dossier = self.dossiers.filter(code=code.upper()).select_related("procedure", "officer").first()
            if self.dossier is None:
                self.add_error("code", "Chưa thấy hồ sơ này ở đơn vị.")
        elif "code" not in self.errors and not data.get("nguoi_nhan"):
            self.add_error("nguoi_nhan", "Xin ghi người nhận, hoặc mã hồ sơ của người nhận.")
        needs_done = data.get("kind") in BY_HAND and "viec_da_lam" in ABOUT[data["kind"]].needs
        if needs_done and "viec_da_lam" not in self.errors and not data.get("viec_da_lam"):
            self.add_error("viec_da_lam", "Thư này phải nêu việc phường, xã đã làm.")
        return data

    @property
    def typed(self) -> dict[str, str]:
        """What the writer gave; what the dossier knows better is left to it."""
        names = ["su_viec", "viec_da_lam"] + ([] if self.dossier else ["nguoi_nhan", "dia_chi", "xung_ho"])
        return {name: value.rstrip(".") for name in names if (value := self.cleaned_data[name])}
