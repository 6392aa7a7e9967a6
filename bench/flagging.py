"""Flagging what is overdue: a database of open dossiers, and the verb against the SQL that writes the same rows.

Every dossier is a copy of one of the demonstration, with one promise that still runs. Of them so many have passed
minute by minute since yesterday, one cohort for each measurement; the promises of the others lie in the future.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from bench.fill import INDEXES, copies, named
from dossiers.demo.plan import Window
from dossiers.demo.seed import bring_up_to
from dossiers.models import Appointment, Dossier
from letters.models import Letter

MADE = """
CREATE TEMP TABLE template AS
SELECT d.*, row_number() OVER (ORDER BY id) AS number FROM dossiers_dossier d WHERE ended_at IS NULL;
CREATE TEMP TABLE template_appointment AS SELECT * FROM dossiers_appointment WHERE is_current;
TRUNCATE dossiers_dossier, desk_counter RESTART IDENTITY CASCADE;
CREATE TEMP TABLE made AS
SELECT id, 1 + id %% (SELECT count(*) FROM template) AS number, CASE WHEN id <= %(late)s * %(cohorts)s
    THEN %(first)s + (1 + (id - 1) / %(late)s) * interval '1 minute' ELSE %(now)s + interval '9 days' END AS due_at
FROM generate_series(1, %(late)s * %(cohorts)s + %(open)s) id;
CREATE UNIQUE INDEX ON made (id);
ANALYZE made;
"""
DOSSIER = named(
    id="m.id",
    code="left(t.code, 10) || m.id",
    token="rtrim(translate(encode(decode(md5('token' || m.id), 'hex'), 'base64'), '+/', '-_'), '=')",
    intake_key="md5('intake' || m.id)::uuid",
    day_number="m.id",
    register_number="m.id",
    state="'in_progress'",
    officer_id="coalesce(t.officer_id, t.received_by_id)",
    holder_id="coalesce(t.officer_id, t.received_by_id)",
    received_at="m.due_at - interval '5 days'",
    promised_at="m.due_at",
    due_at="m.due_at",
    returned_to_name="''",
    returned_to_id_number="''",
    ready_at="NULL::timestamptz",
    returned_at="NULL::timestamptz",
)
APPOINTMENT = named(
    id="m.id",
    dossier_id="m.id",
    due_at="m.due_at",
    made_at="m.due_at - interval '5 days'",
    outcome="'open'",
    outcome_at="NULL::timestamptz",
    apology_settled_at="NULL::timestamptz",
    waived_reason="''",
)
TEMPLATE = "JOIN template t ON t.number = m.number"
EVENTS = """
INSERT INTO dossiers_event (dossier_id, kind, at, appointment_id, state_before, state_after, reason)
SELECT m.id, 'received', m.due_at - interval '5 days', m.id, '', 'received', '' FROM made m ORDER BY m.id
"""
SEQUENCES = """
SELECT setval(pg_get_serial_sequence(name, 'id'), (SELECT max(id) FROM made))
FROM unnest(ARRAY['dossiers_dossier', 'dossiers_appointment']) name
"""
RAW = """
UPDATE dossiers_appointment SET outcome = 'broken', outcome_at = %(at)s WHERE outcome = 'open' AND due_at < %(at)s;
INSERT INTO dossiers_event (dossier_id, appointment_id, kind, at, state_before, state_after, reason)
SELECT d.id, a.id, 'overdue', %(at)s, d.state, d.state, ''
FROM dossiers_appointment a JOIN dossiers_dossier d ON d.id = a.dossier_id
WHERE a.outcome = 'broken' AND a.outcome_at = %(at)s;
INSERT INTO letters_letter (ward_id, kind, dossier_id, appointment_id, ordered_at, touched_at)
SELECT d.ward_id, 'apology', d.id, a.id, %(at)s, %(at)s
FROM dossiers_appointment a JOIN dossiers_dossier d ON d.id = a.dossier_id
WHERE a.outcome = 'broken' AND a.outcome_at = %(at)s
"""
#: Why the letters that are drawn afterwards are late, each a little different.
REASONS = """
UPDATE dossiers_appointment SET delay_cause_id = (SELECT min(id) FROM dossiers_delaycause),
    delay_words = 'Trang sổ đăng ký số ' || id || ' bị nhòe, phải đối chiếu với sổ lưu tại Sở Tư pháp'
WHERE id IN (SELECT appointment_id FROM letters_letter)
"""


def fill(open_dossiers: int, late: int, cohorts: int, now: datetime) -> datetime:
    """Returns the moment after which the first cohort was promised."""
    bring_up_to(now, window=Window(crowded=10, thin=10))
    first = now - timedelta(days=1)
    values = {"open": open_dossiers, "late": late, "cohorts": cohorts, "first": first, "now": now}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL session_replication_role = replica")
        cursor.execute(MADE, values)
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        cursor.execute("".join(f"DROP INDEX {name};" for name, _ in indexes))
        cursor.execute(copies(Dossier, DOSSIER, "t", TEMPLATE))
        cursor.execute(
            copies(Appointment, APPOINTMENT, "a", f"{TEMPLATE} JOIN template_appointment a ON a.dossier_id = t.id")
        )
        cursor.execute(EVENTS)
        cursor.execute(SEQUENCES)
        cursor.execute(";".join(definition for _, definition in indexes))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return first


def raw(at: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RAW, {"at": at})


def seconds(flag: Callable[[datetime], object], at: datetime, late: int) -> float:
    """How long one cohort takes, after a checkpoint, so that none pays for what the one before has written."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    before = Letter.objects.count()
    start = time.perf_counter()
    flag(at)
    took = time.perf_counter() - start
    if Letter.objects.count() - before != late:
        raise RuntimeError(f"{Letter.objects.count() - before} letters were ordered instead of {late}")
    return took


def measure(open_dossiers: int, late: int, rounds: int, letters: int) -> None:
    """Prints the seconds of each round, and leaves `letters` letters with a reason, waiting to be drawn."""
    first = fill(open_dossiers, late, 2 * rounds, timezone.now())
    ways = {"ours": Appointment.objects.break_overdue, "raw": raw}
    found: dict[str, list[float]] = {name: [] for name in ways}
    cohort = 0
    for number in range(rounds):
        for name in sorted(ways, reverse=bool(number % 2)):  # by turns, since the second finds the tables warmer
            cohort += 1
            at = first + timedelta(minutes=cohort, seconds=1)
            found[name].append(seconds(ways[name], at, late))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM letters_letter WHERE id > (SELECT min(id) FROM letters_letter) + %s", [letters - 1])
        cursor.execute(REASONS)
        cursor.execute("VACUUM (ANALYZE)")
    print(json.dumps(found))
