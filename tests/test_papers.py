"""An issued paper never changes; a correction is a new paper that says what it replaces."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from desk.models import Ward
from dossiers.models import Dossier, FormTitle, IssuedPaper
from tests.factories import DossierFactory, StaffFactory


@pytest.fixture
def everybody(ward):
    return StaffFactory(ward=ward, clerk=True, officer=True, leader=True, full_name="Lê Thị Bích Ngọc")


@pytest.fixture
def read(client, everybody):
    """The words of a PDF as the clerk's browser gets it."""
    client.force_login(everybody)

    def words(name, *args):
        pages = PdfReader(BytesIO(client.get(reverse(f"dossiers:{name}", args=args)).content)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())

    return words


@pytest.fixture
def dossier(ward, everybody):
    return DossierFactory(ward=ward, by=everybody, at=timezone.now())


def change_the_world(ward):
    Ward.objects.filter(pk=ward.pk).update(phone="02263000999")
    FormTitle.objects.update(title="Tên khác")


def test_a_slip_printed_again_says_the_same_whatever_changed_meanwhile(read, ward, dossier):
    first = read("slip_pdf", dossier.code)
    change_the_world(ward)
    assert read("slip_pdf", dossier.code) == first
    assert IssuedPaper.objects.count() == 1
    assert "TÊN KHÁC" in read("slip_pdf", DossierFactory(ward=ward, at=timezone.now()).code)


@pytest.mark.parametrize(("verb", "slug"), [("refuse", "tu-choi"), ("stop", "dung")])
def test_a_form_printed_again_says_the_same(read, ward, everybody, dossier, verb, slug):
    getattr(dossier, verb)(reason="Không thuộc thẩm quyền", by=everybody, at=timezone.now())
    first = read("paper_pdf", dossier.code, slug)
    change_the_world(ward)
    assert read("paper_pdf", dossier.code, slug) == first


def test_the_control_slip_is_a_working_print_and_is_not_kept(read, dossier):
    read("paper_pdf", dossier.code, "kiem-soat")
    assert IssuedPaper.objects.count() == 0


def test_a_correction_gives_a_slip_that_replaces_the_old_one_which_stays(read, client, everybody, dossier):
    old = read("slip_pdf", dossier.code)
    dossier.correct(changes={"applicant_name": "Nguyễn Thị Nhung"}, reason="Sai tên", by=everybody, at=timezone.now())
    new = read("slip_pdf", dossier.code)
    replaced, current = IssuedPaper.objects.all()
    assert current.replaces == replaced
    assert f"Thay giấy hẹn số 0001/TTPVHCC ngày {timezone.localdate():%d/%m/%Y}" in new
    assert "Thay giấy hẹn" not in old
    assert "Nguyễn Thị Nhung" in new
    assert read("issued_pdf", dossier.code, replaced.pk) == old
    assert client.get(dossier.get_absolute_url()).text.count("đã thay") == 1


def test_the_database_keeps_one_paper_for_one_act(read, dossier):
    read("slip_pdf", dossier.code)
    row = IssuedPaper.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    assert Dossier.objects.get().issued_papers.count() == 1
