"""Scans of a dossier's papers: judged by their content, kept out of the web, opened only by who may see the dossier."""

import io
import struct
import zipfile
import zlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from PIL import Image

from dossiers.models import Attachment
from tests.factories import DossierFactory, StaffFactory, scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(ward):
    return DossierFactory(ward=ward)


def picture(kind, size=(20, 20)):
    buffer = io.BytesIO()
    Image.new("RGB", size, "white").save(buffer, kind)
    return buffer.getvalue()


def noise(kind):
    buffer = io.BytesIO()
    Image.effect_noise((600, 600), 80).save(buffer, kind)
    return buffer.getvalue()


def half(content):
    return content[: len(content) // 2]


def claiming(width, height):
    """A small PNG whose header says that it is huge, with a checksum that agrees."""
    png = picture("PNG")
    header = b"IHDR" + struct.pack(">II", width, height) + png[24:29]
    return png[:12] + header + struct.pack(">I", zlib.crc32(header)) + png[33:]


def zip_bomb():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"0" * 10_000_000)
    return buffer.getvalue()


def send(client, dossier, content, name="to-khai.pdf", **typed):
    data = {"document": dossier.documents.get().pk, "file": SimpleUploadedFile(name, content), **typed}
    return client.post(f"/ho-so/{dossier.code}/ban-chup/", data)


GOOD = {
    "a.pdf": b"%PDF-1.7\n1 0 obj\n%%EOF\n",
    "anh.jpg": picture("JPEG"),
    "anh.png": picture("PNG"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_scan_is_kept_as_it_came_and_opened_again(clerk_client, dossier, name):
    assert send(clerk_client, dossier, GOOD[name], name).status_code == 302
    row = Attachment.objects.get()
    answer = clerk_client.get(f"/ho-so/{dossier.code}/ban-chup/{row.pk}/")
    assert answer.content == GOOD[name]
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_name_does_not_decide_and_gets_the_ending_of_the_content(clerk_client, dossier):
    send(clerk_client, dossier, GOOD["anh.png"], "..\\..\\etc/Tờ khai\x07 của bà Mận.exe")
    row = Attachment.objects.get()
    assert (row.name, row.kind) == ("Tờ khai của bà Mận.png", "image/png")
    assert row.stored.startswith("scans/")


BAD = {
    "a program": (b"MZ\x90\x00" + b"0" * 100, "không phải"),
    "a page of HTML": (b"<html><script>alert(1)</script></html>", "không phải"),
    "a zip bomb named .pdf": (zip_bomb(), "không phải"),
    "an empty file": (b"", "trống"),
    "half a PDF": (b"%PDF-1.7\n1 0 obj", "bị hỏng"),
    "half a JPEG": (half(noise("JPEG")), "bị hỏng"),
    "half a PNG": (half(noise("PNG")), "bị hỏng"),
    "a PDF with a password": (b"%PDF-1.7\ntrailer << /Encrypt 5 0 R >>\n%%EOF", "có mật khẩu"),
    "a picture of 41 million points": (picture("PNG", (41_000, 1000)), "lớn quá"),
    "a picture that claims to have a billion points": (claiming(40_000, 40_000), "lớn quá"),
    "51 MB": (b"%PDF-1.7" + b"0" * 51 * 1024 * 1024 + b"%%EOF", "nặng quá 10 MB"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_document_gets_a_word_beside_its_field_and_nothing_is_kept(clerk_client, dossier, what, settings):
    content, words = BAD[what]
    answer = send(clerk_client, dossier, content)
    assert answer.status_code == 200
    field = answer.text.partition('id="div_id_file"')[2].partition("</section>")[0]
    assert words in field
    assert dossier.applicant_name in answer.text
    assert not Attachment.objects.exists()
    assert not default_storage.exists("scans")


def test_a_paper_of_another_dossier_is_no_choice(clerk_client, dossier, ward):
    other = DossierFactory(ward=ward)
    answer = send(clerk_client, dossier, GOOD["a.pdf"], document=other.documents.get().pk)
    assert "Xin chọn lại." in answer.text
    assert not Attachment.objects.exists()


def test_another_ward_finds_no_scan_and_its_own_ward_does(client, dossier, clerk, other_ward):
    row = kept(dossier, clerk)
    url = f"/ho-so/{dossier.code}/ban-chup/{row.pk}/"
    client.force_login(StaffFactory(ward=other_ward, clerk=True))
    assert client.get(url).status_code == 404
    client.force_login(clerk)
    assert client.get(url).status_code == 200


def test_a_scan_of_one_dossier_is_not_opened_through_another(clerk_client, clerk, dossier, ward):
    row, other = kept(dossier, clerk), DossierFactory(ward=ward)
    assert clerk_client.get(f"/ho-so/{other.code}/ban-chup/{row.pk}/").status_code == 404


def test_who_added_it_or_the_leader_takes_it_away_and_a_trace_stays(
    client, dossier, clerk, leader, ward, django_capture_on_commit_callbacks
):
    row = kept(dossier, clerk)
    url = f"/ho-so/{dossier.code}/ban-chup/{row.pk}/bo/"
    client.force_login(StaffFactory(ward=ward, officer=True))
    assert "Chỉ người đã thêm" in client.post(url, follow=True).text
    client.force_login(leader)
    with django_capture_on_commit_callbacks(execute=True):
        assert "Đã bỏ bản chụp" in client.post(url, follow=True).text
    row.refresh_from_db()
    assert row.removed_by == leader
    assert not default_storage.exists(row.stored)
    assert "đã bỏ rồi" in client.post(url, follow=True).text
    assert client.get(f"/ho-so/{dossier.code}/ban-chup/{row.pk}/").status_code == 404


def test_a_store_that_does_not_answer_keeps_nobody_from_taking_a_scan_away(
    client, dossier, clerk, settings, django_capture_on_commit_callbacks
):
    row = kept(dossier, clerk)
    client.force_login(clerk)
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "tests.storages.Unreachable"}}
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(f"/ho-so/{dossier.code}/ban-chup/{row.pk}/bo/", follow=True)
    assert "Đã bỏ bản chụp" in page.text


def test_a_row_that_cannot_be_written_leaves_no_file(dossier, clerk):
    file = scan()
    file.kind = None
    with pytest.raises(IntegrityError), transaction.atomic():
        kept(dossier, clerk, file)
    assert default_storage.listdir("scans/2026/11")[1] == []


def test_the_dossiers_page_costs_the_same_with_one_scan_and_with_many(
    clerk_client, dossier, clerk, django_assert_num_queries
):
    kept(dossier, clerk)
    with CaptureQueriesContext(
        connection,
    ) as one:
        clerk_client.get(dossier.get_absolute_url())
    for _ in range(8):
        kept(dossier, clerk)
    with django_assert_num_queries(len(one)):
        clerk_client.get(dossier.get_absolute_url())


def kept(dossier, by, file=None):
    return Attachment.objects.attach(
        dossier=dossier, document=dossier.documents.get(), file=file or scan(), by=by, at=dossier.received_at
    )


def test_a_file_that_a_crash_left_behind_goes_the_next_night(dossier, clerk):
    row = kept(dossier, clerk)
    Attachment.objects.update(removed_at=dossier.received_at)
    assert default_storage.exists(row.stored)
    assert Attachment.objects.sweep(since=dossier.received_at) == 1
    assert not default_storage.exists(row.stored)
    assert Attachment.objects.sweep(since=dossier.received_at) == 0
