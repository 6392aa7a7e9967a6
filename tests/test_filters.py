"""The list of dossiers narrowed: choices combine, stay in the address, and never reach another ward."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk.models import Hamlet
from dossiers.models import Dossier, Handover
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory
from tests.test_lookup import words

pytestmark = pytest.mark.django_db
LIST = "/ho-so/"


def listed(client, **asked):
    return {dossier for dossier, _ in client.get(LIST, asked).context["rows"]}


def test_each_choice_narrows_and_two_together_narrow_further(clerk_client, ward, officer):
    waiting = DossierFactory(ward=ward, what="1.004873")
    taken = DossierFactory(ward=ward, what="1.004873", in_progress=True)
    other = DossierFactory(ward=ward, what="1.001193")
    other.take_up(by=officer, at=other.received_at)
    assert listed(clerk_client) == {waiting, taken, other}
    assert listed(clerk_client, trang_thai="in_progress") == {taken, other}
    assert listed(clerk_client, thu_tuc="1.004873") == {waiting, taken}
    assert listed(clerk_client, trang_thai="in_progress", thu_tuc="1.004873") == {taken}
    assert listed(clerk_client, can_bo=officer.pk) == {other}
    assert listed(clerk_client, can_bo=officer.pk, thu_tuc="1.004873") == set()


def test_a_hamlet_and_a_way_of_filing_can_be_chosen(clerk_client, ward):
    hamlet = Hamlet.objects.create(ward=ward, name="Tổ 1")
    here, online, _ = DossierFactory.create_batch(3, ward=ward)
    Dossier.objects.filter(pk=here.pk).update(hamlet=hamlet)
    Dossier.objects.filter(pk=online.pk).update(channel=Dossier.Channel.ONLINE)
    assert listed(clerk_client, thon=hamlet.pk) == {here}
    assert listed(clerk_client, kenh="online") == {online}


def test_the_next_page_and_every_list_keep_what_was_chosen(clerk_client, ward):
    DossierFactory.create_batch(26, ward=ward, what="1.004873")
    page = clerk_client.get(LIST, {"thu_tuc": "1.004873"}).text
    assert "?thu_tuc=1.004873&amp;trang=2" in page
    assert "?thu_tuc=1.004873&amp;lan=qua-han" in page
    assert '<option value="1.004873" selected>' in page


def test_what_does_not_exist_narrows_nothing_and_says_so(clerk_client, ward):
    dossier = DossierFactory(ward=ward)
    answer = clerk_client.get(LIST, {"trang_thai": "bay", "kenh": "counter"})
    assert {row for row, _ in answer.context["rows"]} == {dossier}
    assert "Xin chọn lại." in words(answer.text)


def test_an_empty_answer_is_told_apart_from_an_empty_desk(clerk_client, ward):
    assert "Chưa có hồ sơ nào." in words(clerk_client.get(LIST).text)
    assert "Không có hồ sơ nào như đã chọn." in words(clerk_client.get(LIST, {"trang_thai": "ready"}).text)


def test_people_and_hamlets_of_another_ward_are_not_offered(clerk_client, ward, other_ward):
    stranger = StaffFactory(ward=other_ward, officer=True, full_name="Phạm Người Lạ")
    Hamlet.objects.create(ward=other_ward, name="Tổ Rất Xa")
    DossierFactory(ward=other_ward)
    page = clerk_client.get(LIST, {"can_bo": stranger.pk})
    assert "Người Lạ" not in page.text
    assert "Rất Xa" not in page.text
    assert page.context["rows"] == []


def test_the_city_chooses_among_what_all_wards_share(client, ward):
    client.force_login(StaffFactory(city=True))
    dossier = DossierFactory(ward=ward)
    page = client.get(LIST, {"thu_tuc": dossier.procedure.code})
    assert {row for row, _ in page.context["rows"]} == {dossier}
    assert 'name="thon"' not in page.text


def test_a_step_that_used_its_share_and_missing_papers_have_lists_of_their_own(clerk_client, ward, officer):
    behind, waiting, _ = DossierFactory.create_batch(3, ward=ward, in_progress=True)
    Dossier.objects.filter(pk=behind.pk).update(step_due_at=moment("2020-01-06 09:00"))
    waiting.request_papers(items=["Tờ khai"], reason="Còn thiếu", by=officer, at=waiting.received_at)
    assert listed(clerk_client, lan="cham-tien-do") == {behind}
    assert listed(clerk_client, lan="cho-bo-sung") == {waiting}


def test_who_is_given_a_dossier_sees_it_on_the_counter_until_it_is_confirmed(client, ward, clerk, officer):
    dossier = DossierFactory(ward=ward)
    dossier.give(to=officer, step=Handover.Step.OFFICER, by=clerk, at=dossier.received_at)
    client.force_login(officer)
    assert "1 hồ sơ đang chờ anh/chị xác nhận đã nhận." in words(client.get("/quay/").text)
    assert listed(client, lan="cho-toi-nhan") == {dossier}
    dossier.take_up(by=officer, at=dossier.received_at)
    assert "chờ anh/chị xác nhận" not in words(client.get("/quay/").text)
    assert listed(client, lan="cho-toi-nhan") == set()


class TestSearch:
    """Words are posted and stay in the session: the address only says that they count."""

    def test_a_name_without_accents_finds_within_what_is_narrowed(self, clerk_client, ward):
        DossierFactory(ward=ward, applicant_name="Đỗ Thị Mận")
        DossierFactory(ward=ward, applicant_name="Đỗ Thị Mận", ready=True)
        DossierFactory(ward=ward, applicant_name="Cao Văn Ổi")
        answer = clerk_client.post("/ho-so/?trang_thai=received&trang=3", {"q": "do thi man"})
        assert answer.url == "/ho-so/?trang_thai=received&tim=1"
        page = clerk_client.get(answer.url).text
        assert page.count('<th scope="row">') == 1
        assert "Cao Văn Ổi" not in page

    def test_the_words_are_in_no_address_of_the_page(self, clerk_client, ward):
        DossierFactory(ward=ward, applicant_name="Đỗ Thị Mận")
        page = clerk_client.get(clerk_client.post("/ho-so/", {"q": "0912000345"}).url).text
        assert 'value="0912000345"' in page
        assert not [link for link in re.findall(r'(?:href|action)="([^"]*)"', page) if "0912000345" in link]

    def test_without_the_sign_in_the_address_everything_is_listed_again(self, clerk_client, ward):
        DossierFactory(ward=ward, applicant_name="Cao Văn Ổi")
        clerk_client.post("/ho-so/", {"q": "do thi man"})
        assert "Cao Văn Ổi" in clerk_client.get("/ho-so/").text

    def test_nothing_found_says_what_was_looked_for(self, clerk_client):
        page = clerk_client.get(clerk_client.post("/ho-so/", {"q": "<b>không ai"}).url).text
        assert "Chưa thấy hồ sơ nào khớp “&lt;b&gt;không ai”" in page

    @pytest.mark.parametrize("typed", ["", "x" * 601])
    def test_what_cannot_be_searched_changes_nothing(self, clerk_client, typed):
        assert "tim=1" not in clerk_client.post("/ho-so/", {"q": typed}).url

    def test_a_search_costs_the_same_for_one_row_and_for_many(self, clerk_client, ward, django_assert_num_queries):
        DossierFactory(ward=ward, applicant_name="Đỗ Thị Mận")
        url = clerk_client.post("/ho-so/", {"q": "man"}).url
        clerk_client.get(url)
        with CaptureQueriesContext(connection) as one:
            clerk_client.get(url)
        for _ in range(20):
            DossierFactory(ward=ward, applicant_name="Đỗ Thị Mận")
        with django_assert_num_queries(len(one)):
            clerk_client.get(url)
