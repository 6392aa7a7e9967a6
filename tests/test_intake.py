"""Receiving a dossier on the page: keyboard first, nothing typed is lost, and one dossier from one form."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from desk.models import CalendarDay, Hamlet
from dossiers.models import Dossier, DossierDocument, Procedure
from tests.factories import DossierFactory

pytestmark = pytest.mark.django_db
URL = "/quay/tiep-nhan/"
CARD, PREVIEW = f"{URL}the/", f"{URL}xem-truoc/"
HTMX = {"HTTP_HX_REQUEST": "true"}
#: The card's seven fields, then those that the card of 2024 adds and nobody may keep.
THE_CARD = "035186001234|168012345|Đỗ Thị Nhàn|14081986|Nữ|Tổ 7, Lê Hồng Phong, Phủ Lý, Hà Nam|10052024"
OF_2024 = "||Đỗ Văn Cha|Lê Thị Mẹ|Trần Văn Chồng|"


class Forms(HTMLParser):
    """The forms of a page, each as what a browser would send: (attributes of the form, its fields)."""

    def __init__(self, text):
        super().__init__()
        self.all = [({}, {})]  # what stands outside of forms, as in a part that htmx fetches
        self.select = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        fields = self.all[-1][1]
        name = attributes.get("name")
        if tag == "form":
            self.all.append((attributes, {}))
        elif tag == "input" and name:
            if attributes.get("type") != "checkbox" or "checked" in attributes:
                fields[name] = attributes.get("value") or ("on" if attributes.get("type") == "checkbox" else "")
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in attributes or self.select not in fields):
            fields[self.select] = attributes.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.all.append(({}, {}))
        elif tag == "select":
            self.select = None


def fields(answer, having=None):
    """What the browser would send for the form with that attribute; without one, for the fields outside of forms."""
    forms = Forms(answer.text).all
    found = [fields for attributes, fields in forms if (having in attributes if having else not attributes)]
    sent = {name: value for part in found for name, value in part.items()}
    sent.pop("csrfmiddlewaretoken", None)
    return sent


def shown_form(answer):
    sent = fields(answer, "data-intake")
    sent.pop("card")
    return sent


def error_beside(answer, field):
    """The sentence in the field's own block, or nothing."""
    block = answer.text.partition(f'<div id="id_{field}_error" class="invalid-feedback">')[2].partition("</div>")[0]
    return " ".join(re.sub(r"<[^>]+>", "", block).split())


def filled(**changes):
    """Every field of the page, as it is sent when a certificate of marital status is asked for."""
    return {
        "intake_key": str(uuid.uuid4()),
        "pick": "0",
        "shown": "1.004873",
        "same_matter_seen": "",
        "applicant_kind": "person",
        "applicant_name": "Nguyễn Thị Tuyết Nhung",
        "id_number": "035190000345",
        "tax_code": "",
        "birth": "01/02/1990",
        "sex": "Nữ",
        "address": "Tổ 4, phường Lê Hồng Phong, thành phố Phủ Lý",
        "hamlet": "",
        "phone": "0912000345",
        "email": "",
        "proxy_name": "",
        "proxy_id_number": "",
        "procedure": "xac nhan tinh trang hon nhan",
        "channel": "counter",
        "set_count": "1",
        "fee_vnd": "",
        "return_method": "counter",
        "return_address": "",
        **{f"paper-{number}-{part}": value for number in range(4) for part, value in PAPER.items()},
        "paper-0-given": "yes",
        "paper-2-name": "",
        "paper-3-name": "",
        **changes,
    }


PAPER = {"kind": "original", "count": "1"}
#: The same page after "khai sinh" was typed: three papers are asked for, and two more rows are free.
BIRTH = {
    "procedure": "khai sinh",
    "shown": "1.001193",
    "paper-2-given": "yes",
    "paper-4-kind": "original",
    "paper-4-count": "1",
    "paper-4-name": "",
    "child_name": "",
    "child_born_on": "",
    "father_name": "",
    "mother_name": "",
}


def saved(answer):
    """The dossier whose slip the page goes on to."""
    assert answer.status_code == 302, fields(answer, "data-intake") and re.findall(
        r"<p[^>]*invalid.*?</p>", answer.text
    )
    dossier = Dossier.objects.get(code=answer.url.split("/")[2])
    assert answer.url == reverse("dossiers:slip", args=[dossier.code])
    return dossier


# from the card to the slip


def test_card_procedure_papers_enter_and_the_slip_is_there(clerk_client, clerk):
    """The whole way as the page with its script goes it: parts are fetched, then everything is sent."""
    page = shown_form(clerk_client.get(URL))
    assert not page["applicant_name"]
    page |= fields(clerk_client.post(CARD, {**page, "card": THE_CARD}, **HTMX))
    page |= {"phone": "0912 000 345", "procedure": "tinh trang hon nhan"}
    parts = clerk_client.post(PREVIEW, page, **HTMX)
    page |= fields(parts) | {"paper-0-given": "yes"}
    assert not Dossier.objects.exists()

    dossier = saved(clerk_client.post(URL, page))
    assert (dossier.applicant_name, dossier.id_number, dossier.birth) == ("Đỗ Thị Nhàn", "035186001234", "1986-08-14")
    assert (dossier.sex, dossier.address) == ("Nữ", "Tổ 7, Lê Hồng Phong, Phủ Lý, Hà Nam")
    assert (dossier.phone, dossier.procedure.code) == ("0912000345", "1.004873")
    assert (dossier.ward, dossier.received_by) == (clerk.ward, clerk)
    assert timezone.now() - dossier.received_at < timedelta(minutes=1)
    [paper] = dossier.documents.all()
    assert (paper.name, paper.kind, paper.count) == ("Tờ khai cấp Giấy xác nhận tình trạng hôn nhân", "original", 1)
    assert dossier.appointment.in_words in parts.text
    assert clerk_client.get(reverse("dossiers:slip", args=[dossier.code])).status_code == 200


def test_without_a_script_the_same_page_needs_one_more_enter(clerk_client):
    page = shown_form(clerk_client.get(URL))
    page = shown_form(clerk_client.post(CARD, {**page, "card": THE_CARD}))
    assert page["id_number"] == "035186001234"
    answer = clerk_client.post(URL, {**page, "procedure": "tinh trang hon nhan"})
    assert error_of_procedure(answer) == "Xin xem lại thủ tục và giấy tờ bên dưới, rồi bấm Enter lần nữa."
    page = shown_form(answer)
    assert page["applicant_name"] == "Đỗ Thị Nhàn"
    saved(clerk_client.post(URL, {**page, "paper-0-given": "yes"}))


def error_of_procedure(answer):
    block = answer.text.partition('id="id_procedure"')[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", "", block.partition('class="invalid-feedback"')[2]).split(">", 1)[-1].split())


def test_the_page_starts_with_no_consent_given(clerk_client):
    page = shown_form(clerk_client.get(URL))
    assert "agrees_to_letter" not in page
    parts = clerk_client.post(PREVIEW, {**page, "procedure": "khai sinh"}, **HTMX)
    assert 'name="agrees_to_letter"' in parts.text
    assert 'name="agrees_to_messages"' in parts.text
    assert not {"agrees_to_letter", "agrees_to_messages", "fee_paid"} & set(fields(parts))


# the card


@pytest.mark.parametrize("more", ["", OF_2024])
def test_either_card_fills_its_five_fields_and_keeps_the_rest(clerk_client, more):
    typed = filled(phone="0912000999", procedure="khai sinh", applicant_kind="organisation")
    answer = clerk_client.post(CARD, {**typed, "card": THE_CARD + more})
    assert "Đã đọc thẻ căn cước lúc" in answer.text
    page = shown_form(answer)
    read = {
        "applicant_name": "Đỗ Thị Nhàn",
        "id_number": "035186001234",
        "birth": "14/08/1986",
        "sex": "Nữ",
        "address": "Tổ 7, Lê Hồng Phong, Phủ Lý, Hà Nam",
        "applicant_kind": "person",
    }
    assert {name: page[name] for name in read} == read
    assert (page["phone"], page["procedure"], page["intake_key"]) == ("0912000999", "khai sinh", typed["intake_key"])
    for other in ("168012345", "Đỗ Văn Cha", "Lê Thị Mẹ", "Trần Văn Chồng", "10052024"):
        assert other not in answer.text


def test_for_htmx_the_card_answers_with_the_applicants_part_alone(clerk_client):
    answer = clerk_client.post(CARD, {**filled(phone="0912000999"), "card": THE_CARD}, **HTMX)
    assert answer.text.lstrip().startswith('<section class="step" id="applicant"')
    part = fields(answer)
    assert (part["applicant_name"], part["phone"]) == ("Đỗ Thị Nhàn", "0912000999")
    assert "procedure" not in part


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize(
    ("card", "sentence"),
    [
        ("", "Thẻ mới quét được một phần."),
        ("035186001234|168012345|Đỗ Thị Nhàn", "Thẻ mới quét được một phần."),
        (THE_CARD.replace("035186001234", "03518600123"), "Số định danh trên thẻ phải có 12 chữ số."),
        (THE_CARD.replace("Đỗ Thị Nhàn", "DDoox Thij Nhaf1n"), "Chữ quét được bị sai dấu."),
        (THE_CARD.replace("14081986", "31021986"), "Ngày sinh trên thẻ đọc không được."),
    ],
)
def test_a_card_that_was_not_read_says_so_and_keeps_what_was_typed(clerk_client, card, sentence, headers):
    typed = filled()
    answer = clerk_client.post(CARD, {**typed, "card": card}, **headers)
    assert answer.status_code == 200
    trouble = answer.text.partition("data-card-trouble>")[2].partition("</p>")[0]
    assert sentence in trouble
    assert "Đã đọc thẻ" not in answer.text
    page = fields(answer) if headers else shown_form(answer)
    for name in ("applicant_name", "id_number", "birth", "address", "phone", "sex"):
        assert page[name] == typed[name]


# the preview


def test_the_preview_shows_promise_papers_and_fee_and_stores_nothing(clerk_client, ward):
    answer = clerk_client.post(PREVIEW, filled(procedure="chung thuc ban sao tu ban chinh", shown=""), **HTMX)
    assert "Chứng thực bản sao từ bản chính giấy tờ" in answer.text
    for paper in ("Bản chính", "Bản sao cần chứng thực"):
        assert f">{paper}</label>" in answer.text
    assert fields(answer)["fee_vnd"] == "2.000"
    promise = CalendarDay.objects.calendar(ward.hours).promise(
        timezone.now(), Procedure.objects.get(code="2.000815").limit
    )
    assert f"{promise.day:%d/%m/%Y}, {promise.half.words}" in answer.text
    for step in promise.steps:
        assert step.words in answer.text
    assert not Dossier.objects.exists()


def test_the_preview_keeps_papers_while_the_procedure_stays_and_forgets_them_when_it_changes(clerk_client):
    typed = filled(**{"paper-1-given": "yes", "paper-1-count": "3", "paper-1-kind": "certified"})
    same = fields(clerk_client.post(PREVIEW, typed, **HTMX))
    assert (same["paper-1-given"], same["paper-1-count"], same["paper-1-kind"]) == ("yes", "3", "certified")
    other = fields(clerk_client.post(PREVIEW, {**typed, "procedure": "giam ho"}, **HTMX))
    assert "paper-1-given" not in other
    assert other["paper-1-count"] == "1"


def test_the_arrow_keys_choose_among_the_matches(clerk_client):
    first = clerk_client.post(PREVIEW, filled(procedure="khai sinh", shown="", pick="0"), **HTMX)
    third = clerk_client.post(PREVIEW, filled(procedure="khai sinh", shown="", pick="2"), **HTMX)
    beyond = clerk_client.post(PREVIEW, filled(procedure="khai sinh", shown="", pick="5"), **HTMX)
    assert fields(first)["shown"] == "1.001193"
    assert len({fields(answer)["shown"] for answer in (first, third, beyond)}) == 3


def test_what_matches_nothing_says_so(clerk_client):
    assert "Chưa thấy thủ tục nào khớp." in clerk_client.post(PREVIEW, filled(procedure="xin lửa"), **HTMX).text
    answer = clerk_client.post(URL, filled(procedure="xin lửa"))
    assert error_of_procedure(answer) == "Chưa thấy thủ tục nào khớp. Xin gõ vài chữ khác."
    assert not Dossier.objects.exists()


def test_one_key_ticks_every_paper_without_a_script(clerk_client):
    page = shown_form(clerk_client.post(URL, filled(**{"paper-0-given": "", "all_papers": "yes", "phone": "0912"})))
    assert (page["paper-0-given"], page["paper-1-given"], page["phone"]) == ("yes", "yes", "0912")
    assert not Dossier.objects.exists()


# errors

#: Everything that can be typed, all at once; the telephone number is one digit short.
EVERYTHING = {
    "applicant_kind": "organisation",
    "applicant_name": "Công ty TNHH Dệt may “Phủ Lý”",
    "tax_code": "0700111222-001",
    "sex": "Nữ",
    "phone": "091200034",
    "email": "nhung@thu.example",
    "proxy_name": "Trần Văn Được",
    "proxy_id_number": "035 086 001 234",
    "channel": "home",
    "set_count": "2",
    "fee_vnd": "8.000",
    "fee_paid": "on",
    "agrees_to_messages": "on",
    "return_method": "post",
    "return_address": "Số 9, ngõ 12, đường Trần Phú",
    "paper-0-count": "2",
    "paper-0-kind": "certified",
    "paper-1-given": "yes",
    "paper-1-kind": "photocopy",
    "paper-2-name": "Sổ hộ khẩu cũ",
    "paper-2-count": "3",
    "paper-3-name": "Ảnh 4×6",
    "paper-3-kind": "photocopy",
}


def test_an_error_keeps_everything_that_was_typed_and_stands_beside_its_field(clerk_client, ward):
    hamlet = Hamlet.objects.create(ward=ward, name="Tổ 4")
    typed = filled(**EVERYTHING, hamlet=str(hamlet.pk))
    answer = clerk_client.post(URL, typed)
    assert error_beside(answer, "phone") == "Số điện thoại còn thiếu 1 chữ số."
    assert shown_form(answer) == typed
    assert not Dossier.objects.exists()

    dossier = saved(clerk_client.post(URL, {**shown_form(answer), "phone": "0912000345"}))
    assert (dossier.applicant_kind, dossier.tax_code, dossier.hamlet) == ("organisation", "0700111222-001", hamlet)
    assert (dossier.proxy_name, dossier.proxy_id_number) == ("Trần Văn Được", "035086001234")
    assert (dossier.channel, dossier.set_count) == ("home", 2)
    assert (dossier.fee_vnd, dossier.fee_paid) == (8000, True)
    assert (dossier.agrees_to_messages, dossier.agrees_to_letter) == (True, False)
    assert (dossier.return_method, dossier.return_address) == ("post", "Số 9, ngõ 12, đường Trần Phú")
    assert list(dossier.documents.values_list("name", "kind", "count")) == [
        ("Tờ khai cấp Giấy xác nhận tình trạng hôn nhân", "certified", 2),
        ("Bản án/quyết định ly hôn hoặc giấy khai tử của vợ/chồng (nếu có)", "photocopy", 1),
        ("Sổ hộ khẩu cũ", "original", 3),
        ("Ảnh 4×6", "photocopy", 1),
    ]


def test_the_letters_facts_stay_as_well(clerk_client):
    facts = {"child_name": "Đỗ Minh Khôi", "child_born_on": "01/11/2026", "father_name": "Đỗ A", "mother_name": "Lê B"}
    typed = filled(**BIRTH | facts, agrees_to_letter="on", phone="0912")
    del typed["paper-2-name"]  # the third paper has a name of its own here
    assert shown_form(clerk_client.post(URL, typed)) == typed


WRONG = [
    ("applicant_name", "", "Xin điền ô này."),
    ("applicant_name", "Nguyễn Thị 2", "Họ tên chỉ gồm chữ cái và dấu cách. Xin xem lại."),
    ("applicant_kind", "ward", "Xin chọn lại."),
    ("id_number", "0351900003", "Số định danh có 12 chữ số (chứng minh cũ: 9), đang có 10. Xin xem lại."),
    ("tax_code", "12345", "Mã số thuế có 10 chữ số, chi nhánh thêm 3. Xin xem lại."),
    ("birth", "31/02/1990", "Ghi như 14/08/1986, hoặc chỉ năm sinh."),
    ("sex", "?", "Xin chọn lại."),
    ("address", "", "Xin điền ô này."),
    ("address", "a" * 251, "Dài quá: nhiều nhất 250 chữ, đang có 251."),
    ("phone", "12", "Số điện thoại chưa đúng. Ví dụ: 0912 345 678."),
    ("email", "nhung@", "Địa chỉ email chưa đúng. Ví dụ: ten@thu.example."),
    ("proxy_name", "<Trần>", "Xin bỏ dấu < và >."),
    ("proxy_id_number", "1", "Số định danh có 12 chữ số (chứng minh cũ: 9), đang có 1. Xin xem lại."),
    ("channel", "pigeon", "Xin chọn lại."),
    ("set_count", "0", "Ít nhất 1."),
    ("set_count", "100", "Nhiều nhất 99."),
    ("set_count", "hai", "Xin ghi một số."),
    ("fee_vnd", "tám nghìn", "Xin ghi số tiền, ví dụ 8.000."),
    ("fee_vnd", "-8000", "Xin ghi số tiền, ví dụ 8.000."),
    ("return_method", "drone", "Xin chọn lại."),
    ("return_address", "a" * 251, "Dài quá: nhiều nhất 250 chữ, đang có 251."),
]


@pytest.mark.parametrize(
    ("field", "value", "sentence"), WRONG, ids=[f"{field}-{value[:8]}" for field, value, _ in WRONG]
)
def test_what_is_wrong_is_said_beside_it(clerk_client, field, value, sentence):
    answer = clerk_client.post(URL, filled(**{field: value}))
    assert answer.status_code == 200
    assert error_beside(answer, field).replace("&lt;", "<").replace("&gt;", ">") == sentence
    assert not Dossier.objects.exists()


def test_another_wards_hamlet_is_not_in_the_list(clerk_client, other_ward):
    theirs = Hamlet.objects.create(ward=other_ward, name="Tổ 1")
    answer = clerk_client.post(URL, filled(hamlet=str(theirs.pk)))
    assert error_beside(answer, "hamlet")
    assert "Tổ 1" not in answer.text


def test_a_result_that_is_sent_needs_an_address(clerk_client):
    for way in ("post", "home"):
        answer = clerk_client.post(URL, filled(return_method=way))
        assert error_beside(answer, "return_address") == "Xin ghi nơi nhận kết quả."
        saved(clerk_client.post(URL, filled(return_method=way, return_address="Số 9, đường Trần Phú", id_number="")))


def test_a_proxy_has_a_name(clerk_client):
    answer = clerk_client.post(URL, filled(proxy_id_number="035086001234"))
    assert error_beside(answer, "proxy_name") == "Xin ghi tên người được ủy quyền."
    dossier = saved(clerk_client.post(URL, filled(proxy_name="Trần Văn Được")))
    assert (dossier.proxy_name, dossier.applicant_name) == ("Trần Văn Được", "Nguyễn Thị Tuyết Nhung")


def test_an_organisations_name_may_have_figures_and_a_persons_may_not(clerk_client):
    company = {"applicant_name": "Công ty 27/7", "id_number": "", "tax_code": "0700111222"}
    assert error_beside(clerk_client.post(URL, filled(**company)), "applicant_name")
    assert saved(clerk_client.post(URL, filled(**company, applicant_kind="organisation"))).tax_code == "0700111222"


@pytest.mark.parametrize("written", ["8000", "8.000", "8 000", "8.000đ"])
def test_money_is_read_as_people_write_it(clerk_client, written):
    assert saved(clerk_client.post(URL, filled(fee_vnd=written))).fee_vnd == 8000


def test_no_fee_typed_is_not_a_fee_of_nothing(clerk_client):
    assert saved(clerk_client.post(URL, filled(fee_vnd=""))).fee_vnd is None
    assert saved(clerk_client.post(URL, filled(fee_vnd="0", same_matter_seen="", id_number=""))).fee_vnd == 0


# the papers


def test_at_least_one_paper_is_there(clerk_client):
    answer = clerk_client.post(URL, filled(**{"paper-0-given": ""}))
    assert "Chưa đánh dấu giấy tờ nào. Xin đánh dấu giấy tờ đã nhận." in answer.text
    assert not Dossier.objects.exists()
    dossier = saved(clerk_client.post(URL, filled(**{"paper-0-given": "", "paper-2-name": "  Đơn  viết tay "})))
    assert [document.name for document in dossier.documents.all()] == ["Đơn viết tay"]


@pytest.mark.parametrize("count", ["0", "1000", "-1", "hai", "1.5", "", "00010", "9" * 100, "00019999999", "²"])
def test_a_paper_is_there_in_a_number_that_can_be_counted(clerk_client, count):
    answer = clerk_client.post(URL, filled(**{"paper-0-count": count}))
    if count == "":  # an emptied field is one copy, as it was before
        assert saved(answer).documents.get().count == 1
        return
    row = answer.text.partition('name="paper-0-count"')[2].partition('name="paper-1-given"')[0]
    assert "Số lượng từ 1 đến 999." in row
    assert not Dossier.objects.exists()


@pytest.mark.parametrize(("count", "stored"), [("1", 1), ("999", 999), (" 12 ", 12), ("007", 7)])
def test_a_paper_is_stored_as_often_as_it_was_counted(clerk_client, count, stored):
    assert saved(clerk_client.post(URL, filled(**{"paper-0-count": count}))).documents.get().count == stored


def test_a_paper_is_an_original_a_certified_copy_or_a_photocopy(clerk_client):
    answer = clerk_client.post(URL, filled(**{"paper-0-kind": "forgery"}))
    assert "Xin chọn lại loại giấy tờ." in answer.text
    for kind in DossierDocument.Kind.values:
        assert (
            saved(clerk_client.post(URL, filled(id_number="", **{"paper-0-kind": kind}))).documents.get().kind == kind
        )


def test_a_paper_named_by_hand_can_be_printed(clerk_client):
    answer = clerk_client.post(URL, filled(**{"paper-3-name": "Giấy 🙂"}))
    assert "Có ký tự không in được: 🙂." in answer.text
    answer = clerk_client.post(URL, filled(**{"paper-3-name": "a" * 201}))
    assert "Dài quá: nhiều nhất 200 chữ" in answer.text


# the letter


def test_the_facts_of_a_letter_are_needed_only_by_who_wants_the_letter(clerk_client):
    answer = clerk_client.post(URL, filled(**BIRTH, agrees_to_letter="on"))
    for field in ("child_name", "child_born_on"):
        assert error_beside(answer, field) == "Thư cần thông tin này."
    for field in ("father_name", "mother_name"):
        assert error_beside(answer, field) == ""
    dossier = saved(clerk_client.post(URL, filled(**BIRTH)))
    assert (dossier.agrees_to_letter, dossier.letter_facts) == (False, {})


def test_what_the_letter_will_say_is_kept_with_the_consent(clerk_client):
    facts = BIRTH | {"child_name": "Đỗ Minh  Khôi", "child_born_on": "1/11/2026", "mother_name": "Lê Thị Hoa"}
    dossier = saved(clerk_client.post(URL, filled(**facts, agrees_to_letter="on")))
    assert dossier.agrees_to_letter
    assert dossier.letter_facts == {
        "child_name": "Đỗ Minh Khôi",
        "child_born_on": "2026-11-01",
        "mother_name": "Lê Thị Hoa",
    }


@pytest.mark.parametrize("day", ["31/02/2026", "2026", "hôm qua", "1/1/99999999999999999999", "0/0/0", "²/1/2026"])
def test_a_day_that_is_no_day_is_refused(clerk_client, day):
    answer = clerk_client.post(URL, filled(**BIRTH | {"child_name": "Đỗ Minh Khôi", "child_born_on": day}))
    assert error_beside(answer, "child_born_on") == "Ghi như 14/08/2026."


def test_nobody_is_born_tomorrow(clerk_client):
    tomorrow = timezone.localdate() + timedelta(days=1)
    answer = clerk_client.post(URL, filled(**BIRTH | {"child_born_on": f"{tomorrow:%d/%m/%Y}"}))
    assert error_beside(answer, "child_born_on") == "Ngày này chưa tới. Xin xem lại."


# once


def test_the_same_form_sent_twice_is_one_dossier(clerk_client):
    typed = filled()
    first, second = saved(clerk_client.post(URL, typed)), saved(clerk_client.post(URL, typed))
    assert first == second
    assert Dossier.objects.count() == 1


def test_each_new_page_is_a_new_dossier(clerk_client):
    keys = {shown_form(clerk_client.get(URL))["intake_key"] for _ in range(3)}
    assert len(keys) == 3


def test_a_procedure_that_was_not_on_the_screen_is_not_saved(clerk_client):
    answer = clerk_client.post(URL, filled(procedure="giam ho", phone="0912000345"))
    assert error_of_procedure(answer) == "Xin xem lại thủ tục và giấy tờ bên dưới, rồi bấm Enter lần nữa."
    assert not Dossier.objects.exists()
    page = shown_form(answer)
    assert page["shown"] == "1.004837"
    assert "paper-0-given" not in page
    assert saved(clerk_client.post(URL, {**page, "paper-0-given": "yes"})).procedure.code == "1.004837"


@pytest.mark.parametrize("name", ["intake_key", "shown", "pick"])
def test_a_page_that_was_tampered_with_says_so(clerk_client, name):
    answer = clerk_client.post(URL, filled(**{name: "9" * 30}))
    assert answer.status_code == 200
    assert "invalid-feedback" in answer.text
    assert not Dossier.objects.exists()


# the same matter


SAME = "Người này đang có hồ sơ cùng thủ tục. Bấm Enter lần nữa nếu vẫn nhận hồ sơ mới."


@pytest.mark.parametrize("written", ["035190000345", "035 190 000 345", "035.190.000.345"])
def test_an_open_dossier_of_the_same_matter_is_pointed_out_and_needs_a_second_enter(clerk_client, ward, written):
    open_one = DossierFactory(ward=ward, id_number="035190000345")
    typed = filled(id_number=written)
    assert open_one.short_code in clerk_client.post(PREVIEW, {**typed, "shown": ""}, **HTMX).text
    answer = clerk_client.post(URL, typed)
    assert SAME in answer.text
    assert reverse("dossiers:dossier", args=[open_one.code]) in answer.text
    assert Dossier.objects.count() == 1
    assert saved(clerk_client.post(URL, shown_form(answer))) != open_one


def test_seen_for_one_person_is_not_seen_for_the_next(clerk_client, ward):
    for number in ("035190000345", "035190000346"):
        DossierFactory(ward=ward, id_number=number)
    seen = shown_form(clerk_client.post(URL, filled()))
    answer = clerk_client.post(URL, {**seen, "id_number": "035190000346"})
    assert SAME in answer.text
    assert Dossier.objects.count() == 2


def test_what_is_done_or_of_another_kind_person_or_ward_is_not_pointed_out(clerk_client, ward, other_ward):
    DossierFactory(ward=ward, id_number="035190000345", ready=True)
    DossierFactory(ward=ward, id_number="035190000345", what="kết hôn")
    DossierFactory(ward=ward, id_number="035190000346")
    DossierFactory(ward=other_ward, id_number="035190000345")
    DossierFactory(ward=ward, id_number="")
    assert "Người này đang có" not in clerk_client.post(PREVIEW, filled(), **HTMX).text
    saved(clerk_client.post(URL, filled()))
    saved(clerk_client.post(URL, filled(id_number="")))


def test_the_second_click_is_not_its_own_same_matter(clerk_client):
    typed = filled()
    saved(clerk_client.post(URL, typed))
    assert SAME not in clerk_client.post(URL, typed).text
    assert Dossier.objects.count() == 1


# when something is broken


def test_after_the_log_in_ran_out_what_was_typed_is_saved_once_more_logged_in(client, clerk):
    typed = filled(agrees_to_messages="on", applicant_name="Nguyễn Thị Tuyết D'Nhung")
    answer = client.post(URL, typed)
    assert answer.status_code == 401
    assert "Phiên làm việc đã hết." in answer.text
    login = next(fields for attributes, fields in Forms(answer.text).all if "password" in fields)
    login |= {"username": clerk.username, "password": "mat-khau-thu"}
    answer = client.post("/dang-nhap/", login)
    assert answer.status_code == 200
    [(form, again)] = [each for each in Forms(answer.text).all if "data-go-on" in each[0]]
    assert form["action"] == URL
    dossier = saved(client.post(form["action"], again))
    assert (dossier.applicant_name, dossier.agrees_to_messages) == (typed["applicant_name"], True)
    assert str(dossier.intake_key) == typed["intake_key"]


@pytest.mark.usefixtures("reference")
def test_a_broker_that_is_down_does_not_stop_an_intake(monkeypatch, clerk_client):
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://127.0.0.1:1/0")
    saved(clerk_client.post(URL, filled()))


@pytest.fixture
def full_disk(reference):
    """The database takes no more rows: a real limit of its file on SQLite, the disk's own error on PostgreSQL.

    Called, it has room again.
    """
    if connection.vendor == "sqlite":
        fill, free = fill_sqlite, "PRAGMA max_page_count = 1073741823"
    else:
        fill, free = fill_postgresql, "DROP FUNCTION IF EXISTS disk_full CASCADE"

    def make_room():
        with connection.cursor() as cursor:
            cursor.execute(free)

    with connection.cursor() as cursor:
        fill(cursor)
    yield make_room
    make_room()


def fill_sqlite(cursor):
    """No page more than there are: what is left in them takes a few dossiers, then "database or disk is full"."""
    cursor.execute("VACUUM")
    cursor.execute("PRAGMA page_count")
    cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")


def fill_postgresql(cursor):
    cursor.execute(
        "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;"
        "CREATE TRIGGER disk_full BEFORE INSERT ON dossiers_dossier FOR EACH ROW EXECUTE FUNCTION disk_full()"
    )


def test_a_full_disk_is_said_and_everything_typed_is_still_there(full_disk, clerk, ward, client):
    client.force_login(clerk)
    for _ in range(60):
        typed = filled(**EVERYTHING | {"phone": "0912000345"}, id_number="", hamlet="")
        answer = client.post(URL, typed)
        if answer.status_code != 302:
            break
    before = Dossier.objects.count()
    assert answer.status_code == 503
    assert "Máy chủ chưa lưu được (hết chỗ trống hoặc đang bận)." in answer.text
    assert shown_form(answer) == typed
    full_disk()
    assert saved(client.post(URL, shown_form(answer))).register_number == before + 1
