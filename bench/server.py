"""The web server under measurement, and how much processor time it and its database connection have used."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.databases import ROOT, cursor_of, environment, url_of

TICK = os.sysconf("SC_CLK_TCK")


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def machine_cpu() -> tuple[float, float]:
    """Seconds of processor time that all processes have used, and seconds that the processors had."""
    first, *_ = Path("/proc/stat").read_text().splitlines()
    user, nice, system, idle, wait, *rest = (int(word) for word in first.split()[1:])
    used = user + nice + system + sum(rest[:3])
    return used / TICK, (used + idle + wait) / TICK


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """gunicorn with one sync worker on one database: a with block starts and stops it."""

    def __init__(self, size: str) -> None:
        self.size, self.port = size, free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "gunicorn", "phuly_portal.wsgi", "--worker-class", "sync", "--workers", "1"]
        command += ["--bind", f"127.0.0.1:{self.port}", "--no-control-socket", "--log-level", "warning"]
        self.master = subprocess.Popen(command, cwd=ROOT, env=environment(self.size, "bench-web"))
        try:
            self.wait()
        except BaseException:
            self.master.terminate()
            raise
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.master.terminate()
        self.master.wait(timeout=60)

    def wait(self) -> None:
        for _ in range(600):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the web server does not answer")

    def cpu(self) -> float:
        """Processor time of the worker and of the database process that serves it (where that is on this machine)."""
        children = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children").read_text().split()
        with cursor_of(url_of(self.size)) as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'bench-web'"
            )
            backends = [pid for (pid,) in cursor.fetchall()]
        return sum(cpu_of(int(pid)) for pid in [*children, *backends])
