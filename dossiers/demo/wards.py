"""What a ward of the demonstration has beside its dossiers: hamlets, a telephone, its people and their accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random

from django.contrib.auth.hashers import make_password

from desk.demo import ACCOUNTS, PASSWORD
from desk.models import CalendarDay, Hamlet, Staff, UnitSet, Ward
from dossiers.demo import people
from dossiers.demo.clock import OfficeClock
from dossiers.models import DelayCause

#: The ward of the demonstration accounts: half of all dossiers come here.
BUSY_WARD = ACCOUNTS["clerk"].ward_slug
THON = ("Đông", "Đoài", "Trung", "Thượng", "Hạ", "Nội", "Chợ", "Bến", "Đình")

SOCIAL = "công chức văn hóa – xã hội"
#: Who works in every ward beside the demonstration accounts: role, sex and title.
CREW = (
    ("clerk", people.FEMALE, "cán bộ một cửa"),
    ("officer", people.MALE, "công chức tư pháp – hộ tịch"),
    ("officer", people.FEMALE, SOCIAL),
    ("leader", people.MALE, "Phó Chủ tịch UBND {kind}"),
)
#: What the second officer answers for; the rest is the registrar's.
SOCIAL_FIELDS = ("Bảo trợ xã hội", "Người khuyết tật", "Giảm nghèo", "Đất đai", "Hộ kinh doanh")


@dataclass
class Crew:
    """The people of one ward by what they do, those who do most of it first."""

    clerks: list[Staff] = field(default_factory=list)
    registrars: list[Staff] = field(default_factory=list)
    social: list[Staff] = field(default_factory=list)
    leaders: list[Staff] = field(default_factory=list)

    def join(self, staff: Staff, post: Staff) -> None:
        """Take somebody in for a post, whatever a visitor has made of the account since."""
        officers = self.social if post.title == SOCIAL else self.registrars
        for holds, members in (
            (post.is_clerk, self.clerks),
            (post.is_officer, officers),
            (post.is_leader, self.leaders),
        ):
            if holds:
                members.append(staff)

    def clerk(self, dice: Random) -> Staff:
        return mostly_first(dice, self.clerks)

    def leader(self, dice: Random) -> Staff:
        return mostly_first(dice, self.leaders)

    def officer(self, dice: Random, matter: str) -> Staff:
        """Who answers for a field (lĩnh vực); now and then a colleague helps out."""
        own, others = (self.social, self.registrars) if matter in SOCIAL_FIELDS else (self.registrars, self.social)
        return mostly_first(dice, others if dice.random() < 0.06 else own)


def mostly_first(dice: Random, staff: Sequence[Staff]) -> Staff:
    return staff[0] if dice.random() < 0.75 else dice.choice(staff)


@dataclass(frozen=True)
class Office:
    """One ward at work: its people, and the hours in which they are there."""

    ward: Ward
    crew: Crew
    clock: OfficeClock
    causes: Sequence[DelayCause] = ()


def open_offices(seed: int, now: datetime) -> dict[int, Office]:
    """The 21 wards in service, furnished and staffed, by the ward's key."""
    wards = list(Ward.objects.in_service().filter(units=UnitSet.BEFORE_2025))
    furnish(wards)
    crews, calendar = hire(wards, seed, now), CalendarDay.objects.calendar()
    clocks = {hours: OfficeClock(replace(calendar, hours=hours)) for hours in {ward.hours for ward in wards}}
    causes = list(DelayCause.objects.filter(is_offered=True))
    return {ward.pk: Office(ward, crews[ward.pk], clocks[ward.hours], causes) for ward in wards}


def furnish(wards: Sequence[Ward]) -> None:
    """Hamlets for wards that have none; telephone and address where an administrator has not filled them."""
    furnished = set(Hamlet.objects.values_list("ward_id", flat=True))
    Hamlet.objects.bulk_create(
        Hamlet(ward=ward, name=name, position=position)
        for ward in wards
        if ward.pk not in furnished
        for position, name in enumerate(hamlet_names(ward), start=1)
    )
    for ward in wards:
        if not ward.phone:
            ward.phone = f"022630000{ward.position:02}"
            ward.address = ward.address or f"Trụ sở UBND {ward.in_sentence}, {ward.city_line}"
            ward.save(update_fields=["phone", "address"])


def hamlet_names(ward: Ward) -> list[str]:
    """Tổ 1 to n in a ward; in a commune Thôn 1 to n, or names."""
    count = 5 + ward.position * 3 % 5
    if ward.kind == Ward.Kind.WARD:
        return [f"Tổ {number}" for number in range(1, count + 1)]
    return [f"Thôn {THON[number - 1] if ward.position % 2 else number}" for number in range(1, count + 1)]


def hire(wards: Sequence[Ward], seed: int, now: datetime) -> dict[int, Crew]:
    """Make the accounts that are missing; returns each ward's crew by the ward's key. Nobody's password is changed."""
    wanted = {**demo_accounts(wards), **crew_accounts(wards, seed)}
    existing = set(Staff.objects.filter(username__in=wanted).values_list("username", flat=True))
    if missing := [staff for name, staff in wanted.items() if name not in existing]:
        password = make_password(PASSWORD)  # one hash for all who share it: hashing is slow on purpose
        for staff in missing:
            staff.date_joined = now
            staff.password = password if staff.username in ACCOUNTS else make_password(None)
        Staff.objects.bulk_create(missing)
    crews: dict[int, Crew] = defaultdict(Crew)
    hired = {staff.username: staff for staff in Staff.objects.filter(username__in=wanted)}
    for username, post in wanted.items():
        if post.ward_id:
            crews[post.ward_id].join(hired[username], post)
    return crews


def demo_accounts(wards: Sequence[Ward]) -> dict[str, Staff]:
    by_slug = {ward.slug: ward for ward in wards}
    return {
        username: Staff(
            username=username,
            email=f"{username}@thu.example",
            full_name=account.full_name,
            title=account.title,
            ward=by_slug[account.ward_slug] if account.ward_slug else None,
            **{f"is_{role}": True for role in account.roles},
            **account.extra,
        )
        for username, account in ACCOUNTS.items()
    }


def crew_accounts(wards: Sequence[Ward], seed: int) -> dict[str, Staff]:
    """Colleagues who cannot log in; where no demonstration account leads the ward, its leader is the chair."""
    led = {account.ward_slug for account in ACCOUNTS.values() if "leader" in account.roles}
    crew = {}
    for ward in wards:
        for number, (role, sex, title) in enumerate(CREW, start=1):
            username = f"{ward.slug}-{number}"
            title = title.format(kind=ward.get_kind_display().lower())
            if ward.slug not in led:
                title = title.removeprefix("Phó ")
            signs = Staff.Power.DEPUTY if title.startswith("Phó") else Staff.Power.CHAIR
            crew[username] = Staff(
                username=username,
                email=f"{username}@thu.example",
                full_name=people.full_name(Random(f"{seed}/staff/{username}"), sex),
                title=title,
                ward=ward,
                power=signs if role == "leader" else "",
                **{f"is_{role}": True},
            )
    return crew
