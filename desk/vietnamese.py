"""Vietnamese text: normal form, folding, order, masks, dates and money in words. No Django, no clock."""

import re
import unicodedata
from datetime import date, datetime, time
from functools import lru_cache

#: Letters in the order of Vietnamese dictionaries; f, j, w, z occur in foreign names.
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"\u0300": 2, "\u0309": 3, "\u0303": 4, "\u0301": 5, "\u0323": 6}  # huyền, hỏi, ngã, sắc, nặng; ngang is 1

#: What a printed paper can show: the character set of the document fonts (bin/subset-fonts makes them from it).
_VOWELS = "aăâeêioôơuưy"
_ACCENTED = {
    unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS + _VOWELS.upper() for tone in ["", *_TONES]
}
PRINTABLE = frozenset(
    {chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x100))} - {"\xad"}
    | _ACCENTED
    | set("đĐ–—‘’“”„…•·‰№₫€×÷±≤≥→½°§©®\u202f")
)

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
SHORT_WEEKDAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


def clean(text: str) -> str:
    """Text as it is stored: NFC, no spaces at the ends, runs of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """Lower case without marks, for searching: "Nguyễn Văn Đức" -> "nguyen van duc"."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def folded_words(text: str) -> list[str]:
    """The words alone, folded: "Công ty Dệt (Hà Nam)" -> ["cong", "ty", "det", "ha", "nam"]."""
    return re.findall(r"[^\W_]+", fold(text))


@lru_cache(maxsize=4096)
def _syllable_key(syllable: str) -> str:
    decomposed = unicodedata.normalize("NFD", syllable.lower())
    tone = next((_TONES[mark] for mark in decomposed if mark in _TONES), 1)
    letters = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES))
    places = [ALPHABET.index(letter) + 10 if letter in ALPHABET else 9 for letter in letters]
    return "".join(f"{place:02}" for place in places) + f"00{tone:02}"


def sort_key(name: str) -> str:
    """Digits that sort people as a Vietnamese list does: given name (last word), family name, middle names.

    Letters come before tones (ngang, huyền, hỏi, ngã, sắc, nặng). Only digits, so every database orders it alike.
    At most 255 characters.
    """
    words = clean(name).split(" ")
    return "".join(_syllable_key(word) for word in [words[-1], *words[:-1]])[:255]


def mask_name(name: str) -> str:
    """ "Nguyễn Văn An" -> "N*** V** An": the public page shows the given name and the other initials (domain.md 10)."""
    words = name.split()
    hidden = [word[0] + ("***" if len(word) > 3 else "**") for word in words[:-1]]
    return " ".join([*hidden, words[-1]]) if words else ""


def mask_id_number(number: str) -> str:
    """ "035090000001" -> "0350******01"; a nine-digit CMND keeps its first two and last two digits."""
    shown = 4 if len(number) >= 12 else 2
    return number[:shown] + "*" * (len(number) - shown - 2) + number[-2:] if number else ""


def mask_phone(number: str) -> str:
    """ "0912345678" -> "09xx xxx 678"."""
    return f"{number[:2]}xx xxx {number[-3:]}" if number else ""


def group_phone(number: str) -> str:
    """ "0912345678" -> "0912 345 678", "02263000117" -> "0226 3000 117": as people read it out."""
    return re.sub(r"^(\d{4})(\d{3,4})(\d{3})$", r"\1 \2 \3", number)


def money(amount: int) -> str:
    """50000 -> "50.000 đồng"."""
    return f"{amount:,} đồng".replace(",", ".")


def number(count: int) -> str:
    """3432 -> "3.432"."""
    return f"{count:,}".replace(",", ".")


def percent(share: float, digits: int = 1) -> str:
    """0.952 -> "95,2%"."""
    return f"{_percents(share, digits)}%"


def percent_range(low: float, high: float, digits: int = 0) -> str:
    """0.922, 0.971 -> "92 – 97%"."""
    return f"{_percents(low, digits)} – {_percents(high, digits)}%"


def _percents(share: float, digits: int) -> str:
    return f"{100 * share:.{digits}f}".replace(".", ",")


def capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """ "Đúng hạn" -> "đúng hạn", to go on a sentence with it."""
    return text[:1].lower() + text[1:]


def weekday(day: date) -> str:
    return WEEKDAYS[day.weekday()]


def day_month(day: date) -> str:
    """ "24/11"."""
    return f"{day:%d/%m}"


def slashed(text: str) -> str:
    """Each ISO date in it as people write it: "1942-03-08" -> "08/03/1942"."""
    return re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\3/\2/\1", text)


def day_in_words(day: date) -> str:
    """ "thứ Tư, 25/11/2026"."""
    return f"{weekday(day)}, {day:%d/%m/%Y}"


def clock(moment: time | datetime) -> str:
    """7:30 -> "7 giờ 30", 17:00 -> "17 giờ"."""
    return f"{moment.hour} giờ {moment.minute:02}" if moment.minute else f"{moment.hour} giờ"


def official_clock(moment: time | datetime) -> str:
    """8:35 -> "08 giờ 35 phút", as the official forms write it."""
    return f"{moment.hour:02} giờ {moment.minute:02} phút"


def official_date(day: date) -> str:
    """ "ngày 05 tháng 02 năm 2026": days 1-9 and months 1, 2 with a leading zero (Nghị định 30/2020, Phụ lục I)."""
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"
