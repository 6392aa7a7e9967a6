"""The board in the lobby: codes without names, today's counts, and nothing of another ward."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from dossiers.models import Figure
from tests.conftest import moment
from tests.factories import DossierFactory, counted_at, kept, late

NOW = moment("2026-11-23 10:30")
URL = "/cong-khai/bang/le-hong-phong/"


def board(client):
    Figure.objects.keep_up(timezone.now())
    return client.get(URL)


def on_board(dossier):
    """ "23-0009": the end of the code on the slip."""
    return dossier.code[-7:]


def test_it_calls_who_may_fetch_a_result_by_the_end_of_the_code_and_no_name(client, ward, other_ward):
    ready = DossierFactory(ward=ward, ready=True)
    for other in (DossierFactory(ward=ward), DossierFactory(ward=ward, returned=True)):
        assert on_board(other) not in board(client).text
    DossierFactory(ward=other_ward, ready=True)
    answer = board(client)
    assert answer.context["pages"] == [[on_board(ready)]]
    assert on_board(ready) in answer.text
    for secret in (ready.applicant_name, ready.phone, ready.code, ready.short_code, ready.token):
        assert secret not in answer.text


def test_a_result_that_nobody_fetches_leaves_the_board_after_a_week(client, ward):
    early = NOW - timedelta(days=8)
    DossierFactory(ward=ward, at=early, then=early, ready=True)
    answer = board(client)
    assert answer.context["pages"] == []
    assert "chưa có kết quả mới" in answer.text


def test_it_says_how_today_goes_once_it_is_five_or_more(client, ward):
    DossierFactory.create_batch(4, ward=ward)
    DossierFactory(ward=ward, returned=True)
    DossierFactory(ward=ward, at=NOW - timedelta(days=4))
    told = {"Đã nhận": 5, "Có kết quả": None, "Đã trả": None}
    assert board(client).context["day"] == told
    assert board(client).text.count(">dưới 5</dd>") == 2


def test_a_late_result_of_today_does_not_move_the_share_on_the_board(client, ward):
    """Its code is called beside the share, so whoever watches both would know whose it was."""
    kept(ward, date(2026, 10, 1), "khai sinh", 30)
    counted_at(NOW)
    before = board(client)
    assert "Đúng hẹn tháng 10/2026, trên 30 hồ sơ" in before.text
    assert "<dd>100,0%</dd>" in before.text
    received = late(NOW, ward=ward, at=moment("2026-11-16 08:00"))
    received.mark_ready(by=received.received_by, at=NOW)
    after = board(client)
    assert on_board(received) in after.text
    assert (after.context["kept"], after.context["month"]) == (before.context["kept"], before.context["month"])
    assert "tháng 11/2026" not in after.text


def test_more_results_than_fit_stand_on_pages(client, ward):
    dossiers = DossierFactory.create_batch(25, ward=ward, ready=True)
    pages = board(client).context["pages"]
    assert [len(page) for page in pages] == [24, 1]
    assert {code for page in pages for code in page} == set(map(on_board, dossiers))
    assert "Trang 1 trong 2" in board(client).text


def test_it_may_be_kept_for_seconds_and_sets_no_cookie(client, ward):
    answer = board(client)
    assert answer["Cache-Control"] == "public, max-age=15"
    assert not answer.cookies
    assert client.get("/cong-khai/bang/khong-co/").status_code == 404


def test_the_leader_finds_it_among_the_pages_of_the_ward(client, leader):
    client.force_login(leader)
    assert URL in client.get("/lanh-dao/cac-mat-khac/").text
