"""Visits at home, help with declarations, matters not received: what the dossiers call for, and a few of today."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone

from desk.demo import ACCOUNTS
from desk.models import Staff
from dossiers.declarations import DECLARATIONS
from dossiers.demo.papers import Town
from dossiers.demo.wards import Office
from dossiers.models import Dossier, HelpGiven, HomeVisit, HomeVisitStep, Presentation, Procedure

SPACE = UUID("6e0b6a5c-5b1e-4a53-9a9a-0d3b8f5f0c11")
#: Every so many dossiers of a declaration's procedure, its owner was helped with the declaration.
HELPED = 7
#: Requests of the wards with accounts: channel, state, what they want, days since they asked.
TODAY = (
    ("web", "asked", "Tôi đi lại khó, xin đến nhà làm chế độ", 0),
    ("phone", "asked", "Con gọi giúp mẹ", 1),
    ("phone", "planned", "", 2),
    ("counter", "planned", "", 2),
    ("web", "planned", "Nhà trong ngõ, gọi trước khi đến", 3),
    ("phone", "not_met", "", 6),
    ("web", "called_off", "", 8),
)
#: Matters that the wards with accounts looked at and did not receive: procedure, what is missing, reason, days ago.
PRESENTED: tuple[tuple[str, list[str], str, int], ...] = (
    ("1.004873", ["Bản sao quyết định ly hôn"], "Thiếu giấy chứng minh việc chấm dứt hôn nhân trước", 9),
    ("1.001193", ["Giấy chứng sinh bản chính", "Căn cước của người đi khai"], "Mới có bản chụp giấy chứng sinh", 4),
    ("2.000815", [], "Bản chính bị tẩy xóa nên không chứng thực được; xin cấp lại bản chính ở nơi đã cấp", 2),
)
REASONS = {"not_met": "Gọi cửa không có người nhà, hẹn gọi lại", "called_off": "Gia đình đã tự đến nộp"}


def furnish_homes(offices: Mapping[int, Office], town: Town, now: datetime) -> None:
    """Add the visits and the help that are missing; each has a key of its own, so nothing comes twice."""
    visits = [done(dossier, offices[dossier.ward_id]) for dossier in received(offices, Dossier.Channel.HOME)]
    slugs = {account.ward_slug for account in ACCOUNTS.values()}
    procedure = Procedure.objects.get(code="1.014027")
    for office in offices.values():
        if office.ward.slug in slugs:
            visits += [today(number, office, town, procedure, now) for number in range(len(TODAY))]
            present(office, town, now)
    known = set(HomeVisit.objects.filter(key__in=[visit.key for visit in visits]).values_list("key", flat=True))
    added = HomeVisit.objects.bulk_create([visit for visit in visits if visit.key not in known])
    HomeVisitStep.objects.bulk_create(step for visit in added for step in story(visit))
    HelpGiven.objects.bulk_create(
        (help_of(dossier) for dossier in received(offices, Dossier.Channel.COUNTER) if dossier.pk % HELPED == 0),
        ignore_conflicts=True,
    )


def present(office: Office, town: Town, now: datetime) -> None:
    for number, (code, items, reason, days_ago) in enumerate(PRESENTED):
        person = town.crowd(office.ward)[len(TODAY) + number]
        Presentation.objects.present(
            ward=office.ward,
            by=office.crew.clerks[0],
            at=office.clock.earlier(now, 60 + 450 * days_ago),
            key=uuid5(SPACE, f"{office.ward.slug}/presented/{number}"),
            kind=Presentation.Kind.SUPPLEMENT if items else Presentation.Kind.REFUSAL,
            procedure=Procedure.objects.in_force(timezone.localdate(now)).get(code=code),
            applicant_name=person.name,
            address=town.places[town.hamlets[office.ward.pk][number].pk],
            items=items,
            reason=reason,
        )


def received(offices: Collection[int], channel: str) -> Any:
    codes = [row.procedure for row in DECLARATIONS.values()]
    rows = Dossier.objects.filter(ward__in=offices, channel=channel).select_related("received_by")
    return rows if channel == Dossier.Channel.HOME else rows.filter(procedure__code__in=codes)


def help_of(dossier: Dossier) -> HelpGiven:
    at = dossier.received_at - timedelta(minutes=6)
    key = uuid5(SPACE, f"{dossier.intake_key}/help")
    return HelpGiven(
        ward_id=dossier.ward_id, procedure_id=dossier.procedure_id, helper=dossier.received_by, at=at, key=key
    )


def pair(office: Office, first: Staff) -> dict[str, Staff]:
    second = next(staff for staff in (*office.crew.social, *office.crew.registrars) if staff.pk != first.pk)
    return {"first_staff": first, "second_staff": second}


def done(dossier: Dossier, office: Office) -> HomeVisit:
    """The visit at which this dossier was received."""
    at = timezone.localtime(dossier.received_at)
    return HomeVisit(
        ward_id=dossier.ward_id,
        key=uuid5(SPACE, f"{dossier.intake_key}/visit"),
        channel="phone",
        asked_at=office.clock.earlier(at, 1100),
        asked_by=dossier.received_by,
        procedure_id=dossier.procedure_id,
        dossier=dossier,
        name=dossier.applicant_name,
        phone=dossier.phone or office.ward.phone,
        address=dossier.address,
        hamlet_id=dossier.hamlet_id,
        state=HomeVisit.State.DONE,
        day=at.date(),
        half=office.ward.hours.half_at(at.time()),
        ended_at=at,
        **pair(office, dossier.received_by),
    )


def today(number: int, office: Office, town: Town, procedure: Procedure, now: datetime) -> HomeVisit:
    channel, state, wish, days_ago = TODAY[number]
    elder = town.crowd(office.ward)[number]
    clerk = office.crew.clerks[0]
    hamlet = town.hamlets[office.ward.pk][number % 3]
    visit = HomeVisit(
        ward=office.ward,
        key=uuid5(SPACE, f"{office.ward.slug}/{number}"),
        channel=channel,
        asked_at=office.clock.earlier(now, 60 + 450 * days_ago),
        asked_by=None if channel == "web" else clerk,
        procedure=procedure,
        name=elder.name,
        phone=elder.phone or office.ward.phone,
        address=town.places[hamlet.pk],
        hamlet=hamlet,
        wish=wish,
        state=state,
    )
    if state in ("planned", "not_met"):
        today = timezone.localdate(now)
        visit.day = office.clock.days_later(today, 1) if state == "planned" else timezone.localdate(
            office.clock.earlier(now, 900)
        )  # fmt: skip
        visit.half = "morning"
        visit.first_staff, visit.second_staff = pair(office, clerk).values()
    if state == "called_off":
        visit.ended_at = office.clock.earlier(now, 300)
    return visit


def story(visit: HomeVisit) -> list[HomeVisitStep]:
    """The steps that led to where the visit stands."""
    clerk = visit.asked_by or visit.first_staff
    steps = [HomeVisitStep(visit=visit, state="asked", at=visit.asked_at, by=visit.asked_by)]
    soon = visit.asked_at + timedelta(minutes=20)
    if visit.day:
        words = f"{visit.half_words} {visit.day:%d/%m/%Y}: {visit.first_staff}, {visit.second_staff}"
        steps.append(HomeVisitStep(visit=visit, state="planned", at=soon, by=clerk, words=words))
    if visit.state in (*REASONS, "done"):
        words = REASONS.get(visit.state) or visit.dossier.code  # type: ignore[union-attr]
        at = visit.ended_at or timezone.make_aware(datetime.combine(visit.day, visit.ward.hours.morning_closes))  # type: ignore[arg-type]
        steps.append(HomeVisitStep(visit=visit, state=visit.state, at=max(at, soon), by=clerk, words=words))
    return steps
