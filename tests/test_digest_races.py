"""Two beats, two workers, a kill in between: every digest is planned and sent once."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

import pytest

from letters import outbox
from letters.digests.plan import plan
from letters.models import Message
from letters.tasks import plan_digests, send_messages
from tests.conftest import moment
from tests.factories import StaffFactory
from tests.test_flag_overdue import broker_of, process, wait_for
from tests.test_letter_faults import kill
from tests.test_receive import at_once

pytestmark = pytest.mark.django_db(transaction=True)
#: The first working day of a week and of a month: every kind of digest is due.
NOW = moment("2026-11-02 07:00")


@pytest.fixture
def leaders(reference, ward):
    return [StaffFactory(ward=ward, leader=True, email=f"lanh-dao-{n}@phuly.example") for n in range(3)]


def keys():
    return sorted(Message.objects.values_list("key", flat=True))


@pytest.mark.postgresql
def test_of_two_planners_at_the_same_moment_each_mail_comes_once(leaders):
    at_once(*[partial(plan, NOW)] * 4)
    assert keys() == sorted(
        f"{issue}"
        for leader in leaders
        for issue in (
            f"morning-{leader.pk}-2026-11-02",
            f"weekly-{leader.pk}-2026-11-02",
            f"monthly-{leader.pk}-2026-10",
        )
    )
    assert set(Message.objects.values_list("state", "tries")) == {("waiting", 0)}


@pytest.mark.postgresql
def test_of_two_planners_that_try_again_one_does(leaders):
    plan(NOW)
    Message.objects.update(state="failed", tries=6)
    assert sorted(at_once(*[partial(plan, NOW + timedelta(days=1))] * 2)) != [9, 9]
    assert set(Message.objects.exclude(kind="morning").values_list("state", "tries")) == {("waiting", 0)}


@pytest.mark.postgresql
def test_two_workers_with_the_same_mails_send_each_once(leaders, mailoutbox):
    plan(NOW)
    ids = outbox.waiting_ids(NOW, 100)

    def worker():
        return sum(outbox.send(pk, NOW) for pk in ids)

    assert sum(at_once(worker, worker)) == len(ids) == 9
    assert len({mail.extra_headers["Message-ID"] for mail in mailoutbox}) == len(mailoutbox) == 9


# real workers, whose clock is set

#: Runs a worker whose day and hour are those of the first argument.
WORKER = """
import sys
from datetime import datetime
from django.utils import timezone
now, ahead = timezone.now, datetime.fromisoformat(sys.argv[1]) - timezone.now()
timezone.now = lambda: now() + ahead
from phuly_portal.celery import app
app.worker_main(["worker", "--pool", "solo"])
"""


def worker_at(clock, data):
    return process("-c", WORKER, moment(f"2026-11-02 {clock}").isoformat(), data=data)


def mailed(data):
    """The Message-ID of each mail that left."""
    text = "".join(file.read_text() for file in sorted((data / "mail").glob("*")))
    return re.findall("^Message-ID: <(.+)@127.0.0.1>$", text, re.MULTILINE)


def all_sent(count):
    return Message.objects.filter(state="sent").count() == count


def test_a_worker_that_was_down_until_three_sends_what_two_beats_rang_for_once(leaders, tmp_path):
    _, broker = broker_of("embedded", tmp_path)
    with broker:
        for _ in range(4):
            plan_digests.apply_async(connection=broker)
        with worker_at("15:00", tmp_path):
            wait_for(lambda: all_sent(9))
            plan_digests.apply_async(connection=broker)
    assert sorted(mailed(tmp_path)) == keys()


def test_a_worker_killed_between_plan_and_sending_loses_no_mail(leaders, tmp_path):
    _, broker = broker_of("embedded", tmp_path)
    with broker:
        plan_digests.apply_async(connection=broker)
        with worker_at("07:00", tmp_path) as killed:
            wait_for(Message.objects.exists)
            kill(killed)
        assert len(mailed(tmp_path)) < 9
        with worker_at("07:15", tmp_path):
            for task in (plan_digests, send_messages):
                task.apply_async(connection=broker)
            wait_for(lambda: all_sent(9))
    assert set(mailed(tmp_path)) == set(keys())
