"""Tổ viết giúp: the citizen's declaration is printed to sign, and only that help was given is kept."""

from __future__ import annotations

import logging
import uuid
from datetime import date
from io import BytesIO

import pytest
from django.utils import timezone
from pypdf import PdfReader

from desk.vietnamese import official_date
from dossiers.declarations import DECLARATIONS
from dossiers.models import HelpGiven, Procedure
from tests.conftest import moment
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db
URL = "/quay/viet-giup/"
CARD = "035190001234|168123456|Nguyễn Thị Tuyết Nhung|14081990|Nữ|Tổ 4, phường Lê Hồng Phong, thành phố Phủ Lý|10052021"
GROOM = "035088001234|168123457|Trần Văn Mạnh|02011988|Nam|Tổ 1, phường Quang Trung, thành phố Phủ Lý|10052021"


def printed(answer):
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split()), len(pages)


@pytest.mark.parametrize("slug", DECLARATIONS)
def test_an_empty_declaration_has_its_head_title_lines_promise_and_signature(clerk_client, ward, slug):
    text, pages = printed(clerk_client.post(f"{URL}{slug}/", {"print": "yes", "key": uuid.uuid4()}))
    declaration = DECLARATIONS[slug]
    wanted = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", declaration.title.upper()]
    wanted += [f"Kính gửi: Ủy ban nhân dân {ward.in_sentence}", declaration.promise, *declaration.signers]
    wanted += [f"Làm tại: {ward.place_name}", *(f"{ask.label}:" for ask in declaration.asks)]
    assert [words for words in wanted if words not in text] == []
    assert pages <= 2


@pytest.mark.parametrize("slug", DECLARATIONS)
def test_every_declaration_belongs_to_a_procedure_and_asks_nothing_twice(slug):
    names = [ask.name for ask in DECLARATIONS[slug].asks]
    assert len(names) == len(set(names))
    assert Procedure.objects.in_force(date(2026, 11, 23)).filter(code=DECLARATIONS[slug].procedure).exists()


def test_answers_stand_on_the_paper_and_nowhere_else(clerk_client, clerk, caplog):
    caplog.set_level(logging.DEBUG)
    typed = {"print": "yes", "key": uuid.uuid4(), "asker_name": "Nguyễn Thị Tuyết Nhung", "child_name": "Trần Bảo An"}
    answer = clerk_client.post(f"{URL}khai-sinh/", {**typed, "child_birth": "1-11-2026"})
    text, _pages = printed(answer)
    assert "Họ, chữ đệm, tên: Trần Bảo An" in text
    assert "01/11/2026" in text
    row = HelpGiven.objects.get()
    assert (row.helper, row.ward, row.procedure.code) == (clerk, clerk.ward, "1.001193")
    assert not any("Tuyết Nhung" in str(getattr(row, field.name)) for field in row._meta.concrete_fields)
    assert "Bảo An" not in caplog.text
    assert "Bảo An" not in answer["Content-Disposition"]


def test_the_same_page_printed_twice_is_one_person_helped(clerk_client):
    key = uuid.uuid4()
    for _ in range(2):
        clerk_client.post(f"{URL}khai-tu/", {"print": "yes", "key": key})
    clerk_client.post(f"{URL}khai-tu/", {"print": "yes", "key": uuid.uuid4()})
    assert HelpGiven.objects.count() == 2


def test_a_card_fills_the_one_who_asks(clerk_client):
    form = clerk_client.post(f"{URL}khai-sinh/", {"card": CARD, "child_name": "Trần Bảo An"}).context["form"]
    assert form["asker_name"].value() == form["mother_name"].value() == "Nguyễn Thị Tuyết Nhung"
    assert form["asker_id"].value() == "035190001234"
    assert form["child_name"].value() == "Trần Bảo An"
    assert not form["father_name"].value()
    assert not HelpGiven.objects.exists()


def test_two_cards_fill_bride_and_groom(clerk_client):
    first = clerk_client.post(f"{URL}ket-hon/", {"card": CARD}).context["form"]
    typed = {name: first[name].value() or "" for name in first.fields}
    second = clerk_client.post(f"{URL}ket-hon/", {**typed, "card": GROOM}).context["form"]
    assert second["bride_name"].value() == "Nguyễn Thị Tuyết Nhung"
    assert second["groom_name"].value() == "Trần Văn Mạnh"


def test_half_a_card_is_said_kindly_and_loses_nothing(clerk_client):
    page = clerk_client.post(f"{URL}khai-tu/", {"card": CARD[:50], "died_of": "Tuổi già"})
    assert "Thẻ mới quét được một phần" in page.text
    assert "Tuổi già" in page.text


def test_a_wrong_answer_prints_nothing_and_keeps_what_was_typed(clerk_client):
    typed = {"print": "yes", "key": uuid.uuid4(), "dead_birth": "31/02/1940", "died_of": "Tuổi già"}
    page = clerk_client.post(f"{URL}khai-tu/", typed)
    assert "Ghi như 14/08/1986" in page.text
    assert "Tuổi già" in page.text
    assert not HelpGiven.objects.exists()


def test_what_intake_knew_is_carried_over_by_post(clerk_client):
    typed = {"from_intake": "yes", "applicant_name": "Cao Thị Bưởi", "id_number": "035160000012", "sex": "Nữ"}
    page = clerk_client.post(URL, typed)
    assert 'name="applicant_name" value="Cao Thị Bưởi"' in page.text
    form = clerk_client.post(f"{URL}trich-luc/", typed).context["form"]
    assert form["asker_name"].value() == form["subject_name"].value() == "Cao Thị Bưởi"


def test_people_helped_are_counted_by_month_and_ward(ward, clerk, other_ward):
    procedure = Procedure.objects.get(code="1.001193")
    for day, where in (("2026-10-05 09:00", ward), ("2026-10-31 16:00", ward), ("2026-11-02 08:00", other_ward)):
        helper = clerk if where == ward else StaffFactory(ward=where, clerk=True)
        HelpGiven.objects.record(ward=where, procedure=procedure, helper=helper, at=moment(day), key=uuid.uuid4())
    year = date(2026, 1, 1), date(2027, 1, 1)
    assert HelpGiven.objects.by_month(*year) == {date(2026, 10, 1): 2, date(2026, 11, 1): 1}
    assert HelpGiven.objects.visible_to(clerk).by_month(*year) == {date(2026, 10, 1): 2}


def test_the_date_of_signing_is_written_officially(clerk_client):
    text, _pages = printed(clerk_client.post(f"{URL}khai-tu/", {"print": "yes", "key": uuid.uuid4()}))
    row = HelpGiven.objects.get()
    assert official_date(timezone.localdate(row.at)) in text
