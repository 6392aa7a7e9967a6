"""Files that people hand in: judged by their content, never by their name; and where they are kept, out of the web."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from PIL import Image

MAX_MB = 10
#: A scan of A4 at 600 dpi has 35 million points.
MAX_POINTS = 40_000_000
#: How a file of each kind begins, what its end holds, and the ending its name gets.
KINDS = {
    "application/pdf": (b"%PDF-", b"%%EOF", ".pdf"),
    "image/jpeg": (b"\xff\xd8\xff", b"\xff\xd9", ".jpg"),
    "image/png": (b"\x89PNG\r\n\x1a\n", b"IEND", ".png"),
}
ACCEPTED = ",".join(KINDS)


def content_type(file: UploadedFile) -> str | None:
    """The kind of the file by its first bytes, "application/pdf" and so on; None for what is not taken."""
    file.seek(0)
    start = file.read(1024)
    return next((kind for kind, (magic, *_) in KINDS.items() if start.startswith(magic)), None)


def trouble(file: UploadedFile, kind: str) -> str:
    """What is wrong with a file of that kind, as an error code of `Upload`; "" when a reader can open it.

    The end says whether all of it arrived: Pillow alone does not, once WeasyPrint has told it to accept half pictures.
    A picture is then decoded once, a JPEG at an eighth of its size.
    """
    file.seek(max((file.size or 0) - 4096, 0))
    end = file.read()
    if KINDS[kind][1] not in end:
        return "broken"
    if kind == "application/pdf":
        return "locked" if b"/Encrypt" in end else ""
    try:
        file.seek(0)
        with Image.open(file) as picture:
            if picture.width * picture.height > MAX_POINTS:
                return "huge"
            picture.draft("L", (picture.width // 8, picture.height // 8))
            picture.load()
    except Image.DecompressionBombError:
        return "huge"
    except Exception:  # Pillow raises whatever a broken file makes it stumble over
        return "broken"
    return ""


def clean_name(name: str, kind: str) -> str:
    """The name as a person reads it again: no path, no control character, the ending of its content, 100 at most."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    name = "".join(char for char in name if char.isalnum() or char in " ._-()").strip(" .")
    stem = name.rpartition(".")[0] or name or "ban-chup"
    return f"{stem[:90].strip(' .')}{KINDS[kind][2]}"


class Upload(forms.FileField):
    """A PDF, JPEG or PNG of at most MAX_MB; cleaned to the file with `kind` (its content type) and a clean `name`."""

    widget = forms.ClearableFileInput
    default_error_messages = {
        "required": "Xin chọn tệp.",
        "invalid": "Xin chọn lại tệp.",
        "missing": "Xin chọn lại tệp.",
        "empty": "Tệp này trống.",
        "size": f"Tệp nặng quá {MAX_MB} MB. Xin quét lại ở độ nét thấp hơn.",
        "kind": "Chỉ nhận PDF, JPEG, PNG; tệp này không phải, dù tên ghi thế nào.",
        "huge": "Ảnh này lớn quá. Xin quét lại ở độ nét thấp hơn.",
        "locked": "Tệp PDF này có mật khẩu. Xin bỏ mật khẩu rồi chọn lại.",
        "broken": "Tệp này bị hỏng, không mở được. Xin quét lại.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.FileInput(attrs={"accept": ACCEPTED}), "max_length": None, **kwargs})

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not file:
            return file
        if file.size > MAX_MB * 1024 * 1024:
            raise ValidationError(self.error_messages["size"], code="size")
        kind = content_type(file)
        if kind is None:
            raise ValidationError(self.error_messages["kind"], code="kind")
        if code := trouble(file, kind):
            raise ValidationError(self.error_messages[code], code=code)
        file.seek(0)
        file.kind, file.name = kind, clean_name(file.name, kind)
        return file
