"""The ID card's QR code: what a scanner types, read into fields, or refused in a sentence."""

from __future__ import annotations

import dataclasses
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desk.idcard import IdCard, IdCardError, looks_like_card, read_birth, read_card

#: The card of 2021, front: seven fields.
CARD = "035090000001||Nguyễn Văn A|01021990|Nam|Tổ 1, Lê Hồng Phong, Phủ Lý, Hà Nam|20042021"
#: The card of 2024, back: the same seven, then parents, spouse and children.
CARD_2024 = (
    "035190000077|168012345|Trần Thị Ánh Tuyết|14081990|Nữ|Thôn Phù Đê, xã Kim Bình, Phủ Lý, Hà Nam|02112024|"
    "Trần Văn Bình|Lê Thị Quế|Đỗ Hữu Nghĩa|035090000078||"
)


def with_field(number: int, value: str) -> str:
    """CARD with one of its fields, from 0, replaced."""
    fields = CARD.split("|")
    fields[number] = value
    return "|".join(fields)


def test_the_card_of_2021_is_read():
    assert read_card(CARD) == IdCard(
        id_number="035090000001",
        name="Nguyễn Văn A",
        birth="1990-02-01",
        sex="Nam",
        address="Tổ 1, Lê Hồng Phong, Phủ Lý, Hà Nam",
    )


def test_the_card_of_2024_is_read():
    card = read_card(CARD_2024)
    assert (card.id_number, card.name, card.birth) == ("035190000077", "Trần Thị Ánh Tuyết", "1990-08-14")
    assert (card.sex, card.address) == ("Nữ", "Thôn Phù Đê, xã Kim Bình, Phủ Lý, Hà Nam")


def test_relatives_old_number_and_day_of_issue_are_not_kept():
    kept = " ".join(dataclasses.asdict(read_card(CARD_2024)).values())
    for left_out in ("Trần Văn Bình", "Lê Thị Quế", "Đỗ Hữu Nghĩa", "035090000078", "168012345", "02112024"):
        assert left_out in CARD_2024
        assert left_out not in kept


@pytest.mark.parametrize("old_number", ["", "168012345"])
def test_the_old_number_may_be_there_or_not(old_number):
    assert read_card(with_field(1, old_number)) == read_card(CARD)


def test_what_the_scanner_adds_around_the_card_makes_no_difference():
    assert read_card(f"  {CARD}\r\n") == read_card(CARD.replace("|", " | ")) == read_card(CARD)


def test_decomposed_letters_are_composed():
    assert read_card(unicodedata.normalize("NFD", CARD)) == read_card(CARD)


@pytest.mark.parametrize(
    ("typed", "birth"),
    [("01021990", "1990-02-01"), ("00001990", "1990"), ("1990", "1990"), ("01/02/1990", "1990-02-01")],
)
def test_a_birthday_is_a_date_or_a_year_alone(typed, birth):
    assert read_card(with_field(3, typed)).birth == birth


@pytest.mark.parametrize("name", ["H'Bia Êban", "Y Phương", "Kpă", "Anne-Marie O'Neil", "Trần Văn B."])
def test_names_of_one_word_with_a_hyphen_or_an_apostrophe_are_names(name):
    assert read_card(with_field(2, name)).name == name


REFUSED = {
    "nothing": ("", "một phần"),
    "half a card": ("035090000001||Nguyễn Vă", "một phần"),
    "a card without its last field": (CARD.rpartition("|")[0], "một phần"),
    "a dossier code": ("000.03.01.H25-261123-0009", "một phần"),
    "a number that is too short": (with_field(0, "03509000001"), "12 chữ số"),
    "an old number in the place of the new": (with_field(0, "168012345"), "12 chữ số"),
    "no number": (with_field(0, ""), "12 chữ số"),
    "a number with letters in it": (with_field(0, "O35090000001"), "12 chữ số"),
    "digits of another script": (with_field(0, "٠٣٥٠٩٠٠٠٠٠٠١"), "12 chữ số"),
    "replacement characters in the name": (with_field(2, "Nguy\ufffdn V\ufffdn A"), "sai dấu"),
    "replacement characters in the address": (with_field(5, "T\ufffd 1, L\ufffd H\ufffdng Phong"), "sai dấu"),
    "question marks for letters": (with_field(2, "Nguy?n V?n A"), "sai dấu"),
    "VNI keys left in the name": (with_field(2, "Nguye64n Va8n A"), "sai dấu"),
    "Telex keys left in the sex": (with_field(4, "Nuwx"), "sai dấu"),
    "UTF-8 read as Latin-1": (CARD.encode().decode("latin-1"), "sai dấu"),
    "no name": (with_field(2, ""), "sai dấu"),
    "no sex": (with_field(4, ""), "sai dấu"),
    "a fraction in the name": (with_field(2, "Nguyễn Văn ½"), "sai dấu"),
    "a null byte": (with_field(2, "Nguyễn\x00Văn A"), "sai dấu"),
    "a birthday that is no date": (with_field(3, "31021990"), "Ngày sinh"),
    "a birthday in month 13": (with_field(3, "01131990"), "Ngày sinh"),
    "a birthday of another age": (with_field(3, "01020990"), "Ngày sinh"),
    "no birthday": (with_field(3, ""), "Ngày sinh"),
    "half a birthday": (with_field(3, "010219"), "Ngày sinh"),
}


@pytest.mark.parametrize(("text", "part_of_the_sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_a_whole_card_is_refused_in_a_sentence(text, part_of_the_sentence):
    with pytest.raises(IdCardError, match=part_of_the_sentence) as refused:
        read_card(text)
    assert str(refused.value).endswith(".")
    assert "Xin" in str(refused.value)


def test_a_refusal_does_not_repeat_what_was_on_the_card():
    with pytest.raises(IdCardError) as refused:
        read_card(with_field(3, "31021990"))
    assert not any(field and field in str(refused.value) for field in CARD.split("|"))


PIECES = st.sampled_from([*CARD.split("|"), *CARD_2024.split("|"), "", "1990", "31021990", "\ufffd", "½", "٠" * 12])
NEARLY_CARDS = st.lists(PIECES | st.text(max_size=12), min_size=6, max_size=12).map("|".join)


@settings(deadline=None, max_examples=300)
@given(st.text() | NEARLY_CARDS)
@example(CARD)
@example("|" * 600)
@example(with_field(2, "a" * 100_000 + "1"))
@example(with_field(3, "9" * 100_000))
def test_whatever_is_scanned_is_read_or_refused(text):
    try:
        card = read_card(text)
    except IdCardError:
        return
    assert card.id_number.isascii()
    assert len(card.id_number) == 12
    assert card.sex in ("Nam", "Nữ")
    assert card.birth[:4].isdigit()
    assert card.name


@pytest.mark.parametrize(
    "text", ["", "0", "86", "19860", "1986081", "8619", "14081786", "00000000", "1408198६", "abcd"]
)
def test_what_is_no_birthday_is_refused(text):
    with pytest.raises(ValueError, match=f"^{text}$"):
        read_birth(text)


def test_a_scan_is_told_from_something_typed():
    assert looks_like_card(CARD)
    assert looks_like_card("035090000001||Nguy")
    assert not looks_like_card("Nguyễn Văn A")
    assert not looks_like_card("Nhung | Nga")
    assert not looks_like_card("000.03.01.H25-261123-0009")
