"""Whatever dies while letters are drawn: one apology for each broken promise, one PDF for each letter, no number lost.

All of it is real: a database that commits, workers that die by SIGKILL, a Redis of the test's own. The ward has signed
its apologies in advance, so each letter is drawn twice, as the draft and as the one that was issued by itself. The
beat's ring comes every minute at the desk; here it comes as soon as the faults are over.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
import redis
from django.db import Error, connection, transaction
from django.utils import timezone
from kombu import Connection

from desk.models import Counter
from dossiers.models import Appointment, DelayCause, IssuedPaper
from dossiers.tasks import flag_overdue
from letters import archive
from letters.archive import STAYS, draw, sweep, verify, waiting_ids
from letters.models import Letter, LetterKind, LetterPolicy, LetterText
from letters.tasks import draw_waiting, order_letters_ahead
from tests.factories import CAUSE, REASON, DossierFactory, StaffFactory
from tests.test_archive import files
from tests.test_flag_overdue import (
    broker_of,
    every_broken_promise_has_one_event,
    long_ago,
    process,
    until_somebody_waits,
    wait_for,
)
from tests.test_receive import at_once

WORKER = ("-m", "celery", "-A", "phuly_portal", "worker")
needs_redis = pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server on this machine")


@pytest.fixture(autouse=True)
def _clock():
    """Real workers live in real time, and so do these tests."""


@pytest.fixture
def leader(reference, ward):
    """Who signs every apology in advance: a letter is issued as soon as its draft is there."""
    leader = StaffFactory(ward=ward, leader=True)
    apologies = LetterText.objects.filter(occasion__startswith="apology")
    LetterPolicy.objects.decide(
        ward=ward,
        kind=LetterKind.APOLOGY,
        mode=LetterPolicy.Mode.AUTOMATIC,
        by=leader,
        at=timezone.now(),
        texts=list(apologies),
    )
    return leader


def late_with_reason(count, ward):
    """Dossiers whose promise has passed without anybody having looked, and of which the desk knows why."""
    DossierFactory.create_batch(count, ward=ward, at=long_ago(), then=long_ago(), in_progress=True)
    Appointment.objects.update(delay_cause=DelayCause.objects.get(name=CAUSE), delay_words=REASON)


def done():
    """Letters that are issued and have their final PDF."""
    return Letter.objects.issued().filter(needs_drawing=False).count()


def ring_until_done(broker, count, seconds=90):
    """The beat's bell; what it rings for twice is done once."""
    for _ in range(seconds):
        draw_waiting.apply_async(connection=broker)
        with contextlib.suppress(AssertionError):
            wait_for(lambda: done() == count and not waiting_ids(timezone.now(), 1), seconds=2)
            return
    raise AssertionError(f"{done()} of {count} letters are done")


def kill(worker):
    """With its whole family, in the middle of whatever it does."""
    os.killpg(worker.pid, signal.SIGKILL)
    assert worker.wait() == -signal.SIGKILL


def all_is_well(count):
    """What must hold once nothing waits any more, and a night has swept up what the dead have left."""
    sweep(timezone.now() + 2 * STAYS)
    broken = Appointment.objects.filter(outcome=Appointment.Outcome.BROKEN).values_list("pk", flat=True)
    letters = Letter.objects.all()
    counts = verify()
    assert (counts.pop("letters"), counts.pop("rendered")) == (count, count)
    assert set(counts.values()) == {0}, counts
    assert set(letters.values_list("appointment", flat=True)) >= set(broken)
    assert letters.values("appointment").distinct().count() == count
    assert sorted(letters.values_list("number", flat=True)) == list(range(1, count + 1))
    assert Counter.objects.get(series__startswith="letter-").value == count
    assert files() == set(letters.values_list("pdf", flat=True))
    assert IssuedPaper.objects.filter(act__startswith="letter-").count() == count
    assert Appointment.objects.filter(cause=Appointment.Cause.RESCHEDULED).count() == count
    assert every_broken_promise_has_one_event()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def redis_server(port, folder):
    """It keeps nothing on disk, so whoever starts it again finds it empty."""
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        with redis.Redis(port=port) as client:
            wait_for(lambda: answers(client))
            yield client
    finally:
        server.kill()
        server.wait()


def answers(client):
    with contextlib.suppress(redis.ConnectionError):
        return client.ping()


@pytest.fixture
def redis_port(tmp_path):
    return free_port()


@pytest.fixture
def url(redis_port):
    return f"redis://127.0.0.1:{redis_port}/0"


# killed in the middle


@pytest.mark.usefixtures("leader")
def test_on_the_embedded_broker_two_workers_killed_twice_leave_nothing_out_and_nothing_twice(ward, tmp_path):
    """Two workers and two beats at once; both workers die, twice."""
    count = 40
    late_with_reason(count, ward)
    _, broker = broker_of("embedded", tmp_path)
    worker = partial(process, *WORKER, "--pool", "solo", data=tmp_path)
    with broker:
        for share in (0.2, 0.6):
            with worker() as one, worker() as two:
                for task in (flag_overdue, order_letters_ahead, draw_waiting) * 2:
                    task.apply_async(connection=broker)
                wait_for(lambda: done() >= share * count)  # noqa: B023 - asked at once
                kill(one)
                kill(two)
            assert done() < count
        with worker():
            ring_until_done(broker, count)
    all_is_well(count)


@needs_redis
@pytest.mark.postgresql
@pytest.mark.usefixtures("leader")
def test_a_worker_killed_twice_while_it_draws_leaves_nothing_out_and_nothing_twice(ward, tmp_path, redis_port, url):
    """Redis gives back what a killed worker had taken only after an hour; the beat does not wait for that."""
    count = 200
    late_with_reason(count, ward)
    worker = partial(process, *WORKER, "--concurrency", "2", data=tmp_path, REDIS_URL=url)
    with redis_server(redis_port, tmp_path), Connection(url) as broker:
        for share in (0.2, 0.6):
            with worker() as killed:
                flag_overdue.apply_async(connection=broker)
                draw_waiting.apply_async(connection=broker)
                wait_for(lambda: done() >= share * count)  # noqa: B023 - asked at once
                kill(killed)
            assert done() < count
        with worker():
            ring_until_done(broker, count)
    all_is_well(count)


# the broker forgets


@needs_redis
@pytest.mark.postgresql
@pytest.mark.usefixtures("leader")
def test_a_redis_that_is_flushed_then_dies_and_comes_back_empty_loses_no_letter(ward, tmp_path, redis_port, url):
    count = 20
    late_with_reason(count, ward)
    worker = partial(process, *WORKER, "--concurrency", "2", data=tmp_path, REDIS_URL=url)
    with worker(), Connection(url) as broker:
        with redis_server(redis_port, tmp_path) as client:
            flag_overdue.apply_async(connection=broker)
            wait_for(lambda: done() >= 3)
            client.flushall()
            draw_waiting.apply_async(connection=broker)
            before = done()
            wait_for(lambda: done() >= before + 3)
        assert done() < count
        late_with_reason(4, ward)
        with process("manage.py", "flag_overdue", data=tmp_path, REDIS_URL=url) as beat:
            assert beat.wait(60) == 0  # a bell that nobody hears undoes nothing
        broker.close()
        # Celery finds its way back, or dies and is started again by docker compose; then two may be drawing
        with redis_server(redis_port, tmp_path), worker():
            ring_until_done(broker, count + 4)
    all_is_well(count + 4)


# two of everything


@needs_redis
@pytest.mark.postgresql
@pytest.mark.usefixtures("leader")
def test_two_beats_at_once_order_and_draw_each_letter_once(ward, tmp_path, redis_port, url):
    """Half of the promises have passed; the other half is about to break, which orders the letter ahead."""
    count = 20
    late_with_reason(count, ward)
    ahead = Appointment.objects.filter(pk__in=Appointment.objects.values("pk")[: count // 2])
    ahead.update(due_at=timezone.now() + timedelta(minutes=30))
    worker = partial(process, *WORKER, "--concurrency", "2", data=tmp_path, REDIS_URL=url)
    with redis_server(redis_port, tmp_path), Connection(url) as broker, worker(), worker():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE dossiers_event IN EXCLUSIVE MODE")  # whoever comes first waits for the others
            for task in (flag_overdue, flag_overdue, order_letters_ahead, order_letters_ahead):
                task.apply_async(connection=broker)
            until_somebody_waits()
        for task in (flag_overdue, order_letters_ahead, draw_waiting) * 2:
            task.apply_async(connection=broker)
        ring_until_done(broker, count)
    assert Appointment.objects.filter(outcome=Appointment.Outcome.BROKEN).count() == count // 2
    all_is_well(count)


# the database hangs up


@needs_redis
@pytest.mark.postgresql
@pytest.mark.usefixtures("leader")
def test_connections_that_are_cut_while_letters_are_drawn_cost_no_letter(ward, tmp_path, redis_port, url):
    worker = partial(process, *WORKER, "--concurrency", "2", data=tmp_path, REDIS_URL=url)
    with redis_server(redis_port, tmp_path), Connection(url) as broker:
        cut_while_drawn(ward, broker, worker)


@pytest.mark.postgresql
@pytest.mark.usefixtures("leader")
def test_connections_that_are_cut_cost_no_letter_without_redis_either(ward, tmp_path):
    _, broker = broker_of("embedded", tmp_path)
    with broker:
        cut_while_drawn(ward, broker, partial(process, *WORKER, "--pool", "solo", data=tmp_path))


def cut_while_drawn(ward, broker, worker, count=20):
    late_with_reason(count, ward)
    with worker() as alive:
        flag_overdue.apply_async(connection=broker)
        wait_for(Letter.objects.exists)
        cut = 0
        while cut < 12 and done() < count:
            cut += hang_up()
            draw_waiting.apply_async(connection=broker)
            time.sleep(0.05)
        assert cut >= 12
        ring_until_done(broker, count)
        assert alive.poll() is None
    all_is_well(count)


def hang_up():
    """Cut every other connection that is inside a transaction; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
        )
        return cursor.fetchone()[0]


@pytest.mark.postgresql
@pytest.mark.usefixtures("leader")
def test_a_worker_that_has_lost_its_lock_leaves_the_pdf_of_the_next_one_alone(ward, monkeypatch):
    """Its connection was cut while it printed; the next one prints the same letter by another release: other bytes."""
    late_with_reason(1, ward)
    Appointment.objects.break_overdue(timezone.now())
    letter = Letter.objects.get()
    printing, goes_on, printed = threading.Event(), threading.Event(), archive.letter_pdf

    def slowly(row, now):
        if row.state != Letter.State.ISSUED or threading.current_thread() is threading.main_thread():
            return printed(row, now)
        printing.set()
        assert goes_on.wait(60)
        return printed(row, now) + b"%another release\n"

    monkeypatch.setattr(archive, "letter_pdf", slowly)
    with ThreadPoolExecutor(1) as elsewhere:
        lost = elsewhere.submit(at_once, partial(draw, letter.pk, timezone.now()))
        assert printing.wait(60)
        assert hang_up() == 1
        assert draw(letter.pk, timezone.now())
        goes_on.set()
        with pytest.raises(Error):
            lost.result()
    assert len(files()) == 2
    all_is_well(1)


# killed between two steps


@pytest.mark.usefixtures("leader")
def test_whoever_dies_between_the_draft_and_its_issue_leaves_a_letter_that_is_issued_later(ward, monkeypatch):
    late_with_reason(1, ward)
    Appointment.objects.break_overdue(timezone.now())
    letter = Letter.objects.get()

    def killed(self, now):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(Letter, "issue_by_itself", killed)
        with pytest.raises(SystemExit):
            draw(letter.pk, timezone.now())
    assert waiting_ids(timezone.now(), 1) == [letter.pk]
    draw(letter.pk, timezone.now())
    all_is_well(1)
