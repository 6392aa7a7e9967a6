"""What the portal keeps for a while goes when its term is over, and only then."""

import re
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from desk.models import AccessLog
from dossiers.models import Attachment, Dossier, HomeVisit, Presentation, Procedure, RetentionTerm
from dossiers.papers import issued_presentation_html
from dossiers.slip import issue_slip, slip_html
from dossiers.tasks import clear_personal_data
from feedback.models import CallBack
from tests.conftest import moment
from tests.factories import ContributionFactory, DialogueFactory, DossierFactory, scan

pytestmark = pytest.mark.django_db
RETURNED = moment("2026-11-23 10:00")
KINDS = {"contact": 730, "scans": 365, "presented": 365, "visits": 365, "log": 730}
KINDS |= {"calls": 365, "voices": 730, "questions": 365}


@pytest.fixture
def returned(ward):
    return DossierFactory(ward=ward, returned=True, then=RETURNED, phone="0912000345", email="thu@phuly.example")


@pytest.fixture
def waiting(ward):
    return DossierFactory(ward=ward, phone="0912000346")


def at(days):
    return RETURNED + timedelta(days=days, minutes=1)


def clear(kind, days):
    return RetentionTerm.objects.get(kind=kind).clear(at(days))


def test_the_terms_are_there_to_be_changed_and_marked_as_provisional():
    assert dict(RetentionTerm.objects.values_list("kind", "days")) == KINDS
    assert all("Tạm đặt" in row.basis for row in RetentionTerm.objects.all())


def test_contact_data_goes_after_its_term_and_the_book_keeps_the_rest(returned, waiting):
    assert clear("contact", 729) == 0
    assert clear("contact", 730) == 1
    assert clear("contact", 730) == 0
    row = Dossier.objects.get(pk=returned.pk)
    assert (row.phone, row.email, row.applicant_name) == ("", "", returned.applicant_name)
    assert Dossier.objects.get(pk=waiting.pk).phone == "0912000346"


def test_a_corrected_number_goes_from_the_trace_of_its_correction_too(ward, clerk):
    dossier = DossierFactory(ward=ward, phone="0912000345")
    changes = {"phone": "0912000999", "address": "Tổ 5"}
    dossier.correct(changes=changes, reason="Ghi nhầm", by=clerk, at=moment("2026-11-23 09:00"))
    for step in ("mark_ready", "hand_back"):
        getattr(dossier, step)(by=clerk, at=RETURNED)
    assert clear("contact", 730) == 1
    trace = dossier.events.get(kind="corrected")
    assert trace.details["phone"] == ["", ""]
    assert trace.details["address"][1] == "Tổ 5"


def test_contact_data_goes_from_the_papers_handed_out_too(ward, clerk):
    dossier = DossierFactory(ward=ward, phone="0912000345", email="thu@phuly.example")
    slip = issue_slip(dossier, by=clerk, at=RETURNED)
    dossier.correct(changes={"phone": "0912000999"}, reason="Ghi nhầm", by=clerk, at=RETURNED)
    corrected = issue_slip(dossier, by=clerk, at=RETURNED)
    for step in ("mark_ready", "hand_back"):
        getattr(dossier, step)(by=clerk, at=RETURNED)
    hashes = {slip.sha256, corrected.sha256}
    assert clear("contact", 730) == 1
    for paper in dossier.issued_papers.all():
        told = str(paper.facts)
        assert not [words for words in ("0912000345", "0912000999", "thu@phuly.example") if words in told]
        assert dossier.applicant_name in told
        assert paper.sha256 not in hashes
        assert "0912 000" not in slip_html(paper.facts, size="a5", copies=1)


@pytest.mark.parametrize("address", ["1", "a", "Nhà ông “Tư”, ngõ 5 & 7, đường Lê Lợi"])
def test_a_matter_not_received_forgets_its_owner_and_its_paper_stays_a_paper(ward, clerk, address):
    row = Presentation.objects.present(
        ward=ward, by=clerk, at=RETURNED, key=uuid4(), kind=Presentation.Kind.REFUSAL,
        procedure=Procedure.objects.first(), applicant_name="Đỗ Thị Mận", address=address, phone="0912000345",
        items=[], reason="Bản chính bị tẩy xóa",
    )  # fmt: skip
    issued_presentation_html(row, by=clerk, at=RETURNED)
    paper = row.issued_papers.get()
    before = paper.facts["html"]
    assert clear("presented", 365) == 1
    paper.refresh_from_db()
    assert "0912 000 345" not in paper.facts["html"]
    assert "đường Lê Lợi" not in paper.facts["html"]
    assert re.findall("<[^>]*>", paper.facts["html"]) == re.findall("<[^>]*>", before)


def test_scans_go_with_their_files(returned, clerk, django_capture_on_commit_callbacks):
    row = Attachment.objects.attach(
        dossier=returned, document=returned.documents.get(), file=scan(), by=clerk, at=RETURNED
    )
    assert clear("scans", 364) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert clear("scans", 365) == 1
    row.refresh_from_db()
    assert row.removed_at == at(365)
    assert not default_storage.exists(row.stored)


def test_a_visit_that_is_over_forgets_where_it_went(ward, clerk):
    asked = {"ward": ward, "by": clerk, "at": RETURNED, "name": "Cao Thị Bưởi", "phone": "0912000345"}
    over = HomeVisit.objects.ask(**asked, key=uuid4(), address="Tổ 4")
    over.call_off(by=clerk, at=RETURNED, reason="Gia đình tự đến")
    open_one = HomeVisit.objects.ask(**asked, key=uuid4(), address="Tổ 5")
    assert clear("visits", 365) == 1
    assert clear("visits", 365) == 0
    over.refresh_from_db()
    open_one.refresh_from_db()
    assert (over.phone, over.address, open_one.address) == ("", "", "Tổ 5")


def test_the_log_itself_grows_old(clerk, ward):
    AccessLog.objects.note(clerk, "view", "Hồ sơ cũ", ward)
    AccessLog.objects.update(at=RETURNED)
    AccessLog.objects.note(clerk, "view", "Hồ sơ mới", ward)
    AccessLog.objects.filter(about="Hồ sơ mới").update(at=at(600))
    assert clear("log", 730) == 1
    assert [row.about for row in AccessLog.objects.all()] == ["Hồ sơ mới"]


def test_a_number_to_call_goes_once_its_call_is_old(returned, waiting, clerk):
    for dossier in (returned, waiting):
        CallBack.objects.ask(dossier=dossier, stage="received", phone="0912000345", words="Chờ lâu quá", at=RETURNED)
    done = CallBack.objects.first()
    done.called(outcome="Đã xin lỗi bà Nhung", by=clerk, at=RETURNED)
    assert clear("calls", 364) == 0
    assert clear("calls", 365) == 1
    assert clear("calls", 365) == 0
    done.refresh_from_db()
    assert (done.name, done.phone, done.words, "Nhung" in done.outcome) == ("", "", "", False)
    assert CallBack.objects.exclude(pk=done.pk).get().phone == "0912000345"


def test_who_suggested_something_is_forgotten_and_the_suggestion_is_not(
    ward, leader, django_capture_on_commit_callbacks
):
    named = {"name": "Lã Quý Đôn", "phone": "0912000347", "address": "Tổ 5", "files": [scan()]}
    answered, waiting = (ContributionFactory(ward=ward, at=RETURNED, **named) for _ in range(2))
    answered.reply(verdict="noted", answer="Xin cảm ơn ông.", by=leader, at=RETURNED)
    stored = answered.files.get().stored
    assert clear("voices", 729) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert clear("voices", 730) == 1
    assert clear("voices", 730) == 0
    answered.refresh_from_db()
    assert (answered.name, answered.phone, answered.address) == ("", "", "")
    assert answered.words
    assert not answered.files.exists()
    assert not default_storage.exists(stored)
    assert waiting.files.exists()


def test_who_asked_at_a_dialogue_is_forgotten_a_year_after_it(ward, leader):
    talk = DialogueFactory(ward=ward, at=RETURNED - timedelta(days=3))
    talk.ask(words="Bao giờ có đèn?", name="Sầm Hữu Thọ", key=uuid4(), by=leader, at=RETURNED - timedelta(days=2))
    assert clear("questions", 364) == 0
    assert clear("questions", 365) == 1
    question = talk.questions.get()
    assert (question.words, question.name) == ("Bao giờ có đèn?", "")


def test_a_big_heap_goes_in_parts(ward, monkeypatch):
    monkeypatch.setattr("dossiers.models.retention.BATCH", 2)
    for _ in range(5):
        DossierFactory(ward=ward, returned=True, then=RETURNED)
    assert clear("contact", 800) == 5


def test_a_dry_run_counts_and_changes_nothing(returned, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(800))
    out = StringIO()
    call_command("clear_personal_data", "--dry-run", stdout=out)
    assert "Điện thoại, email của hồ sơ đã xong: 730 ngày: sẽ xóa 1." in out.getvalue()
    assert Dossier.objects.get(pk=returned.pk).phone
    out = StringIO()
    call_command("clear_personal_data", stdout=out)
    assert "730 ngày: đã xóa 1." in out.getvalue()
    assert not Dossier.objects.get(pk=returned.pk).phone


def test_the_worker_does_the_same_at_night(returned, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(800))
    clear_personal_data()
    assert not Dossier.objects.get(pk=returned.pk).phone
