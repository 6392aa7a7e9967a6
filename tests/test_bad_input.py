"""Whatever is typed, scanned or sent: an answer, never a broken page, and what is wrong is said beside its field."""

from __future__ import annotations

import unicodedata
import uuid
from urllib.parse import quote, urlencode

import pytest
from django.urls import reverse

from desk.models import Ward
from desk.vietnamese import PRINTABLE
from dossiers.models import Dossier, Procedure
from feedback.models import Contribution
from tests.factories import DossierFactory
from tests.test_intake import (
    BIRTH,
    CARD,
    EVERYTHING,
    HTMX,
    PREVIEW,
    THE_CARD,
    URL,
    error_beside,
    error_of_procedure,
    filled,
    saved,
)

pytestmark = pytest.mark.django_db

SCRIPT = '"><script>alert(1)</script>'
BAD = {
    "over-long": "a" * 100_000,
    "over-long number": "9" * 100_000,
    "over-long words": "a " * 50_000,
    "empty": "",
    "blank": " \t\u3000 ",
    "wrong bytes": b"Nguy\xff\xfe\xc3",
    "NFD": unicodedata.normalize("NFD", "Nguyễn Thị Tuyết"),
    "accents alone": "\u0301\u0323",
    "emoji": "Nhung 🙂👩‍👧",
    "right to left": "Nhung\u202e",
    "null byte": "Nhung\x00",
    "HTML": SCRIPT,
    "SQL": "' OR 1=1; DROP TABLE dossiers_dossier; --%_\\",
    "template": "{{ settings.SECRET_KEY }}{% debug %}",
    "huge number": "9" * 30,
    "negative": "-1",
    "odd digits": "٠٣٤٥²",
}
every_bad_value = pytest.mark.parametrize("bad", BAD.values(), ids=BAD)


def send(client, url, data, **headers):
    """As a browser sends a form, but any bytes at all."""
    return client.post(url, urlencode(data), content_type="application/x-www-form-urlencoded", **headers)


def sound(answer):
    """It is an answer, and nothing typed has become part of the page."""
    assert answer.status_code < 500
    if answer["Content-Type"].startswith("text/html"):
        assert "<script>alert(1)" not in answer.text
    return answer


def complains(answer):
    return "invalid-feedback" in answer.text


# the forms of the desk


@every_bad_value
@pytest.mark.parametrize("field", ["username", "password"])
def test_the_log_in(client, clerk, field, bad):
    typed = {"username": clerk.username, "password": "mat-khau-thu", "next": "/quay/"}
    assert complains(sound(send(client, "/dang-nhap/", typed | {field: bad})))
    assert send(client, "/dang-nhap/", typed).status_code == 302


@every_bad_value
def test_the_page_to_go_on_to_after_the_log_in(client, clerk, bad):
    typed = {"username": clerk.username, "password": "mat-khau-thu", "next": bad, "typed-q": bad}
    sound(client.get(f"/dang-nhap/?{urlencode({'next': bad})}"))
    sound(send(client, "/dang-nhap/", typed | {"password": ""}))
    answer = sound(send(client, "/dang-nhap/", typed))
    assert answer.status_code == 302 or 'action="/quay/"' in answer.text


NEW = "một mật khẩu khác hẳn"


@every_bad_value
@pytest.mark.parametrize("field", ["old_password", "new_password1", "new_password2"])
def test_the_change_of_password(clerk_client, clerk, field, bad):
    typed = {"old_password": "mat-khau-thu", "new_password1": NEW, "new_password2": NEW}
    assert complains(sound(send(clerk_client, "/mat-khau/", typed | {field: bad})))
    clerk.refresh_from_db()
    assert clerk.check_password("mat-khau-thu")


@every_bad_value
def test_a_password_that_cannot_be_one_is_refused_and_a_strange_one_works(clerk_client, clerk, bad):
    typed = {"old_password": "mat-khau-thu", "new_password1": bad, "new_password2": bad}
    answer = sound(send(clerk_client, "/mat-khau/", typed))
    clerk.refresh_from_db()
    assert complains(answer) == clerk.check_password("mat-khau-thu")


@every_bad_value
def test_the_counters_field(clerk_client, ward, bad):
    mine = DossierFactory(ward=ward, applicant_name="Nguyễn Thị Tuyết Nhung")
    answer = sound(send(clerk_client, "/quay/", {"q": bad}))
    if bad in (BAD["NFD"], BAD["emoji"], BAD["right to left"], BAD["wrong bytes"]):  # her name, whatever is around it
        assert answer.url == mine.get_absolute_url()
    else:
        assert complains(answer) or "Chưa thấy hồ sơ nào" in answer.text
    assert send(clerk_client, "/quay/", {"q": mine.code}).url == mine.get_absolute_url()


@every_bad_value
@pytest.mark.parametrize("field", ["code", "digits"])
def test_the_look_up(client, ward, field, bad):
    typed = {"code": DossierFactory(ward=ward).code, "digits": "0345"}
    assert complains(sound(send(client, "/tra-cuu/", typed | {field: bad})))
    assert not complains(send(client, "/tra-cuu/", typed))


# the intake


GROUPS = {
    "fields": [name for name in filled() if not name.startswith("paper-")][4:],
    "facts": ["child_name", "child_born_on", "father_name", "mother_name"],
    "ticks": ["fee_paid", "agrees_to_messages", "agrees_to_letter", "paper-0-given"],
}
GROUPS["fields"].remove("procedure")
FACTS = {"child_name": "Đỗ Minh Khôi", "child_born_on": "01/11/2026", "father_name": "Đỗ A", "mother_name": "Lê B"}


@every_bad_value
@pytest.mark.parametrize("group", GROUPS)
def test_the_intake_says_beside_each_field_what_is_wrong_and_takes_the_rest(clerk_client, group, bad):
    """All fields of the group at once; then what was complained of is mended, and the rest has to be accepted."""
    good = filled(**BIRTH | FACTS | {"paper-0-given": "yes", "paper-1-given": "yes"})
    typed = good | dict.fromkeys(GROUPS[group], bad)
    answer = sound(send(clerk_client, URL, typed))
    if answer.status_code == 200:
        wrong = [name for name in GROUPS[group] if error_beside(answer, name)]
        assert wrong
        answer = sound(send(clerk_client, URL, typed | {name: good[name] for name in wrong}))
    assert readable(saved(answer))


def readable(dossier):
    """Every text of the row in normal form, in letters that the papers can show."""
    texts = [value for value in [*vars(dossier).values(), *dossier.letter_facts.values()] if isinstance(value, str)]
    return all(unicodedata.is_normalized("NFC", text) and set(text) <= PRINTABLE for text in texts)


@every_bad_value
def test_the_procedure_typed(clerk_client, bad):
    answer = sound(send(clerk_client, URL, filled(procedure=bad)))
    assert error_of_procedure(answer)
    sound(send(clerk_client, PREVIEW, filled(procedure=bad), **HTMX))
    assert not Dossier.objects.exists()


@every_bad_value
@pytest.mark.parametrize("field", ["paper-0-count", "paper-3-name"])
def test_the_papers(clerk_client, field, bad):
    good = filled(**{"paper-3-name": "Sổ hộ khẩu"})
    answer = sound(send(clerk_client, URL, good | {field: bad}))
    if not complains(answer):
        assert all(readable_text(row.name) for row in saved(answer).documents.all())


def readable_text(text):
    return unicodedata.is_normalized("NFC", text) and set(text) <= PRINTABLE


@every_bad_value
def test_what_the_page_itself_sends_along(clerk_client, bad):
    typed = dict.fromkeys(["intake_key", "shown", "pick", "same_matter_seen", "paper-0-kind"], bad)
    assert complains(sound(send(clerk_client, URL, filled(**typed))))
    assert not Dossier.objects.exists()


@every_bad_value
def test_the_card_and_the_preview_with_anything_in_any_field(clerk_client, bad):
    everything = filled(**EVERYTHING | BIRTH | FACTS)
    assert "data-card-trouble" in sound(send(clerk_client, CARD, filled(card=bad), **HTMX)).text
    typed = dict.fromkeys(everything, bad[:10_000])
    for url, more in ((PREVIEW, {}), (PREVIEW, BIRTH), (CARD, BIRTH | {"card": THE_CARD}), (URL, {"all_papers": bad})):
        assert sound(send(clerk_client, url, typed | more)).status_code == 200
    assert not Dossier.objects.exists()


@every_bad_value
def test_a_form_sent_after_the_log_in_ran_out(client, bad):
    assert sound(send(client, URL, dict.fromkeys(filled(), bad[:10_000]))).status_code == 401


@every_bad_value
@pytest.mark.parametrize(("url", "others"), [("/gop-y/", {}), ("/y-kien/gop-y/moi/", {"channel": "counter"})])
def test_what_people_say(clerk_client, ward, url, others, bad):
    good = {"kind": "idea", "words": "Chữ nhỏ", "ward": ward.pk, **others}
    named = ("key", "kind", "words", "name", "phone", "email", "address", "ward", "token", "code", "digits", "channel")
    for typed in (dict.fromkeys(named, bad), good | {"words": bad}, good | {"token": bad, "code": bad}):
        assert sound(send(clerk_client, url, {"key": uuid.uuid4(), **typed})).status_code in (200, 302)
    row = Contribution.objects.first()
    assert row is None or sound(clerk_client.get(row.get_absolute_url())).status_code == 200


# addresses


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("/tra-cuu/", "ma"),
        ("/thu-tuc/", "q"),
        ("/thu-tuc/", "don_vi"),
        ("/ho-so/", "lan"),
        ("/ho-so/", "trang"),
        ("/ho-so/", "trang_thai"),
        ("/ho-so/", "thu_tuc"),
        ("/ho-so/", "can_bo"),
        ("/ho-so/", "thon"),
        ("/ho-so/", "kenh"),
        ("/quay/", "q"),
        ("/gop-y/", "ma"),
        ("/gop-y/", "ho-so"),
        ("/gop-y/", "loai"),
        ("/y-kien/gop-y/", "loc"),
        ("slip", "kho"),
    ],
)
def test_the_questions_in_an_address(clerk_client, ward, url, name):
    dossier = DossierFactory(ward=ward)
    if url == "slip":
        url = reverse("dossiers:slip_pdf", args=[dossier.code])
    answers = {
        kind: sound(clerk_client.get(f"{url}?{urlencode({name: bad})}")).status_code for kind, bad in BAD.items()
    }
    assert answers == dict.fromkeys(BAD, 404 if name == "kho" else 200)


@pytest.mark.parametrize("kind", ["over-long", "null byte", "HTML"])
def test_how_many_copies_an_address_asks_for(clerk_client, ward, kind):
    url = reverse("dossiers:slip_pdf", args=[DossierFactory(ward=ward).code])
    assert sound(clerk_client.get(f"{url}?{urlencode({'lien': BAD[kind]})}")).content.startswith(b"%PDF")


@pytest.mark.parametrize(
    "address",
    [
        "/ho-so/{}/",
        "/ho-so/{}/giay-tiep-nhan/",
        "/ho-so/{}/giay-tiep-nhan.pdf",
        "/ho-so/{}/take_up/",
        "/ho-so/000.03.01.H25-261123-0001/{}/",
        "/hs/{}/",
        "/thu-tuc/{}/",
        "/don-vi/{}/",
        "/gop-y/{}/",
        "/y-kien/gop-y/{}/",
        "/doi-thoai/{}/",
        "/{}",
    ],
)
def test_the_address_itself(clerk_client, address):
    for kind, bad in BAD.items():
        url = address.format(quote(bad or "-", safe=""))
        answers = {sound(clerk_client.get(url)).status_code, sound(clerk_client.post(url)).status_code}
        assert answers <= {404, 405}, kind


# the forms of the administrator


def new_row(admin_client, model):
    """Address of the form for a new row, and what it shows, inlines left out."""
    url = reverse(f"admin:{model}_add")
    page = admin_client.get(url).context
    form = page["adminform"].form
    shown = {name: form[name].value() or 0 for name in form.fields}
    for inline in page["inline_admin_formsets"]:
        shown |= {f"{inline.formset.prefix}-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
    return url, shown


@every_bad_value
@pytest.mark.parametrize(
    "model",
    [
        "desk_ward",
        "desk_staff",
        "desk_deskname",
        "desk_calendarday",
        "dossiers_procedure",
        "dossiers_edition",
        "dossiers_delaycause",
        "dossiers_retentionterm",
    ],
)
def test_the_administrators_forms(admin_client, model, bad):
    url, shown = new_row(admin_client, model)
    typed = {name: shown[name] if name.endswith("_FORMS") else bad for name in shown}
    assert sound(send(admin_client, url, typed)).status_code == 200


SOUND_PROCEDURE = {
    "code": "1.999999",
    "valid_from": "01/01/2026",
    "valid_to": "",
    "field": "Hộ tịch",
    "name": "Thử",
    "short_name": "Thử",
    "limit_value": "1",
    "limit_unit": "working_day",
    "cutoff": "",
    "legal_basis": "Thử",
    "letter": "",
    "letter_facts": "child_name",
    "unverified": "fee",
}


@pytest.mark.parametrize("bad", ["5", '["so dien thoai"]', '{"fee": 1}'])
@pytest.mark.parametrize("field", ["letter_facts", "unverified"])
def test_a_procedure_asks_only_for_facts_that_the_desk_knows(admin_client, field, bad):
    """An unknown one would break the intake page of every clerk."""
    url, shown = new_row(admin_client, "dossiers_procedure")
    assert sound(send(admin_client, url, shown | SOUND_PROCEDURE | {field: bad})).status_code == 200
    assert send(admin_client, url, shown | SOUND_PROCEDURE).status_code == 302
    row = Procedure.objects.get(code="1.999999")
    assert (row.letter_facts, row.unverified) == (["child_name"], ["fee"])


def test_a_term_is_at_most_a_year(admin_client):
    """A longer one is a slip of the finger, and leads beyond the last day that can be counted."""
    url, shown = new_row(admin_client, "dossiers_procedure")
    answer = sound(send(admin_client, url, shown | SOUND_PROCEDURE | {"limit_value": "366"}))
    assert "Thời hạn nhiều nhất 365." in answer.text
    assert send(admin_client, url, shown | SOUND_PROCEDURE | {"limit_value": "365"}).status_code == 302


# what no browser sends

POSTED = ["/dang-nhap/", "/mat-khau/", "/quay/", "/tra-cuu/", URL, CARD, PREVIEW]


@pytest.mark.parametrize("url", POSTED)
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"),
        (b"\x00\xff", "application/x-www-form-urlencoded"),
        (b"q=%C3%28&code=%ED%A0%80", "application/x-www-form-urlencoded"),
        (b"q=1", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b"&".join(b"f%d=1" % number for number in range(1001)), "application/x-www-form-urlencoded"),
        (b"q=" + b"a" * 3_000_000, "application/x-www-form-urlencoded"),
    ],
    ids=["json", "null", "bad utf-8", "charset", "multipart", "no boundary", "1001 fields", "3 MB"],
)
def test_a_body_that_no_browser_sends(client, clerk, url, body, content_type):
    if url != "/dang-nhap/":
        client.force_login(clerk)
    assert sound(client.post(url, body, content_type=content_type)).status_code in (200, 400)


def test_all_this_has_left_the_tables_where_they_were(ward):
    assert Ward.objects.in_service().count() == 21
