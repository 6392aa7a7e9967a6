"""Why a promise is not kept: a catalogue, so that causes can be counted."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class DelayCause(models.Model):
    name = models.CharField("nguyên nhân", max_length=80, unique=True)
    position = models.PositiveSmallIntegerField("thứ tự", default=0)
    is_offered = models.BooleanField("còn dùng", default=True)

    class Meta:
        verbose_name = "nguyên nhân chậm"
        verbose_name_plural = "nguyên nhân chậm"
        ordering: ClassVar = ["position", "name"]

    def __str__(self) -> str:
        return self.name
