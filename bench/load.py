"""Load by wrk: two connections that ask for one page, without a pause, for a few seconds."""

from __future__ import annotations

import json
import resource
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench.server import Server, machine_cpu
from bench.visitors import Page, Visitors

SCRIPT = Path(__file__).with_name("requests.lua")
CONNECTIONS = 2
#: More requests than any machine answers in the time of one measurement, in each second.
PER_SECOND = 3000


class Load(NamedTuple):
    """Requests per second; processor time of web and database for one request; share of the machine used by others."""

    rate: float
    cpu_ms: float
    others: float


def clients_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(server: Server, page: Page, visitors: Visitors, cookies: str, seconds: float) -> Load:
    with tempfile.NamedTemporaryFile("w", suffix=".requests") as file:
        for request in page.requests(visitors, int(PER_SECOND * seconds)):
            file.write(f"{request.method}\t{request.path}\t{request.body}\n")
        file.flush()
        command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds:.0f}s"]
        command += ["--script", str(SCRIPT), server.url, "--", file.name, cookies]
        cpu, clients, (used, had) = server.cpu(), clients_cpu(), machine_cpu()
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        cpu, clients = server.cpu() - cpu, clients_cpu() - clients
        used, had = (after - before for after, before in zip(machine_cpu(), (used, had), strict=True))
    result = json.loads(output.splitlines()[-1])
    if result["errors"] or not result["requests"]:
        raise RuntimeError(f"{page.title}: {result['errors']} of {result['requests']} requests failed")
    rate = result["requests"] / result["seconds"]
    return Load(rate, 1000 * cpu / result["requests"], max(0.0, (used - cpu - clients) / had))


def wait_until_quiet(patience: float, share: float = 0.1) -> float:
    """Wait until others use at most that share of the machine; returns what is left of the patience, in seconds."""
    while patience > 0:
        start, (used, had) = time.monotonic(), machine_cpu()
        time.sleep(2)
        used, had = (after - before for after, before in zip(machine_cpu(), (used, had), strict=True))
        if used <= share * had:
            break
        patience -= time.monotonic() - start
    return max(patience, 0.0)
