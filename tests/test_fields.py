"""What is typed into a field is put in order, or refused in Vietnamese beside it; nothing typed breaks a page."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desk.forms import Birth, Email, IdNumber, LoginForm, NewPasswordForm, PersonName, Phone, TaxCode, Text
from desk.models import Staff
from desk.vietnamese import PRINTABLE

FIELDS = [Text, PersonName, IdNumber, TaxCode, Phone, Birth, Email]
#: What people, scanners and strangers send by mistake or on purpose; no field takes any of it.
BAD = {
    "too long": "ậ" * 300,
    "huge": "9" * 500_000,
    "huge and spaced": "0 " * 200_000,
    "wrongly encoded": "Nguy\ufffdn V\ufffdn \ufffd",
    "UTF-8 read as Latin-1": "Nguyễn Văn A".encode().decode("latin-1"),
    "emoji": "Nguyễn Văn 😀",
    "null byte": "Nguyễn\x00Văn",
    "null byte alone": "\x00",
    "control characters": "Nguyễn\x07\x1bVăn",
    "HTML": "<script>alert(1)</script>",
    "HTML in quotes": '"<b>"@thu.example',
    "an image tag": "<img src=x onerror=alert(1)>",
    "right to left": "\u202enăV nễyugN",
    "another script": "グエン・ヴァン・ア",
    "digits of another script": "٠٣٥٠٩٠٠٠٠٠٠١",
    "format characters": "%s%n%(x)s{0}",
}


def refusal(field: forms.Field, typed: str) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        field.clean(typed)
    return refused.value.messages


def is_vietnamese(sentence: str) -> bool:
    has_marks = any(unicodedata.combining(c) or c == "đ" for c in unicodedata.normalize("NFD", sentence))
    return has_marks and not re.search(r"\b(the|this|must|not|valid|allowed|characters?)\b", sentence, re.IGNORECASE)


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize("typed", BAD.values(), ids=BAD.keys())
def test_bad_input_is_answered_with_a_field_error_in_vietnamese(kind, typed):
    if kind is Text and typed == BAD["format characters"]:
        assert Text().clean(typed) == typed
        return
    said = refusal(kind(), typed)
    assert said
    assert all(is_vietnamese(sentence) and len(sentence) < 120 for sentence in said)


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize("typed", ["", None, "   ", "\t\n", "\u00a0"])
def test_an_empty_field_is_asked_for_or_left_empty(kind, typed):
    assert refusal(kind(), typed) == ["Xin điền ô này."]
    assert kind(required=False).clean(typed) == ""


@pytest.mark.parametrize("kind", FIELDS)
def test_an_error_on_the_page_cannot_become_markup(kind):
    form = type("OneField", (forms.Form,), {"field": kind()})({"field": '<script>alert("x")</script>'})
    assert not form.is_valid()
    assert "<script" not in str(form)


ANYTHING = st.text() | st.text(st.sampled_from("0123456789+84 .-/²½٣()"), max_size=20)


@pytest.mark.parametrize("kind", FIELDS)
@settings(deadline=None, max_examples=120)
@given(typed=ANYTHING)
@example(typed="²³¹²³")
@example(typed="½")
def test_whatever_is_typed_is_cleaned_or_refused_in_vietnamese(kind, typed):
    try:
        value = kind(required=False).clean(typed)
    except ValidationError as refused:
        assert all(map(is_vietnamese, refused.messages))  # noqa: PT017
        return
    assert set(value) <= PRINTABLE
    assert unicodedata.is_normalized("NFC", value)
    assert value == " ".join(value.split())
    assert not set(value) & set("<>")
    assert kind(required=False).clean(value) == value


# text and names


def test_decomposed_letters_and_stray_spaces_are_put_in_order():
    decomposed = unicodedata.normalize("NFD", "  Nguyễn  Thị\u00a0Tuyết Nhung ")
    assert Text().clean(decomposed) == PersonName().clean(decomposed) == "Nguyễn Thị Tuyết Nhung"


def test_a_text_of_the_whole_length_fits_and_one_more_letter_does_not():
    assert Text(max_length=60).clean("ễ" * 60) == "ễ" * 60
    assert refusal(Text(max_length=60), "ễ" * 61) == ["Dài quá: nhiều nhất 60 chữ, đang có 61."]


def test_decomposed_letters_count_as_one():
    assert Text(max_length=3).clean(unicodedata.normalize("NFD", "Thị")) == "Thị"


def test_characters_that_no_paper_can_show_are_named():
    assert refusal(Text(), "Tổ 4 😀, phường ☃") == ["Có ký tự không in được: ☃ 😀. Xin gõ lại."]


def test_markup_is_refused_by_its_own_sentence():
    assert refusal(Text(), "<b>Tổ 4</b>") == ["Xin bỏ dấu < và >."]


@pytest.mark.parametrize(
    "name", ["Nguyễn Văn A", "Kpă", "H'Bia Êban", "Y Phương", "Anne-Marie O'Neil", "Trần Văn B.", "Ñuñez", "TRẦN THỊ Ý"]
)
def test_names_of_every_people_are_taken(name):
    assert PersonName().clean(name) == name


@pytest.mark.parametrize("name", ["Nguyễn Văn 2", "Lê_Văn", "A; B", "Trần & Lê", "-", "'", "A²", "½"])
def test_what_is_no_name_is_refused(name):
    assert refusal(PersonName(), name) == ["Họ tên chỉ gồm chữ cái và dấu cách. Xin xem lại."]


# numbers


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("035090000001", "035090000001"),
        ("0350 9000 0001", "035090000001"),
        ("035.090.000.001", "035090000001"),
        ("168012345", "168012345"),
    ],
)
def test_id_numbers_have_12_digits_or_the_old_9(typed, number):
    assert IdNumber().clean(typed) == number


@pytest.mark.parametrize(
    ("typed", "count"), [("03509000000", 11), ("0350900000012", 13), ("1234567890", 10), ("12", 2)]
)
def test_a_wrong_id_number_is_told_how_many_digits_it_has(typed, count):
    assert refusal(IdNumber(), typed) == [
        f"Số định danh có 12 chữ số (chứng minh cũ: 9), đang có {count}. Xin xem lại."
    ]


@pytest.mark.parametrize("typed", ["0700212345", "0700212345-001", "0700212345001", "035090000001"])
def test_tax_codes_have_10_digits_a_branch_3_more_a_household_12(typed):
    assert TaxCode().clean(typed) == typed


@pytest.mark.parametrize("typed", ["070021234", "0700212345-01", "0700212345-0011", "07002l2345"])
def test_a_wrong_tax_code_is_refused(typed):
    assert refusal(TaxCode(), typed) == ["Mã số thuế có 10 chữ số, chi nhánh thêm 3. Xin xem lại."]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0912345678", "0912345678"),
        ("0912 345 678", "0912345678"),
        ("0912.345.678", "0912345678"),
        ("0912-345-678", "0912345678"),
        ("+84912345678", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("(+84) 0912 345 678", "0912345678"),
        ("912345678", "0912345678"),
        ("0845678901", "0845678901"),  # begins like the country's code
        ("845678901", "0845678901"),
        ("02263852123", "02263852123"),  # Hà Nam's landlines
        ("(0226) 3852 123", "02263852123"),
        ("+84 226 3852 123", "02263852123"),
    ],
)
def test_telephone_numbers_are_stored_as_0_and_the_rest(typed, stored):
    assert Phone().clean(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "0126 345 6789",  # a prefix given up in 2018
        "0351 3852 123",  # Hà Nam's code until 2017
        "09123456789",
        "0912345678 / 0987654321",
        "0912345678 nhé",
        "1900 1009",
        "113",
        "+1 650 253 0000",
        "+",
        "²³¹²³²³¹²³",
    ],
)
def test_a_wrong_telephone_number_is_shown_how_one_looks(typed):
    assert refusal(Phone(), typed) == ["Số điện thoại chưa đúng. Ví dụ: 0912 345 678."]


def test_letters_on_the_keys_of_a_telephone_are_not_dialled():
    assert refusal(Phone(), "0912abcdef")


@pytest.mark.parametrize(("typed", "missing"), [("0912 345 67", 1), ("09123", 5), ("038", 7)])
def test_a_mobile_number_is_told_how_many_digits_it_lacks(typed, missing):
    assert refusal(Phone(), typed) == [f"Số điện thoại còn thiếu {missing} chữ số."]


# birthdays


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("14/08/1986", "1986-08-14"),
        ("14-08-1986", "1986-08-14"),
        ("14.08.1986", "1986-08-14"),
        ("14 08 1986", "1986-08-14"),
        ("4/8/1986", "1986-08-04"),
        ("14081986", "1986-08-14"),
        ("1986", "1986"),
        ("29/02/2000", "2000-02-29"),
    ],
)
def test_birthdays_are_stored_as_iso_or_the_year_alone(typed, stored):
    assert Birth().clean(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["31/02/1990", "29/02/1900", "1986-99-99", "9999", "0000", "86", "14/08/86", "14/08/0986", "08/1986", "/19/86"],
)
def test_what_is_no_birthday_is_shown_how_one_looks(typed):
    assert refusal(Birth(), typed) == ["Ghi như 14/08/1986, hoặc chỉ năm sinh."]


def test_nobody_is_born_tomorrow():
    today = timezone.localdate()
    assert Birth().clean(f"{today:%d/%m/%Y}") == today.isoformat()
    assert Birth().clean(f"{today.year}") == str(today.year)
    tomorrow = today + timedelta(days=1)
    assert refusal(Birth(), f"{tomorrow:%d/%m/%Y}") == ["Ngày này chưa tới. Xin xem lại."]
    assert refusal(Birth(), f"{today.year + 1}") == ["Ngày này chưa tới. Xin xem lại."]


def test_a_stored_birthday_is_shown_as_people_write_it_and_can_be_sent_again():
    shown = Birth().prepare_value("1986-08-14")
    assert shown == f"{date(1986, 8, 14):%d/%m/%Y}"
    assert Birth().clean(shown) == "1986-08-14"
    assert [Birth().prepare_value(value) for value in ("1986", "hôm qua", "", None)] == ["1986", "hôm qua", "", None]


# email


def test_an_email_address_is_taken_as_it_is():
    assert Email().clean(" ten.ho+phuong@thu.example ") == "ten.ho+phuong@thu.example"


@pytest.mark.parametrize("typed", ["ten", "ten@", "@thu.example", "ten@thu", "a b@thu.example", "a@例え.jp"])
def test_a_wrong_email_address_is_shown_how_one_looks(typed):
    assert refusal(Email(), typed) == ["Địa chỉ email chưa đúng. Ví dụ: ten@thu.example."]


def test_an_email_address_that_is_too_long_is_told_so():
    assert refusal(Email(), "x" * 60 + "@" + "y" * 60 + ".example") == ["Dài quá: nhiều nhất 120 chữ, đang có 129."]


# log-in and password


@pytest.mark.parametrize("typed", [BAD["null byte"], "\x00", "x" * 151, "x" * 100_000, "", "   "])
def test_a_bad_account_name_is_refused_before_anybody_is_looked_for(typed):
    form = LoginForm(None, {"username": typed, "password": "mat-khau-thu"})
    assert list(form.errors) == ["username"]
    assert all(map(is_vietnamese, form.errors["username"]))


@pytest.mark.parametrize("typed", ["", "\x00", "mật\x00khẩu"])
def test_a_bad_password_is_refused_before_anybody_is_looked_for(typed):
    form = LoginForm(None, {"username": "clerk", "password": typed})
    assert list(form.errors) == ["password"]
    assert all(map(is_vietnamese, form.errors["password"]))


NEW_PASSWORDS = {
    "too short": ("ngan-qua", "ngan-qua", "Mật khẩu mới cần ít nhất 10 ký tự."),
    "only digits": ("83920174652", "83920174652", "Mật khẩu này hoàn toàn là số."),
    "a common one": ("password123", "password123", "Mật khẩu này quá phổ biến."),
    "the account's name": ("nguyenvanduc1", "nguyenvanduc1", "Mật khẩu quá giống với Tên đăng nhập."),
    "not the same twice": ("hoa-sen-trang-8", "hoa-sen-trang-9", "Hai lần gõ mật khẩu mới chưa giống nhau."),
    "a null byte": ("hoa-sen\x00trang", "hoa-sen\x00trang", "Có ký tự không in được. Xin gõ lại."),
    "nothing": ("", "", "Xin điền ô này."),
}


@pytest.mark.parametrize(("new", "again", "said"), NEW_PASSWORDS.values(), ids=NEW_PASSWORDS.keys())
def test_a_bad_new_password_is_refused_in_vietnamese(new, again, said):
    staff = Staff(username="nguyenvanduc", full_name="Nguyễn Văn Đức")
    staff.set_password("mat-khau-thu")
    form = NewPasswordForm(staff, {"old_password": "mat-khau-thu", "new_password1": new, "new_password2": again})
    assert said in form.errors["new_password2"]
    assert all(is_vietnamese(sentence) for sentences in form.errors.values() for sentence in sentences)


def test_a_wrong_old_password_is_refused_in_vietnamese():
    staff = Staff(username="nguyenvanduc")
    staff.set_password("mat-khau-thu")
    typed = {"old_password": "mat-khau-khac", "new_password1": "hoa-sen-trang-8", "new_password2": "hoa-sen-trang-8"}
    form = NewPasswordForm(staff, typed)
    assert form.errors == {"old_password": ["Mật khẩu đang dùng chưa đúng."]}
    assert NewPasswordForm(staff, {**typed, "old_password": "mat-khau-thu"}).is_valid()
