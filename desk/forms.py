"""Form fields that every desk page uses: what is typed is normalised, and what is wrong is said kindly beside it."""

from __future__ import annotations

import re
from typing import Any

import phonenumbers
from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import timezone

from desk.idcard import ID_NUMBER, PERSON_NAME, read_birth
from desk.models import AccessLog, Staff
from desk.vietnamese import PRINTABLE, clean, slashed

#: What Django's own validators of a text say, by their code; it has no Vietnamese for some of them.
SAID = {
    "max_length": "Dài quá: nhiều nhất %(limit_value)d chữ, đang có %(show_value)d.",
    "null_characters_not_allowed": "Có ký tự không in được. Xin gõ lại.",
}


def say_in_vietnamese(field: forms.Field) -> None:
    for validator in field.validators:
        if words := SAID.get(getattr(validator, "code", "")):
            validator.message = words


class Text(forms.CharField):
    """One line as it will be printed: NFC, tidy spaces, only characters that the papers can show."""

    default_error_messages = {
        "required": "Xin điền ô này.",
        "unprintable": "Có ký tự không in được: %(found)s. Xin gõ lại.",
        "markup": "Xin bỏ dấu < và >.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 250, **kwargs})
        say_in_vietnamese(self)

    def to_python(self, value: Any) -> str:
        value = super().to_python(value)
        return clean(value) if "\x00" not in value else value

    def validate(self, value: str) -> None:
        super().validate(value)
        if "<" in value or ">" in value:
            raise ValidationError(self.error_messages["markup"], code="markup")
        if odd := set(value) - PRINTABLE - {"\x00"}:
            found = " ".join(sorted(odd)[:5])
            raise ValidationError(self.error_messages["unprintable"], code="unprintable", params={"found": found})


class PersonName(Text):
    """A name of one or many words: letters, spaces, and ' - . between them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 120, **kwargs})

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not PERSON_NAME.fullmatch(value):
            raise ValidationError("Họ tên chỉ gồm chữ cái và dấu cách. Xin xem lại.", code="name")


class IdNumber(Text):
    """Số định danh of 12 digits, or an old CMND of 9."""

    def to_python(self, value: Any) -> str:
        return re.sub(r"[ .]", "", super().to_python(value))

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not ID_NUMBER.fullmatch(value):
            raise ValidationError(
                f"Số định danh có 12 chữ số (chứng minh cũ: 9), đang có {len(value)}. Xin xem lại.", code="id_number"
            )


class TaxCode(Text):
    """Mã số thuế: 10 digits, and 3 more for a branch; 12 for a household."""

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not re.fullmatch(r"\d{10}(-?\d{3})?|\d{12}", value):
            raise ValidationError("Mã số thuế có 10 chữ số, chi nhánh thêm 3. Xin xem lại.", code="tax_code")


class Phone(Text):
    """A Vietnamese number, stored as 0 and the rest: "+84 912.345.678" -> "0912345678"."""

    def to_python(self, value: Any) -> str:
        value = super().to_python(value)
        number = re.fullmatch(r"(?:\+?84)?0?([2-9][0-9]{8,9})", re.sub(r"[ ().\-]", "", value))
        return f"0{number[1]}" if number else value

    def validate(self, value: str) -> None:
        super().validate(value)
        if not value:
            return
        digits = re.sub(r"\D", "", value)
        if re.fullmatch(r"0[0-9]{9,10}", value) and phonenumbers.is_valid_number(phonenumbers.parse(value, "VN")):
            return
        if digits.startswith(("03", "05", "07", "08", "09")) and len(digits) < 10:
            missing = 10 - len(digits)
            raise ValidationError(f"Số điện thoại còn thiếu {missing} chữ số.", code="phone")
        raise ValidationError("Số điện thoại chưa đúng. Ví dụ: 0912 345 678.", code="phone")


class Birth(Text):
    """A birthday "14/08/1986", "14-8-1986" or a year "1986"; ISO, or the year alone, when cleaned."""

    widget = forms.TextInput(attrs={"placeholder": "ngày/tháng/năm", "inputmode": "numeric"})

    def to_python(self, value: Any) -> str:
        value = super().to_python(value)
        parts = [part.zfill(2) for part in re.split(r"[/.\- ]+", self.prepare_value(value))]
        try:
            return read_birth("/".join(parts)) if value else ""
        except ValueError:
            raise ValidationError("Ghi như 14/08/1986, hoặc chỉ năm sinh.", code="birth") from None

    def validate(self, value: str) -> None:
        super().validate(value)
        if value > timezone.localdate().isoformat():
            raise ValidationError("Ngày này chưa tới. Xin xem lại.", code="birth")

    def prepare_value(self, value: Any) -> Any:
        """ISO back to how people write it."""
        return slashed(value) if value else value


class Email(forms.EmailField):
    default_error_messages = {
        "required": "Xin điền ô này.",
        "invalid": "Địa chỉ email chưa đúng. Ví dụ: ten@thu.example.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 120, **kwargs})
        say_in_vietnamese(self)

    def validate(self, value: str) -> None:
        super().validate(value)
        if set(value) - PRINTABLE or set(value) & set('<>"'):
            raise ValidationError(self.error_messages["invalid"], code="invalid")


class OpenForm(forms.Form):
    """A form that anybody may send; `website` is a trap that no person sees and machines fill in."""

    website = forms.CharField(
        label="Xin để trống ô này",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )


class LoginForm(AuthenticationForm):
    """Log-in in the desk's own words."""

    error_messages = {
        "invalid_login": "Tên đăng nhập hoặc mật khẩu chưa đúng. Xin thử lại.",
        "inactive": "Tài khoản này đã tạm khóa. Xin hỏi quản trị.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Tên đăng nhập"
        self.fields["password"].label = "Mật khẩu"
        self.fields["username"].validators.append(MaxLengthValidator(self.fields["username"].max_length))
        for field in self.fields.values():
            field.error_messages["required"] = "Xin điền ô này."
            say_in_vietnamese(field)


class NewPasswordForm(PasswordChangeForm):
    error_messages = {
        "password_mismatch": "Hai lần gõ mật khẩu mới chưa giống nhau.",
        "password_incorrect": "Mật khẩu đang dùng chưa đúng.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "old_password": "Mật khẩu đang dùng",
            "new_password1": "Mật khẩu mới",
            "new_password2": "Gõ lại mật khẩu mới",
        }
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = "Xin điền ô này."
            say_in_vietnamese(self.fields[name])
        self.fields["new_password1"].help_text = "Ít nhất 10 ký tự, không chỉ toàn số, không phải mật khẩu hay gặp."


class LogFilter(forms.Form):
    """What the access log is narrowed to; every choice stays in the address."""

    nguoi = forms.ModelChoiceField(Staff.objects.none(), label="Ai", required=False, empty_label="Tất cả")
    viec = forms.ChoiceField(label="Việc", required=False, choices=[("", "Tất cả"), *AccessLog.Kind.choices])
    ngay = forms.DateField(
        label="Ngày",
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Ghi như 25/11/2026."},
    )

    def __init__(self, asked: Any, *, staff: Staff) -> None:
        super().__init__(asked)
        self.fields["nguoi"].queryset = Staff.objects.filter(ward=staff.ward).order_by("full_name")
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = "Xin chọn lại."
            css = "form-control form-control-sm" if isinstance(field, forms.DateField) else "form-select form-select-sm"
            field.widget.attrs["class"] = css

    def narrow(self, rows: Any) -> Any:
        """A choice that does not exist narrows nothing; its field says so."""
        self.is_valid()
        compares = {"nguoi": "staff", "viec": "kind", "ngay": "at__date"}
        return rows.filter(**{compares[name]: value for name, value in self.cleaned_data.items() if value})
