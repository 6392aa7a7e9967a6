"""When somebody is asked, and how the answer came."""

from __future__ import annotations

from django.db import models

from dossiers.models import Dossier


class Stage(models.TextChoices):
    RECEIVED = "received", "Khi nộp hồ sơ"
    RETURNED = "returned", "Khi nhận kết quả"
    WALK_IN = "walk_in", "Không có giấy tiếp nhận"

    @classmethod
    def of(cls, dossier: Dossier) -> Stage:
        """What who holds a slip is asked about: how it was to hand the papers in, or, once it is back, all of it."""
        return cls.RETURNED if dossier.returned_at else cls.RECEIVED


class Channel(models.TextChoices):
    SLIP = "slip", "Qua mã trên giấy"
    TABLET = "tablet", "Máy ở quầy"
    STAFF = "staff", "Cán bộ nhập giúp"
