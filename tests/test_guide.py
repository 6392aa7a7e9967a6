"""The guide that F1 opens: there for every role, with its pictures, and at the place that fits the page."""

import re

import pytest
from django.contrib.staticfiles import finders

from desk.models import Staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["clerk", "officer", "leader", "city"])
def test_everybody_at_work_reads_the_guide(client, role, request):
    client.force_login(request.getfixturevalue(role))
    page = client.get("/huong-dan/").content.decode()
    assert [word in page for word in ("Cán bộ một cửa", "Công chức chuyên môn", "Lãnh đạo")] == [True] * 3


def test_a_stranger_logs_in_first(client):
    assert client.get("/huong-dan/").url.startswith("/dang-nhap/")


def test_every_picture_is_there_and_says_what_it_shows(clerk_client):
    page = clerk_client.get("/huong-dan/").content.decode()
    pictures = re.findall(r'<img src="/static/([^"]+)"[^>]* alt="([^"]+)"', page)
    assert len(pictures) == page.count("<img") >= 6
    assert all(finders.find(name) for name, _ in pictures)


@pytest.mark.parametrize(
    ("path", "chapter"),
    [
        ("/quay/", "counter"),
        ("/ho-so/", "dossiers"),
        ("/quay/so-theo-doi/", "register"),
        ("/thu/", "letters"),
        ("/quay/tiep-nhan/", "intake"),
        ("/quay/co-ket-qua/", "arrivals"),
        ("/thu/giao/", "delivery"),
        ("/y-kien/", "feedback"),
        ("/thu-bao/", "digests"),
    ],
)
def test_f1_opens_it_beside_the_page_at_the_chapter_that_fits(clerk_client, clerk, path, chapter):
    Staff.objects.filter(pk=clerk.pk).update(is_leader=True)
    link = re.search(
        r'<a href="/huong-dan/#([^"]+)" target="_blank" data-key="F1"', clerk_client.get(path).content.decode()
    )
    assert link[1] == f"muc-{chapter}"
    assert f'id="{link[1]}"' in clerk_client.get("/huong-dan/").content.decode()
