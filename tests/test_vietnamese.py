"""Vietnamese text as the desk keeps, sorts, masks and says it."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, time

import pytest
from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.pdf import FONTS
from desk.vietnamese import (
    ALPHABET,
    PRINTABLE,
    capitalise,
    clean,
    clock,
    day_in_words,
    day_month,
    fold,
    group_phone,
    mask_id_number,
    mask_name,
    mask_phone,
    money,
    official_clock,
    official_date,
    sort_key,
    weekday,
)
from tests.conftest import moment

VOWELS = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵ"
LETTERS = VOWELS + "bcdđghklmnpqrstvx"
#: Anything that a keyboard, a scanner or a stranger may send; Vietnamese letters more often than chance brings them.
TEXTS = st.text(st.sampled_from(LETTERS + LETTERS.upper()) | st.characters(exclude_categories=["Cs"]), max_size=40)
NAMES = st.text(st.sampled_from(LETTERS + LETTERS.upper() + " "), max_size=40)
often = settings(deadline=None, max_examples=150)


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


# as it is stored


def test_text_is_stored_composed_and_tidy():
    assert clean(nfd("  Nguyễn \t Văn\u00a0Đức\n")) == "Nguyễn Văn Đức"


@often
@given(TEXTS)
def test_tidying_twice_is_tidying_once_and_the_normal_form_makes_no_difference(text):
    assert clean(clean(text)) == clean(text) == clean(nfd(text))
    assert unicodedata.is_normalized("NFC", clean(text))


# as it is searched

FOLDED = {
    "a": "aàảãáạăằẳẵắặâầẩẫấậ",
    "d": "dđ",
    "e": "eèẻẽéẹêềểễếệ",
    "i": "iìỉĩíị",
    "o": "oòỏõóọôồổỗốộơờởỡớợ",
    "u": "uùủũúụưừửữứự",
    "y": "yỳỷỹýỵ",
}


@pytest.mark.parametrize(("plain", "letters"), FOLDED.items())
def test_every_vietnamese_letter_is_found_by_its_plain_one(plain, letters):
    assert fold(letters) == fold(letters.upper()) == fold(nfd(letters)) == plain * len(letters)


def test_names_are_searched_without_marks():
    assert fold(" Nguyễn  Văn Đức ") == "nguyen van duc"


@often
@given(TEXTS)
def test_folding_twice_is_folding_once_and_the_normal_form_makes_no_difference(text):
    assert fold(fold(text)) == fold(text)
    assert fold(nfd(text)) == fold(unicodedata.normalize("NFC", text))


@often
@given(NAMES)
def test_folding_leaves_small_plain_letters_only(name):
    assert set(fold(name)) <= set("abcdefghijklmnopqrstuvwxyz ")


# as it is sorted

SORTED = [
    "Trần Thị An",
    "Nguyễn Thị Án",
    "Lê Thị Ăn",
    "Lê Thị Ân",
    "Đặng Thị Bích",
    "Phạm Văn Cường",
    "Vũ Văn Dũng",
    "Bùi Văn Đức",
    "Hoàng Thị Hoa",
    "Hoàng Thị Hòa",
    "Hoàng Thị Hoan",
    "Lê Văn Minh",
    "Lê Thị Ngọc",
    "Lê Thị Bích Ngọc",
    "Nguyễn Ngọc",
    "Phan Văn Nở",
    "Đinh Thị Oanh",
    "Đỗ Thị Yến",
]


def test_people_are_sorted_by_given_name_then_family_name_then_middle_names():
    assert sorted(reversed(SORTED), key=sort_key) == SORTED


def test_letters_follow_the_vietnamese_alphabet():
    order = [
        "a",
        "ă",
        "â",
        "b",
        "c",
        "d",
        "đ",
        "e",
        "ê",
        "g",
        "h",
        "i",
        "k",
        "l",
        "m",
        "n",
        "o",
        "ô",
        "ơ",
        "p",
        "q",
        "r",
        "s",
        "t",
        "u",
        "ư",
        "v",
        "x",
        "y",
    ]
    assert sorted(reversed(order), key=sort_key) == order


def test_tones_follow_the_dictionary():
    assert sorted(["mạ", "má", "mã", "mả", "mà", "ma"], key=sort_key) == ["ma", "mà", "mả", "mã", "má", "mạ"]


def test_letters_weigh_more_than_tones():
    assert sorted(["Hạnh", "Han", "Hàn", "Hanh", "Hằng"], key=sort_key) == ["Han", "Hàn", "Hanh", "Hạnh", "Hằng"]


def test_a_name_of_one_word_and_a_foreign_name_have_their_place():
    order = ["H'Bia", "Kpă", "Wendy", "Smith-Wren", "Y Phương"]
    assert sorted(reversed(order), key=sort_key) == ["H'Bia", "Kpă", "Y Phương", "Smith-Wren", "Wendy"]


def test_a_stray_tone_mark_is_no_letter():
    # g with a tilde has no composed form, so its tone stands alone
    assert sort_key("g\u0303a") == sort_key("gã")


@often
@given(TEXTS | st.text(st.sampled_from(LETTERS), min_size=200, max_size=400))
def test_a_sort_key_is_digits_that_fit_their_column(name):
    key = sort_key(name)
    assert key.isascii()
    assert key.isdigit()
    assert len(key) <= 255
    assert key == sort_key(nfd(name)) == sort_key(name.lower())


@often
@given(st.text(st.sampled_from(ALPHABET), min_size=1, max_size=6), st.sampled_from(ALPHABET))
def test_a_shorter_word_comes_before_the_longer_one(word, letter):
    assert sort_key(word) < sort_key(word + letter)
    assert sort_key(word + "\u0323") < sort_key(word + letter)


# as strangers may see it


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Nguyễn Văn A", "N*** V** A"),
        ("Đặng Hữu Nghĩa", "Đ*** H** Nghĩa"),
        ("Lê Thị Hồng Thắm", "L** T** H*** Thắm"),
        ("Kpă", "Kpă"),
        ("", ""),
    ],
)
def test_a_masked_name_shows_the_given_name_and_initials(name, masked):
    assert mask_name(name) == masked


@often
@given(NAMES)
def test_a_masked_name_hides_every_word_but_the_given_name(name):
    words, masked = name.split(), mask_name(name).split()
    assert len(words) == len(masked)
    assert words[-1:] == masked[-1:]
    assert all(hidden in (word[0] + "**", word[0] + "***") for word, hidden in zip(words[:-1], masked, strict=False))


def test_masked_numbers():
    assert mask_id_number("035090000001") == "0350******01"
    assert mask_id_number("168123456") == "16*****56"
    assert mask_id_number("") == ""
    assert mask_phone("0912345123") == "09xx xxx 123"
    assert mask_phone("") == ""


# as it is said


@pytest.mark.parametrize(
    ("number", "grouped"),
    [("0912345678", "0912 345 678"), ("02263000117", "0226 3000 117"), ("", ""), ("113", "113")],
)
def test_a_telephone_number_is_grouped_as_people_read_it_out(number, grouped):
    assert group_phone(number) == grouped


@pytest.mark.parametrize(
    ("amount", "words"), [(0, "0 đồng"), (8000, "8.000 đồng"), (50000, "50.000 đồng"), (1234567, "1.234.567 đồng")]
)
def test_money_has_dots_between_thousands(amount, words):
    assert money(amount) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 2, 5), "ngày 05 tháng 02 năm 2026"),  # the decree's own kind of example
        (date(2026, 1, 9), "ngày 09 tháng 01 năm 2026"),
        (date(2026, 3, 1), "ngày 01 tháng 3 năm 2026"),
        (date(2026, 9, 2), "ngày 02 tháng 9 năm 2026"),
        (date(2026, 12, 10), "ngày 10 tháng 12 năm 2026"),
    ],
)
def test_days_below_10_and_months_1_and_2_have_a_leading_zero(day, words):
    """Nghị định 30/2020/NĐ-CP, Phụ lục I."""
    assert official_date(day) == words


def test_days_have_their_vietnamese_names():
    week = [date(2026, 11, number) for number in range(23, 30)]
    assert [weekday(day) for day in week] == [
        "thứ Hai",
        "thứ Ba",
        "thứ Tư",
        "thứ Năm",
        "thứ Sáu",
        "thứ Bảy",
        "Chủ nhật",
    ]
    assert day_in_words(date(2026, 11, 25)) == "thứ Tư, 25/11/2026"
    assert day_month(date(2026, 9, 2)) == "02/09"
    assert capitalise(day_in_words(date(2026, 11, 25))) == "Thứ Tư, 25/11/2026"
    assert capitalise("") == ""


def test_hours_are_said_and_written():
    assert [clock(time(7, 30)), clock(time(17)), clock(time(9, 5))] == ["7 giờ 30", "17 giờ", "9 giờ 05"]
    assert clock(moment("2026-11-23 08:42")) == "8 giờ 42"
    assert official_clock(datetime(2026, 11, 23, 8, 5)) == "08 giờ 05 phút"
    assert official_clock(time(17)) == "17 giờ 00 phút"


# as it is printed


def test_every_vietnamese_letter_can_be_printed():
    assert set(LETTERS + LETTERS.upper()) <= PRINTABLE


@pytest.mark.parametrize("font", FONTS)
def test_each_document_font_draws_every_character_that_a_form_lets_through(font):
    with TTFont(finders.find(font)) as face:
        drawn = face.getBestCmap()
    assert {character for character in PRINTABLE if ord(character) not in drawn} == set()
