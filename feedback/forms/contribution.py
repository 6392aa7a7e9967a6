"""What people write to the ward, and what the ward writes back."""

from __future__ import annotations

import re
import unicodedata
import uuid
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from desk.forms import Email, Phone, Text
from desk.models import Staff, Ward
from desk.uploads import ACCEPTED, MAX_MB, Upload
from desk.vietnamese import clean, lower_first
from dossiers.forms.fields import DIGITS, OFF, Day, DossierCode, Reason
from dossiers.models import Dossier
from feedback.models import Contribution

MOST_FILES = 3
AGAIN = {"required": "Xin chọn một.", "invalid_choice": "Xin chọn lại."}
OLD_PAGE = "Trang này đã cũ nên chưa gửi được. Xin mở lại trang."


class Words(forms.CharField):
    """What somebody says in their own words: lines and signs of every kind stay as they were typed."""

    widget = forms.Textarea(attrs={"rows": 6})
    default_error_messages = {"required": "Xin viết vài lời."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 3000, **kwargs})
        self.error_messages["null_characters_not_allowed"] = "Có ký tự không đọc được. Xin gõ lại."
        for validator in self.validators:
            if getattr(validator, "code", "") == "max_length":
                validator.message = "Dài quá: nhiều nhất %(limit_value)d chữ, đang có %(show_value)d."
            if getattr(validator, "code", "") == "null_characters_not_allowed":
                validator.message = self.error_messages["null_characters_not_allowed"]

    def to_python(self, value: Any) -> str:
        lines = [clean(line) for line in str(value or "").splitlines()]
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
        return "".join(char for char in text if char in "\n\x00" or unicodedata.category(char) != "Cc")


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class Uploads(Upload):
    """At most MOST_FILES of what `Upload` takes; cleaned to a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=SeveralFiles(attrs={"accept": ACCEPTED, "multiple": True}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = [file for file in (data if isinstance(data, list) else [data]) if file]
        if len(files) > MOST_FILES:
            raise ValidationError(f"Nhiều nhất {MOST_FILES} tệp.")
        return [super(Uploads, self).clean(file) for file in files]


class KeyedForm(forms.Form):
    """A form whose double press makes one row."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "key" in self.errors:
            self.add_error(None, OLD_PAGE)
        return data


class ContributionForm(KeyedForm):
    """What every contribution says, whoever types it."""

    kind = forms.ChoiceField(
        label="Ông/bà muốn gửi", choices=Contribution.Kind, widget=forms.RadioSelect, error_messages=AGAIN
    )
    words = Words(label="Nội dung")
    name = Text(label="Họ và tên", required=False, max_length=160)
    phone = Phone(label="Điện thoại", required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    email = Email(label="Thư điện tử", required=False)
    address = Text(label="Địa chỉ", required=False, help_text="Để chúng tôi gửi thư trả lời, nếu có.")
    files = Uploads(
        label="Ảnh hoặc giấy kèm theo",
        required=False,
        help_text=f"Nhiều nhất {MOST_FILES} tệp PDF, JPEG, PNG, mỗi tệp không quá {MAX_MB} MB.",
    )
    may_publish = forms.BooleanField(
        label="Tôi đồng ý để phường, xã đăng điều đã thay đổi nhờ ý kiến này, không ghi tên tôi", required=False
    )


class SuggestForm(ContributionForm):
    """The same for citizens, who say which ward; `website` is a trap that only machines fill in."""

    ward = forms.ModelChoiceField(
        Ward.objects.none(), label="Gửi đến phường, xã", empty_label="–", error_messages=AGAIN
    )
    token = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    code = DossierCode(label="Mã hồ sơ", required=False, widget=forms.TextInput(attrs=OFF))
    digits = Text(
        label="4 số cuối của điện thoại hoặc số định danh",
        required=False,
        max_length=4,
        widget=forms.TextInput(attrs=DIGITS),
    )
    website = forms.CharField(required=False, max_length=200, widget=forms.TextInput(attrs={"tabindex": "-1", **OFF}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wards = Ward.objects.in_service()
        self.fields["ward"].queryset = wards
        self.fields["words"].label = "Ông/bà muốn nói gì với chúng tôi"
        if len(wards) == 1:
            self.fields["ward"].initial = wards[0]
            self.fields["ward"].widget = forms.HiddenInput()
        self.dossier = self.dossier_by_token()

    def dossier_by_token(self) -> Dossier | None:
        token = self["token"].value() or ""
        rows = Dossier.objects.filter(token=token) if 0 < len(token) <= 64 and "\x00" not in token else []
        return next(iter(rows), None)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.dossier:
            data["ward"] = self.dossier.ward
            self.errors.pop("ward", None)
        elif bool(data.get("code")) != bool(data.get("digits")) and not {"code", "digits"} & set(self.errors):
            self.add_error("digits" if data.get("code") else "code", "Xin ghi cả mã hồ sơ và 4 số cuối.")
        return data

    @property
    def pair(self) -> dict[str, str] | None:
        """Code and digits by which a dossier was named."""
        data = self.cleaned_data
        return None if self.dossier or not data["code"] else {"code": data["code"], "digits": data["digits"]}

    def arguments(self) -> dict[str, Any]:
        """What ContributionQuerySet.receive takes beside channel and when."""
        drop = ("token", "code", "digits", "website")
        facts = {name: value for name, value in self.cleaned_data.items() if name not in drop}
        ward = self.dossier.ward if self.dossier else facts["ward"]
        return {**facts, "ward": ward, "dossier": self.dossier}


class FindForm(forms.Form):
    """The code of a contribution as people type it: "gy k7m2 9p4t" too."""

    ma = Text(label="Mã góp ý", max_length=40, widget=forms.TextInput(attrs={"autocapitalize": "characters", **OFF}))

    def clean_ma(self) -> str:
        if code := tidy_code(self.cleaned_data["ma"]):
            return code
        raise ValidationError("Mã gồm chữ GY và 8 chữ, số. Ví dụ: GY-K7M2-9P4T.")


def tidy_code(typed: str) -> str:
    """ "GY-K7M2-9P4T" from whatever stands for it; "" where it cannot be a code."""
    found = re.fullmatch(r"(?:GY)?([0-9A-Z]{4})([0-9A-Z]{4})", re.sub(r"[^0-9A-Z]", "", typed.upper()))
    return f"GY-{found[1]}-{found[2]}" if found else ""


class EnterForm(ContributionForm):
    """A contribution said at the counter or written in a letter, typed by the ward."""

    channel = forms.ChoiceField(
        label="Nhận qua",
        choices=[(each, each.label) for each in (Contribution.Channel.COUNTER, Contribution.Channel.LETTER)],
        error_messages=AGAIN,
    )
    received_on = Day(label="Ngày nhận", max_length=10)
    code = DossierCode(label="Về hồ sơ (mã, nếu có)", required=False, widget=forms.TextInput(attrs=OFF))

    field_order = ("key", "kind", "channel", "received_on", "words", "code")

    def __init__(self, *args: Any, ward: Ward, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ward = ward
        self.fields["kind"].label = "Loại"
        self.fields["received_on"].initial = f"{timezone.localdate():%d/%m/%Y}"
        self.fields["may_publish"].label = "Người gửi đồng ý đăng điều đã thay đổi, không ghi tên"
        self.fields["address"].help_text = ""

    def clean_code(self) -> Dossier | None:
        code = self.cleaned_data["code"]
        found = Dossier.objects.filter(ward=self.ward, code=code).first() if code else None
        if code and found is None:
            raise ValidationError("Chưa thấy hồ sơ nào có mã này ở đơn vị.")
        return found

    def arguments(self, now: datetime) -> dict[str, Any]:
        """What ContributionQuerySet.receive takes beside who; a day before today counts from its noon."""
        facts = dict(self.cleaned_data)
        day, dossier = date.fromisoformat(facts.pop("received_on")), facts.pop("code")
        noon = timezone.make_aware(datetime.combine(day, time(12)))
        return {**facts, "dossier": dossier, "at": now if day == timezone.localdate(now) else noon}


class ActForm(forms.Form):
    """A step of a contribution; this one asks for nothing more."""

    def __init__(self, *args: Any, contribution: Contribution, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contribution = contribution

    def arguments(self) -> dict[str, Any]:
        return self.cleaned_data


class AssignForm(ActForm):
    to = forms.ModelChoiceField(Staff.objects.none(), label="Giao cho", empty_label="–", error_messages=AGAIN)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Staff.objects.filter(ward=self.contribution.ward_id, is_active=True)
        self.fields["to"].queryset = people.order_by("full_name")
        self.fields["to"].initial = self.fields["seen"].initial = self.contribution.assigned_to_id


class ReplyForm(ActForm):
    """The answer; what a letter would say is asked for only where somebody left a name to write to."""

    verdict = forms.ChoiceField(label="Kết luận", error_messages=AGAIN)
    answer = Words(label="Trả lời", help_text="Người gửi đọc lời này bằng mã góp ý. Xin không ghi điều riêng của ai.")
    change = Text(
        label="Điều đã thay đổi",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Phải có khi tiếp thu hoặc phản ánh đúng. Ví dụ: Từ ngày 02/11, trước quầy có sáu ghế tựa.",
    )
    gist = Text(
        label="Sự việc, ghi trong thư gửi người góp ý",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Một câu, nói lại điều người ấy đã góp ý, phản ánh hoặc khen.",
    )
    salutation = forms.ChoiceField(label="Xưng hô trong thư", choices=Contribution.Salutation, error_messages=AGAIN)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verdicts = Contribution.VERDICTS[Contribution.Kind(self.contribution.kind)]
        choices = [(verdict.value, verdict.label) for verdict in verdicts]
        self.fields["verdict"].choices = [("", "–"), *choices] if len(choices) > 1 else choices
        self.fields["salutation"].initial = self.contribution.salutation
        self.fields["gist"].initial = self.gist_of(" ".join(self.contribution.words.split())[:500])
        if self.contribution.kind == Contribution.Kind.PRAISE:
            del self.fields["change"]
        if not self.contribution.name:
            del self.fields["gist"], self.fields["salutation"]

    def gist_of(self, words: str) -> str:
        """Their own words to begin with; thanks go on after a colon with them, an apology opens with them."""
        is_sentence = self.contribution.kind == Contribution.Kind.COMPLAINT
        return words if is_sentence else lower_first(words)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        has_changed = data.get("verdict") in Contribution.CHANGES
        if has_changed and not data.get("change") and "change" not in self.errors:
            self.add_error("change", "Xin ghi điều đã thay đổi.")
        needs_gist = has_changed or self.contribution.kind == Contribution.Kind.PRAISE
        if needs_gist and "gist" in self.fields and not data.get("gist") and "gist" not in self.errors:
            self.add_error("gist", "Xin ghi sự việc: thư gửi người góp ý nêu điều này.")
        return data


class PublishForm(ActForm):
    words = Reason(
        label="Lời đăng",
        max_length=1000,
        help_text="Ai cũng đọc được. Xin viết không có tên, số điện thoại, mã hồ sơ.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = self.contribution
        self.fields["words"].initial = said.published_words or said.change or " ".join(said.answer.split())
