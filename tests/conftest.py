from __future__ import annotations

import os
from datetime import datetime, timedelta
from io import StringIO
from time import monotonic

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.db.models import Model

from desk.calendar import ZONE
from desk.kept import forget
from desk.models import Ward
from tests.factories import StaffFactory

# the browser's driver runs an event loop in the same thread as the tests
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


#: When every test begins, unless it sets the clock itself.
MONDAY = datetime(2026, 11, 23, 10, 30, tzinfo=ZONE)


def moment(text: str) -> datetime:
    """ "2026-11-23 08:42" in Phủ Lý."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def run_from(start: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set every clock of the portal to that moment, from which it runs on."""
    began = monotonic()
    for name in ("django.utils.timezone.now", "axes.attempts.now", "axes.handlers.proxy.now"):
        monkeypatch.setattr(name, lambda: start + timedelta(seconds=monotonic() - began))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Tests that commit run after all others, since they leave every table empty. pytest-django sorts so too, but
    pytest then gathers what shares a browser, wherever the first of them stood."""
    items.sort(key=lambda item: not {"transactional_db", "live_server"}.isdisjoint(item.fixturenames))


#: Every row of the reference data, table by table.
REFERENCE: list[list[Model]] = []


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Wards, calendar, forms and procedures are there for every test, as they are at every desk."""
    with django_db_blocker.unblock():
        call_command("seed_reference", verbosity=0, stdout=StringIO())
        tables = [
            model
            for app in ("desk", "dossiers", "feedback", "letters")
            for model in apps.get_app_config(app).get_models()
        ]
        REFERENCE[:] = [list(model._base_manager.all()) for model in tables]


@pytest.fixture(autouse=True)
def _nothing_kept():
    """Rows go with each test, so what is kept in memory goes too."""
    forget()
    cache.clear()


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings):
    """It is a Monday morning in Phủ Lý, and time goes on from there: no test depends on the day it is run.

    Who has logged in stays logged in when a test goes on to a later day.
    """
    settings.SESSION_COOKIE_AGE = int(timedelta(days=1000).total_seconds())
    run_from(MONDAY, monkeypatch)


@pytest.fixture(autouse=True)
def _quick(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    """Each test keeps its files apart: rows of tests that run side by side have the same numbers."""
    settings.DATA_DIR = tmp_path
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def reference(transactional_db):
    """The same rows for a test that commits for real, since such tests empty every table behind them; the first of
    them finds the rows still there.
    """
    with transaction.atomic():  # so that the order of the tables is no matter
        for rows in REFERENCE:
            if rows:
                type(rows[0])._base_manager.bulk_create(rows, ignore_conflicts=True)


@pytest.fixture
def ward(db) -> Ward:
    return Ward.objects.get(slug="le-hong-phong")


@pytest.fixture
def other_ward(db) -> Ward:
    return Ward.objects.get(slug="quang-trung")


@pytest.fixture
def clerk(ward):
    return StaffFactory(ward=ward, clerk=True, full_name="Lê Thị Bích Ngọc")


@pytest.fixture
def officer(ward):
    return StaffFactory(ward=ward, officer=True, full_name="Đỗ Hữu Thắng")


@pytest.fixture
def leader(ward):
    return StaffFactory(ward=ward, leader=True, full_name="Trần Quốc Vượng")


@pytest.fixture
def city(db):
    return StaffFactory(city=True, full_name="Nguyễn Thị Quế Anh")


@pytest.fixture
def clerk_client(client, clerk):
    client.force_login(clerk)
    return client
