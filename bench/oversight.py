"""bench/run oversight: measure what leaders, the city and everybody see, and keep the table in OVERSIGHT.md."""

from __future__ import annotations

import argparse
import json
import os
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench import databases
from bench.feedback import Took, ask, log_in, times
from bench.letters import table
from bench.load import wait_until_quiet
from bench.report import machine, row
from bench.server import Server

FILE = Path(__file__).with_name("OVERSIGHT.md")
#: How many seconds each size took to be counted from nothing.
RECOUNTS = databases.DATA_DIR / "recounts.json"
TODAY = date.today()
YEAR = f"tu={TODAY.year}-01-01&den={TODAY.year}-12-31"
#: Times that a page may take at the bigger size, and its milliseconds at the median.
LIMIT, MOST = 2.0, 300.0
#: Seconds for the run of the worker after a day's events.
AGGREGATION, EVENTS = 60.0, 50_000


class Page(NamedTuple):
    """Whose page it is, where, and what it must say."""

    username: str
    path: str
    words: str


PAGES = {
    "Leader, what is late": Page("leader", "/lanh-dao/", "hồ sơ quá hạn"),
    "Leader, report of the month": Page("leader", "/lanh-dao/bao-cao/", "So với kỳ trước"),
    "Leader, report of the year": Page("leader", f"/lanh-dao/bao-cao/?{YEAR}&theo=cong-chuc", "So với kỳ trước"),
    "City, wards side by side": Page("city", "/lanh-dao/", "Toàn thành phố"),
    "City, year by procedure": Page("city", f"/lanh-dao/bao-cao/?{YEAR}", "So với kỳ trước"),
    "City, year by ward": Page("city", f"/lanh-dao/bao-cao/?{YEAR}&theo=don-vi", "So với kỳ trước"),
    "Everybody, public figures": Page("", "/cong-khai/", "đúng hẹn"),
}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run oversight", description=__doc__)
    parser.add_argument("--sizes", nargs=2, choices=databases.SIZES, default=["100k", "10m"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=10, help="of each page in each round")
    parser.add_argument("--patience", type=int, default=120, help="seconds to wait in all for a quiet machine")
    parser.add_argument(
        "--counted", action="store_true", help="the counts, and how long they took, are from the run before"
    )
    parser.add_argument("--keep", action="store_true", help="leave OVERSIGHT.md as it is")
    return parser.parse_args()


def measure(chosen: argparse.Namespace) -> dict[str, dict[str, list[Took]]]:
    """Every page at both sizes in every round, by turns, so that noise hits both alike."""
    found: dict[str, dict[str, list[Took]]] = {name: {size: [] for size in chosen.sizes} for name in PAGES}
    patience = float(chosen.patience)
    with ExitStack() as stack:
        servers = {size: stack.enter_context(Server(size)) for size in chosen.sizes}
        cookies = {
            (size, name): log_in(server, name) for size, server in servers.items() for name in ("leader", "city", "")
        }
        for number in range(chosen.rounds + 1):
            if number:
                print(f"Round {number} of {chosen.rounds}", flush=True)
                patience = wait_until_quiet(patience)
            for name, page in PAGES.items():
                for size, server in servers.items():
                    times = chosen.requests if number else 2
                    took = ask(server, page.path, cookies[size, page.username], times, page.words)
                    if number:  # the first ones only warm up
                        found[name][size].append(took)
    return found


def text(
    found: dict[str, dict[str, list[Took]]],
    counts: dict[str, dict[str, int]],
    recounts: dict[str, float],
    runs: dict[str, list[tuple[float, int]]],
    chosen: argparse.Namespace,
) -> str:
    small, big = chosen.sizes
    pages = [
        (name, size, f"{median(t.wall for t in took):.1f}", f"{median(t.cpu for t in took):.1f}")
        for name, sizes in found.items()
        for size, took in sizes.items()
    ]
    kept = [(size, *(f"{count:,}" for count in spans.values())) for size, spans in counts.items()]
    worked = [
        (size, f"{recounts[size]:.0f}" if size in recounts else "—", f"{median(s for s, _ in run):.1f}", run[0][1])
        for size, run in runs.items()
    ]
    targets = []
    for name, took in found.items():
        ratio, wall = times(took[small], took[big], "wall"), median(t.wall for t in took[big])
        targets.append((f"{name}: within {LIMIT:.0f} times", f"{ratio:.2f}", ratio <= LIMIT))
        targets.append((f"{name}: at most {MOST:.0f} ms", f"{wall:.0f} ms", wall <= MOST))
    longest = median(s for s, _ in runs[big])
    targets.append(
        (f"Counts after {EVENTS:,} events: under {AGGREGATION:.0f} s", f"{longest:.1f} s", longest < AGGREGATION)
    )
    others = median(t.others for sizes in found.values() for took in sizes.values() for t in took)
    return "\n".join(
        [
            "# Benchmark of what leaders, the city and everybody see",
            "",
            f"Made by `bench/run oversight` on {TODAY}: medians of {chosen.rounds} rounds"
            f" of {chosen.requests} requests each, the two sizes by turns.",
            "",
            *(f"- {fact}" for fact in machine()),
            f"- Load of the machine at the end {os.getloadavg()[0]:.1f}; other programs, the database of the other size"
            f" among them, used {100 * others:.0f}% of it",
            "",
            "One sync gunicorn worker for each size; processor time is that of the worker and of its database process."
            " The leader's ward has a quarter of all dossiers; one in a hundred is open.",
            "",
            *table("Pages", ["Page", "Dossiers", "ms on the clock", "CPU ms"], pages),
            *table("Kept counts", ["Dossiers", *next(iter(counts.values()))], kept),
            *table(
                f"Seconds to count everything anew, and after {EVENTS:,} events",
                ["Dossiers", "everything", "after the events", "days of wards counted"],
                worked,
            ),
            f"### Targets: {big} against {small}",
            "",
            row("Target", "Found", "Met"),
            row("---", "---:", "---"),
            *(row(name, value, "yes" if is_met else "**no**") for name, value, is_met in targets),
            "",
        ]
    )


def main() -> None:
    chosen = options()
    counts, runs = {}, {}
    recounts = json.loads(RECOUNTS.read_text()) if chosen.counted and RECOUNTS.exists() else {}
    for size in chosen.sizes:
        databases.make_ready(size)
        if not chosen.counted:
            print(f"Counting everything at {size}", flush=True)
            recounts[size] = json.loads(databases.call(size, "figures", "count_all"))
            RECOUNTS.write_text(json.dumps(recounts))
        counts[size] = json.loads(databases.call(size, "figures", "rows"))
        runs[size] = json.loads(databases.call(size, "figures", "count_events", EVENTS, 1))
    databases.django(chosen.sizes[0], "collectstatic", "--noinput", "--verbosity", "0")
    words = text(measure(chosen), counts, recounts, runs, chosen)
    print(words)
    if not chosen.keep:
        FILE.write_text(words)


if __name__ == "__main__":
    main()
