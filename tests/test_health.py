"""What machines ask: is the process alive, and is the desk ready to work."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from celery import current_app
from django.conf import settings

from desk.models import Ward

pytestmark = pytest.mark.django_db
#: Nothing listens on port 1.
CLOSED = "127.0.0.1:1"
ALL_WELL = {"database": "ok", "broker": "ok", "storage": "ok"}


def readyz(client):
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def test_alive_asks_nothing_of_anybody(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")
    assert "no-store" in answer["Cache-Control"]


def test_ready_when_every_part_answers(client):
    assert readyz(client) == (200, ALL_WELL)
    assert "no-store" in client.get("/readyz")["Cache-Control"]


def test_a_database_without_wards_is_not_ready_yet(client):
    Ward.objects.update(is_in_service=False)
    assert readyz(client) == (503, ALL_WELL | {"database": "down"})


def test_a_broker_that_does_not_listen_is_named(client, monkeypatch):
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis://{CLOSED}/0")
    assert current_app.conf.broker_url.endswith(f"{CLOSED}/0")
    assert readyz(client) == (503, ALL_WELL | {"broker": "down"})
    monkeypatch.undo()
    assert readyz(client) == (200, ALL_WELL)


def with_storage_at(settings, place):
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": place}}
    settings.STORAGES = {**settings.STORAGES, "default": default}


def test_a_storage_that_cannot_be_written_is_named(client, settings, tmp_path):
    (tmp_path / "files").write_text("a file where the folder should be")
    with_storage_at(settings, tmp_path / "files")
    assert readyz(client) == (503, ALL_WELL | {"storage": "down"})
    with_storage_at(settings, tmp_path / "others")
    assert readyz(client) == (200, ALL_WELL)


def test_asking_leaves_no_file_behind(client, settings, tmp_path):
    with_storage_at(settings, tmp_path)
    assert readyz(client)[0] == 200
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_every_part_that_is_down_is_named_and_never_why(client, settings, monkeypatch, tmp_path):
    (tmp_path / "files").write_text("")
    with_storage_at(settings, tmp_path / "files")
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis://:a-secret@{CLOSED}/0")
    Ward.objects.update(is_in_service=False)
    assert readyz(client) == (503, dict.fromkeys(ALL_WELL, "down"))


def test_a_database_that_cannot_be_reached_is_named_by_a_process_that_lives(tmp_path):
    """A process of its own, because this one has its database."""
    ask = (
        "import django, json; django.setup(); from django.test import Client; desk = Client(SERVER_NAME='localhost');"
        "alive, ready = desk.get('/healthz'), desk.get('/readyz');"
        "print(json.dumps([alive.status_code, ready.status_code, ready.json()]))"
    )
    told = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    told |= {"DATABASE_URL": f"postgresql://nobody@{CLOSED}/none", "DATA_DIR": str(tmp_path)}
    told |= {"DJANGO_SETTINGS_MODULE": "phuly_portal.settings"}
    done = subprocess.run([sys.executable, "-c", ask], cwd=settings.BASE_DIR, env=told, capture_output=True, text=True)
    assert json.loads(done.stdout) == [200, 503, ALL_WELL | {"database": "down"}], done.stderr
    assert "Connection refused" in done.stderr  # the log says why
