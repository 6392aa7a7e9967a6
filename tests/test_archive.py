"""The archive: what is kept is what was issued, and whoever is killed in between leaves nothing wrong."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from desk.pdf import PrinterError
from letters import archive
from letters.archive import draw, verify, waiting_ids
from letters.models import Letter
from letters.tasks import sweep_archive
from tests.conftest import moment
from tests.factories import draw_all, explain, late, letter_of

RECEIVED = moment("2026-11-17 09:00")
MONDAY = moment("2026-11-23 09:00")
LONG_AFTER = moment("2100-01-01 02:40")  # files are dated by the machine's clock


@pytest.fixture
def letter(ward):
    dossier = late(MONDAY, ward=ward, at=RECEIVED, then=RECEIVED + timedelta(hours=1))
    explain(dossier, MONDAY)
    return letter_of(dossier)


@pytest.fixture
def issued(letter, leader):
    draw_all(MONDAY)
    letter.refresh_from_db()
    letter.issue(by=leader, at=MONDAY)
    draw_all(MONDAY)
    letter.refresh_from_db()
    return letter


def files() -> set[str]:
    folders = default_storage.listdir("letters")[0] if default_storage.exists("letters") else []
    return {
        f"letters/{folder}/{name}" for folder in folders for name in default_storage.listdir(f"letters/{folder}")[1]
    }


def test_a_letter_drawn_twice_has_one_file(letter, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert draw(letter.pk, MONDAY)
        assert not draw(letter.pk, MONDAY)
    assert len(files()) == 1


def test_the_draft_goes_when_the_letter_is_issued(letter, leader, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        draw_all(MONDAY)
        letter.refresh_from_db()
        letter.issue(by=leader, at=MONDAY)
        draw_all(MONDAY)
    letter.refresh_from_db()
    assert files() == {letter.pdf}


def test_half_a_file_of_whoever_was_killed_is_never_taken_for_the_letter(letter, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        draw(letter.pk, MONDAY)
        letter.refresh_from_db()
        default_storage.delete(letter.pdf)
        default_storage.save(letter.pdf, ContentFile(b"half a letter"))
        Letter.objects.filter(pk=letter.pk).update(pdf="", sha256="", needs_drawing=True)
        draw(letter.pk, MONDAY)
    letter.refresh_from_db()
    assert hashlib.sha256(archive.pdf_of(letter, MONDAY)).hexdigest() == letter.sha256
    assert len(files()) == 2
    assert archive.sweep(LONG_AFTER) == 1
    assert files() == {letter.pdf}


def left(name, age):
    """A file that somebody left so long ago."""
    default_storage.save(name, ContentFile(b"%PDF-1.7 left"))
    at = (MONDAY - age).timestamp()
    os.utime(default_storage.path(name), (at, at))
    return name


def test_the_night_sweeps_away_the_draft_that_a_kill_has_left_and_nothing_else(issued):
    old, new = timedelta(hours=25), timedelta(hours=23)
    for draft in files() - {issued.pdf}:  # nothing commits here, so nothing was put away
        default_storage.delete(draft)
    os.utime(default_storage.path(issued.pdf), (0, 0))
    left(f"letters/0/{issued.pk}-77.pdf", old)
    left(f"letters/7/{10**6}-1.pdf", old)  # its letter is gone
    stays = {issued.pdf, left(f"letters/0/{issued.pk}-78.pdf", new), left("letters/0/ghi-chu.txt", old)}
    assert archive.sweep(MONDAY) == 2
    assert files() == stays
    assert archive.sweep(MONDAY) == 0
    assert verify()["missing_files"] == 0


def test_a_file_that_a_letter_has_come_to_name_since_the_list_was_made_stays(letter):
    name = left(f"letters/0/{letter.pk}-{letter.version}.pdf", timedelta(days=9))
    Letter.objects.filter(pk=letter.pk).update(pdf=name, sha256="0" * 64)
    assert not archive.sweep_one(name, MONDAY)
    assert files() == {name}


@pytest.fixture
def bucket(settings):
    """The letters in an object store."""
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "tests.storages.Bucket"}}
    return default_storage


def test_an_object_store_keeps_the_letters_and_is_swept_like_a_folder(bucket, letter, leader):
    assert archive.sweep(MONDAY) == 0  # a new store is empty
    draw_all(MONDAY)
    draft = Letter.objects.get().pdf
    letter.refresh_from_db()
    letter.issue(by=leader, at=MONDAY)
    draw_all(MONDAY)
    letter.refresh_from_db()
    assert archive.pdf_of(letter, MONDAY).startswith(b"%PDF")
    assert verify()["hash_mismatches"] == verify()["missing_files"] == 0
    assert bucket.exists(draft)  # nothing commits here, so nothing was put away
    assert not archive.sweep_one(f"letters/0/{letter.pk}-77.pdf", MONDAY)  # gone since the list was made
    assert archive.sweep(LONG_AFTER) == 1
    assert not bucket.exists(draft)
    bucket.delete(letter.pdf)
    assert verify()["missing_files"] == 1


def test_whoever_puts_a_file_away_while_the_sweeper_looks_is_in_nobodys_way(letter):
    assert not archive.sweep_one(f"letters/0/{letter.pk}-77.pdf", MONDAY)


def test_the_sweeper_rings_every_night_and_finds_an_empty_archive_too(db):
    assert settings.CELERY_BEAT_SCHEDULE["sweep-archive"]["task"] == sweep_archive.name
    sweep_archive()


def test_a_printer_that_fails_leaves_the_letter_waiting(letter, monkeypatch):
    def broken(*args, **kwargs):
        raise PrinterError("Chưa in được")

    monkeypatch.setattr(archive, "letter_pdf", broken)
    with pytest.raises(PrinterError):
        draw(letter.pk, MONDAY)
    letter.refresh_from_db()
    assert letter.needs_drawing
    assert letter.pk in waiting_ids(MONDAY, 10)


def test_an_issued_letter_is_never_drawn_again(issued):
    sha256 = issued.sha256
    assert not draw(issued.pk, MONDAY + timedelta(days=1))
    issued.refresh_from_db()
    assert issued.sha256 == sha256


def test_the_archive_notices_a_file_that_was_changed_or_lost(issued, capsys):
    call_command("verify_archive")
    assert json.loads(capsys.readouterr().out)["letters"] == 1
    path = default_storage.path(issued.pdf)
    with open(path, "ab") as file:
        file.write(b" ")
    with pytest.raises(CommandError, match="hash_mismatches"):
        call_command("verify_archive")
    default_storage.delete(issued.pdf)
    with pytest.raises(CommandError, match="missing_files"):
        call_command("verify_archive")
    assert not waiting_ids(MONDAY, 10)  # nothing is re-drawn silently


def test_the_archive_notices_a_number_that_is_missing(issued, capsys):
    Letter.objects.filter(pk=issued.pk).update(number=3)
    with pytest.raises(CommandError, match="number_gaps"):
        call_command("verify_archive")


def test_the_archive_notices_a_broken_promise_without_its_apology(letter):
    letter.delete()
    with pytest.raises(CommandError, match="overdue_without_apology"):
        call_command("verify_archive")


def test_the_command_draws_everything_that_waits_and_then_nothing(letter, capsys):
    call_command("render_letters")
    call_command("render_letters")
    assert capsys.readouterr().out.splitlines() == ["Đã lập 1 thư.", "Đã lập 0 thư."]
