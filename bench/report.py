"""What was found, as the table that is printed and kept in RESULTS.md."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.databases import SERVER, SIZES, cursor_of
from bench.load import Load
from bench.visitors import BARE, COUNTER, PAGES, SEARCH, STATUS, Page

FILE = Path(__file__).with_name("RESULTS.md")
LIBRARIES = ("django", "celery", "gunicorn", "psycopg2-binary", "weasyprint")


class Found(NamedTuple):
    """Of one size: the loads of each page, round by round; the queries of each page; milliseconds for a slip."""

    loads: dict[Page, list[Load]]
    queries: dict[str, int]
    slips: dict[str, float]

    def rate(self, page: Page) -> float:
        return median(load.rate for load in self.loads[page])

    def cpu_ms(self, page: Page) -> float:
        return median(load.cpu_ms for load in self.loads[page])

    def share(self, page: Page) -> float:
        """Of the bare view's requests per second: each round is its own comparison, so that noise hits both alike."""
        return median(one.rate / bare.rate for one, bare in zip(self.loads[page], self.loads[BARE], strict=True))

    def cpu_share(self, page: Page) -> float:
        return median(bare.cpu_ms / one.cpu_ms for one, bare in zip(self.loads[page], self.loads[BARE], strict=True))


def machine() -> list[str]:
    """The class of the machine, and nothing that tells which one it is."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with cursor_of(SERVER) as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('shared_buffers')")
        server, buffers = cursor.fetchone()
    return [
        f"{os.cpu_count()} cores ({cpu[1] if cpu else 'unknown'}), {memory:.0f} GB",
        f"Python {platform.python_version()}, {', '.join(f'{name} {version(name)}' for name in LIBRARIES)}",
        f"PostgreSQL {server.split()[0]} (shared_buffers {buffers}) on the same machine",
    ]


def wrk() -> str:
    found = re.search(r"wrk \S*?([\d.]+)", subprocess.run(["wrk", "-v"], capture_output=True, text=True).stdout)
    return f"wrk {found[1] if found else ''}".strip()


def row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def pages_of(size: str, found: Found) -> list[str]:
    lines = [
        f"### {size} dossiers",
        "",
        row("Page", "Requests/s", "of bare", "CPU ms", "of bare by CPU", "Queries"),
        row("---", *["---:"] * 5),
    ]
    for page in PAGES:
        figures = f"{found.rate(page):.0f}", f"{found.share(page):.2f}", f"{found.cpu_ms(page):.2f}"
        lines.append(row(page.title, *figures, f"{found.cpu_share(page):.2f}", found.queries[page.title]))
    return [*lines, ""]


def slips_of(results: dict[str, Found]) -> list[str]:
    lines = [
        "### A5 slip",
        "",
        row("Dossiers", "CPU ms", "PDFs/s per core", "printing alone", "plain loop", "plain / printing"),
        row("---", *["---:"] * 5),
    ]
    for size, found in results.items():
        ours, printing, plain = found.slips["ours"], found.slips["print only"], found.slips["plain loop"]
        lines.append(row(size, *(f"{n:.1f}" for n in (ours, 1000 / ours, printing, plain)), f"{plain / printing:.2f}"))
    return [*lines, ""]


def targets(results: dict[str, Found]) -> list[str]:
    lines = ["### Targets", "", row("Target", "Found", "Met"), row("---", "---", "---")]

    def add(target: str, found: str, met: bool) -> None:
        lines.append(row(target, found, "yes" if met else "**no**"))

    for size, found in results.items():
        share = found.share(STATUS)
        add(f"Status page at least 0.5 of the bare view, {size}", f"{share:.2f}", share >= 0.5)
    first, last = min(results, key=SIZES.__getitem__), max(results, key=SIZES.__getitem__)
    if first != last:
        pairs = zip(results[first].loads[STATUS], results[last].loads[STATUS], strict=True)
        ratio = median(large.rate / small.rate for small, large in pairs)
        add(f"Status page the same at {first} and {last} within 25%", f"{ratio:.2f}", 0.75 <= ratio <= 1.25)
        for page in (COUNTER, SEARCH):
            times = results[last].rate(STATUS) / results[last].rate(page)
            add(f"{page.title} under 5 times the status page, {last}", f"{times:.1f}", times < 5)
        most = max(found.queries[COUNTER.title] for found in results.values())
        add("Counter page under 15 queries at any size", str(most), most < 15)
    slip = max(found.slips["ours"] for found in results.values())
    add("One A5 slip under 70 ms of CPU", f"{slip:.1f}", slip < 70)
    return [*lines, ""]


def text(results: dict[str, Found], rounds: int, seconds: int) -> str:
    others = median(load.others for found in results.values() for loads in found.loads.values() for load in loads)
    return "\n".join(
        [
            "# Benchmark",
            "",
            f"Made by `bench/run` on {date.today()}: medians of {rounds} rounds, each with every page and the bare view"
            f" at every size for {seconds} seconds.",
            "",
            *(f"- {fact}" for fact in [*machine(), wrk()]),
            f"- Other programs used {100 * others:.0f}% of the machine meanwhile (median)",
            "",
            "The bare view is one indexed select of a dossier by its token and a one-line template, behind the same"
            " middleware, on the same server: gunicorn with one sync worker, asked by two connections; no page cache."
            " CPU is that of the worker and its database process for one request. Of the dossiers whose status is asked"
            " for, half are open, a quarter is ready, a quarter returned. A slip is measured from the database to the"
            " PDF; the plain loop is `HTML(string=…).write_pdf()` over the same HTML and style sheet.",
            "",
            *(line for size, found in results.items() for line in pages_of(size, found)),
            *slips_of(results),
            *targets(results),
        ]
    )
