"""What people left of themselves with their answers, and how it goes when its term is over (dossiers: RetentionTerm).

What they said stays, without them: it is the ward's memory.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from dossiers.models import RetentionTerm
from dossiers.models.retention import KEPT, Kept, without
from feedback.models import CallBack, Contribution, ContributionFile, Dialogue, DialogueQuestion

#: What stands in place of a talk that is forgotten.
FORGOTTEN = "Đã xóa theo thời hạn giữ dữ liệu."


def called(day: datetime) -> QuerySet[Any]:
    return CallBack.objects.filter(called_at__lt=day).exclude(phone="")


def forget_calls(pks: list[int], now: datetime) -> int:
    return CallBack.objects.filter(pk__in=pks).update(name="", phone="", words="", outcome=FORGOTTEN)


def answered(day: datetime) -> QuerySet[Any]:
    """Answered, with somebody's name, address or file."""
    has_files = Exists(ContributionFile.objects.filter(contribution=OuterRef("pk")))
    is_named = ~Q(name="", phone="", email="", address="")
    return Contribution.objects.filter(is_named | has_files, answered_at__lt=day)


def forget_voices(pks: list[int], now: datetime) -> int:
    files = ContributionFile.objects.filter(contribution__in=pks)
    for stored in list(files.values_list("stored", flat=True)):
        transaction.on_commit(lambda stored=stored: default_storage.delete(stored), robust=True)  # type: ignore[misc]
    files.delete()
    return without(Contribution, "name", "phone", "email", "address")(pks, now)


def asked(day: datetime) -> QuerySet[Any]:
    over = Dialogue.objects.filter(ends_at__lt=day)
    return DialogueQuestion.objects.filter(dialogue__in=over).exclude(name="", phone="")


KEPT |= {
    RetentionTerm.Kind.CALLS: Kept(called, forget_calls),
    RetentionTerm.Kind.VOICES: Kept(answered, forget_voices),
    RetentionTerm.Kind.QUESTIONS: Kept(asked, without(DialogueQuestion, "name", "phone")),
}
