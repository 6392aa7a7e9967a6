"""Giao nhận: who gave a dossier to whom, and when each of them said so. The control slip is built from these rows."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from desk.models import WardQuerySet
from dossiers.models.state import State


class HandoverQuerySet(WardQuerySet):
    ward_path = "dossier__ward"

    def pending(self) -> HandoverQuerySet:
        """Given, and neither accepted nor given to somebody else instead."""
        return self.filter(accepted_at=None, withdrawn_at=None)


class Handover(models.Model):
    class Step(models.TextChoices):
        DESK = "desk", "Tại quầy"
        OFFICER = "officer", "Công chức giải quyết"
        LEADER = "leader", "Lãnh đạo ký"

    #: The role that a step asks for, and the state in which the dossier then is.
    ROLE: ClassVar = {Step.DESK: "clerk", Step.OFFICER: "officer", Step.LEADER: "leader"}
    STATE: ClassVar = {Step.DESK: State.RECEIVED, Step.OFFICER: State.IN_PROGRESS, Step.LEADER: State.SIGNING}

    dossier = models.ForeignKey("dossiers.Dossier", models.PROTECT, related_name="handovers")
    step = models.CharField("bước", max_length=7, choices=Step)
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="bên giao", related_name="+")
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="bên nhận", related_name="+")
    given_at = models.DateTimeField("giao lúc")
    accepted_at = models.DateTimeField("nhận lúc", null=True)
    withdrawn_at = models.DateTimeField("thôi giao lúc", null=True)
    due_at = models.DateTimeField("nên xong bước này trước", null=True)
    note = models.CharField("ghi chú", max_length=300, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = "giao nhận"
        verbose_name_plural = "giao nhận"
        ordering: ClassVar = ["given_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="handover_one_pending_per_dossier",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="handover_accepted_or_withdrawn"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.receiver}"

    def result_at(self, left_at: datetime | None, now: datetime) -> str:
        """ "Trước hạn", "Đúng hạn" or "Quá hạn" for the control slip; `left_at` is when the dossier went on."""
        if self.due_at is None or self.accepted_at is None:
            return ""
        end = left_at or now
        if end > self.due_at:
            return "Quá hạn"
        return "Trước hạn" if left_at and end.date() < self.due_at.date() else "Đúng hạn"
