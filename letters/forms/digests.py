"""Which mails about the desk somebody wants for himself."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from desk.models import Staff


class DigestForm(forms.ModelForm):
    class Meta:
        model = Staff
        fields: ClassVar = ["wants_morning_mail", "wants_weekly_mail"]
        labels: ClassVar = {"wants_morning_mail": "Thư báo buổi sáng", "wants_weekly_mail": "Thư tóm tắt tuần"}
        help_texts: ClassVar = {
            "wants_morning_mail": "7 giờ mỗi ngày làm việc: hồ sơ quá hạn, hồ sơ đến hẹn, thư chờ ký.",
            "wants_weekly_mail": "7 giờ thứ Hai, hoặc ngày làm việc đầu tuần: số liệu tuần trước.",
        }
