"""A letter taken back: what the one in its place may say, and what is owed until it is issued."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from dossiers.models import DossierError, Figure
from letters.models import Letter
from tests.conftest import moment
from tests.factories import consenting, draw_all, explain, late, letter_of

RECEIVED = moment("2026-11-17 09:00")  # a Tuesday; promised for Friday morning, 20/11
BROKEN = moment("2026-11-20 13:00")
MONDAY = moment("2026-11-23 09:00")


@pytest.fixture
def overdue(ward, leader):
    return late(BROKEN, ward=ward, at=RECEIVED, then=RECEIVED + timedelta(hours=1))


def recalled(letter, leader, at=MONDAY):
    """The draft that takes the place of an issued letter."""
    draw_all(at)
    letter.refresh_from_db()
    letter.issue(by=leader, at=at)
    draw_all(at)
    new = letter.recall(reason="Ghi sai, xin viết lại", by=leader, at=at)
    draw_all(at)
    new.refresh_from_db()
    return new


def reissued(letter, leader, officer, at=MONDAY, **typed):
    letter.submit(by=officer, at=at, typed=typed)
    draw_all(at)
    letter.refresh_from_db()
    letter.issue(by=leader, at=at)
    return letter


def test_a_wrong_reason_is_put_right_in_the_letter_that_replaces(overdue, leader, officer):
    explain(overdue, MONDAY)
    new = recalled(letter_of(overdue), leader)
    right = "Máy chủ tra cứu của Sở Tư pháp hỏng hai ngày"
    assert reissued(new, leader, officer, ly_do=right).facts["ly_do"] == right


def test_a_cause_told_after_the_recall_reaches_the_letter_that_replaces(overdue, leader, officer):
    explain(overdue, MONDAY)
    new = recalled(letter_of(overdue), leader)
    right = "Máy chủ tra cứu của Sở Tư pháp hỏng hai ngày"
    explain(overdue, MONDAY, reason=right)
    assert reissued(new, leader, officer).facts["ly_do"] == right


def test_a_wrong_name_is_put_right_although_the_certificate_has_gone_out(ward, leader, officer):
    dossier = consenting("khai sinh", ward=ward, at=MONDAY)
    dossier.mark_ready(by=dossier.received_by, at=MONDAY)
    draw_all(MONDAY)
    dossier.hand_back(by=dossier.received_by, at=MONDAY)
    new = recalled(letter_of(dossier), leader)
    assert new.to_write == ("ten_con", "ngay_sinh_con", "cha_me")
    issued = reissued(new, leader, officer, ten_con="Đỗ Lê Bảo Khanh")
    assert (issued.facts["ten_con"], issued.facts["cha_me"]) == (
        "Đỗ Lê Bảo Khanh",
        "anh Đỗ Quang Thưởng và chị Lê Thị Mỹ Duyên",
    )


def test_a_recalled_apology_is_owed_again_until_the_new_one_is_issued(overdue, leader, officer, clerk):
    explain(overdue, MONDAY)
    new = recalled(letter_of(overdue), leader)
    overdue.refresh_from_db()
    overdue.mark_ready(by=overdue.received_by, at=MONDAY)
    with pytest.raises(DossierError, match="chưa có thư xin lỗi"):
        overdue.hand_back(by=clerk, at=MONDAY)
    draw_all(MONDAY)
    reissued(new, leader, officer)
    overdue.hand_back(by=clerk, at=MONDAY)
    assert overdue.state == "returned"


def test_a_recall_is_counted_and_read_on_the_dossier(client, overdue, leader):
    explain(overdue, MONDAY)
    draw_all(MONDAY)
    letter = letter_of(overdue)
    letter.issue(by=leader, at=MONDAY)
    for hours in range(4):
        Figure.objects.keep_up(MONDAY + timedelta(hours=hours))
    letter.recall(reason="Ghi sai, xin viết lại", by=leader, at=MONDAY + timedelta(hours=4))
    Figure.objects.keep_up(MONDAY + timedelta(hours=4))
    assert not Figure.objects.differences()
    client.force_login(leader)
    assert "Thu hồi thư xin lỗi" in client.get(overdue.get_absolute_url()).text


def test_a_recall_leaves_what_a_leader_has_waived_alone(overdue, leader):
    overdue.waive_apology(reason="Người nộp đi xa, cần kết quả ngay", by=leader, at=MONDAY)
    overdue.appointments.get().owe_apology_again(reason="Sai lý do", by=leader, at=MONDAY)
    assert not overdue.appointments.in_debt().exists()


def test_the_officer_is_offered_what_may_be_wrong_in_it(client, overdue, leader, officer):
    explain(overdue, MONDAY)
    new = recalled(letter_of(overdue), leader)
    client.force_login(officer)
    page = client.get(reverse("letters:act", args=[new.pk, "trinh"]))
    assert [field.name for field in page.context["form"]] == ["nguoi_nhan", "ly_do"]
    right = "Máy chủ tra cứu của Sở Tư pháp hỏng hai ngày."
    asked = {"nguoi_nhan": new.facts["nguoi_nhan"], "ly_do": right}
    client.post(reverse("letters:act", args=[new.pk, "trinh"]), asked)
    new.refresh_from_db()
    assert (new.state, new.typed) == (Letter.State.SUBMITTED, {"ly_do": right.rstrip(".")})
    assert "Sửa lời ghi" in client.get(new.get_absolute_url()).text


def test_a_letter_of_condolence_is_put_right_in_every_fact(ward, leader, officer):
    dossier = consenting("khai tử", ward=ward, at=MONDAY)
    dossier.mark_ready(by=dossier.received_by, at=MONDAY)
    draw_all(MONDAY)
    new = recalled(letter_of(dossier), leader)
    issued = reissued(new, leader, officer, than_nhan="thân mẫu của bà", ngay_mat="20/11/2026")
    assert (issued.facts["than_nhan"], issued.facts["tu_tran"]) == ("thân mẫu của bà", "từ trần ngày 20/11/2026")
