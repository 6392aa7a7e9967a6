"""Drawing letters: the price of one print, and real workers that draw what waits in the database.

The workers get a Redis of their own, as the wards' workers share one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from celery import Celery
from redis import Redis, RedisError

from bench.databases import ROOT, call, cursor_of, environment, url_of
from bench.server import cpu_of, free_port, machine_cpu

NAME = "letters"
SAMPLE = 10
#: Letters that a worker draws before it is measured: it loads the printer and its fonts with the first.
WARM = 10


class Pace(NamedTuple):
    """Letters per second of the clock, and per second of the workers' processor time; share of the machine that
    others used, the database among them."""

    rate: float
    per_cpu: float
    others: float


def prices(rounds: int) -> None:
    """Prints milliseconds of processor time for one letter: from its row, from its HTML, and by the plain loop."""
    from django.utils import timezone  # noqa: PLC0415 - runs inside a Django process, the rest of this module outside

    from bench.inside import cpu_ms, plain_loop  # noqa: PLC0415
    from desk.pdf import html_to_pdf  # noqa: PLC0415
    from letters.models import Letter  # noqa: PLC0415
    from letters.paper import letter_html, letter_pdf  # noqa: PLC0415

    now, letters = timezone.now(), list(Letter.objects.for_page().order_by("pk")[:SAMPLE])
    for letter in letters:
        letter.bring_up_to_date(now)
    pages = [letter_html(letter, now) for letter in letters]
    ways = {
        "ours": lambda: [letter_pdf(letter, now) for letter in letters],
        "print only": lambda: [html_to_pdf(page) for page in pages],
        "plain loop": plain_loop(pages),
    }
    print(json.dumps(cpu_ms(ways, rounds, len(letters))))


def price_of_a_letter(rounds: int) -> dict[str, float]:
    return json.loads(call(NAME, "drawing", "prices", rounds))


class Workers:
    """So many processes that draw, started and stopped by a with block."""

    def __init__(self, processes: int, broker: str) -> None:
        self.processes, self.app = processes, Celery(broker=broker)
        command = [sys.executable, "-m", "celery", "-A", "phuly_portal", "worker", "--loglevel", "WARNING"]
        command += ["--concurrency", str(processes)]
        env = environment(NAME) | {"REDIS_URL": broker}
        self.main = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: object) -> None:
        with self.app.connection_for_write() as connection:
            connection.default_channel.queue_purge("celery")
        self.main.terminate()
        self.main.wait(60)

    def ring(self) -> None:
        self.app.send_task("letters.tasks.draw_waiting")

    def pids(self) -> list[int]:
        """The processes that draw; the main one only hands out."""
        return [int(pid) for pid in Path(f"/proc/{self.main.pid}/task/{self.main.pid}/children").read_text().split()]

    def cpu(self) -> float:
        return sum(cpu_of(pid) for pid in [self.main.pid, *self.pids()])

    def memory_mb(self) -> float:
        pages = max(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.pids())
        return pages * 4096 / 2**20

    def draw_until(self, drawn: int, patience: float = 900) -> None:
        """Ring as the beat does, until so many letters are drawn."""
        end, rung = time.monotonic() + patience, float("-inf")
        while count_drawn() < drawn:
            if time.monotonic() - rung > 60:
                rung = time.monotonic()
                self.ring()
            if self.main.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"only {count_drawn()} letters were drawn")
            time.sleep(0.05)


def rows(query: str) -> list[Any]:
    with cursor_of(url_of(NAME)) as cursor:
        cursor.execute(query)
        return cursor.fetchall() if cursor.description else []


def count_drawn() -> int:
    return rows("SELECT count(*) FROM letters_letter WHERE NOT needs_drawing")[0][0]


def forget_what_was_drawn() -> None:
    rows("UPDATE letters_letter SET needs_drawing = true")


@contextmanager
def broker() -> Iterator[str]:
    port = free_port()
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not answers(port):
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


def answers(port: int) -> bool:
    try:
        return bool(Redis(port=port).ping())
    except RedisError:  # it does not listen yet
        return False


def pace(processes: int, url: str, seconds: float) -> Pace:
    """What so many processes draw in so many seconds, once they are warm."""
    forget_what_was_drawn()
    with Workers(processes, url) as workers:
        workers.draw_until(WARM * processes)
        start, drawn, cpu, (used, had) = time.monotonic(), count_drawn(), workers.cpu(), machine_cpu()
        time.sleep(seconds)
        took, drawn, cpu = time.monotonic() - start, count_drawn() - drawn, workers.cpu() - cpu
        used, had = (after - before for after, before in zip(machine_cpu(), (used, had), strict=True))
    return Pace(drawn / took, drawn / cpu, max(0.0, (used - cpu) / had))


def memory(letters: int, url: str, step: int = 200) -> dict[int, float]:
    """Megabytes of the process that draws, after each `step` letters."""
    forget_what_was_drawn()
    found = {}
    with Workers(1, url) as workers:
        for drawn in range(step, letters + 1, step):
            workers.draw_until(drawn)
            found[drawn] = workers.memory_mb()
            print(f"  {drawn:6,} letters: {found[drawn]:.1f} MB", flush=True)
    return found
