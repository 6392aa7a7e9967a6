"""bench/run: measure the portal, print the table and keep it in RESULTS.md. The package says how in each module."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from contextlib import ExitStack

from bench import databases, report
from bench.load import Load, measure, wait_until_quiet
from bench.server import Server
from bench.visitors import CITIZEN, PAGES, Page, Request, Visitors, send


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("--sizes", nargs="+", choices=databases.SIZES, default=["10k", "1m"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="for each page in each round")
    parser.add_argument("--patience", type=int, default=300, help="seconds to wait in all for a quiet machine")
    parser.add_argument("--refill", action="store_true", help="make the databases anew")
    parser.add_argument("--keep", action="store_true", help="leave RESULTS.md as it is")
    return parser.parse_args()


class Desk:
    """One size under measurement: its server, its visitors, and the cookies that a clerk brings."""

    def __init__(self, size: str, server: Server) -> None:
        self.server, self.visitors = server, Visitors(size)
        self.cookies = self.visitors.log_in(server.url)
        self.last = self.visitors.last_dossier()

    def check(self, page: Page) -> None:
        """The page is really what it should be; and it is warm now."""
        status, _, words = send(self.server.url, page.ask(self.visitors), self.cookies_for(page))
        if status != page.answer or page.words not in words:
            raise RuntimeError(f"{page.title} answers with status {status}")
        self.measure(page, 1)

    def measure(self, page: Page, seconds: int) -> Load:
        return measure(self.server, page, self.visitors, self.cookies_for(page), seconds)

    def tidy(self) -> None:
        """Take back what was received, once the server has answered everything that was still on its way."""
        send(self.server.url, Request("GET", "/healthz"), CITIZEN)
        self.visitors.forget_after(self.last)

    def cookies_for(self, page: Page) -> str:
        return self.cookies if page.is_staff else CITIZEN


def loads(sizes: list[str], rounds: int, seconds: int, patience: float) -> dict[str, dict[Page, list[Load]]]:
    """Every page at every size in every round, in turn, so that noise hits all alike."""
    with ExitStack() as stack:
        desks = {size: Desk(size, stack.enter_context(Server(size))) for size in sizes}
        found: dict[str, dict[Page, list[Load]]] = {size: {page: [] for page in PAGES} for size in sizes}
        for desk in desks.values():
            for page in PAGES:
                desk.check(page)
            desk.tidy()
        for number in range(1, rounds + 1):
            print(f"Round {number} of {rounds}", flush=True)
            patience = wait_until_quiet(patience)
            for page in PAGES:
                for size, desk in desks.items():
                    found[size][page].append(desk.measure(page, seconds))
            for desk in desks.values():
                desk.tidy()
    return found


def main() -> None:
    chosen = options()
    if not shutil.which("wrk"):
        sys.exit("bench/run needs wrk: apt-get install -y --no-install-recommends wrk")
    for size in chosen.sizes:
        databases.make_ready(size, refill=chosen.refill)
    databases.django(chosen.sizes[0], "collectstatic", "--noinput", "--verbosity", "0")
    found = loads(chosen.sizes, chosen.rounds, chosen.seconds, chosen.patience)
    results = {}
    for size in chosen.sizes:
        inside = json.loads(databases.call(size, "inside", "look", size, chosen.rounds))
        results[size] = report.Found(found[size], **inside)
    text = report.text(results, chosen.rounds, chosen.seconds)
    print(text)
    if not chosen.keep:
        report.FILE.write_text(text)


if __name__ == "__main__":
    main()
