"""The pages of the letters: who reads and approves what, what the citizen gets, and whether a paper is genuine."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from dossiers.models import Dossier
from letters.models import Channel, Letter, LetterKind, Message
from phuly_portal.celery import app
from tests.factories import DossierFactory, StaffFactory, consenting, draw_all, explain, late, letter_of
from tests.test_lists import queries


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def leader_client(client, leader):
    client.force_login(leader)
    return client


@pytest.fixture
def overdue(ward, now):
    """Late by some days, as the pages see it today."""
    dossier = late(now, ward=ward, at=now - timedelta(days=9), then=now - timedelta(days=8))
    explain(dossier, now)
    draw_all(now)
    return dossier


def act(letter, slug):
    return reverse("letters:act", args=[letter.pk, slug])


def test_a_leader_reads_and_approves_one_letter(leader_client, overdue):
    letter = letter_of(overdue)
    page = leader_client.get(letter.get_absolute_url()).text
    assert "Duyệt và cấp số" in page
    assert "Thư thứ 1 trong 1 thư chờ duyệt" in page
    answer = leader_client.post(act(letter, "duyet"), {"seen": letter.version}, follow=True).text
    assert "Đã phát hành thư số 01/TXL-UBND" in answer
    letter.refresh_from_db()
    assert letter.state == Letter.State.ISSUED


def test_what_a_leader_approves_is_drawn_without_waiting_for_the_beat(
    leader_client, overdue, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    letter = letter_of(overdue)
    with django_capture_on_commit_callbacks(execute=True):
        leader_client.post(act(letter, "duyet"), {"seen": letter.version})
    letter.refresh_from_db()
    assert (letter.state, letter.needs_drawing) == (Letter.State.ISSUED, False)


def test_an_old_screen_approves_nothing(leader_client, overdue):
    letter = letter_of(overdue)
    answer = leader_client.post(act(letter, "duyet"), {"seen": letter.version - 1}, follow=True).text
    assert "Xin đọc lại rồi duyệt" in answer
    assert letter_of(overdue).state == Letter.State.SUBMITTED


def test_many_are_approved_at_once_and_what_cannot_leave_is_said(leader_client, ward, now, overdue):
    married = [consenting("kết hôn", ward=ward, at=now) for _ in range(3)]
    for dossier in married:
        dossier.mark_ready(by=dossier.received_by, at=now)
    draw_all(now)
    page = leader_client.get(reverse("letters:read")).text
    assert page.count('name="thu"') == 4
    stale = letter_of(overdue)
    chosen = [f"{letter.pk}-{letter.version}" for letter in Letter.objects.signable().exclude(pk=stale.pk)]
    answer = leader_client.post(
        reverse("letters:read"), {"thu": [*chosen, f"{stale.pk}-99", "x-y", "7"]}, follow=True
    ).text
    assert "Đã phát hành 3 thư." in answer
    assert "đọc lại rồi duyệt" in answer
    assert sorted(Letter.objects.issued().values_list("number", flat=True)) == [1, 2, 3]


def test_only_leaders_read_to_approve(clerk_client, overdue):
    assert clerk_client.get(reverse("letters:read")).status_code == 403
    letter = letter_of(overdue)
    clerk_client.post(act(letter, "duyet"), {"seen": letter.version})
    assert letter_of(overdue).state == Letter.State.SUBMITTED


def test_an_officer_sees_what_waits_for_a_cause_and_is_counted_the_own_ones(client, officer, ward, now):
    somebody = late(now, ward=ward, at=now - timedelta(days=9), then=now - timedelta(days=8))
    draw_all(now)
    client.force_login(officer)
    assert "thư chờ anh/chị" not in client.get(reverse("letters:letters")).text
    Dossier.objects.filter(pk=somebody.pk).update(officer=officer)
    page = client.get(reverse("letters:letters")).text
    assert "Thư: chờ nguyên nhân" in page
    assert "Ghi nguyên nhân" in page
    assert "thư chờ anh/chị" in page  # the count beside the menu


@pytest.mark.parametrize(
    "slug", ["cho-duyet", "cho-nguyen-nhan", "bao-truoc", "cho-ket-qua", "tra-lai", "da-gui", "vuong", "khong-co"]
)
def test_every_list_opens_for_one_letter_and_for_none(leader_client, overdue, slug):
    assert leader_client.get(reverse("letters:letters"), {"loc": slug}).status_code == 200


def test_what_is_sent_back_says_why_and_comes_again(leader_client, client, officer, overdue):
    letter = letter_of(overdue)
    assert "Xin ghi rõ hơn" in leader_client.post(act(letter, "tra-lai"), {"note": "sửa"}).text
    leader_client.post(act(letter, "tra-lai"), {"note": "Xin nói rõ ngày gửi văn bản"})
    client.force_login(officer)
    assert "Xin nói rõ ngày gửi văn bản" in client.get(letter.get_absolute_url()).text
    client.post(act(letter, "trinh"))
    assert letter_of(overdue).state == Letter.State.SUBMITTED


def test_a_day_off_is_refused_beside_the_form_and_nothing_is_lost(client, officer, overdue):
    client.force_login(officer)
    sunday = timezone.localdate() + timedelta(days=(6 - timezone.localdate().weekday()) % 7 + 7)
    answer = client.post(act(letter_of(overdue), "hen"), {"day": f"{sunday:%d/%m/%Y}", "half": "morning"}).text
    assert "ngày nghỉ" in answer
    assert f"{sunday:%d/%m/%Y}" in answer


def test_a_letter_by_hand_needs_somebody_and_something(clerk_client, overdue):
    url = reverse("letters:write")
    page = clerk_client.post(url, {"kind": "apology_fault", "xung_ho": "ông", "su_viec": "In sai năm sinh"}).text
    assert "Xin ghi người nhận" in page
    assert "Thư này phải nêu việc" in page
    assert "In sai năm sinh" in page
    page = clerk_client.post(url, {"kind": "thanks_praise", "xung_ho": "bà", "code": "khong-co", "su_viec": "ân cần"})
    assert "Chưa thấy hồ sơ này" in page.text
    clerk_client.post(
        url, {"kind": "thanks_praise", "xung_ho": "bà", "code": overdue.code, "su_viec": "cán bộ ân cần."}
    )
    letter = Letter.objects.get(kind=LetterKind.PRAISE)
    assert (letter.dossier, letter.typed) == (overdue, {"su_viec": "cán bộ ân cần"})


def test_the_dossier_shows_its_letters_and_its_debt(clerk_client, overdue):
    page = clerk_client.get(overdue.get_absolute_url()).text
    assert "có thư xin lỗi mới trả được kết quả" in page
    assert letter_of(overdue).get_absolute_url() in page


def test_the_return_page_offers_the_letter_that_goes_with_the_result(clerk_client, leader, ward, now):
    dossier = consenting("kết hôn", ward=ward, at=now)
    dossier.mark_ready(by=dossier.received_by, at=now)
    draw_all(now)
    letter = letter_of(dossier)
    letter.issue(by=leader, at=now)
    page = clerk_client.get(reverse("dossiers:move", args=[dossier.code, "tra-ket-qua"])).text
    assert reverse("letters:letter_pdf", args=[letter.pk]) in page


# the citizen


@pytest.fixture
def issued(overdue, leader, now):
    letter = letter_of(overdue)
    letter.issue(by=leader, at=now)
    draw_all(now)
    letter.refresh_from_db()
    return letter


def test_the_citizen_opens_the_letter_with_the_slips_token(client, overdue, issued):
    address = reverse("letters:citizens_pdf", args=[overdue.token, issued.pk])
    assert address in client.get(reverse("dossiers:status", args=[overdue.token])).text
    answer = client.get(address)
    text = " ".join(PdfReader(BytesIO(answer.content)).pages[0].extract_text().split())
    assert "THƯ XIN LỖI" in text
    assert "Bà Nguyễn Thị Tuyết Nhung" in text


def test_another_dossiers_token_opens_nothing_and_neither_does_a_draft(client, ward, overdue, issued, leader, now):
    stranger = DossierFactory(ward=ward, at=now)
    assert client.get(reverse("letters:citizens_pdf", args=[stranger.token, issued.pk])).status_code == 404
    draft = issued.recall(reason="Ghi sai tên cơ quan", by=leader, at=now)
    for letter in (draft, issued):
        assert client.get(reverse("letters:citizens_pdf", args=[overdue.token, letter.pk])).status_code == 404


def test_the_look_up_never_leads_to_a_letter(client, overdue, issued):
    page = client.post(reverse("dossiers:lookup"), {"code": overdue.code, "digits": overdue.phone[-4:]}).text
    assert overdue.masked_name in page
    assert "/thu/" not in page
    assert overdue.token not in page


def test_the_proof_says_genuine_and_nothing_personal(client, overdue, issued):
    page = client.get(reverse("letters:proof", args=[issued.proof])).text
    assert "Thư này là thật." in page
    assert "01/TXL-UBND" in page
    for secret in (overdue.applicant_name, overdue.code, overdue.phone, overdue.token, overdue.address):
        assert secret not in page


def test_the_proof_of_a_recalled_letter_says_so(client, issued, leader, now):
    issued.recall(reason="Ghi sai tên cơ quan phối hợp", by=leader, at=now)
    page = client.get(reverse("letters:proof", args=[issued.proof])).text
    assert "chúng tôi đã thu hồi" in page
    assert "đã được thay bằng thư khác" not in page  # not before there is one


def test_the_proof_of_a_replaced_letter_names_the_one_that_holds(client, issued, leader, clerk, now):
    new = issued.recall(reason="Ghi sai tên cơ quan phối hợp", by=leader, at=now)
    draw_all(now)
    new.submit(by=clerk, at=now)
    draw_all(now)
    new.refresh_from_db()
    new.issue(by=leader, at=now)
    page = client.get(reverse("letters:proof", args=[issued.proof])).text
    assert "đã được thay bằng thư khác" in page
    assert "02/TXL-UBND" in page


@pytest.fixture
def form04(clerk_client, issued):
    """Mẫu 04 as the desk has printed it."""
    row = issued.dossier.issued_papers.get(kind="apology")
    return clerk_client.get(reverse("dossiers:issued_pdf", args=[issued.dossier.code, row.pk])).content


def test_form_04_is_proved_by_its_code_and_by_its_file(client, issued, form04):
    page = client.get(reverse("letters:proof", args=[issued.proof])).text
    named = "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết, số 01/UBND-TTPVHCC"
    assert named in page
    file = SimpleUploadedFile("mau-04.pdf", form04, content_type="application/pdf")
    page = client.post(reverse("letters:check_file"), {"file": file}).text
    assert "Thư này là thật." in page
    assert named in page


def test_form_04_printed_again_is_the_same_file(clerk_client, issued, form04):
    row = issued.dossier.issued_papers.get(kind="apology")
    assert clerk_client.get(reverse("dossiers:issued_pdf", args=[issued.dossier.code, row.pk])).content == form04
    assert row.prints.count() == 1


def test_form_04_says_what_the_letter_said_though_the_dossier_was_corrected_before_it_was_drawn(overdue, leader, now):
    letter = letter_of(overdue)
    letter.issue(by=leader, at=now)
    changes = {"applicant_name": "Nguyễn Thị Tuyết Nhung Anh", "address": "Tổ 9"}
    overdue.correct(changes=changes, reason="Ghi nhầm", by=overdue.received_by, at=now)
    draw_all(now)
    form = overdue.issued_papers.get(kind="apology").facts["html"]
    assert letter.facts["nguoi_nhan"] in form
    assert letter.facts["dia_chi"] in form
    assert "Nhung Anh" not in form


def test_an_issued_letter_no_longer_says_that_approving_makes_the_date(leader_client, overdue, now, leader):
    address = letter_of(overdue).get_absolute_url()
    assert "Duyệt thư là hẹn lại" in leader_client.get(address).text
    letter_of(overdue).issue(by=leader, at=now)
    assert "Duyệt thư là hẹn lại" not in leader_client.get(address).text


def test_the_sheet_on_the_screen_leaves_the_reason_open_too(leader_client, ward, now):
    dossier = late(now, ward=ward, at=now - timedelta(days=9), then=now - timedelta(days=8))
    draw_all(now)
    assert "Lý do: ……" in leader_client.get(letter_of(dossier).get_absolute_url()).text


def test_who_finds_a_dossier_lost_writes_the_apology_from_its_page(clerk_client, ward, now):
    dossier = DossierFactory(ward=ward, at=now)
    page = clerk_client.get(dossier.get_absolute_url()).text
    address = f"/thu/moi/?ho-so={dossier.code}&amp;loai=apology_fault"
    assert address in page
    form = clerk_client.get(address.replace("&amp;", "&")).context["form"]
    assert (form["code"].value(), form["kind"].value()) == (dossier.code, "apology_fault")


def test_an_unknown_proof_is_answered_kindly(client, db):
    answer = client.get(reverse("letters:proof", args=["A" * 16]))
    assert answer.status_code == 404
    assert "chưa phát hành thư nào có mã này" in answer.text


def test_a_file_is_checked_against_what_was_issued(client, issued):
    with default_storage.open(issued.pdf) as file:
        genuine = file.read()
    forged = genuine.replace(b"%%EOF", b"% \n%%EOF")
    url = reverse("letters:check_file")
    for content, words in ((genuine, "Thư này là thật."), (forged, "không giống thư nào")):
        file = SimpleUploadedFile("thu.pdf", content, content_type="application/pdf")
        assert words in client.post(url, {"file": file}).text
    assert "Xin chọn tệp." in client.post(url, {}).text
    wrong = SimpleUploadedFile("thu.pdf", b"PK\x03\x04 not a paper")
    assert "Chỉ nhận PDF" in client.post(url, {"file": wrong}).text


def test_a_strangers_file_is_looked_up_without_reading_every_letter(client, issued, leader, now):
    about = {"ward": issued.ward, "kind": LetterKind.PRAISE, "state": Letter.State.ISSUED, "signer": leader}
    about |= {"ordered_at": now, "touched_at": now, "issued_at": now, "symbol": "TCM", "year": now.year}
    Letter.objects.bulk_create(Letter(**about, number=n, proof=f"{n}", pdf="x", sha256=f"{n}") for n in range(1, 300))
    with default_storage.open(issued.pdf) as kept, CaptureQueriesContext(connection) as captured:
        file = SimpleUploadedFile("thu.pdf", kept.read(), content_type="application/pdf")
        client.post(reverse("letters:check_file"), {"file": file})
    [asked] = [query["sql"] for query in captured if 'letter"."sha256" = ' in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE letters_letter")
        cursor.execute(f"EXPLAIN {'QUERY PLAN' if connection.vendor == 'sqlite' else ''} {asked}")
        assert "letter_by_file" in str(cursor.fetchall())


def test_the_lists_cost_the_same_for_one_letter_and_for_twenty(leader_client, ward, now):
    def letters(count):
        for _ in range(count):
            dossier = late(now, ward=ward, at=now - timedelta(days=9), then=now - timedelta(days=8))
            explain(dossier, now)
        draw_all(now)

    letters(1)
    urls = [reverse("letters:letters"), reverse("letters:read")]
    alone = [queries(leader_client, url) for url in urls]
    letters(12)
    assert [queries(leader_client, url) for url in urls] == alone


def test_a_stranger_from_another_ward_finds_no_letter(client, other_ward, issued):
    client.force_login(StaffFactory(ward=other_ward, leader=True, clerk=True))
    assert client.get(issued.get_absolute_url()).status_code == 404
    assert client.get(reverse("letters:letter_pdf", args=[issued.pk])).status_code == 404


def test_a_letter_that_stays_undelivered_or_undrawn_is_the_leaders_concern(leader_client, issued, overdue, now):
    stuck = reverse("letters:letters") + "?loc=vuong"
    assert issued.get_absolute_url() not in leader_client.get(stuck).text
    Message.objects.filter(letter=issued, channel=Channel.SMS).update(
        state=Message.State.FAILED, planned_at=now - timedelta(days=4)
    )
    page = leader_client.get(stuck).text
    assert issued.get_absolute_url() in page
    assert "Chưa đến tay người nhận" in page
    Message.objects.all().delete()
    Letter.objects.filter(pk=issued.pk).update(needs_drawing=True, touched_at=now - timedelta(minutes=20))
    assert "Bản PDF" in leader_client.get(stuck).text
