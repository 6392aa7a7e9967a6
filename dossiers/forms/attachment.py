"""Adding a scan to a dossier."""

from __future__ import annotations

from typing import Any

from django import forms

from desk.uploads import MAX_MB, Upload
from dossiers.models import Dossier, DossierDocument


class AttachmentForm(forms.Form):
    """Which paper of the dossier, and its scan: what the papers do not ask for, such as a card, has no place."""

    document = forms.ModelChoiceField(
        DossierDocument.objects.none(),
        label="Giấy tờ",
        empty_label=None,
        error_messages={"required": "Xin chọn giấy tờ.", "invalid_choice": "Xin chọn lại."},
    )
    file = Upload(
        label="Bản chụp",
        help_text=f"PDF, JPEG, PNG, nhiều nhất {MAX_MB} MB. "
        "Không lưu ảnh thẻ căn cước, trừ khi thành phần hồ sơ yêu cầu.",
    )

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].queryset = DossierDocument.objects.filter(dossier=dossier)
