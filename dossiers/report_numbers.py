"""The numbers of a report, each with the dossiers that it counts: what a press on it opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from desk.period import Days, within
from dossiers.models import Appointment, DelayCause, State, SupplementRequest
from dossiers.models.dossier import DossierQuerySet
from dossiers.overdue import NO_CAUSE
from dossiers.report import Line


def unfinished_at(moment: Any) -> Q:
    done = Q(ready_at__lt=moment) | Q(ended_at__lt=moment)
    return Q(received_at__lt=moment) & ~done


def late_at_end(dossiers: DossierQuerySet, days: Days) -> DossierQuerySet:
    """Open at the end of the period, and past the promise of the term."""
    ends, now = days.moments[1], timezone.now()
    if ends > now:  # what is open then is open now, and of the promises gone by all but the newest are known as broken
        unnoticed = Appointment.objects.unsettled().filter(due_at__lt=now, due_at=F("dossier__promised_at"))
        return dossiers.overdue(now).exclude(pk__in=unnoticed.values("dossier"))
    broken = Appointment.objects.filter(
        dossier=OuterRef("pk"), outcome=Appointment.Outcome.BROKEN, due_at=OuterRef("promised_at"), day__lt=days.after
    )
    asked = SupplementRequest.objects.filter(dossier=OuterRef("pk"), answered_at=None, asked_at__lt=ends)
    return dossiers.filter(unfinished_at(ends), Exists(broken), ~Exists(asked))


def waiting_at_end(dossiers: DossierQuerySet, days: Days) -> DossierQuerySet:
    ends = days.moments[1]
    asked = SupplementRequest.objects.filter(dossier=OuterRef("pk"), asked_at__lt=ends).exclude(answered_at__lt=ends)
    return dossiers.filter(unfinished_at(ends), Exists(asked))


def in_time_at_end(dossiers: DossierQuerySet, days: Days) -> DossierQuerySet:
    others = late_at_end(dossiers, days).order_by().values("pk"), waiting_at_end(dossiers, days).order_by().values("pk")
    return dossiers.filter(unfinished_at(days.moments[1])).exclude(pk__in=others[0]).exclude(pk__in=others[1])


def promised_in(dossiers: DossierQuerySet, days: Days, promises: QuerySet) -> DossierQuerySet:
    """Dossiers with such a promise for a day of the period; one that has two is one row."""
    return dossiers.filter(Exists(promises.filter(dossier=OuterRef("pk"), day__gte=days.first, day__lt=days.after)))


def missed() -> QuerySet:
    return Appointment.objects.filter(outcome=Appointment.Outcome.BROKEN)


def apologised() -> QuerySet:
    return missed().filter(apology_settled_at__isnull=False, waived_reason="")


def waived() -> QuerySet:
    return missed().exclude(waived_reason="")


def prompt() -> QuerySet:
    return apologised().annotate(told_on=TruncDate("apology_settled_at")).filter(told_on__lte=F("day"))


def resolved_in(days: Days) -> Q:
    return within("ready_at", days)


@dataclass(frozen=True)
class Number:
    """A number of the report: its heading, and the dossiers that it counts."""

    slug: str
    name: str
    get: Callable[[Line], Any]
    rows: Callable[[DossierQuerySet, Days], DossierQuerySet]
    #: It counts promises: a dossier that missed two stands once in the list.
    of_promises: bool = False


def of_promises(slug: str, name: str, get: Callable[[Line], int], promises: Callable[[], QuerySet]) -> Number:
    return Number(slug, name, get, lambda rows, days: promised_in(rows, days, promises()), True)


def on_ready_day(dossiers: DossierQuerySet) -> DossierQuerySet:
    return dossiers.annotate(ready_day=TruncDate("ready_at"), promised_day=TruncDate("promised_at"))


NUMBERS = {
    number.slug: number
    for number in (
        Number(
            "ton-dau",
            "Tồn đầu kỳ",
            lambda line: line.carried,
            lambda rows, days: rows.filter(unfinished_at(days.moments[0])),
        ),
        Number(
            "tiep-nhan",
            "Tiếp nhận",
            lambda line: line.received,
            lambda rows, days: rows.filter(within("received_at", days)),
        ),
        Number(
            "truoc-han",
            "Trước hạn",
            lambda line: line.early,
            lambda rows, days: on_ready_day(rows).filter(resolved_in(days), ready_day__lt=F("promised_day")),
        ),
        Number(
            "dung-han",
            "Đúng hạn",
            lambda line: line.on_time,
            lambda rows, days: on_ready_day(rows).filter(
                resolved_in(days), ready_day__gte=F("promised_day"), ready_at__lte=F("promised_at")
            ),
        ),
        Number(
            "qua-han",
            "Quá hạn",
            lambda line: line.late,
            lambda rows, days: rows.filter(resolved_in(days), ready_at__gt=F("promised_at")),
        ),
        Number(
            "tu-choi",
            "Từ chối",
            lambda line: line.refused,
            lambda rows, days: rows.filter(within("ended_at", days), state=State.REFUSED),
        ),
        Number(
            "dung",
            "Dừng",
            lambda line: line.stopped,
            lambda rows, days: rows.filter(within("ended_at", days), state=State.STOPPED),
        ),
        Number("dang-trong-han", "Đang giải quyết, trong hạn", lambda line: line.open_in_time, in_time_at_end),
        Number("dang-qua-han", "Đang giải quyết, quá hạn", lambda line: line.open_late, late_at_end),
        Number("cho-bo-sung", "Chờ bổ sung", lambda line: line.waiting, waiting_at_end),
        Number(
            "da-tra",
            "Đã trả kết quả",
            lambda line: line.returned,
            lambda rows, days: rows.filter(within("returned_at", days)),
        ),
        of_promises("lo-hen", "Lời hẹn đã lỡ", lambda line: line.missed, missed),
        of_promises("da-xin-loi", "Đã xin lỗi", lambda line: line.apologised, apologised),
        of_promises("kip-hen", "Xin lỗi kịp ngày hẹn", lambda line: line.prompt, prompt),
        of_promises("cho-tra-truoc", "Cho trả trước thư xin lỗi", lambda line: line.waived, waived),
        of_promises("no-xin-loi", "Còn nợ thư xin lỗi", lambda line: line.owed, Appointment.objects.in_debt),
    )
}


def cause_numbers() -> dict[int, Number]:
    """By the key of a cause of delay, how many promises were missed or made anew for it; 0: nobody has said why."""

    def of_cause(key: int, name: str) -> Number:
        return of_promises(
            f"vi-{key}",
            name,
            lambda line: line.causes[key],
            lambda: Appointment.objects.missed_or_put_off().filter(delay_cause=key or None),
        )

    causes = dict(DelayCause.objects.values_list("pk", "name"))
    return {key: of_cause(key, name) for key, name in {**causes, 0: NO_CAUSE}.items()}


def numbers() -> dict[str, Number]:
    """Every number whose dossiers can be asked for."""
    return NUMBERS | {number.slug: number for number in cause_numbers().values()}
