"""The QR code of the citizen's ID card: what a scanner types, read into fields. No Django.

Both card generations print ``số|số CMND cũ|họ tên|ngày sinh|giới tính|nơi cư trú|ngày cấp``. The card of 2024 appends
more fields (parents, spouse, children); they are not read, so they are never stored (Luật 91/2025, minimisation).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from desk.vietnamese import PRINTABLE, clean

ID_NUMBER = re.compile(r"[0-9]{9}|[0-9]{12}")
_LETTER = r"[^\W\d_¹²³¼½¾]"
PERSON_NAME = re.compile(rf"{_LETTER}+(?:[ '.\-]+{_LETTER}+)*\.?")


class IdCardError(ValueError):
    """What was scanned is not a whole card; the message is fit for the clerk's screen."""


@dataclass(frozen=True)
class IdCard:
    """``birth`` is an ISO date, or the year alone where the card knows no more; ``sex`` is "Nam" or "Nữ"."""

    id_number: str
    name: str
    birth: str
    sex: str
    address: str


def looks_like_card(text: str) -> bool:
    return text.count("|") >= 2


def read_birth(text: str) -> str:
    """ "14081986" -> "1986-08-14"; "1986" and "00001986" -> "1986". Raises ValueError for anything else."""
    digits = text.replace("/", "")
    if re.fullmatch(r"(0000)?(18|19|20)[0-9]{2}", digits):
        return digits[-4:]
    if not re.fullmatch(r"[0-9]{4}(18|19|20)[0-9]{2}", digits):
        raise ValueError(text)
    return date(int(digits[4:]), int(digits[2:4]), int(digits[:2])).isoformat()


def read_card(text: str) -> IdCard:
    """The first seven fields of a scanned card. Raises IdCardError, kindly, when they are not all there and sound."""
    fields = [clean(part) for part in text.strip().split("|")]
    if len(fields) < 7:
        raise IdCardError("Thẻ mới quét được một phần. Xin quét lại, giữ thẻ yên một chút.")
    number, _old_number, name, birth, sex, address, _issued = fields[:7]
    if not re.fullmatch(r"[0-9]{12}", number):
        raise IdCardError("Số định danh trên thẻ phải có 12 chữ số. Xin quét lại, hoặc gõ tay các ô bên dưới.")
    if not PERSON_NAME.fullmatch(name) or set(name + address) - PRINTABLE or sex not in ("Nam", "Nữ"):
        raise IdCardError("Chữ quét được bị sai dấu. Xin tắt bộ gõ tiếng Việt (chuyển sang chữ E) rồi quét lại.")
    try:
        return IdCard(number, name, read_birth(birth), sex, address)
    except ValueError:
        raise IdCardError("Ngày sinh trên thẻ đọc không được. Xin quét lại, hoặc gõ tay các ô bên dưới.") from None
