"""The board in the lobby: codes without names, today's counts, and nothing of another ward."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from dossiers.models import Figure
from tests.conftest import moment
from tests.factories import DossierFactory

NOW = moment("2026-11-23 10:30")
URL = "/cong-khai/bang/le-hong-phong/"


def board(client):
    Figure.objects.keep_up(timezone.now())
    return client.get(URL)


def test_it_calls_who_may_fetch_a_result_by_the_short_code_and_no_name(client, ward, other_ward):
    ready = DossierFactory(ward=ward, ready=True)
    for other in (DossierFactory(ward=ward), DossierFactory(ward=ward, returned=True)):
        assert other.short_code not in board(client).text
    DossierFactory(ward=other_ward, ready=True)
    answer = board(client)
    assert answer.context["pages"] == [[ready.short_code]]
    assert ready.short_code in answer.text
    for secret in (ready.applicant_name, ready.phone, ready.code, ready.token):
        assert secret not in answer.text


def test_a_result_that_nobody_fetches_leaves_the_board_after_a_week(client, ward):
    early = NOW - timedelta(days=8)
    DossierFactory(ward=ward, at=early, then=early, ready=True)
    answer = board(client)
    assert answer.context["pages"] == []
    assert "chưa có kết quả mới" in answer.text


def test_it_says_how_today_goes(client, ward):
    DossierFactory(ward=ward)
    DossierFactory(ward=ward, returned=True)
    DossierFactory(ward=ward, at=NOW - timedelta(days=4))
    day = board(client).context["day"]
    assert (day.received, day.resolved, day.returned) == (2, 1, 1)
    assert board(client).context["share"] == ""  # too few to be a share


def test_more_results_than_fit_stand_on_pages(client, ward):
    dossiers = DossierFactory.create_batch(25, ward=ward, ready=True)
    pages = board(client).context["pages"]
    assert [len(page) for page in pages] == [24, 1]
    assert {code for page in pages for code in page} == {dossier.short_code for dossier in dossiers}
    assert "Trang 1 trong 2" in board(client).text


def test_it_may_be_kept_for_seconds_and_sets_no_cookie(client, ward):
    answer = board(client)
    assert answer["Cache-Control"] == "public, max-age=15"
    assert not answer.cookies
    assert client.get("/cong-khai/bang/khong-co/").status_code == 404


def test_the_leader_finds_it_among_the_pages_of_the_ward(client, leader):
    client.force_login(leader)
    assert URL in client.get("/lanh-dao/cac-mat-khac/").text
