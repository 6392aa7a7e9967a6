"""Đợt lấy phiếu: opened, sheets counted, ballots typed by two people or tallies written down, accepted, and frozen."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from functools import partial
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from desk.models import Hamlet, Ward
from feedback.ballots import pile
from feedback.demo.campaigns import make_campaigns
from feedback.models import (
    Ballot,
    BallotTally,
    Campaign,
    CampaignArea,
    FeedbackError,
    Level,
    Question,
    QuestionSet,
    Scale,
    Typing,
)
from feedback.progress import progress_of
from tests.conftest import moment
from tests.factories import StaffFactory, campaign_of, counted, scan, typed
from tests.test_receive import at_once

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-23 08:42")
SIX, OTHER = "112111", "112131"


@pytest.fixture
def campaign(ward):
    return campaign_of(ward)


@pytest.fixture
def area(campaign):
    return campaign.areas.get()


def tallied(area):
    return list(
        area.tallies.order_by("question__position", "value").values_list("question__position", "value", "count")
    )


# opening and closing


def test_every_hamlet_becomes_an_area_and_a_ward_without_hamlets_is_one(ward, other_ward):
    for position in (1, 2):
        Hamlet.objects.create(ward=ward, name=f"Tổ {position}", position=position)
    areas = campaign_of(ward, other_ward).areas
    assert [area.place for area in areas.filter(ward=ward)] == ["Tổ 1", "Tổ 2"]
    assert [area.place for area in areas.filter(ward=other_ward)] == ["Cả phường"]


def test_a_leader_opens_one_for_the_own_ward_only_and_a_clerk_none(ward, other_ward, leader, clerk):
    for by, wards in ((leader, [other_ward]), (leader, [ward, other_ward]), (clerk, [ward])):
        with pytest.raises(FeedbackError, match="lãnh đạo chỉ mở đợt cho đơn vị mình"):
            launch(by, wards)
    assert launch(leader, [ward]).areas.count() == 1


def launch(by, wards, **more):
    facts = {"name": "Đợt riêng", "opens_on": date(2026, 11, 2), "closes_on": date(2026, 12, 2), "target": 30}
    facts |= {"question_set": QuestionSet.objects.get(slug="phieu-thon-to"), "key": uuid.uuid4(), **more}
    return Campaign.objects.launch(by=by, wards=wards, at=NOW, **facts)


def test_pressed_twice_it_is_one_campaign_and_a_name_is_taken_once(ward, city):
    key = uuid.uuid4()
    assert launch(city, [ward], key=key) == launch(city, [ward], key=key)
    with pytest.raises(FeedbackError, match="mang tên này"):
        launch(city, [ward])
    assert CampaignArea.objects.count() == 1


def test_questions_asked_after_a_dossier_make_no_campaign(ward, city):
    with pytest.raises(FeedbackError, match="chưa dùng được"):
        launch(city, [ward], question_set=QuestionSet.objects.get(slug="sau-ho-so"))


def test_closing_asks_why_while_an_area_is_not_accepted(campaign, city, clerk):
    with pytest.raises(FeedbackError, match="Chỉ thành phố"):
        campaign.close(by=clerk, at=NOW, reason="Hết hạn")
    with pytest.raises(FeedbackError, match="Còn 1 địa bàn chưa chốt"):
        campaign.close(by=city, at=NOW)
    campaign.close(by=city, at=NOW, reason="Hết hạn, Tổ 4 không thu được phiếu")
    campaign.refresh_from_db()
    assert (campaign.closed_by, campaign.closed_reason) == (city, "Hết hạn, Tổ 4 không thu được phiếu")


# typing twice


def test_two_people_type_and_what_they_read_differently_is_settled_by_the_sheet(area, clerk, officer, leader):
    counted(area, clerk)
    typed(area, clerk, SIX, SIX)
    typed(area, officer, SIX, OTHER)
    with pytest.raises(FeedbackError, match="Còn 1 phiếu hai người nhập khác nhau"):
        area.accept(by=leader, at=NOW)
    area.settle(number=2, marks=OTHER, by=clerk, at=NOW)
    area.accept(by=leader, at=NOW)
    assert area.settled.get().by == clerk
    assert tallied(area)[-4:] == [(4, 1, 2), (5, 1, 1), (5, 3, 1), (6, 1, 2)]
    assert BallotTally.objects.aggregate(n=Sum("count"))["n"] == 12


def test_one_person_never_types_twice_and_a_third_finds_no_turn(area, clerk, officer, leader):
    counted(area, clerk)
    first = area.begin(by=clerk, at=NOW)
    assert area.begin(by=clerk, at=NOW) == first
    with pytest.raises(IntegrityError), transaction.atomic():
        Typing.objects.create(area=area, turn=2, typist=clerk, started_at=NOW)
    assert area.begin(by=officer, at=NOW).turn == 2
    with pytest.raises(FeedbackError, match="đã có hai người nhập"):
        area.begin(by=leader, at=NOW)
    with pytest.raises(FeedbackError, match="của người khác"):
        first.put(number=1, marks=SIX, by=officer)


def test_a_ballot_typed_again_replaces_itself_and_undoes_what_was_settled(area, clerk, officer):
    counted(area, clerk)
    mine = typed(area, clerk, SIX, SIX)
    typed(area, officer, SIX, OTHER)
    area.settle(number=2, marks=OTHER, by=clerk, at=NOW)
    with pytest.raises(FeedbackError, match="đã báo nhập xong"):
        mine.put(number=2, marks=OTHER, by=clerk)
    mine.resume(by=clerk)
    assert mine.put(number=2, marks=OTHER, by=clerk) == 2
    mine.finish(by=clerk, at=NOW)
    assert not area.settled.exists()
    assert area.missing() == ""


def test_the_number_of_ballots_must_be_that_of_the_valid_sheets(area, clerk, officer, leader):
    counted(area, clerk, collected=2)
    mine = typed(area, clerk, SIX, is_done=False)
    with pytest.raises(
        FeedbackError, match=r"Đã nhập 1 phiếu, nhưng số phiếu hợp lệ là 2 \(thu về 2, không hợp lệ 0\)"
    ):
        mine.finish(by=clerk, at=NOW)
    mine.put(number=3, marks=SIX, by=clerk)
    mine.finish(by=clerk, at=NOW)
    typed(area, officer, SIX, SIX)
    with pytest.raises(FeedbackError, match="Còn 2 phiếu"):
        area.accept(by=leader, at=NOW)
    with pytest.raises(FeedbackError, match="mới có một người nhập"):
        area.settle(number=3, marks=SIX, by=clerk, at=NOW)
    mine.resume(by=clerk)
    mine.remove(number=3, by=clerk)
    mine.put(number=2, marks=SIX, by=clerk)
    mine.finish(by=clerk, at=NOW)
    area.count_sheets(handed_out=3, collected=3, invalid=0, counted_by="Lại Thị Hằng Nga", by=clerk, at=NOW)
    with pytest.raises(FeedbackError, match="Lần 1: đã nhập 2 phiếu"):
        area.accept(by=leader, at=NOW)


@pytest.mark.parametrize("marks", ["11111", "1111111", "111116", "11111x", ""])
def test_a_ballot_answers_each_question_on_its_scale(area, clerk, marks):
    counted(area, clerk)
    mine = area.begin(by=clerk, at=NOW)
    with pytest.raises(FeedbackError, match="không thuộc thang"):
        mine.put(number=1, marks=marks, by=clerk)


# tallies, and after


def test_tallies_never_exceed_the_valid_sheets_and_the_rest_is_blank(area, clerk, leader):
    counted(area, clerk, way="tallies")
    questions = list(Question.objects.filter(question_set=area.campaign.question_set))
    with pytest.raises(FeedbackError, match="Câu 2: cộng lại 3, nhiều hơn 2"):
        area.write_down(counts={questions[0].pk: [1, 0], questions[1].pk: [2, 1]}, by=clerk, at=NOW)
    area.write_down(counts={question.pk: [1, 0, 0, 0, 0] for question in questions}, by=clerk, at=NOW)
    area.accept(by=leader, at=NOW)
    assert tallied(area) == [(position, 1, 1) for position in range(1, 7)]
    assert [blank for _question, _counts, blank in area.results()] == [1] * 6


def test_an_accepted_area_is_read_only_until_the_leader_reopens_it_with_a_reason(area, clerk, leader):
    counted(area, clerk, way="tallies")
    first = Question.objects.filter(question_set=area.campaign.question_set).first()
    area.write_down(counts={first.pk: [2, 0, 0, 0, 0]}, by=clerk, at=NOW)
    with pytest.raises(FeedbackError, match="Lãnh đạo đơn vị chốt"):
        area.accept(by=clerk, at=NOW)
    area.accept(by=leader, at=NOW)
    assert tallied(area) == [(1, 1, 2)]
    with pytest.raises(FeedbackError, match="đã chốt"):
        counted(area, clerk)
    area.reopen(reason="Tìm thấy thêm hai phiếu", by=leader, at=NOW)
    counted(area, clerk)
    assert not area.tallies.exists()
    assert area.steps.get(kind="reopened").words == "Tìm thấy thêm hai phiếu"


def verbs(area, typing):
    """Every way to change what belongs to a campaign."""
    clerk, leader = typing.typist, StaffFactory(leader=True)
    sheets = {"handed_out": 9, "collected": 1, "invalid": 0, "counted_by": "Lại Thị Hằng Nga"}
    return {
        "aim": partial(area.aim, target=9, by=leader, at=NOW),
        "count_sheets": partial(area.count_sheets, **sheets, by=clerk, at=NOW),
        "attach_minutes": partial(area.attach_minutes, file=scan(), by=clerk, at=NOW),
        "choose": partial(area.choose, way="tallies", by=clerk, at=NOW),
        "begin": partial(area.begin, by=leader, at=NOW),
        "settle": partial(area.settle, number=2, marks=SIX, by=clerk, at=NOW),
        "write_down": partial(area.write_down, counts={}, by=clerk, at=NOW),
        "accept": partial(area.accept, by=leader, at=NOW),
        "reopen": partial(area.reopen, reason="Sửa số", by=leader, at=NOW),
        "put": partial(typing.put, number=1, marks=OTHER, by=clerk),
        "remove": partial(typing.remove, number=1, by=clerk),
        "finish": partial(typing.finish, by=clerk, at=NOW),
        "resume": partial(typing.resume, by=clerk),
        "close": partial(area.campaign.close, by=StaffFactory(city=True), at=NOW, reason="Khóa lần nữa"),
    }


def test_nothing_of_a_closed_campaign_changes(area, clerk, city, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }
    counted(area, clerk)
    mine = typed(area, clerk, SIX, SIX)
    area.campaign.close(by=city, at=NOW, reason="Hết hạn")
    before = everything()
    for name, verb in verbs(CampaignArea.objects.get(), Typing.objects.get()).items():
        with pytest.raises(FeedbackError, match="đã khóa"):
            verb()
        assert everything() == before, name
    assert mine.ballots.count() == 2
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_the_walk_knows_every_verb(area, clerk):
    """What takes `by` is a verb: a new one is walked before its author thinks of it."""
    counted(area, clerk)
    known = set(verbs(area, area.begin(by=clerk, at=NOW)))
    named = {
        name
        for model in (Campaign, CampaignArea, Typing)
        for name, what in vars(model).items()
        if callable(what) and not name.startswith("_") and "by" in getattr(what, "__annotations__", {})
    }
    assert named - {"locked"} == known


def everything():
    models = (Campaign, CampaignArea, Typing, Ballot, BallotTally, CampaignArea.settled.rel.related_model)
    return [list(model.objects.order_by("pk").values()) for model in models]


# the pages


def post(client, area, slug, **typed):
    return client.post(reverse("feedback:area_act", args=[area.pk, slug]), typed)


def test_sheet_numbers_that_cannot_be_are_said_beside_their_field(clerk_client, area):
    typed = {"handed_out": 5, "collected": 6, "invalid": 0, "counted_by": "Lại Thị Hằng Nga"}
    page = post(clerk_client, area, "so-phieu", **typed)
    assert page.context["forms"]["count_sheets"].errors["collected"] == [
        "Phiếu thu về không nhiều hơn phiếu phát ra (5)."
    ]
    assert "Lại Thị Hằng Nga" in page.text
    page = post(clerk_client, area, "so-phieu", handed_out="năm", collected=-1, invalid=99999)
    assert set(page.context["forms"]["count_sheets"].errors) == {"handed_out", "collected", "invalid"}
    assert post(clerk_client, area, "so-phieu", **{**typed, "collected": 5}).status_code == 302
    area.refresh_from_db()
    assert (area.handed_out, area.collected) == (5, 5)


def test_a_leader_opens_a_campaign_from_the_page(client, leader, ward):
    client.force_login(leader)
    today = timezone.localdate()
    typed = {"key": uuid.uuid4(), "name": "Đợt riêng", "target": 20, "opens_on": f"{today:%d/%m/%Y}"}
    typed |= {"question_set": QuestionSet.objects.get(slug="sipas-22").pk, "closes_on": "01/01/2020"}
    url = reverse("feedback:campaign_open")
    assert "đã qua" in client.post(url, typed).text
    answer = client.post(url, {**typed, "closes_on": f"{today + timedelta(days=30):%d/%m/%Y}"})
    assert answer.url == Campaign.objects.get().get_absolute_url()
    assert Campaign.objects.get().areas.get().ward == ward


def test_a_clerk_does_not_open_one(clerk_client):
    assert clerk_client.get(reverse("feedback:campaign_open")).status_code == 403


def test_the_grid_sends_one_ballot_and_hears_how_many_there_are(clerk_client, area, clerk):
    counted(area, clerk)
    url = reverse("feedback:typing", args=[area.pk])
    marks = {f"q{place}": mark for place, mark in enumerate(SIX, start=1)}
    sent = {"number": 7, **marks}
    refused = clerk_client.post(url, sent, headers={"accept": "application/json"})
    assert (refused.status_code, "Bắt đầu nhập" in refused.json()["error"]) == (409, True)
    clerk_client.post(reverse("feedback:typing_act", args=[area.pk, "bat-dau"]))
    for _ in range(2):
        assert clerk_client.post(url, sent, headers={"accept": "application/json"}).json() == {"count": 1}
    assert Ballot.objects.get().marks == SIX


def test_without_a_script_a_plain_form_takes_one_ballot_after_the_other(clerk_client, area, clerk):
    counted(area, clerk)
    url = reverse("feedback:typing", args=[area.pk])
    clerk_client.post(reverse("feedback:typing_act", args=[area.pk, "bat-dau"]))
    marks = {f"q{place}": mark for place, mark in enumerate(SIX, start=1)}
    page = clerk_client.post(url, {"number": 1, **marks, "q3": ""})
    assert "Xin chọn một mức" in page.text
    assert clerk_client.post(url, {"number": 1, **marks}).status_code == 302
    assert clerk_client.get(url).context["form"]["number"].value() == 2
    assert clerk_client.get(f"{url}?so=1").context["form"]["q3"].value() == "2"
    clerk_client.post(url, {"number": 2, **marks})
    answer = clerk_client.post(reverse("feedback:typing_act", args=[area.pk, "xong"]))
    assert answer.url == area.get_absolute_url()
    assert Typing.objects.get().finished_at


def test_a_difference_is_settled_on_its_page(clerk_client, area, clerk, officer):
    counted(area, clerk)
    typed(area, clerk, SIX, SIX)
    typed(area, officer, SIX, OTHER)
    url = reverse("feedback:differences", args=[area.pk])
    page = clerk_client.get(url)
    assert "Phiếu số 2" in page.text
    assert "Hài lòng (lần 2)" in page.text
    assert "Xin chọn một mục" in clerk_client.post(url, {"number": 2}).text
    clerk_client.post(url, {"number": 2, "q4": "3"})
    assert area.settled.get().marks == OTHER
    assert progress_of(CampaignArea.objects.for_list())[0].state == "typed"


def test_tallies_are_typed_on_a_page_with_errors_beside_the_question(clerk_client, area, clerk):
    counted(area, clerk, way="tallies")
    url = reverse("feedback:tallies", args=[area.pk])
    first = Question.objects.filter(question_set=area.campaign.question_set).first()
    page = clerk_client.post(url, {f"q{first.pk}-1": 2, f"q{first.pk}-3": 1})
    assert "Cộng lại 3 phiếu, nhiều hơn 2 phiếu hợp lệ." in page.text
    clerk_client.post(url, {f"q{first.pk}-1": 1, f"q{first.pk}-3": 1})
    area.refresh_from_db()
    assert area.drafted[str(first.pk)] == [1, 0, 1, 0, 0]


def test_the_minutes_are_kept_and_served_to_who_may_see_the_ward(
    client, clerk, area, other_ward, city, settings, tmp_path
):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }
    client.force_login(clerk)
    assert "Chỉ nhận PDF" in post(client, area, "bien-ban", file=SimpleUploadedFile("a.pdf", b"MZ trojan")).text
    for content in (b"%PDF-1.7\nbien ban cu\n%%EOF", b"%PDF-1.7\nbien ban moi\n%%EOF"):
        assert post(client, area, "bien-ban", file=SimpleUploadedFile("bien-ban.pdf", content)).status_code == 302
    url = reverse("feedback:minutes", args=[area.pk])
    for staff, status in ((clerk, 200), (city, 200), (StaffFactory(ward=other_ward, leader=True), 404)):
        client.force_login(staff)
        answer = client.get(url)
        assert answer.status_code == status
    client.force_login(clerk)
    assert client.get(url).content == b"%PDF-1.7\nbien ban moi\n%%EOF"


def test_the_city_sees_every_ward_and_a_ward_its_own(client, city, clerk, other_ward, ward):
    campaign = campaign_of(ward, other_ward)
    client.force_login(city)
    page = client.get(campaign.get_absolute_url())
    assert [found for found, _sums in page.context["wards"]] == [other_ward, ward]
    assert client.get(f"{campaign.get_absolute_url()}?phuong=quang-trung").context["chosen"] == other_ward
    client.force_login(clerk)
    page = client.get(campaign.get_absolute_url())
    assert [row.area.ward for row in page.context["rows"]] == [ward]
    for url in (campaign.get_absolute_url(), reverse("feedback:campaign_close", args=[campaign.pk])):
        page = client.get(url)
        assert "ở bước" in page.text or "Còn 1 địa bàn" in page.text
        assert "Quang Trung" not in page.text
    alone = campaign_of(other_ward, name="Đợt của Quang Trung")
    assert client.get(alone.get_absolute_url()).status_code == 404
    assert "Đợt của Quang Trung" not in client.get(reverse("feedback:campaigns")).text


def queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_lists_cost_the_same_for_one_area_and_twenty(clerk_client, ward, clerk, officer):
    def pages(campaign):
        return [queries(clerk_client, url) for url in (reverse("feedback:campaigns"), campaign.get_absolute_url())]

    first = campaign_of(ward)
    clerk_client.get(first.get_absolute_url())
    alone = pages(first)
    for position in range(20):
        Hamlet.objects.create(ward=ward, name=f"Tổ {position}", position=position)
    many = campaign_of(ward, name="Đợt của hai mươi tổ")
    for area in many.areas.all()[:3]:
        counted(area, clerk)
        typed(area, clerk, SIX, SIX)
        typed(area, officer, SIX, OTHER)
    assert pages(many) == alone


# the paper


def read(pages):
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pages)).pages]


def test_a_pile_of_ballots_is_numbered_and_names_nobody(area):
    pages = read(pile(area, range(9, 12)))
    assert [page[-12:] for page in pages] == ["Phiếu số 009", "Phiếu số 010", "Phiếu số 011"]
    for words in ("PHƯỜNG LÊ HỒNG PHONG", "PHIẾU ĐÁNH GIÁ SỰ HÀI LÒNG", "Đợt tháng 11 năm 2026 · Cả phường"):
        assert words in pages[0]
    assert "Tương đối hài lòng" in pages[0]
    assert "6. Góp ý, phản ánh được tiếp nhận và trả lời" in pages[0]
    assert pages[0][:-12] == pages[2][:-12]


def test_two_on_a_sheet_the_cut_halves_stay_in_order(area):
    pages = PdfReader(BytesIO(pile(area, range(1, 6), two_up=True))).pages
    assert [float(pages[0].mediabox.width) > float(pages[0].mediabox.height), len(pages)] == [True, 3]
    found = [page.extract_text().split("Phiếu số ")[1:] for page in pages]
    assert [[words[:3] for words in page] for page in found] == [["001", "004"], ["002", "005"], ["003"]]


def test_the_22_criteria_of_sipas_fit_on_one_page_by_factor(ward):
    area = campaign_of(ward, slug="sipas-22").areas.get()
    (page,) = read(pile(area, [1]))
    assert "Tiếp nhận, xử lý góp ý, phản ánh, kiến nghị" in page
    assert "22. Kết quả xử lý được thông báo kịp thời" in page
    assert "Rất không hài lòng" in page
    assert "Tương đối hài lòng" not in page


def test_ballots_are_printed_from_the_page_and_a_wrong_range_is_said(clerk_client, area):
    url = reverse("feedback:ballots_pdf", args=[area.pk])
    assert len(read(clerk_client.get(f"{url}?tu=1&den=3&kho=a5").content)) == 3
    page = clerk_client.get(f"{url}?tu=1&den=900&kho=a5", follow=True)
    assert "nhiều nhất 500 phiếu" in page.text


# the words stay


def test_questions_that_a_campaign_asks_are_shown_and_not_edited(client, campaign):
    client.force_login(StaffFactory(username="quan-tri", is_superuser=True, is_staff=True, ward=None))
    used, free = campaign.question_set, QuestionSet.objects.get(slug="sipas-22")
    for row, status in ((used, 403), (used.scale, 403), (free, 200)):
        url = reverse(f"admin:feedback_{row._meta.model_name}_change", args=[row.pk])
        page = client.get(url)
        assert ("lời không sửa được" in page.text) == (status == 403)
        assert client.post(url, {}).status_code == status
    assert QuestionSet.objects.get(pk=used.pk).is_used
    assert not free.is_used
    assert Scale.objects.get(slug="bai-viet").is_used
    assert Level.objects.filter(scale=free.scale).count() == 5


# the demonstration


def test_the_demonstration_has_the_articles_picture_and_comes_once(ward):
    Ward.objects.exclude(slug__in=("le-hong-phong", "trinh-xa")).update(is_in_service=False)
    for one in Ward.objects.in_service():
        StaffFactory(ward=one, clerk=True), StaffFactory(ward=one, officer=True), StaffFactory(ward=one, leader=True)
    assert make_campaigns(NOW) == 0  # nobody of the city is there to open one
    StaffFactory(city=True)
    assert make_campaigns(NOW) > 20
    assert make_campaigns(NOW) == 0
    old, new = Campaign.objects.order_by("opens_on")
    assert (old.is_open, new.is_open) == (False, True)
    tallies = BallotTally.objects.filter(area__campaign=old, area__ward=ward)
    for position in range(1, 7):
        rows = tallies.filter(question__position=position)
        good, counted = (found.aggregate(n=Sum("count"))["n"] for found in (rows.filter(value__lte=2), rows))
        assert good >= 0.95 * counted
    assert sum(area.valid for area in old.areas.filter(ward__slug="trinh-xa")) < 30
    for area in CampaignArea.objects.exclude(accepted_at=None):
        assert area.missing() == ""
        assert {row.question_id: row for row in area.tallies.all()}.keys() == set(area.counts())
        assert sum(map(sum, area.counts().values())) == area.tallies.aggregate(n=Sum("count"))["n"]
    states = {row.state for row in progress_of(new.areas.for_list())}
    assert states == {"accepted", "different", "first", "between", "collected", "handed_out", "typed", "waiting"}


# two at the same moment


def attempt(verb):
    try:
        verb()
    except FeedbackError as refused:
        return str(refused)
    return "done"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_accept_at_once_and_it_is_counted_once(reference, ward):
    leaders = [StaffFactory(ward=ward, leader=True, officer=True) for _ in range(2)]
    area = counted(campaign_of(ward).areas.get(), leaders[0])
    for by in leaders:
        typed(area, by, SIX, SIX)
    presses = [partial(attempt, partial(CampaignArea.objects.get().accept, by=by, at=NOW)) for by in leaders]
    assert sorted(at_once(*presses)) == ["Số liệu của địa bàn này đã chốt.", "done"]
    assert BallotTally.objects.aggregate(n=Sum("count"))["n"] == 12


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_closing_and_accepting_never_meet(reference, ward):
    leader = StaffFactory(ward=ward, leader=True)
    campaign = campaign_of(ward)
    area = counted(campaign.areas.get(), leader, collected=0)
    close = partial(campaign.close, by=campaign.opened_by, at=NOW, reason="Hết hạn")
    accept = partial(CampaignArea.objects.get(pk=area.pk).accept, by=leader, at=NOW)
    answers = at_once(partial(attempt, close), partial(attempt, accept))
    campaign.refresh_from_db()
    area.refresh_from_db()
    assert answers[0] == "done"
    assert (answers[1] == "done") == bool(area.accepted_at) == (campaign.closed_reason == "")
