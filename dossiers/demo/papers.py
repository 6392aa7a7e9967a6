"""What the desk writes down of an arrival: who applies, with which papers, for what fee, and the facts for a letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from desk.models import Hamlet, Ward
from dossiers.demo import people
from dossiers.demo.people import Person
from dossiers.demo.plan import Arrival
from dossiers.demo.wards import BUSY_WARD
from dossiers.models import Dossier, DossierDocument, GivenDocument, Procedure

Letter = Procedure.LetterKind

#: How many people of a ward ever come to its desk.
CROWD, BUSY_CROWD = 90, 900

#: Ages of those who ask, where it matters: by letter, by procedure (hưu trí xã hội, di chúc), and at home.
AGES = {Letter.BIRTH: (20, 43), Letter.MARRIAGE: (20, 45), "1.014027": (75, 90), "2.001019": (55, 90)}
ADULTS, OLDER = (18, 85), (65, 90)

#: Matters that an organisation comes with, and how many of a hundred of them.
FOR_ORGANISATIONS = {"2.000815": 12, "2.000884": 12, "2.001035": 8, "2.000942": 12}
BY_PROXY = 0.08

#: What a paper is handed in as, by a word in its name: of a hundred, originals, certified copies and photocopies.
PAPERS = DossierDocument.Kind.values
KINDS = {
    "cần chứng thực": (0, 0, 100),
    "Bản sao": (0, 75, 25),
    "tùy thân": (25, 5, 70),
    "căn cước": (55, 5, 40),
    "Giấy chứng nhận": (40, 35, 25),
    "": (100, 0, 0),
}
#: The same paper in several copies: procedures whose fee counts copies, and of them those that count pages.
BY_COPY, BY_PAGE = ("2.000815", "2.000942", "2.000635"), ("2.000815", "2.000942")

KINSHIP = {people.MALE: ("con trai", "cháu", "chồng", "em trai"), people.FEMALE: ("con gái", "cháu", "vợ", "con dâu")}
TITLES = {people.MALE: "Ông", people.FEMALE: "Bà"}
SPOUSES = {"vợ": people.MALE, "chồng": people.FEMALE}


class Town:
    """The wards with their hamlets and the people who live there."""

    def __init__(self, wards: Sequence[Ward], seed: int) -> None:
        self.wards, self.seed = wards, seed
        self.hamlets: dict[int, list[Hamlet]] = {ward.pk: [] for ward in wards}
        self.places: dict[int, str] = {}
        for hamlet in Hamlet.objects.filter(ward__in=wards).select_related("ward").order_by("position"):
            self.hamlets[hamlet.ward_id].append(hamlet)
            self.places[hamlet.pk] = f"{hamlet.name}, {hamlet.ward.in_sentence}, {hamlet.ward.city_line}"
        self.crowds: dict[int, list[Person]] = {}
        self.papers: dict[int, list[str]] = {}

    def required(self, procedure: Procedure) -> list[str]:
        if procedure.pk not in self.papers:
            self.papers[procedure.pk] = [document.name for document in procedure.documents.all()]
        return self.papers[procedure.pk]

    def crowd(self, ward: Ward) -> list[Person]:
        if ward.pk not in self.crowds:
            first, size = (1, BUSY_CROWD) if ward.slug == BUSY_WARD else (1000 + 100 * ward.position, CROWD)
            numbers = range(first, first + size)
            self.crowds[ward.pk] = [people.person(self.seed, number) for number in numbers]
        return self.crowds[ward.pk]

    def receive(self, arrival: Arrival, procedure: Procedure) -> tuple[list[GivenDocument], dict[str, Any]]:
        """One arrival as the intake page would have handed it to `receive`: documents and facts."""
        dice = Random(f"{arrival.key}/papers")
        documents = given_documents(dice, self.required(procedure))
        facts = {**self.applicant(dice, arrival, procedure), **price(dice, procedure), **way_back(dice, arrival)}
        if facts["return_method"] != Dossier.ReturnMethod.COUNTER:
            facts["return_address"] = facts["address"]
        facts["agrees_to_letter"] = bool(procedure.letter) and dice.random() < 0.45
        facts["agrees_to_messages"] = bool(facts.get("phone")) and dice.random() < 0.3
        facts["letter_facts"] = {
            name: value
            for name, value in story(dice, procedure, facts, arrival.day).items()
            if name in procedure.letter_facts
        }
        return documents, facts

    def applicant(self, dice: Random, arrival: Arrival, procedure: Procedure) -> dict[str, Any]:
        """A person of the ward, now and then of another one; or an organisation that sends somebody."""
        of_organisation = 100 * dice.random() < FOR_ORGANISATIONS.get(procedure.code, 0)
        by_proxy = of_organisation or dice.random() < BY_PROXY
        usual = OLDER if arrival.channel == Dossier.Channel.HOME else ADULTS
        ages = AGES.get(procedure.letter or procedure.code, usual)
        someone = people.choose(dice, self.crowd(arrival.ward), arrival.day, ages)
        facts = self.organised(dice, arrival.ward) if of_organisation else self.person(arrival.ward, someone)
        if by_proxy and arrival.channel != Dossier.Channel.HOME:
            proxy = people.choose(dice, self.crowd(arrival.ward), arrival.day, (20, 60))
            if proxy.number != someone.number:
                facts |= {"proxy_name": proxy.name, "proxy_id_number": proxy.id_number}
        return facts

    def person(self, ward: Ward, someone: Person) -> dict[str, Any]:
        """Somebody of this ward; one in twenty lives in another one."""
        home_ward = ward if someone.home % 20 else self.wards[someone.home % len(self.wards)]
        hamlets = self.hamlets[home_ward.pk]
        hamlet = hamlets[someone.home % len(hamlets)]
        return {
            "applicant_name": someone.name,
            "id_number": someone.id_number,
            "birth": someone.birth,
            "sex": someone.sex,
            "address": self.address(hamlet, someone.house),
            "hamlet": hamlet if home_ward == ward else None,
            "phone": someone.phone,
            "email": someone.email,
        }

    def organised(self, dice: Random, ward: Ward) -> dict[str, Any]:
        body = people.organisation(dice)
        hamlets = self.hamlets[ward.pk]
        hamlet = hamlets[body.home % len(hamlets)]
        return {
            "applicant_kind": Dossier.ApplicantKind.ORGANISATION,
            "applicant_name": body.name,
            "tax_code": body.tax_code,
            "address": self.address(hamlet),
            "hamlet": hamlet,
            "phone": body.phone,
        }

    def address(self, hamlet: Hamlet, house: str = "") -> str:
        """ "Số 18, ngõ 42, Tổ 3, phường Lê Hồng Phong, thành phố Phủ Lý, tỉnh Hà Nam"."""
        return f"{house}, {self.places[hamlet.pk]}" if house else self.places[hamlet.pk]


def given_documents(dice: Random, names: Sequence[str]) -> list[GivenDocument]:
    """The papers ticked: all that are required, and some of those for special cases ("nếu có")."""
    given = []
    for name in names:
        if "(nếu" in name and dice.random() > 0.25:
            continue
        shares = next(shares for word, shares in KINDS.items() if word in name)
        kind = dice.choices(PAPERS, shares)[0]
        several = "cần chứng thực" in name
        given.append(GivenDocument(name, kind, dice.choice((1, 2, 2, 3, 5, 10)) if several else 1))
    return given


def price(dice: Random, procedure: Procedure) -> dict[str, Any]:
    """The fee, counted by copy or page where the procedure says so; paid, but for a few."""
    fee = procedure.fee_vnd
    if fee and procedure.code in BY_PAGE:
        pages = dice.choice((1, 1, 2, 2, 3, 4, 6))
        fee = min(200_000, fee * min(pages, 2) + fee // 2 * max(pages - 2, 0))
    if fee and procedure.code in BY_COPY:
        fee *= dice.choice((1, 2, 2, 3, 5))
    return {"fee_vnd": fee, "fee_paid": bool(fee) and dice.random() < 0.95}


def way_back(dice: Random, arrival: Arrival) -> dict[str, Any]:
    """How it came and how the result goes back: what came from home mostly returns there."""
    Way, Channel = Dossier.ReturnMethod, Dossier.Channel
    same = {Channel.HOME: (Way.HOME, 0.8), Channel.POST: (Way.POST, 0.9), Channel.ONLINE: (Way.POST, 0.3)}
    way, share = same.get(arrival.channel, (Way.POST, 0.02))
    return {"channel": arrival.channel, "return_method": way if dice.random() < share else Way.COUNTER}


def story(dice: Random, procedure: Procedure, facts: Mapping[str, Any], day: date) -> dict[str, str]:
    """What the letter tells of: a birth, a marriage, a death, with the applicant in the fitting part."""
    me, sex = facts["applicant_name"], facts.get("sex", people.FEMALE)
    man = me if sex == people.MALE else people.full_name(dice, people.MALE)
    woman = me if sex == people.FEMALE else people.full_name(dice, people.FEMALE)
    if procedure.letter == Letter.BIRTH:
        child = people.child_name(dice, man)
        born = day - timedelta(days=dice.randint(3, 58))
        return {"child_name": child, "child_born_on": born.isoformat(), "father_name": man, "mother_name": woman}
    if procedure.letter == Letter.MARRIAGE:
        return {"spouse_a": man, "spouse_b": woman}
    if procedure.letter == Letter.CONDOLENCE:
        kinship, died = dice.choice(KINSHIP[sex]), day - timedelta(days=dice.randint(1, 14))
        gone = SPOUSES.get(kinship) or dice.choice((people.MALE, people.FEMALE))
        family = me.split()[0] if gone == people.MALE and kinship in ("con trai", "con gái", "em trai") else ""
        deceased = people.full_name(dice, gone, family)
        title = TITLES[gone] if kinship in (*SPOUSES, "em trai") else f"Cụ {TITLES[gone].lower()}"
        return {
            "deceased_title": title,
            "deceased_name": deceased,
            "died_on": died.isoformat(),
            "kinship": kinship,
        }
    return {}
