"""People and dossiers for the tests. Dossiers come in by the real verbs: numbers and promises are real."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import factory
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pypdf import PdfWriter

from desk.calendar import ZONE
from desk.kept import forget
from desk.models import Hamlet, Staff, Ward
from desk.uploads import content_type
from dossiers.counting import Cut, Measure
from dossiers.models import Appointment, DelayCause, Dossier, Figure, FigureRun, GivenDocument, Procedure
from feedback.models import (
    Answer,
    BallotTally,
    Campaign,
    CampaignArea,
    Contribution,
    Dialogue,
    Mark,
    Question,
    QuestionSet,
    Tally,
    Typing,
)
from letters.archive import draw, waiting_ids
from letters.models import Letter

#: Procedures by what the desk calls them.
CODES = {
    "khai sinh": "1.001193",
    "xác nhận hôn nhân": "1.004873",
    "kết hôn": "1.000894",
    "khai tử": "1.000656",
    "chứng thực": "2.000815",
}


def scan(content: bytes = b"%PDF-1.7\nto khai\n%%EOF", name: str = "to-khai.pdf") -> SimpleUploadedFile:
    """A file as `desk.uploads.Upload` leaves it."""
    file = SimpleUploadedFile(name, content)
    file.kind = content_type(file)  # type: ignore[attr-defined]
    return file


class StaffFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Staff

    class Params:
        clerk = factory.Trait(is_clerk=True)
        officer = factory.Trait(is_officer=True)
        leader = factory.Trait(is_leader=True, power=Staff.Power.CHAIR, title="Chủ tịch UBND phường")
        city = factory.Trait(is_city=True, ward=None)

    username = factory.Sequence(lambda n: f"can-bo-{n}")
    full_name = factory.Sequence(lambda n: f"Ngô Thế Vĩnh {n}")
    ward = factory.LazyFunction(lambda: Ward.objects.get(slug="le-hong-phong"))
    password = factory.django.Password("mat-khau-thu")


class DossierFactory(factory.django.DjangoModelFactory):
    """A dossier received at `at`; the traits take it further by the verbs, at `then`."""

    class Meta:
        model = Dossier

    class Params:
        at = datetime(2026, 11, 23, 8, 42, tzinfo=ZONE)
        then = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
        what = "xác nhận hôn nhân"
        in_progress = factory.Trait(steps=["take_up"])
        ready = factory.Trait(steps=["take_up", "mark_ready"])
        returned = factory.Trait(steps=["take_up", "mark_ready", "hand_back"])

    steps: list[str] = []
    applicant_name = "Nguyễn Thị Tuyết Nhung"
    id_number = factory.Sequence(lambda n: f"035190{n % 1000000:06}")
    birth = "1990-02-01"
    sex = "Nữ"
    address = "Tổ 4, phường Lê Hồng Phong, thành phố Phủ Lý, tỉnh Hà Nam"
    phone = "0912000345"

    @classmethod
    def _build(cls, model_class: type[Dossier], *args: Any, **kwargs: Any) -> Dossier:
        raise NotImplementedError("a dossier is received, not built")

    @classmethod
    def _create(cls, model_class: type[Dossier], *args: Any, **kwargs: Any) -> Dossier:
        steps, at, then = kwargs.pop("steps"), kwargs.pop("received_at"), kwargs.pop("stepped_at")
        ward = kwargs.pop("ward")
        procedure = kwargs.pop("procedure")
        everybody = Staff.objects.filter(ward=ward, is_clerk=True, is_officer=True, is_leader=True).first()
        by = kwargs.pop("by", None) or everybody or StaffFactory(ward=ward, clerk=True, officer=True, leader=True)
        kwargs.setdefault("documents", [GivenDocument("Tờ khai", "original", 1)])
        dossier = Dossier.objects.receive(
            ward=ward, procedure=procedure, by=by, at=at, intake_key=uuid.uuid4(), **kwargs
        )
        for step in steps:
            getattr(dossier, step)(by=by, at=then)
        return dossier

    ward = factory.LazyFunction(lambda: Ward.objects.get(slug="le-hong-phong"))
    procedure = factory.LazyAttribute(lambda made: Procedure.objects.get(code=CODES.get(made.what, made.what)))
    received_at = factory.SelfAttribute("at")
    stepped_at = factory.SelfAttribute("then")


#: Facts of the letters, by what the desk calls the procedure.
FACTS = {
    "khai sinh": {
        "child_name": "Đỗ Lê Bảo Khuê",
        "child_born_on": "2026-11-10",
        "father_name": "Đỗ Quang Thưởng",
        "mother_name": "Lê Thị Mỹ Duyên",
    },
    "kết hôn": {"spouse_a": "Nguyễn Hoàng Vỹ", "spouse_b": "Phạm Thị Nguyệt Hằng"},
    "khai tử": {"deceased_name": "Nguyễn Thị Nhường", "died_on": "2026-11-21"},
}
CAUSE = "Chờ cơ quan khác trả lời"
REASON = "Trang sổ đăng ký năm 1987 bị nhòe, phải đối chiếu với sổ lưu tại Sở Tư pháp"


def consenting(what: str, **more: Any) -> Dossier:
    """A dossier of a birth, a marriage or a death whose family wants the ward's letter."""
    return DossierFactory(what=what, agrees_to_letter=True, letter_facts=FACTS[what], **more)


def late(found: datetime, **more: Any) -> Dossier:
    """A dossier of three working days whose promise was found broken at `found`."""
    dossier = DossierFactory(in_progress=True, **more)
    Appointment.objects.break_overdue(found)
    dossier.refresh_from_db()
    return dossier


def explain(dossier: Dossier, at: datetime, reason: str = REASON) -> None:
    cause = DelayCause.objects.get(name=CAUSE)
    dossier.explain_delay(delay_cause=cause, reason=reason, by=dossier.received_by, at=at)


def draw_all(now: datetime) -> None:
    """What the workers do, until nothing is left."""
    while any(draw(letter_id, now) for letter_id in waiting_ids(now, 500)):
        pass


def letter_of(dossier: Dossier) -> Letter:
    return Letter.objects.get(dossier=dossier)


def sheet(pages: int = 1) -> bytes:
    """A PDF of so many A5 pages, made without the printer."""
    made, written = PdfWriter(), BytesIO()
    for _ in range(pages):
        made.add_blank_page(420, 595)
    made.write(written)
    return written.getvalue()


def with_pdf(letter: Letter, content: bytes | None = None) -> Letter:
    """The letter as it is once a worker has drawn it, for whoever does not look at the drawing."""
    name = default_storage.save(f"letters/thu/{letter.pk}.pdf", ContentFile(content or sheet()))
    Letter.objects.filter(pk=letter.pk).update(needs_drawing=False, pdf=name, sha256="0" * 64)
    letter.refresh_from_db()
    return letter


class ContributionFactory(factory.django.DjangoModelFactory):
    """A suggestion as it comes over the web; `at` is when it came."""

    class Meta:
        model = Contribution

    ward = factory.LazyFunction(lambda: Ward.objects.get(slug="le-hong-phong"))
    kind = "idea"
    channel = "web"
    words = "Bảng lệ phí chữ nhỏ quá, các cụ không đọc được."
    key = factory.LazyFunction(uuid.uuid4)
    at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class: type[Contribution], *args: Any, **kwargs: Any) -> Contribution:
        return Contribution.objects.receive(**kwargs)


class DialogueFactory(factory.django.DjangoModelFactory):
    """A dialogue announced at `at` for two days later, 8 to 11."""

    class Meta:
        model = Dialogue

    ward = factory.LazyFunction(lambda: Ward.objects.get(slug="le-hong-phong"))
    topic = "Vệ sinh môi trường, thu gom rác"
    place = "Hội trường UBND phường"
    key = factory.LazyFunction(uuid.uuid4)
    at = datetime(2026, 11, 23, 8, 42, tzinfo=ZONE)
    starts_at = factory.LazyAttribute(lambda made: made.at + timedelta(days=2))
    ends_at = factory.LazyAttribute(lambda made: made.starts_at + timedelta(hours=3))

    @classmethod
    def _create(cls, model_class: type[Dialogue], *args: Any, **kwargs: Any) -> Dialogue:
        by = kwargs.pop("by", None) or StaffFactory(ward=kwargs["ward"], leader=True)
        return Dialogue.objects.announce(by=by, **kwargs)


def campaign_of(*wards: Ward, slug: str = "phieu-thon-to", **more: Any) -> Campaign:
    """A campaign that the city has opened in these wards: two sheets wanted in each area."""
    facts = {"name": "Đợt tháng 11 năm 2026", "target": 2, "key": uuid.uuid4(), **more}
    city = StaffFactory(city=True, full_name="Nguyễn Thị Quế Anh")
    return Campaign.objects.launch(
        question_set=QuestionSet.objects.get(slug=slug),
        opens_on=date(2026, 11, 2),
        closes_on=date(2026, 12, 2),
        wards=wards,
        by=city,
        at=datetime(2026, 11, 2, 8, 0, tzinfo=ZONE),
        **facts,
    )


def counted(area: CampaignArea, by: Staff, *, collected: int = 2, way: str = "ballots") -> CampaignArea:
    """The area with its sheets counted and the way chosen."""
    at = datetime(2026, 11, 9, 8, 0, tzinfo=ZONE)
    area.count_sheets(handed_out=3, collected=collected, invalid=0, counted_by="Lại Thị Hằng Nga", by=by, at=at)
    area.choose(way=way, by=by, at=at)
    return area


def typed(area: CampaignArea, by: Staff, *sheets: str, is_done: bool = True) -> Typing:
    """One person's typing of the area: sheet 1, 2, and so on."""
    at = datetime(2026, 11, 9, 9, 0, tzinfo=ZONE)
    typing = area.begin(by=by, at=at)
    for number, marks in enumerate(sheets, start=1):
        typing.put(number=number, marks=marks, by=by)
    if is_done:
        typing.finish(by=by, at=at)
    return typing


def kept(
    ward: Ward, first: date, what: str, on_time: int = 0, *, late: int = 0, hours: int = 7, span: str = "month"
) -> None:
    """The kept counts of so many results of a procedure, by its name here or its code, in a month or on a day."""
    procedure = Procedure.objects.filter(code=CODES.get(what, what)).latest("valid_from")
    counts = {(Measure.ON_TIME, 0): on_time, (Measure.LATE, 0): late, (Measure.HOURS, hours): on_time + late}
    for cut, key in ((Cut.PROCEDURE, str(procedure.pk)), (Cut.ALL, "")):
        for (measure, value), count in counts.items():
            if count:
                at = {"cut": cut, "key": key, "measure": measure, "value": value}
                row, is_new = Figure.objects.get_or_create(
                    ward=ward, span=span, first=first, **at, defaults={"count": count}
                )
                if not is_new:
                    row.count += count
                    row.save()
    forget()


def counted_at(moment: datetime) -> None:
    """Until when the kept counts know what has happened."""
    FigureRun.objects.update_or_create(pk=1, defaults={"counted_at": moment})
    forget()


def answers(
    ward: Ward,
    month: date,
    question: Question,
    counts: dict[int, int],
    *,
    procedure: Procedure | None = None,
    stage: str = "returned",
    channel: str = "slip",
    still_open: bool = False,
    comment: str = "",
) -> None:
    """So many answers of a month to one question, by value: sealed and counted, or still open and changeable."""
    known = {"ward": ward, "month": month, "stage": stage, "channel": channel}
    if stage != "walk_in":
        known["procedure"] = procedure or Procedure.objects.get(code=CODES["xác nhận hôn nhân"])
    until = month + timedelta(days=35) if still_open else None
    for value, count in counts.items():
        made = Answer.objects.bulk_create(
            [
                Answer(**known, key=uuid.uuid4().hex, changeable_until=until, comment=comment if n == 0 else "")
                for n in range(count)
            ]
        )
        if still_open:
            Mark.objects.bulk_create([Mark(answer=one, question=question, value=value) for one in made])
        elif count:
            row, _ = Tally.objects.get_or_create(**known, question=question, value=value, defaults={"count": 0})
            row.count += count
            row.save()


def ballots(
    campaign: Campaign, ward: Ward, counts: dict[int, dict[int, int]], hamlet: Hamlet | None = None, handed_out: int = 0
) -> CampaignArea:
    """The counted ballots of an area: how many ticked which level, by the position of the question."""
    sheets = max((sum(marks.values()) for marks in counts.values()), default=0)
    area = CampaignArea.objects.create(
        campaign=campaign,
        ward=ward,
        hamlet=hamlet,
        target=sheets,
        handed_out=max(handed_out, sheets),
        collected=sheets,
    )
    questions = {question.position: question for question in campaign.question_set.questions.all()}
    for position, marks in counts.items():
        BallotTally.objects.bulk_create(
            BallotTally(area=area, question=questions[position], value=value, count=count)
            for value, count in marks.items()
        )
    return area
