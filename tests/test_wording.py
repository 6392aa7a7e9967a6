"""A leader words the forms of the ward: named fields only, tried out before saved, and never on what was issued."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pypdf import PdfReader

from desk.wording import check, fill
from dossiers.models import Edition, FormText, FormTitle
from dossiers.wording import PASSAGES
from tests.factories import DossierFactory, StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def leader_client(client, leader):
    client.force_login(leader)
    return client


@pytest.fixture
def edition():
    return Edition.objects.on(timezone.localdate())


def page_of(edition, kind):
    return f"/lanh-dao/mau-giay/{edition.titles.get(kind=kind).pk}/"


def words(content):
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return " ".join(text.split())


@pytest.mark.parametrize("kind", PASSAGES)
def test_each_form_prints_the_wards_own_words_and_goes_back_to_the_standard(leader_client, ward, edition, kind):
    DossierFactory(ward=ward, at=timezone.now())
    url, passage = page_of(edition, kind), PASSAGES[kind][-1]
    own = "Xin cảm ơn {{ ten_nguoi_nop }} đã đến phường mình."
    assert leader_client.post(url, {passage.slug: own}).status_code == 302
    printed = words(leader_client.post(url, {"try": "yes", passage.slug: own}).content)
    assert "Xin cảm ơn Nguyễn Thị Tuyết Nhung đã đến phường mình." in printed
    leader_client.post(url, {passage.slug: ""})
    assert FormText.objects.texts(ward, edition, kind) == {}
    assert FormText.objects.count() == 2


def test_what_was_issued_keeps_the_words_it_was_printed_with(leader_client, ward, edition):
    dossier = DossierFactory(ward=ward, at=timezone.now())
    before = words(leader_client.get(f"/ho-so/{dossier.code}/giay-tiep-nhan.pdf").content)
    leader_client.post(page_of(edition, "slip"), {"motto": "Phường mình thân thiện", "bring": "", "ask": ""})
    assert words(leader_client.get(f"/ho-so/{dossier.code}/giay-tiep-nhan.pdf").content) == before
    other = DossierFactory(ward=ward, at=timezone.now())
    assert "Phường mình thân thiện" in words(leader_client.get(f"/ho-so/{other.code}/giay-tiep-nhan.pdf").content)


def test_the_standard_words_left_as_they_are_change_nothing(leader_client, ward, edition):
    typed = {passage.slug: passage.standard for passage in PASSAGES["slip"]}
    page = leader_client.post(page_of(edition, "slip"), typed, follow=True).text
    assert "không có gì thay đổi" in page
    assert not FormText.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Kính gửi {{ ten_khong_co }}", "Chưa có trường {{ ten_khong_co }}"),
        ("Kính gửi {% load x %}", "thừa"),
        ("Kính gửi {{ ten_nguoi_nop", "thừa"),
        ("x" * 301, "Dài quá"),
    ],
)
def test_what_cannot_be_printed_is_said_beside_its_field_and_kept_as_typed(leader_client, edition, typed, said):
    page = leader_client.post(page_of(edition, "refusal"), {"closing": typed, "finding": "Lời khác"})
    assert page.status_code == 200
    assert said in page.text.replace("&quot;", '"')
    assert "Lời khác" in page.text
    assert not FormText.objects.exists()


def test_nothing_typed_is_run_or_becomes_markup():
    assert fill("{{ a }} & **đậm**", {"a": "<script>"}) == '<span class="nb">&lt;script&gt;</span> &amp; <b>đậm</b>'
    with pytest.raises(ValidationError):
        check("<b>đậm</b>", {"a"})


def test_one_wards_words_are_not_anothers(leader_client, client, ward, other_ward, edition):
    leader_client.post(page_of(edition, "refusal"), {"closing": "Lời của phường mình", "finding": ""})
    assert FormText.objects.texts(other_ward, edition, "refusal") == {}
    client.force_login(StaffFactory(ward=other_ward, leader=True))
    assert "Lời của phường mình" not in client.get(page_of(edition, "refusal")).text


@pytest.mark.parametrize("role", ["clerk", "officer", "city"])
def test_only_a_leader_words_forms(client, role, request, edition):
    client.force_login(request.getfixturevalue(role))
    assert client.get("/lanh-dao/mau-giay/").status_code == 403
    assert client.post(page_of(edition, "refusal"), {"closing": "Lời khác"}).status_code == 403
    assert not FormText.objects.exists()


def test_a_form_that_has_nothing_to_word_has_no_page(leader_client, edition):
    assert (
        leader_client.get(
            f"/lanh-dao/mau-giay/{FormTitle.objects.get(edition=edition, kind='register').pk}/"
        ).status_code
        == 404
    )
