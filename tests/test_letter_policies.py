"""Each ward decides how a kind of letter goes out; what goes out by itself was signed in advance, word for word."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from letters.models import Letter, LetterError, LetterKind, LetterPolicy, LetterText
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db
PAGE = "/thu/che-do/"


@pytest.fixture
def leader_client(client, leader):
    client.force_login(leader)
    return client


def row_of(client, kind):
    return next(row for row in client.get(PAGE).context["rows"] if row.kind == kind)


def decide(client, kind, mode, read=None):
    read = row_of(client, kind).form.shown if read is None else read
    return client.post(PAGE, {"kind": kind, f"{kind}-mode": mode, f"{kind}-read": read}, follow=True)


def submitted(ward):
    now = timezone.now()
    facts = {"nguoi_nhan": "Bà Cao Thị Bưởi", "xung_ho": "bà", "su_viec": "các cháu rất nhẹ nhàng"}
    letter = Letter.objects.create(ward=ward, kind=LetterKind.PRAISE, typed=facts, ordered_at=now, touched_at=now)
    letter.bring_up_to_date(now)
    Letter.objects.update(needs_drawing=False)
    letter.refresh_from_db()
    return letter


def test_a_leader_decides_and_the_page_says_who_and_when(leader_client, leader, ward):
    assert "Chưa ai quyết định" in leader_client.get(PAGE).text
    decide(leader_client, "condolence", "off")
    policy = LetterPolicy.objects.get(ward=ward, kind="condolence")
    assert (policy.mode, policy.decided_by, policy.signer) == ("off", leader, None)
    assert f"{leader.full_name} quyết định lúc" in leader_client.get(PAGE).text


def test_automatic_letters_go_out_with_the_text_that_was_signed_in_advance(leader_client, leader, ward):
    decide(leader_client, "thanks_praise", "automatic")
    letter = submitted(ward)
    assert letter.issue_by_itself(timezone.now())
    assert letter.signer == leader
    assert not row_of(leader_client, "thanks_praise").is_paused


def test_a_changed_text_pauses_them_until_it_is_signed_again(leader_client, leader, ward):
    decide(leader_client, "thanks_praise", "automatic")
    new = LetterText(
        occasion="thanks_praise", ward=ward, title="THƯ CẢM ƠN", body="Cảm ơn {{ xung_ho }}: {{ su_viec }}."
    )
    new.keep(by=leader, at=timezone.now())
    assert "Đang tạm dừng tự phát hành" in leader_client.get(PAGE).text
    letter = submitted(ward)
    assert not letter.issue_by_itself(timezone.now())
    decide(leader_client, "thanks_praise", "automatic")
    assert not row_of(leader_client, "thanks_praise").is_paused
    assert letter.issue_by_itself(timezone.now())


def test_the_apology_is_signed_in_both_its_texts(leader_client):
    decide(leader_client, "apology", "automatic")
    signed = LetterPolicy.objects.get(kind="apology").signed_texts.values_list("occasion", flat=True)
    assert set(signed) == {"apology", "apology_ahead"}


def test_nobody_signs_a_text_that_changed_while_the_page_was_open(leader_client, leader, ward):
    read = row_of(leader_client, "thanks_praise").form.shown
    LetterText(occasion="thanks_praise", ward=ward, title="THƯ", body="Lời mới: {{ su_viec }}").keep(
        by=leader, at=timezone.now()
    )
    page = decide(leader_client, "thanks_praise", "automatic", read)
    assert "Lời thư vừa thay đổi" in page.text
    assert not LetterPolicy.objects.exists()
    shown = next(row.form for row in page.context["rows"] if row.kind == "thanks_praise")
    decide(leader_client, "thanks_praise", "automatic", shown["read"].value())
    assert LetterPolicy.objects.get().mode == "automatic"


def test_who_has_left_signs_nothing_more(leader_client, leader, ward, client):
    decide(leader_client, "thanks_praise", "automatic")
    leader.is_active = False
    leader.save()
    assert not submitted(ward).issue_by_itself(timezone.now())
    client.force_login(StaffFactory(ward=ward, leader=True))
    assert "không còn quyền ký" in client.get(PAGE).text


@pytest.mark.parametrize("lost", [{"power": ""}, {"is_leader": False, "is_clerk": True}])
def test_who_may_no_longer_sign_pauses_them_and_the_leader_is_told(leader_client, leader, ward, client, lost):
    decide(leader_client, "thanks_praise", "automatic")
    for name, value in lost.items():
        setattr(leader, name, value)
    leader.save()
    client.force_login(StaffFactory(ward=ward, leader=True))
    assert row_of(client, "thanks_praise").is_paused
    assert "không còn quyền ký" in client.get(PAGE).text
    assert "đang tạm dừng tự phát hành" in client.get("/thu/").text
    assert not submitted(ward).issue_by_itself(timezone.now())


@pytest.mark.parametrize("kind", ["apology", "apology_fault"])
def test_an_apology_cannot_be_switched_off(leader_client, leader, ward, kind):
    assert "off" not in dict(row_of(leader_client, kind).form.fields["mode"].choices)
    assert "Xin chọn lại" in decide(leader_client, kind, "off").text
    with pytest.raises(LetterError, match="không tắt được"):
        LetterPolicy.objects.decide(ward=ward, kind=kind, mode="off", by=leader, at=timezone.now(), texts=[])
    assert not LetterPolicy.objects.exists()


def test_not_even_by_hand_in_the_database(leader, ward):
    decided = {"ward": ward, "decided_by": leader, "decided_at": timezone.now()}
    LetterPolicy.objects.create(kind="condolence", mode="off", **decided)
    with pytest.raises(IntegrityError), transaction.atomic():
        LetterPolicy.objects.create(kind="apology", mode="off", **decided)


def test_who_may_not_sign_decides_nothing(client, ward):
    client.force_login(StaffFactory(ward=ward, leader=True, power=""))
    assert "chưa ghi quyền ký" in decide(client, "condolence", "off").text
    assert not LetterPolicy.objects.exists()


def test_a_ward_decides_for_itself_only(leader_client, leader, other_ward, client):
    decide(leader_client, "condolence", "off")
    with pytest.raises(LetterError):
        LetterPolicy.objects.decide(
            ward=other_ward, kind="condolence", mode="off", by=leader, at=timezone.now(), texts=[]
        )
    client.force_login(StaffFactory(ward=other_ward, leader=True, full_name="Đinh Thế Khải"))
    assert leader.full_name not in client.get(PAGE).text


@pytest.mark.parametrize("role", ["clerk", "officer", "city"])
def test_only_a_leader_decides(client, role, request):
    client.force_login(request.getfixturevalue(role))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"kind": "condolence", "condolence-mode": "off"}).status_code == 403


def test_a_kind_that_does_not_exist_is_not_found(leader_client):
    assert leader_client.post(PAGE, {"kind": "khong-co"}).status_code == 404
