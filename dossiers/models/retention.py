"""How long the portal keeps what it needs only for a while: contact data, scans, the access log.

The paper file and the books have their own, longer terms by law (domain.md 10); these are the portal's copies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils.html import escape

from desk.models import AccessLog
from desk.vietnamese import group_phone
from dossiers.models.attachment import Attachment
from dossiers.models.dossier import Dossier
from dossiers.models.event import Event
from dossiers.models.paper import IssuedPaper
from dossiers.models.supplement import Presentation
from dossiers.models.visit import HomeVisit

#: Letters that a number or an address has at least that leads to somebody.
TELLING = 8
#: Rows cleared in one transaction.
BATCH = 1000


def ended_before(day: datetime) -> Q:
    return Q(returned_at__lt=day) | Q(ended_at__lt=day)


class RetentionTerm(models.Model):
    class Kind(models.TextChoices):
        CONTACT = "contact", "Điện thoại, email của hồ sơ đã xong"
        SCANS = "scans", "Bản chụp giấy tờ của hồ sơ đã xong"
        PRESENTED = "presented", "Người đến mà việc chưa nhận"
        VISITS = "visits", "Lượt đến nhà đã xong hoặc thôi"
        CALLS = "calls", "Số điện thoại để gọi lại, đã gọi xong"
        VOICES = "voices", "Người góp ý, phản ánh, khen đã được trả lời"
        QUESTIONS = "questions", "Người gửi câu hỏi cho buổi đối thoại đã qua"
        LOG = "log", "Nhật ký truy cập"

    kind = models.CharField("dữ liệu", max_length=10, choices=Kind, unique=True)
    days = models.PositiveSmallIntegerField(
        "giữ bao nhiêu ngày", help_text="Đếm từ khi hồ sơ kết thúc, hoặc từ ngày ghi."
    )
    basis = models.CharField("căn cứ", max_length=200, blank=True)

    class Meta:
        verbose_name = "thời hạn giữ dữ liệu"
        verbose_name_plural = "thời hạn giữ dữ liệu"
        ordering: ClassVar = ["kind"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(days__gte=30),
                name="retention_at_least_a_month",
                violation_error_message="Ít nhất 30 ngày, để còn giải quyết thắc mắc.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.days} ngày"

    def rows(self, now: datetime) -> QuerySet[Any]:
        """What has outlived this term."""
        return KEPT[self.kind].rows(now - timedelta(days=self.days))

    def clear(self, now: datetime) -> int:
        """Clear what has outlived the term, batch by batch; returns how many rows. Safe to stop and to run again."""
        cleared = 0
        while pks := list(self.rows(now).order_by("pk").values_list("pk", flat=True)[:BATCH]):
            with transaction.atomic():
                cleared += KEPT[self.kind].clear(pks, now)
        return cleared


class Kept(NamedTuple):
    """What one kind of term is about: the rows that ended before a day, and how rows are cleared, by their keys."""

    rows: Callable[[datetime], QuerySet[Any]]
    clear: Callable[[list[int], datetime], int]


def without(model: type[models.Model], *fields: str) -> Callable[[list[int], datetime], int]:
    """Clears by emptying these columns."""
    return lambda pks, now: model._default_manager.filter(pk__in=pks).update(**dict.fromkeys(fields, ""))


def words_of(*contacts: str) -> set[str]:
    """Telephone numbers and addresses, as a paper may write them; what is shorter ("Tổ 5", a dash) leads to nobody."""
    told = [contact for contact in contacts if len(contact) >= TELLING]
    return {words for contact in told for words in (contact, group_phone(contact), escape(contact))}


def forget_contact(pks: list[int], now: datetime) -> int:
    """Empties the contact data of these dossiers, also on the papers handed out and in the trace of a correction."""
    traces = Event.objects.filter(dossier__in=pks, kind=Event.Kind.CORRECTED, details__has_key="phone")
    numbers = defaultdict[int, list[str]](list)
    for trace in traces:
        numbers[trace.dossier_id] += trace.details["phone"]
        trace.details["phone"] = ["", ""]
    Event.objects.bulk_update(traces, ["details"])
    for pk, phone, email in Dossier.objects.filter(pk__in=pks).values_list("pk", "phone", "email"):
        IssuedPaper.objects.filter(dossier=pk).forget(words_of(phone, email, *numbers[pk]))
    return without(Dossier, "phone", "email")(pks, now)


def forget_presented(pks: list[int], now: datetime) -> int:
    """The same of matters that were not received, and where their owners live."""
    contact = ("phone", "email", "address")
    for pk, *words in Presentation.objects.filter(pk__in=pks).values_list("pk", *contact):
        IssuedPaper.objects.filter(presentation=pk).forget(words_of(*words))
    return without(Presentation, *contact)(pks, now)


#: By the kind of term; an app above adds what it keeps itself.
KEPT: dict[str, Kept] = {
    RetentionTerm.Kind.CONTACT: Kept(
        lambda day: Dossier.objects.filter(ended_before(day)).exclude(phone="", email=""),
        forget_contact,
    ),
    RetentionTerm.Kind.SCANS: Kept(
        lambda day: Attachment.objects.kept().filter(Q(dossier__returned_at__lt=day) | Q(dossier__ended_at__lt=day)),
        lambda pks, now: Attachment.objects.filter(pk__in=pks).remove(by=None, at=now),
    ),
    RetentionTerm.Kind.PRESENTED: Kept(
        lambda day: Presentation.objects.filter(at__lt=day).exclude(phone="", email="", address=""),
        forget_presented,
    ),
    RetentionTerm.Kind.VISITS: Kept(
        lambda day: (
            HomeVisit.objects.filter(asked_at__lt=day)
            .exclude(state__in=HomeVisit.TO_PLAN)
            .exclude(phone="", address="", wish="")
        ),
        without(HomeVisit, "phone", "address", "wish"),
    ),
    RetentionTerm.Kind.LOG: Kept(
        lambda day: AccessLog.objects.filter(at__lt=day),
        lambda pks, now: AccessLog.objects.filter(pk__in=pks).delete()[0],
    ),
}


def clear_all(now: datetime) -> Iterator[tuple[RetentionTerm, int]]:
    """Clear what has outlived each term, and the files that an earlier run could not delete."""
    Attachment.objects.sweep(since=now - timedelta(days=7))
    for term in RetentionTerm.objects.all():
        yield term, term.clear(now)
