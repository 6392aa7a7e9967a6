"""Broken promises are found once each, whatever happens to the one who looks for them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from io import StringIO
from urllib.parse import urlsplit

import pytest
import redis
from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu import Connection

from dossiers.models import Appointment, Dossier, Event
from dossiers.signals import event_recorded
from dossiers.tasks import flag_overdue
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory
from tests.test_moves import rescheduled
from tests.test_receive import at_once, heard, until_somebody_waits  # noqa: F401 - heard is a fixture

RECEIVED = moment("2026-11-23 08:42")
DUE = moment("2026-11-27 11:30")
LATE = DUE + timedelta(minutes=4)
A_MOMENT = timedelta(microseconds=1)


def received(count, ward, **traits):
    return [DossierFactory(ward=ward, at=RECEIVED, **traits) for _ in range(count)]


def overdue_events():
    return Event.objects.filter(kind="overdue")


def outcomes():
    return sorted(Appointment.objects.values_list("outcome", flat=True))


def every_broken_promise_has_one_event():
    broken = Appointment.objects.filter(outcome="broken").values_list("pk", flat=True)
    return sorted(overdue_events().values_list("appointment", flat=True)) == sorted(broken)


# what is found


def test_a_promise_is_broken_when_its_half_day_has_passed_and_not_before(ward):
    [dossier] = received(1, ward)
    assert Appointment.objects.break_overdue(DUE) == []
    assert outcomes() == ["open"]
    [event_id] = Appointment.objects.break_overdue(DUE + A_MOMENT)
    event = Event.objects.get(pk=event_id)
    appointment = dossier.appointments.get()
    assert (event.kind, event.dossier, event.appointment) == ("overdue", dossier, appointment)
    assert (event.at, event.by, event.reason) == (DUE + A_MOMENT, None, "")
    assert (event.state_before, event.state_after) == ("received", "received")
    assert (appointment.outcome, appointment.outcome_at) == ("broken", DUE + A_MOMENT)


def test_a_whole_set_is_one_event_each_and_said_once(ward, other_ward, heard):  # noqa: F811
    rows = [*received(3, ward), *received(2, ward, in_progress=True), *received(1, other_ward)]
    received(1, ward, ready=True)
    DossierFactory(ward=ward, at=RECEIVED + timedelta(days=7))
    heard.clear()
    event_ids = Appointment.objects.break_overdue(LATE)
    assert heard == [("overdue", event_ids)]
    assert sorted(overdue_events().values_list("dossier", flat=True)) == sorted(row.pk for row in rows)
    assert sorted(overdue_events().values_list("state_after", flat=True)) == ["in_progress"] * 2 + ["received"] * 4


def test_nothing_found_is_nothing_said(ward, heard):  # noqa: F811
    received(2, ward)
    heard.clear()
    assert Appointment.objects.break_overdue(DUE) == []
    assert heard == []


def test_looking_again_finds_nothing_new(ward, heard):  # noqa: F811
    received(3, ward)
    first = Appointment.objects.break_overdue(LATE)
    heard.clear()
    for minutes in (0, 5, 600):
        assert Appointment.objects.break_overdue(LATE + timedelta(minutes=minutes)) == []
    assert heard == []
    assert sorted(overdue_events().values_list("pk", flat=True)) == sorted(first)


def test_after_a_missed_night_everything_is_found_at_once_and_only_once(ward, heard):  # noqa: F811
    for day in ("2026-11-16", "2026-11-18", "2026-11-23"):
        DossierFactory(ward=ward, at=moment(f"{day} 09:00"))
    Appointment.objects.break_overdue(moment("2026-11-19 17:05"))
    heard.clear()
    found = Appointment.objects.break_overdue(moment("2026-11-30 07:00"))
    assert heard == [("overdue", found)]
    assert len(found) == 2
    assert outcomes() == ["broken"] * 3
    assert every_broken_promise_has_one_event()


def test_a_replaced_promise_is_still_broken_at_its_time(ward):
    [dossier] = received(1, ward)
    rescheduled(dossier, DUE + timedelta(days=7))
    Appointment.objects.break_overdue(LATE)
    assert list(dossier.appointments.values_list("cause", "outcome")) == [("intake", "broken"), ("rescheduled", "open")]
    Appointment.objects.break_overdue(LATE + timedelta(days=7))
    assert outcomes() == ["broken", "broken"]
    assert every_broken_promise_has_one_event()


def test_an_event_that_is_already_there_is_not_written_twice(ward, heard):  # noqa: F811
    """The constraint has the last word, even where somebody put the promise back by hand."""
    one, two = received(2, ward)
    Appointment.objects.filter(dossier=one).break_overdue(LATE)
    one.appointments.update(outcome="open", outcome_at=None)
    heard.clear()
    [event_id] = Appointment.objects.break_overdue(LATE + A_MOMENT)
    assert Event.objects.get(pk=event_id).dossier == two
    assert heard == [("overdue", [event_id])]
    assert every_broken_promise_has_one_event()


def test_two_hundred_cost_as_many_queries_as_one(ward):
    def cost(at):
        with CaptureQueriesContext(connection) as captured:
            found = Appointment.objects.break_overdue(at)
        return len(captured), len(found)

    [dossier] = received(1, ward)
    queries, found = cost(LATE)
    assert found == 1
    first = dossier.appointments.get()
    Appointment.objects.bulk_create(
        Appointment(
            dossier=dossier,
            cause="calendar",
            day=first.day,
            half="morning",
            due_at=DUE,
            made_at=RECEIVED,
            is_current=False,
        )
        for _ in range(200)
    )
    assert cost(LATE + timedelta(minutes=5)) == (queries, 200)


# when something goes wrong


def test_a_listener_that_fails_undoes_the_round_and_the_next_one_heals_it(ward):
    received(3, ward)

    def stumble(sender, **kwargs):
        raise RuntimeError("the letters could not be ordered")

    event_recorded.connect(stumble)
    with pytest.raises(RuntimeError):
        Appointment.objects.break_overdue(LATE)
    event_recorded.disconnect(stumble)
    assert outcomes() == ["open"] * 3
    assert not overdue_events().exists()
    assert len(Appointment.objects.break_overdue(LATE + timedelta(minutes=5))) == 3


@pytest.mark.usefixtures("reference")
def test_two_beats_at_once_find_each_broken_promise_once(ward, heard):  # noqa: F811
    received(10, ward)
    heard.clear()
    rounds = at_once(*[partial(Appointment.objects.break_overdue, LATE + n * A_MOMENT) for n in range(4)])
    assert sum(len(found) for found in rounds) == 10
    assert len(heard) == len([found for found in rounds if found])
    assert every_broken_promise_has_one_event()


@pytest.mark.usefixtures("reference")
def test_two_beats_of_the_very_same_moment_find_each_broken_promise_once(ward):
    received(10, ward)
    rounds = at_once(*[partial(Appointment.objects.break_overdue, LATE)] * 4)
    assert sum(len(found) for found in rounds) == overdue_events().count() == 10
    assert every_broken_promise_has_one_event()


@pytest.mark.usefixtures("reference")
def test_ready_and_the_beat_at_once_are_one_story(ward):
    """Made ready in the last moment, found late just after: kept without an overdue event, or broken with one."""
    by = StaffFactory(ward=ward, clerk=True, officer=True, leader=True)
    rows = received(6, ward)
    at_once(
        *[partial(row.mark_ready, by=by, at=DUE) for row in rows],
        *[partial(Appointment.objects.break_overdue, LATE)] * 2,
    )
    for row in rows:
        told = list(row.events.values_list("kind", flat=True))
        assert told in (["received", "ready"], ["received", "ready", "overdue"], ["received", "overdue", "ready"])
        assert row.appointments.get().outcome == ("broken" if "overdue" in told else "kept")
    assert Dossier.objects.filter(state="ready").count() == 6


@pytest.mark.postgresql
@pytest.mark.usefixtures("reference")
def test_the_beat_waits_for_a_result_that_is_just_being_entered(ward, clerk):
    [dossier] = received(1, ward)
    with ThreadPoolExecutor(1) as elsewhere:
        with transaction.atomic():
            dossier.mark_ready(by=clerk, at=DUE)
            beat = elsewhere.submit(at_once, partial(Appointment.objects.break_overdue, LATE))
            until_somebody_waits()
        [found] = beat.result()
    assert found == []
    assert outcomes() == ["kept"]
    assert not overdue_events().exists()


@pytest.mark.postgresql
@pytest.mark.usefixtures("reference")
def test_a_result_entered_while_the_beat_runs_finds_the_promise_broken(ward, clerk):
    [dossier] = received(1, ward)
    with ThreadPoolExecutor(1) as elsewhere:
        with transaction.atomic():
            Appointment.objects.break_overdue(LATE)
            ready = elsewhere.submit(at_once, partial(dossier.mark_ready, by=clerk, at=LATE))
            until_somebody_waits()
        ready.result()
    assert outcomes() == ["broken"]
    assert list(dossier.events.order_by("pk").values_list("kind", flat=True)) == ["received", "overdue", "ready"]


# who calls it


def long_ago():
    return timezone.now() - timedelta(days=40)


def test_the_command_records_what_is_late_now_and_says_how_many(ward):
    DossierFactory(ward=ward, at=long_ago())
    DossierFactory(ward=ward, at=timezone.now())
    for said in ("1 lời hẹn vừa quá hạn.\n", "0 lời hẹn vừa quá hạn.\n"):
        call_command("flag_overdue", stdout=(out := StringIO()))
        assert out.getvalue() == said
    assert outcomes() == ["broken", "open"]


def test_the_beat_rings_every_five_minutes_for_a_task_that_exists():
    current_app.loader.import_default_modules()
    entry = settings.CELERY_BEAT_SCHEDULE["flag-overdue"]
    assert entry["task"] == flag_overdue.name
    assert {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()} <= set(current_app.tasks)
    assert entry["schedule"].minute == set(range(0, 60, 5))


def database_url():
    """The test's own database, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@contextlib.contextmanager
def process(*command, data, **environment):
    """A process of the portal beside this one, on the same database; ended when the block ends."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "COVERAGE_FILE")}
    told = {**inherited, "DATA_DIR": str(data), "DATABASE_URL": database_url(), **environment}
    with (data / "log").open("a") as log:
        started = subprocess.Popen(
            [sys.executable, *command], cwd=settings.BASE_DIR, env=told, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield started
        finally:
            started.terminate()
            try:
                started.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(started.pid, signal.SIGKILL)
                started.wait()


def wait_for(true, seconds=60):
    for _ in range(seconds * 20):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


#: Each broker that this run has, as the worker finds it in its environment.
BROKERS = ["embedded", *(["redis"] if settings.REDIS_URL else [])]


def broker_of(kind, data):
    """How the worker finds its broker, and a connection to ring it."""
    if kind == "redis":
        return {"REDIS_URL": settings.REDIS_URL}, Connection(settings.REDIS_URL)
    folder = data / "broker"
    folder.mkdir()
    options = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(folder))
    return {}, Connection("files://localhost//", transport_options=options)


def leave_nothing_behind(queue):
    with redis.from_url(settings.REDIS_URL) as kept:
        kept.delete(*kept.keys(f"*{queue}*"))


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("kind", BROKERS)
def test_a_real_worker_does_the_same_however_often_the_bell_rings(ward, tmp_path, kind):
    DossierFactory.create_batch(3, ward=ward, at=long_ago())
    environment, broker = broker_of(kind, tmp_path)
    queue = f"test-{os.getpid()}-{kind}"
    worker = ("-m", "celery", "-A", "phuly_portal", "worker", "--pool", "solo", "--queues", queue)
    with broker, process(*worker, data=tmp_path, **environment):
        for _ in range(3):
            flag_overdue.apply_async(connection=broker, queue=queue)
        wait_for(overdue_events().exists)
        last = DossierFactory(ward=ward, at=long_ago())
        flag_overdue.apply_async(connection=broker, queue=queue)
        wait_for(last.events.filter(kind="overdue").exists)
    if kind == "redis":
        leave_nothing_behind(queue)
    assert every_broken_promise_has_one_event()
    assert outcomes() == ["broken"] * 4


@pytest.mark.postgresql
@pytest.mark.usefixtures("reference")
def test_a_process_killed_between_the_promises_and_their_events_leaves_nothing_half_done(ward, tmp_path):
    DossierFactory.create_batch(3, ward=ward, at=long_ago())
    with process("manage.py", "flag_overdue", data=tmp_path) as killed:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE dossiers_event IN EXCLUSIVE MODE")  # it updates the promises and gets no further
            until_somebody_waits()
            os.killpg(killed.pid, signal.SIGKILL)
            killed.wait()
        assert killed.returncode == -signal.SIGKILL
    wait_for(lambda: not others_in_transactions())
    assert outcomes() == ["open"] * 3
    call_command("flag_overdue", stdout=StringIO())
    assert outcomes() == ["broken"] * 3
    assert every_broken_promise_has_one_event()


def others_in_transactions():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
        )
        return cursor.fetchone()[0]
