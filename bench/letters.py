"""bench/run letters: measure what the letters cost, print the table and keep it in LETTERS.md."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from datetime import date
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench import databases
from bench.drawing import NAME, Pace, broker, memory, pace, price_of_a_letter
from bench.load import wait_until_quiet
from bench.report import machine, row

FILE = Path(__file__).with_name("LETTERS.md")
#: After so many letters a worker's memory should stay what it is.
SETTLED = 200


class Found(NamedTuple):
    """Seconds to flag by way; milliseconds for a letter by way; pace of one and of two processes, round by round;
    megabytes by letters drawn."""

    flagging: dict[str, list[float]]
    prices: dict[str, float]
    paces: dict[int, list[Pace]]
    memory: dict[int, float]


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run letters", description=__doc__)
    parser.add_argument("--open", type=int, default=1_000_000, help="dossiers that are open and not late")
    parser.add_argument("--late", type=int, default=100_000, help="newly overdue in each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--letters", type=int, default=2000, help="drawn by one worker to see its memory")
    parser.add_argument("--seconds", type=int, default=15, help="that one and two processes draw in each round")
    parser.add_argument("--patience", type=int, default=120, help="seconds to wait in all for a quiet machine")
    parser.add_argument("--keep", action="store_true", help="leave LETTERS.md as it is")
    return parser.parse_args()


def measure(chosen: argparse.Namespace) -> Found:
    print(f"Flagging {chosen.late:,} of {chosen.open:,} open dossiers", flush=True)
    databases.create(NAME)
    patience = wait_until_quiet(chosen.patience)
    flagging = json.loads(
        databases.call(NAME, "flagging", "measure", chosen.open, chosen.late, chosen.rounds, chosen.letters)
    )
    print("Printing one letter", flush=True)
    prices = price_of_a_letter(chosen.rounds)
    paces: dict[int, list[Pace]] = {1: [], 2: []}
    with broker() as url:
        for number in range(1, chosen.rounds + 1):
            print(f"Drawing, round {number} of {chosen.rounds}", flush=True)
            patience = wait_until_quiet(patience)
            for processes, found in paces.items():
                found.append(pace(processes, url, chosen.seconds))
        print(f"Drawing {chosen.letters:,} letters", flush=True)
        used = memory(chosen.letters, url)
    return Found(flagging, prices, paces, used)


def ratio(numerators: list[float], denominators: list[float]) -> float:
    """Median of the rounds: each is its own comparison, so that noise hits both alike."""
    return median(one / other for one, other in zip(numerators, denominators, strict=True))


def table(title: str, head: list[str], rows: list[tuple]) -> list[str]:
    return [f"### {title}", "", row(*head), row("---", *["---:"] * (len(head) - 1)), *(row(*r) for r in rows), ""]


def figures(found: Found) -> list[str]:
    ways = [
        ("Letter, from its row", "ours"),
        ("Printing alone, from its HTML", "print only"),
        ("Plain loop, the same HTML", "plain loop"),
    ]
    flags = [("`break_overdue`, with its events and letters", "ours"), ("The same rows in raw SQL", "raw")]
    return [
        *table(
            "One letter",
            ["Way", "CPU ms", "Letters/s per core"],
            [(name, f"{found.prices[way]:.1f}", f"{1000 / found.prices[way]:.1f}") for name, way in ways],
        ),
        *table(
            "Workers",
            ["Processes", "Letters/s", "Letters per CPU second"],
            [
                (n, f"{median(p.rate for p in paces):.1f}", f"{median(p.per_cpu for p in paces):.1f}")
                for n, paces in found.paces.items()
            ],
        ),
        *table(
            "Memory of a process that draws",
            ["Letters drawn", "MB"],
            [(f"{drawn:,}", f"{used:.1f}") for drawn, used in found.memory.items()],
        ),
        *table(
            "Flagging",
            ["Way", "Seconds (median)", "each round"],
            [
                (name, f"{median(found.flagging[way]):.2f}", ", ".join(f"{s:.2f}" for s in found.flagging[way]))
                for name, way in flags
            ],
        ),
    ]


def targets(found: Found) -> list[str]:
    faster = found.prices["plain loop"] / found.prices["ours"]
    rates = {n: [p.rate for p in paces] for n, paces in found.paces.items()}
    two = ratio(rates[2], rates[1])
    slower = ratio(found.flagging["ours"], found.flagging["raw"])
    lines = [
        ("Letters per second per core at least 1.2 times the plain loop", f"{faster:.2f}", faster >= 1.2),
        ("Two processes at least 1.8 times one", f"{two:.2f}", two >= 1.8),
        ("Flagging within 2 times of the raw SQL", f"{slower:.2f}", slower <= 2),
    ]
    if SETTLED in found.memory and len(found.memory) > 1:
        settled, most = found.memory[SETTLED], max(found.memory.values())
        lines.append(
            (
                f"Memory within 10% after the first {SETTLED} letters",
                f"{most / settled - 1:+.1%}",
                most <= 1.1 * settled,
            )
        )
    return [
        *("### Targets", "", row("Target", "Found", "Met"), row("---", "---", "---")),
        *(row(target, value, "yes" if met else "**no**") for target, value, met in lines),
        "",
    ]


def text(found: Found, chosen: argparse.Namespace) -> str:
    others = median(p.others for paces in found.paces.values() for p in paces)
    return "\n".join(
        [
            "# Benchmark of the letters",
            "",
            f"Made by `bench/run letters` on {date.today()}: medians of {chosen.rounds} rounds.",
            "",
            *(f"- {fact}" for fact in machine()),
            f"- Other programs, the database among them, used {100 * others:.0f}% of the machine while workers drew",
            "",
            "A letter is the apology of a late dossier on one A4 sheet. The plain loop is"
            " `HTML(string=…).write_pdf(stylesheets=[CSS(string=…)])` over the same HTML, in the same run. The workers"
            f" are Celery's, on Redis, and draw for {chosen.seconds} seconds in each round. Flagged are"
            f" {chosen.late:,} newly overdue beside {chosen.open:,} open dossiers, by turns with the raw SQL.",
            "",
            *figures(found),
            *targets(found),
        ]
    )


def main() -> None:
    chosen = options()
    if not shutil.which("redis-server"):
        sys.exit("bench/run letters needs Redis: apt-get install -y --no-install-recommends redis-server")
    try:
        words = text(measure(chosen), chosen)
    finally:
        databases.drop(NAME)
        shutil.rmtree(databases.DATA_DIR / "files", ignore_errors=True)
    print(words)
    if not chosen.keep:
        FILE.write_text(words)


if __name__ == "__main__":
    main()
