"""Giao nhận: who gave a dossier to whom, and when each of them said so. The control slip is built from these rows."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate

from desk.models import WardQuerySet
from desk.period import Days, within
from dossiers.models.state import State

#: How a step kept its share of the term, in the words of the control slip.
EARLY, ON_TIME, LATE = "Trước hạn", "Đúng hạn", "Quá hạn"


class HandoverQuerySet(WardQuerySet):
    ward_path = "dossier__ward"

    def pending(self) -> HandoverQuerySet:
        """Given, and neither accepted nor given to somebody else instead."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def outcomes(self, days: Days, *names: str) -> Counter[tuple]:
        """Steps of dossiers whose result came in these days, by the columns named and `result_at`'s words."""
        later = Handover.objects.filter(dossier=OuterRef("dossier"), accepted_at__gt=OuterRef("accepted_at"))
        went_on = Subquery(later.order_by("accepted_at").values("accepted_at")[:1])
        told = Case(
            When(due_at__lt=F("left_at"), then=Value(LATE)),
            When(due_day__gt=F("left_day"), then=Value(EARLY)),
            default=Value(ON_TIME),
        )
        return (
            self.filter(within("dossier__ready_at", days), due_at__isnull=False, accepted_at__isnull=False)
            .annotate(left_at=Coalesce(went_on, F("dossier__ready_at")))
            .annotate(left_day=TruncDate("left_at"), due_day=TruncDate("due_at"))
            .annotate(told=told)
            .counted_by(*names, "told")
        )


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
            return LATE
        return EARLY if left_at and end.date() < self.due_at.date() else ON_TIME
