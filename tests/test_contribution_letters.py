"""What an answered contribution orders: thanks or an apology to who left a name, once, and not where it is off."""

from __future__ import annotations

import pytest
from django.urls import reverse

from feedback.models import Contribution
from letters.models import Letter, LetterPolicy
from letters.orders import order_after_step
from letters.register import letters_of, values_of
from tests.conftest import moment
from tests.factories import ContributionFactory, DossierFactory, draw_all

NOW = moment("2026-11-25 09:00")
NAME = "Lã Quý Đôn"
TOLD = {"answer": "Đã làm.", "change": "Treo thấp bảng lệ phí.", "gist": "chữ nhỏ, các cụ không đọc được."}


def answered(leader, verdict="accepted", **more):
    more = {"name": NAME, "address": "Tổ 4, phường Lê Hồng Phong", "at": moment("2026-11-23 09:00"), **more}
    row = ContributionFactory(ward=leader.ward, **more)
    change = TOLD if verdict in ("accepted", "right") else {**TOLD, "change": ""}
    row.reply(verdict=verdict, salutation="ông", by=leader, at=NOW, **change)
    return row


@pytest.mark.parametrize(
    ("kind", "verdict", "about_dossier", "letter"),
    [
        ("idea", "accepted", False, "thanks_idea"),
        ("complaint", "accepted", False, "thanks_idea"),
        ("complaint", "right", True, "apology_fault"),
        ("praise", "noted", False, "thanks_praise"),
        ("idea", "noted", False, None),
        ("complaint", "right", False, None),
        ("complaint", "not_right", True, None),
    ],
)
def test_which_answer_orders_which_letter(leader, kind, verdict, about_dossier, letter):
    dossier = DossierFactory(ward=leader.ward) if about_dossier else None
    row = answered(leader, verdict, kind=kind, dossier=dossier)
    assert [each.kind for each in row.letters.all()] == ([letter] if letter else [])


def test_nobody_is_written_to_who_left_no_name(leader):
    assert not answered(leader, name="").letters.exists()


def test_a_ward_that_switched_the_kind_off_writes_none(leader):
    LetterPolicy.objects.create(
        ward=leader.ward, kind="thanks_idea", mode=LetterPolicy.Mode.OFF, decided_by=leader, decided_at=NOW
    )
    assert not answered(leader).letters.exists()


def test_each_is_ordered_exactly_once(leader):
    row = answered(leader)
    step = row.steps.get(kind="answered")
    assert order_after_step("answered", [step.pk], NOW) == 0
    assert order_after_step("received", [step.pk], NOW) == 0
    assert Letter.objects.count() == 1


def test_the_letter_says_what_the_ward_wrote(leader, client):
    row = answered(leader)
    draw_all(NOW)
    letter = row.letters.get()
    assert letter.state == "submitted"
    assert letter.facts["nguoi_nhan"] == f"Ông {NAME}"
    assert letter.facts["su_viec"] == "chữ nhỏ, các cụ không đọc được"
    client.force_login(leader)
    page = client.get(letter.get_absolute_url())
    for words in (row.code, "Treo thấp bảng lệ phí", "Tổ 4, phường Lê Hồng Phong", "Xem ý kiến"):
        assert words in page.text
    assert row.code in client.get("/thu/?loc=cho-duyet").text
    assert "Thư cảm ơn vì góp ý" in client.get(row.get_absolute_url()).text


def test_issued_it_is_registered_delivered_and_proven(leader, client):
    row = answered(leader)
    draw_all(NOW)
    letter = row.letters.get()
    letter.issue(by=leader, at=NOW)
    draw_all(NOW)
    assert row.code in values_of(letters_of(leader.ward, NOW.date(), NOW.date()).get())
    assert letter.messages.get().channel == "post"  # an address was left, and there is no result to hand over with it
    client.force_login(leader)
    assert f"Ông {NAME}" in client.get(reverse("letters:to_deliver")).text
    assert client.get(reverse("letters:proof", args=[letter.proof])).status_code == 200
    assert NAME not in client.get(reverse("letters:proof", args=[letter.proof])).text
    again = letter.recall(reason="Ghi thiếu tên phường", by=leader, at=NOW)
    assert again.contribution == row


def test_what_the_leader_mends_stands_over_what_was_answered(leader):
    row = answered(leader)
    draw_all(NOW)
    letter = row.letters.get()
    letter.submit(typed={"su_viec": "bảng lệ phí chữ nhỏ", "viec_da_lam": "treo thấp"}, by=leader, at=NOW)
    assert letter.facts["su_viec"] == "bảng lệ phí chữ nhỏ"


def test_without_a_gist_the_letter_waits_for_it(leader):
    row = ContributionFactory(ward=leader.ward, name=NAME, kind="praise")
    row.reply(verdict="noted", answer="Cảm ơn.", by=leader, at=NOW)
    draw_all(NOW)
    assert row.letters.get().state == "draft"
    assert Contribution.objects.get().recipient == f"Ông/bà {NAME}"
