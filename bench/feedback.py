"""bench/run feedback: measure the page of all wards, print the table and keep it in FEEDBACK.md."""

from __future__ import annotations

import argparse
import json
import os
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench import databases
from bench.letters import table
from bench.load import wait_until_quiet
from bench.report import machine, row
from bench.server import Server, machine_cpu
from bench.visitors import CITIZEN, Request, send
from desk.demo import PASSWORD

FILE = Path(__file__).with_name("FEEDBACK.md")
TODAY = date.today()
PAGES = {
    "This month": "/y-kien/",
    "The whole year": f"/y-kien/?tu={TODAY.year}-01&den={TODAY.year}-12",
}
#: Times that the page at 1 million answers may take longer.
LIMIT = 3.0


class Took(NamedTuple):
    """Of one page in one round: milliseconds on the clock and of processor time; share of the machine others used."""

    wall: float
    cpu: float
    others: float


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run feedback", description=__doc__)
    parser.add_argument("--sizes", nargs=2, choices=databases.SIZES, default=["10k", "1m"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=20, help="of each page in each round")
    parser.add_argument("--sealed", type=int, default=50_000, help="answers of the day that is sealed; 0: none")
    parser.add_argument("--patience", type=int, default=120, help="seconds to wait in all for a quiet machine")
    parser.add_argument("--filled", action="store_true", help="the databases are there from the run before")
    parser.add_argument("--keep", action="store_true", help="leave FEEDBACK.md as it is")
    return parser.parse_args()


def name_of(size: str) -> str:
    return f"feedback_{size}"


def make(size: str) -> None:
    print(f"Filling {name_of(size)} with {databases.SIZES[size]:,} dossiers and as many answers", flush=True)
    databases.create(name_of(size))
    print(databases.call(name_of(size), "fill", "fill", databases.SIZES[size]), end="", flush=True)
    print(databases.call(name_of(size), "answers", "fill"), end="", flush=True)


def log_in(server: Server, username: str = "city") -> str:
    """The cookies of that account; of a citizen for ""."""
    if not username:
        return CITIZEN
    form = Request("POST", "/dang-nhap/", {"username": username, "password": PASSWORD})
    status, session, _ = send(server.url, form, CITIZEN)
    if status != 302 or "sessionid=" not in session:
        raise RuntimeError(f"{username} cannot log in: status {status}")
    return f"{CITIZEN}; {session.partition(';')[0]}"


def ask(server: Server, path: str, cookies: str, times: int, words: str = "Toàn thành phố") -> Took:
    """A page so many times; it must say those words."""
    walls = []
    cpu, (used, had) = server.cpu(), machine_cpu()
    for _ in range(times):
        start = time.perf_counter()
        status, _, page = send(server.url, Request("GET", path), cookies)
        walls.append(1000 * (time.perf_counter() - start))
        if status != 200 or words not in page:
            raise RuntimeError(f"{path} answers with status {status}")
    cpu = server.cpu() - cpu
    used, had = (after - before for after, before in zip(machine_cpu(), (used, had), strict=True))
    return Took(median(walls), 1000 * cpu / times, max(0.0, (used - cpu) / had))


def measure(chosen: argparse.Namespace) -> dict[str, dict[str, list[Took]]]:
    """Every page at both sizes in every round, by turns, so that noise hits both alike."""
    found: dict[str, dict[str, list[Took]]] = {page: {size: [] for size in chosen.sizes} for page in PAGES}
    patience = float(chosen.patience)
    with ExitStack() as stack:
        servers = {size: stack.enter_context(Server(name_of(size))) for size in chosen.sizes}
        cookies = {size: log_in(server) for size, server in servers.items()}
        for size, server in servers.items():
            for path in PAGES.values():
                ask(server, path, cookies[size], 2)
        for number in range(1, chosen.rounds + 1):
            print(f"Round {number} of {chosen.rounds}", flush=True)
            patience = wait_until_quiet(patience)
            for page, path in PAGES.items():
                for size, server in servers.items():
                    found[page][size].append(ask(server, path, cookies[size], chosen.requests))
    return found


def times(small: list[Took], big: list[Took], what: str) -> float:
    """Median over the rounds: each is its own comparison."""
    return median(getattr(one, what) / getattr(other, what) for one, other in zip(big, small, strict=True))


def rows_of(sizes: list[str]) -> list[tuple]:
    tables = ("dossiers_dossier", "feedback_answer", "feedback_tally", "feedback_mark")
    counts = []
    for size in sizes:
        with databases.cursor_of(databases.url_of(name_of(size))) as cursor:
            found = []
            for name in tables:
                cursor.execute(f"SELECT count(*) FROM {name}")
                found.append(f"{cursor.fetchone()[0]:,}")
        counts.append((size, *found))
    return counts


def sealing(chosen: argparse.Namespace) -> list[tuple[float, float]]:
    """Seconds on the clock and of our processor for one day of answers, round by round, in the bigger database."""
    if not chosen.sealed:
        return []
    print(f"Sealing a day of {chosen.sealed:,} answers", flush=True)
    wait_until_quiet(chosen.patience)
    return json.loads(databases.call(name_of(chosen.sizes[-1]), "answers", "seal", chosen.sealed, 3))


def sealed_table(sealed: list[tuple[float, float]], chosen: argparse.Namespace) -> list[str]:
    if not sealed:
        return []
    rows = [
        (name, f"{median(each):.1f}", ", ".join(f"{one:.1f}" for one in each))
        for name, each in zip(("on the clock", "of our processor"), zip(*sealed, strict=True), strict=True)
    ]
    return table(f"Sealing a day of {chosen.sealed:,} answers", ["Seconds", "median", "each round"], rows)


def text(found: dict[str, dict[str, list[Took]]], sealed: list[tuple[float, float]], chosen: argparse.Namespace) -> str:
    small, big = chosen.sizes
    pages = [
        (page, size, f"{median(t.wall for t in took):.1f}", f"{median(t.cpu for t in took):.1f}")
        for page, sizes in found.items()
        for size, took in sizes.items()
    ]
    ratios = [
        (f"{page}: {what}", times(took[small], took[big], field))
        for page, took in found.items()
        for what, field in (("clock", "wall"), ("processor", "cpu"))
    ]
    others = median(t.others for sizes in found.values() for took in sizes.values() for t in took)
    return "\n".join(
        [
            "# Benchmark of the people's answers",
            "",
            f"Made by `bench/run feedback` on {TODAY}: medians of {chosen.rounds} rounds"
            f" of {chosen.requests} requests each, the two sizes by turns.",
            "",
            *(f"- {fact}" for fact in machine()),
            f"- Load of the machine at the end {os.getloadavg()[0]:.1f}; other programs, the database of the other size"
            f" among them, used {100 * others:.0f}% of it",
            "",
            "The page is `/y-kien/` as the city sees it: all wards in one table, with intervals and rates. One sync"
            " gunicorn worker for each size; processor time is that of the worker and of its database process.",
            "",
            *table(
                "What is in the databases",
                ["Size", "Dossiers", "Answers", "Tallies", "Open marks"],
                rows_of(chosen.sizes),
            ),
            *table("The page of all wards", ["Page", "Size", "ms on the clock", "CPU ms"], pages),
            *sealed_table(sealed, chosen),
            f"### Target: at {big} within {LIMIT:.0f} times of {small}",
            "",
            row("Page", "Times", "Met"),
            row("---", "---:", "---"),
            *(row(name, f"{value:.2f}", "yes" if value <= LIMIT else "**no**") for name, value in ratios),
            "",
        ]
    )


def main() -> None:
    chosen = options()
    for size in chosen.sizes:
        if not chosen.filled:
            make(size)
    databases.django(name_of(chosen.sizes[0]), "collectstatic", "--noinput", "--verbosity", "0")
    words = text(measure(chosen), sealing(chosen), chosen)
    print(words)
    if not chosen.keep:
        FILE.write_text(words)


if __name__ == "__main__":
    main()
