"""The databases that are measured: one for each size, filled once and kept."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000, "10m": 10_000_000}
SERVER = os.environ.get("DATABASE_URL") or "postgresql://postgres@127.0.0.1:5432/postgres"
ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = ROOT / "var" / "bench"


def url_of(size: str, application: str = "bench") -> str:
    return urlsplit(SERVER)._replace(path=f"/bench_{size}", query=f"application_name={application}").geturl()


def environment(size: str, application: str = "bench") -> dict[str, str]:
    """What a process gets that works on the database of that size; of the caller's settings nothing counts."""
    ours = ("ALLOWED_HOSTS", "SECRET_KEY", "DEBUG", "EMAIL_URL", "REDIS_URL", "PORT")
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_URL": url_of(size, application),
        "DATA_DIR": str(DATA_DIR),
    }


def django(size: str, *command: str) -> str:
    """What `django-admin ...` prints when it works on that database."""
    run = [sys.executable, "-m", "django", *command]
    return subprocess.run(run, cwd=ROOT, env=environment(size), check=True, stdout=subprocess.PIPE, text=True).stdout


def call(size: str, module: str, function: str, *values: object) -> str:
    """What a function of ours prints when it is called in a Django process on that database."""
    code = f"from bench.{module} import {function}; {function}({', '.join(map(repr, values))})"
    return django(size, "shell", "--no-imports", "--command", code)


@contextmanager
def cursor_of(url: str) -> Iterator[Any]:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def fingerprint() -> str:
    """Of what a database is made from: another schema or generator makes it anew."""
    sources = sorted([*ROOT.glob("*/migrations/*.py"), ROOT / "bench" / "fill.py"])
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]


def create(size: str) -> None:
    """The database of that name, with reference data and nothing else."""
    drop(size)
    with cursor_of(SERVER) as cursor:
        name = sql.Identifier(f"bench_{size}")
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(name))
    django(size, "migrate", "--verbosity", "0")
    django(size, "seed_reference")


def drop(size: str) -> None:
    with cursor_of(SERVER) as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(f"bench_{size}")))


def make_ready(size: str, *, refill: bool = False) -> None:
    """Create and fill the database of that size, unless it is there already."""
    name, wanted = f"bench_{size}", fingerprint()
    with cursor_of(SERVER) as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        found = cursor.fetchone()
        if found and (found[0] or "").startswith(wanted) and not refill:
            return
        print(f"Filling {name} with {SIZES[size]:,} dossiers", flush=True)
        create(size)
        print(call(size, "fill", "fill", SIZES[size]), end="", flush=True)
        cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(wanted)))
