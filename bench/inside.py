"""What is measured inside one process, because no load shows it: queries of each page, and the price of a slip."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable
from statistics import median

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from weasyprint import CSS, HTML  # noqa: TID251 - the plain loop is what ours is measured against

from bench.visitors import CLERK, PAGES, Visitors
from desk.models import Staff
from desk.pdf import html_to_pdf
from dossiers.models import Dossier
from dossiers.slip import slip_facts, slip_html

SLIPS = 20


def queries(size: str) -> dict[str, int]:
    """How many each page asks of the database, the health check of the connection not counted."""
    visitors, citizen, clerk = Visitors(size), Client(SERVER_NAME="127.0.0.1"), Client(SERVER_NAME="127.0.0.1")
    clerk.force_login(Staff.objects.get(username=CLERK))
    counts, last = {}, visitors.last_dossier()
    for page in PAGES:
        counts[page.title] = 0
        for request in page.requests(visitors, 10):
            ask = (clerk if page.is_staff else citizen).generic
            with CaptureQueriesContext(connection) as captured:
                ask(request.method, request.path, request.body, content_type="application/x-www-form-urlencoded")
            counts[page.title] = max(counts[page.title], len(captured))
    visitors.forget_after(last)
    return counts


def cpu_ms(ways: dict[str, Callable[[], object]], rounds: int, papers: int) -> dict[str, float]:
    """Milliseconds of processor time for one paper, each way in turn so that noise hits all alike: medians."""
    for way in ways.values():
        way()
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            gc.collect()  # what the way before left behind
            start = time.process_time()
            way()
            times[name].append(1000 * (time.process_time() - start) / papers)
    return {name: median(found) for name, found in times.items()}


def plain_loop(pages: list[str]) -> Callable[[], object]:
    """What anybody would write: the same HTML and style sheet, read anew for each page."""
    static = settings.BASE_DIR / "static"
    style = (static / "css" / "paper.css").read_text().replace("static:", f"{static.as_uri()}/")

    def plain() -> None:
        for page in pages:
            HTML(string=page).write_pdf(stylesheets=[CSS(string=style)])

    return plain


def slips(rounds: int) -> dict[str, float]:
    """Milliseconds of processor time for one A5 slip: ours, and the plain loop over the same HTML and style sheet."""
    rows = Dossier.objects.select_related("ward", "procedure", "edition").order_by("-pk")
    dossiers = list(rows[:SLIPS])
    pages = [slip_html(slip_facts(dossier), size="a5", copies=1) for dossier in dossiers]

    def ours() -> None:
        for dossier in rows[:SLIPS]:
            html_to_pdf(slip_html(slip_facts(dossier), size="a5", copies=1))

    def print_only() -> None:
        for page in pages:
            html_to_pdf(page)

    return cpu_ms({"ours": ours, "print only": print_only, "plain loop": plain_loop(pages)}, rounds, SLIPS)


def look(size: str, rounds: int) -> None:
    print(json.dumps({"queries": queries(size), "slips": slips(rounds)}))
