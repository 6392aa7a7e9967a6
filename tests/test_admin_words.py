"""The administration speaks Vietnamese also where Django's own translation leaves off."""

from __future__ import annotations

import gettext
import re

import pytest
from django.conf import settings
from django.utils.translation import ngettext

from desk.models import Staff

LOCALE = settings.BASE_DIR / "desk" / "locale" / "vi" / "LC_MESSAGES"


@pytest.fixture
def admin(client, db):
    client.force_login(Staff.objects.create_superuser("quan-tri", full_name="Bùi Thị Ưng"))
    return client


def test_the_door_of_the_administration_is_that_of_everybody(client, clerk):
    answer = client.get("/quan-tri/", follow=True)
    assert answer.redirect_chain[-1][0] == "/dang-nhap/?next=/quan-tri/"
    client.force_login(clerk)
    assert client.get("/quan-tri/", follow=True).status_code == 403


@pytest.mark.parametrize("address", ["/quan-tri/desk/deskname/add/", "/quan-tri/desk/staff/add/"])
def test_a_form_that_is_refused_is_said_to_be_in_vietnamese(admin, address):
    page = admin.post(address, {}).text
    assert "Chưa lưu được. Xin sửa chỗ báo lỗi dưới đây." in page
    assert "Please" not in page


@pytest.mark.parametrize("address", ["/quan-tri/auth/group/add/", "/quan-tri/desk/staff/{}/change/"])
def test_what_may_be_permitted_is_said_in_vietnamese(admin, address):
    page = admin.get(address.format(Staff.objects.get(username="quan-tri").pk)).text
    offered = re.findall(r"<option value=.*?>(.+?)</option>", page[page.index("permissions") :])
    for words in ("sửa cán bộ", "sửa thôn, tổ"):  # the second is edited on the ward's page
        assert f"Đơn vị, cán bộ, lịch làm việc: {words}" in offered
    assert not [words for words in offered if re.search("Can |axes|access attempt|session", words, re.IGNORECASE)]


def test_one_fault_and_several_are_said_alike():
    one, several = "Please correct the error below.", "Please correct the errors below."
    assert ngettext(one, several, 1) == ngettext(one, several, 3) == "Chưa lưu được. Xin sửa chỗ báo lỗi dưới đây."


def test_what_was_translated_last_was_compiled():
    source = (LOCALE / "django.po").read_text(encoding="utf-8")
    one = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', source, re.MULTILINE)
    counted = re.findall(r'^msgid "(.+)"\nmsgid_plural "(.+)"\nmsgstr\[0\] "(.+)"$', source, re.MULTILINE)
    assert len(one) + len(counted) == source.count("msgid ") - 1  # the first is the head
    with (LOCALE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert [(english, compiled.gettext(english)) for english, _ in one] == one
    assert [(*english, compiled.ngettext(*english, 1)) for *english, _ in counted] == counted
