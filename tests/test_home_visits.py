"""A visit at home: asked for, planned for two people, done, not met or called off; and its round on paper."""

from __future__ import annotations

import uuid
from datetime import date
from functools import partial
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from desk.models import CalendarDay, Hamlet
from dossiers.models import Dossier, DossierError, HomeVisit, Procedure
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory
from tests.test_receive import at_once

pytestmark = pytest.mark.django_db
#: A Monday; the 24th is a day off, the 25th is not.
NOW = moment("2026-11-23 08:42")
WEDNESDAY = date(2026, 11, 25)
THERE = moment("2026-11-25 08:30")
NAME = "Nguyễn Thị Tuyết Nhung"


@pytest.fixture
def colleague(ward):
    return StaffFactory(ward=ward, officer=True, full_name="Đỗ Hữu Thắng")


def asked(ward, **facts):
    procedure = Procedure.objects.get(code="1.014027") if "dossier" not in facts else None
    facts = {"name": NAME, "phone": "0912000345", "address": "Tổ 4", "procedure": procedure, **facts}
    return HomeVisit.objects.ask(ward=ward, by=None, at=NOW, key=uuid.uuid4(), channel="web", **facts)


@pytest.fixture
def visit(ward):
    return asked(ward)


@pytest.fixture
def planned(visit, clerk, colleague):
    visit.plan(day=WEDNESDAY, half="morning", pair=(clerk, colleague), by=clerk, at=NOW)
    return visit


def receipt(**facts):
    return {
        "procedure": Procedure.objects.get(code="1.004873"),
        "intake_key": uuid.uuid4(),
        "applicant_name": NAME,
        "address": "Tổ 4",
        **facts,
    }


# the verbs


def test_a_planned_visit_has_a_day_a_half_and_two_people_and_says_who_planned_it(planned, clerk, colleague):
    planned.refresh_from_db()
    assert (planned.state, planned.day, planned.half, planned.pair) == (
        "planned", WEDNESDAY, "morning", [clerk, colleague],
    )  # fmt: skip
    asked_step, step = planned.steps.all()
    assert (asked_step.state, asked_step.by) == ("asked", None)
    assert (step.by, step.at, step.words) == (clerk, NOW, f"buổi sáng 25/11/2026: {clerk}, {colleague}")


@pytest.mark.parametrize(
    ("day", "half", "words"),
    [
        (date(2026, 11, 24), "morning", "không làm việc"),
        (date(2026, 11, 28), "morning", "không làm việc"),
        (date(2026, 11, 20), "afternoon", "đã qua"),
    ],
)
def test_a_visit_is_planned_for_a_working_half_day_to_come(visit, clerk, colleague, day, half, words):
    with pytest.raises(DossierError, match=words):
        visit.plan(day=day, half=half, pair=(clerk, colleague), by=clerk, at=NOW)
    assert HomeVisit.objects.get().state == "asked"


def test_a_pair_is_two_people_of_the_ward(visit, clerk, other_ward):
    for second in (clerk, StaffFactory(ward=other_ward, clerk=True), StaffFactory(clerk=True, is_active=False)):
        with pytest.raises(DossierError, match="hai người khác nhau"):
            visit.plan(day=WEDNESDAY, half="morning", pair=(clerk, second), by=clerk, at=NOW)


@pytest.mark.parametrize(
    "wrong",
    [{"state": "planned"}, {"state": "done"}, {"second": True}],
    ids=["planned without a day", "done without a dossier", "one person twice"],
)
def test_the_database_refuses_what_a_visit_cannot_be(visit, clerk, wrong):
    if wrong.pop("second", None):
        wrong = {"first_staff": clerk, "second_staff": clerk}
    with pytest.raises(IntegrityError), transaction.atomic():
        HomeVisit.objects.filter(pk=visit.pk).update(**wrong)


def test_only_a_clerk_of_the_ward_plans(visit, clerk, colleague, other_ward):
    for by in (colleague, StaffFactory(ward=other_ward, clerk=True)):
        with pytest.raises(DossierError, match="Chỉ cán bộ một cửa"):
            visit.plan(day=WEDNESDAY, half="morning", pair=(clerk, colleague), by=by, at=NOW)


def test_who_was_not_met_waits_again_and_may_get_another_day(planned, clerk, colleague):
    with pytest.raises(DossierError, match="chưa tới"):
        planned.not_met(reason="Nhà đi vắng", by=clerk, at=NOW)
    planned.not_met(reason="Nhà đi vắng", by=clerk, at=THERE)
    assert list(HomeVisit.objects.waiting()) == [planned]
    planned.plan(day=date(2026, 11, 26), half="afternoon", pair=(colleague, clerk), by=clerk, at=THERE)
    assert [step.state for step in planned.steps.all()] == ["asked", "planned", "not_met", "planned"]


def test_a_visit_called_off_is_over(planned, clerk, colleague):
    planned.call_off(reason="Gia đình tự đến", by=clerk, at=THERE)
    with pytest.raises(DossierError, match="vừa đổi"):
        planned.plan(day=WEDNESDAY, half="morning", pair=(clerk, colleague), by=clerk, at=NOW)
    assert not HomeVisit.objects.waiting().exists()


def test_receiving_at_home_gives_a_dossier_of_channel_home_once(planned, clerk):
    facts = receipt()
    dossier = planned.receive(by=clerk, at=THERE, **facts)
    assert planned.receive(by=clerk, at=THERE, **facts) == dossier
    planned.refresh_from_db()
    assert (planned.state, planned.dossier, planned.ended_at) == ("done", dossier, THERE)
    assert (dossier.channel, Dossier.objects.count(), planned.steps.count()) == ("home", 1, 3)
    with pytest.raises(DossierError):
        planned.receive(by=clerk, at=THERE, **receipt())
    assert Dossier.objects.count() == 1  # the second receipt was taken back with its numbers


def test_handing_back_at_home_ends_the_visit_and_the_dossier(ward, clerk, colleague):
    dossier = DossierFactory(ward=ward)
    visit = asked(ward, purpose="return", dossier=dossier)
    visit.plan(day=WEDNESDAY, half="morning", pair=(clerk, colleague), by=clerk, at=NOW)
    with pytest.raises(DossierError, match="chưa có kết quả"):
        visit.hand_back(by=clerk, at=THERE)
    assert HomeVisit.objects.get().state == "planned"
    dossier.mark_ready(by=clerk, at=THERE)
    visit.hand_back(by=clerk, at=THERE)
    dossier.refresh_from_db()
    assert (HomeVisit.objects.get().state, dossier.state) == ("done", "returned")


def test_one_dossier_has_one_planned_visit(ward, clerk, colleague):
    dossier = DossierFactory(ward=ward)
    first, second = (asked(ward, purpose="return", dossier=dossier) for _ in range(2))
    first.plan(day=WEDNESDAY, half="morning", pair=(clerk, colleague), by=clerk, at=NOW)
    with pytest.raises(DossierError, match="lịch đến nhà khác"):
        second.plan(day=WEDNESDAY, half="afternoon", pair=(clerk, colleague), by=clerk, at=NOW)


def test_visits_done_are_counted_by_month(planned, clerk, ward):
    planned.receive(by=clerk, at=THERE, **receipt())
    asked(ward)
    assert HomeVisit.objects.done_by_month(date(2026, 1, 1), date(2027, 1, 1)) == {date(2026, 11, 1): 1}
    assert HomeVisit.objects.done_by_month(date(2026, 12, 1), date(2027, 1, 1)) == {}


# the citizen's request

ASK = "/xin-nhan-tai-nha/"


def request_of(ward, **facts):
    typed = {"name": NAME, "phone": "0912 000 345", "address": "Tổ 4, ngõ 2", "purpose": "receive"}
    return {**typed, "key": uuid.uuid4(), "ward": ward.pk, **facts}


def test_a_citizen_asks_without_an_account_and_is_told_that_the_desk_calls_back(client, ward):
    typed = request_of(ward)
    page = client.post(ASK, typed, follow=True)
    client.post(ASK, typed)  # the second click
    assert "sẽ gọi lại" in page.text
    visit = HomeVisit.objects.get()
    assert (visit.channel, visit.phone, visit.asked_by, visit.state) == ("web", "0912000345", None, "asked")


def test_a_machine_that_fills_every_field_leaves_no_request(client, ward):
    page = client.post(ASK, request_of(ward, website="http://quang-cao.example"), follow=True)
    assert "sẽ gọi lại" in page.text
    assert not HomeVisit.objects.exists()


def test_too_many_requests_from_one_place_wait(client, ward):
    answers = [client.post(ASK, request_of(ward)).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]
    assert HomeVisit.objects.count() == 5


def test_a_wrong_request_keeps_what_was_typed(client, ward):
    page = client.post(ASK, request_of(ward, phone="0912", name="Bà <b>"))
    assert "còn thiếu 6 chữ số" in page.text
    assert "Tổ 4, ngõ 2" in page.text
    assert not HomeVisit.objects.exists()


# the desk


def test_the_clerk_plans_from_the_page(clerk_client, visit, clerk, colleague):
    day = CalendarDay.objects.calendar().next_working_day(timezone.localdate())
    url = reverse("dossiers:visit_act", args=[visit.pk, "xep-lich"])
    typed = {"day": f"{day:%d/%m/%Y}", "half": "morning", "first": clerk.pk, "second": clerk.pk}
    typed["procedure"] = visit.procedure_id
    assert "người thứ hai khác" in clerk_client.post(url, typed).text
    assert clerk_client.post(url, {**typed, "second": colleague.pk}).url == visit.get_absolute_url()
    visit.refresh_from_db()
    assert (visit.state, visit.day) == ("planned", day)


def test_the_hamlet_that_a_citizen_could_not_name_is_said_when_the_day_is(clerk_client, ward, visit, clerk, colleague):
    hamlet = Hamlet.objects.create(ward=ward, name="Tổ 4", position=4)
    day = CalendarDay.objects.calendar().next_working_day(timezone.localdate())
    typed = {"day": f"{day:%d/%m/%Y}", "half": "morning", "first": clerk.pk, "second": colleague.pk}
    typed |= {"procedure": visit.procedure_id, "hamlet": hamlet.pk}
    clerk_client.post(reverse("dossiers:visit_act", args=[visit.pk, "xep-lich"]), typed)
    visit.refresh_from_db()
    assert (visit.state, visit.hamlet) == ("planned", hamlet)


def test_the_intake_form_comes_prefilled_from_the_visit(clerk_client, planned):
    page = clerk_client.get(f"/quay/tiep-nhan/?tai-nha={planned.pk}")
    form = page.context["form"]
    assert form.chosen == planned.procedure
    assert form.initial["applicant_name"] == NAME
    assert form.initial["channel"] == "home"
    assert f'name="visit" value="{planned.pk}"' in page.text


def test_another_wards_visit_prefills_nothing_and_takes_nothing(client, planned, other_ward):
    client.force_login(StaffFactory(ward=other_ward, clerk=True))
    page = client.get(f"/quay/tiep-nhan/?tai-nha={planned.pk}")
    assert NAME not in page.text
    assert "Trang này đã cũ" in client.post("/quay/tiep-nhan/", {"visit": planned.pk}).text


@pytest.mark.parametrize(("age", "is_offered"), [(60, True), (59, False)])
def test_a_visit_is_offered_from_sixty_years_up(clerk_client, age, is_offered):
    year = timezone.localdate().year - age
    page = clerk_client.post("/quay/tiep-nhan/xem-truoc/", {"birth": f"01/01/{year}"})
    assert ("Xin hẹn đến nhà" in page.text) == is_offered


def test_the_offer_carries_what_was_typed_by_post(clerk_client):
    typed = {"from_intake": "yes", "applicant_name": NAME, "phone": "0912000345", "shown": "1.014027"}
    page = clerk_client.post("/tai-nha/moi/", typed)
    assert page.context["form"]["name"].value() == NAME
    assert page.context["form"]["procedure"].value() == Procedure.objects.get(code="1.014027").pk
    assert not HomeVisit.objects.exists()


def test_lists_cost_the_same_for_one_and_twenty(clerk_client, ward, clerk, colleague):
    urls = ["/tai-nha/", "/tai-nha/lich/?ngay=2026-11-25"]

    def one_more():
        asked(ward, hamlet=Hamlet.objects.get_or_create(ward=ward, name="Tổ 1")[0])
        planned = asked(ward)
        planned.plan(day=WEDNESDAY, half="morning", pair=(clerk, colleague), by=clerk, at=NOW)

    def cost(url):
        with CaptureQueriesContext(connection) as captured:
            assert NAME in clerk_client.get(url).text or "25/11" in url
        return len(captured)

    one_more()
    alone = [cost(url) for url in urls]
    for _ in range(19):
        one_more()
    assert [cost(url) for url in urls] == alone


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "hôm qua"])
def test_a_round_of_another_age_is_refused_beside_its_field(clerk_client, day):
    answer = clerk_client.get("/tai-nha/lich.pdf", {"ngay": day}, follow=True)
    assert "ngay" in answer.context["form"].errors


def test_the_round_lists_every_house_by_hamlet_with_a_note_of_hand_over(clerk_client, ward, clerk, colleague):
    hamlets = [Hamlet.objects.create(ward=ward, name=f"Tổ {number}", position=number) for number in (2, 1)]
    for number, hamlet in enumerate(hamlets):
        visit = asked(ward, hamlet=hamlet, name=f"Bà Trần Thị {'AB'[number]}")
        visit.plan(day=WEDNESDAY, half="morning", pair=(clerk, colleague), by=clerk, at=NOW)
    answer = clerk_client.get("/tai-nha/lich.pdf?ngay=2026-11-25")
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.content)).pages]
    assert len(pages) == 3
    assert "LỊCH TIẾP NHẬN VÀ TRẢ KẾT QUẢ TẠI NHÀ" in pages[0]
    assert pages[0].index("Tổ 1") < pages[0].index("Trần Thị B") < pages[0].index("Tổ 2") < pages[0].index("Trần Thị A")
    assert "0912 000 345" in pages[0]
    assert "Đỗ Hữu Thắng" in pages[0]
    assert all("PHIẾU GIAO NHẬN" in page for page in pages[1:])


@pytest.mark.postgresql
@pytest.mark.usefixtures("reference")
def test_two_clerks_who_end_one_visit_end_it_once(visit, clerk):
    acts = [partial(HomeVisit.objects.get(pk=visit.pk).call_off, reason="Tự đến", by=clerk, at=NOW) for _ in range(2)]
    [refused] = [said for said in at_once(*acts) if said]
    assert str(refused) == "Lượt đến nhà này vừa đổi. Xin xem lại."
    assert visit.steps.filter(state="called_off").count() == 1
