"""The broker of an installation without Redis: each message is read whole, and once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from queue import Empty

import pytest

from tests.test_flag_overdue import broker_of

MESSAGES = 1500


@pytest.fixture
def broker(tmp_path):
    return broker_of("embedded", tmp_path)[1]


def test_workers_that_read_the_embedded_broker_while_the_desk_writes_get_each_message_whole_and_once(broker):
    """Two desks write, two workers read as fast as they can."""
    written = []

    def write(numbers):
        with broker.clone() as own:
            for number in numbers:
                own.default_channel._put("celery", {"number": number, "body": "x" * 2000})
        written.append(numbers)

    def read():
        seen = []
        with broker.clone() as own:
            while True:
                is_last = len(written) == 2  # asked before the look that finds nothing more
                try:
                    seen.append(own.default_channel._get("celery")["number"])
                except Empty:
                    if is_last:
                        return seen

    with ThreadPoolExecutor(4) as people:
        desks = [people.submit(write, range(first, MESSAGES, 2)) for first in (0, 1)]
        workers = [people.submit(read) for _ in range(2)]
        for desk in desks:
            desk.result()
        seen = Counter(number for worker in workers for number in worker.result())
    assert seen == Counter(range(MESSAGES))


def test_a_message_of_the_embedded_broker_that_the_power_cut_short_stops_nobody(broker, tmp_path):
    with broker:
        channel = broker.default_channel
        (tmp_path / "broker" / "0_cut.celery.msg").touch()
        channel._put("celery", {"number": 1})
        assert channel._get("celery") == {"number": 1}
        with pytest.raises(Empty):
            channel._get("celery")
