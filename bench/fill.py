"""Fills an empty database with dossiers: fill(count).

A month of the demonstration is written by the real models; its dossiers are the templates. Each dossier made from one
has its procedure, papers, facts and staff, a person of its own, and the promise that the real calendar gives for its
day. They fill three years, more and more towards today, a quarter in the busiest ward; about 1% is open, 2% waits for
its owner. The same database comes out each time, but for the moment "now".
"""

from __future__ import annotations

import json
import time as clock
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone
from psycopg2.extras import execute_values

from desk.calendar import ZONE, WorkingCalendar
from desk.models import CalendarDay
from desk.vietnamese import fold, sort_key
from dossiers.demo.people import FEMALE, MALE, full_name
from dossiers.demo.plan import Window
from dossiers.demo.seed import bring_up_to
from dossiers.models import Appointment, Dossier, Procedure

YEARS = 3
PEOPLE = 20_000
#: When dossiers come in: a slot of the day, its share of the day (added up) and its minutes.
SLOTS = ((time(7, 35), 0.55, 230), (time(13, 35), 0.85, 80), (time(15, 5), 1.0, 110))

TEMPLATES = """
CREATE TEMP TABLE template AS
SELECT d.*, row_number() OVER (PARTITION BY d.ward_id ORDER BY d.id) AS number,
    coalesce(d.officer_id, (SELECT min(id) FROM desk_staff s WHERE s.ward_id = d.ward_id AND s.is_officer)) AS handler
FROM dossiers_dossier d
WHERE d.ended_at IS NULL AND (SELECT count(*) FROM dossiers_appointment a WHERE a.dossier_id = d.id) = 1;
CREATE TEMP TABLE template_appointment AS SELECT * FROM dossiers_appointment;
CREATE TEMP TABLE template_document AS SELECT * FROM dossiers_dossierdocument;
CREATE TEMP TABLE ward_share AS
SELECT ward_id, count(*) AS templates, row_number() OVER (ORDER BY count(*) DESC, ward_id) AS rank
FROM template GROUP BY ward_id;
TRUNCATE dossiers_dossier, desk_counter RESTART IDENTITY CASCADE;
CREATE TEMP TABLE person (number int PRIMARY KEY, sex text, name text, folded text, sort text);
CREATE TEMP TABLE promise (day int, slot int, procedure_id bigint, received date, due date, half text,
    due_at timestamptz, count jsonb, is_provisional bool, PRIMARY KEY (day, slot, procedure_id));
"""

DRAW = """
ANALYZE template, ward_share, person, promise;
SELECT setseed(0.25);
CREATE TEMP TABLE drawn AS
SELECT ward.ward_id, ceil(ward.templates * (1 - chance.matter)) AS template, chance.*
FROM (
    SELECT CASE WHEN random() < 0.25 THEN 1 ELSE 2 + floor(random() * (SELECT count(*) - 1 FROM ward_share)) END
        AS rank, random() AS matter, ceil(%(people)s * (1 - random())) AS person,
        ceil(%(days)s * cbrt(1 - random())) AS day, random() AS slot, random() AS minute,
        random() AS late, random() AS pace, random() AS start, random() AS patience
    FROM generate_series(1, %(count)s)
) chance JOIN ward_share ward USING (rank);
ANALYZE drawn;
CREATE TEMP TABLE timed AS
SELECT d.ward_id, t.id AS template_id, d.person, p.day, p.slot, p.procedure_id, p.received, p.due_at,
    (p.received + opens.at + d.minute * opens.minutes * interval '1 minute') AT TIME ZONE %(zone)s AS received_at,
    CASE WHEN d.late < 0.06 THEN p.due_at - ln(1 - d.pace) * interval '12 days' END AS late_at,
    d.pace, d.start, d.patience
FROM drawn d
JOIN template t ON t.ward_id = d.ward_id AND t.number = d.template
JOIN (VALUES %(slots)s) opens (slot, at, minutes, since, until) ON d.slot >= opens.since AND d.slot < opens.until
JOIN promise p ON p.day = d.day AND p.slot = opens.slot AND p.procedure_id = t.procedure_id;
CREATE TEMP TABLE made AS
SELECT *, row_number() OVER (ORDER BY received_at, ward_id) AS id,
    row_number() OVER (PARTITION BY ward_id, received ORDER BY received_at) AS day_number,
    row_number() OVER (PARTITION BY ward_id, extract(year FROM received) ORDER BY received_at) AS register_number,
    ready_at - ln(1 - patience) * interval '8 days' AS returned_at,
    received_at + (ready_at - received_at) * 0.3 * start AS taken_at,
    due_at < least(ready_at, %(now)s) AS is_broken
FROM (
    SELECT *, coalesce(late_at, received_at + (due_at - received_at) * (0.5 + 0.45 * pace)) AS ready_at FROM timed
) life;
CREATE UNIQUE INDEX ON made (id);
ANALYZE made;
"""

#: Indexes that no constraint needs: built afterwards, all rows at once, they take a fraction of the time.
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes JOIN pg_class ON relname = indexname
WHERE schemaname = 'public' AND tablename LIKE 'dossiers%' AND NOT EXISTS (
    SELECT FROM pg_constraint WHERE conindid = pg_class.oid
)
"""


#: Of the minutes between receipt and result, the share that the office is open; and which step has how much of it.
OPEN, SHARES = 0.22, {"desk": "0.1 * m.start", "officer": "(0.9 - 0.1 * m.start)", "leader": "0.1"}


def minutes(step: str) -> str:
    spent = f"extract(epoch FROM m.ready_at - m.received_at) / 60 * {OPEN} * {SHARES[step]}"
    return f"CASE WHEN m.ready_at <= %(now)s THEN greatest(0, {spent})::int END"


def named(**columns: str) -> dict[str, str]:
    return columns


#: What a dossier does not take from its template.
DOSSIER = named(
    id="m.id",
    code="replace(replace(replace(e.code_format, '{prefix}', w.dossier_code_prefix), '{date}',"
    " to_char(m.received, 'YYMMDD')), '{number}', "
    " lpad(m.day_number::text, greatest(4, length(m.day_number::text)), '0'))",
    token="rtrim(translate(encode(decode(md5('token' || m.id), 'hex'), 'base64'), '+/', '-_'), '=')",
    intake_key="md5('intake' || m.id)::uuid",
    day_number="m.day_number",
    register_year="extract(year FROM m.received)",
    register_number="m.register_number",
    edition_id="e.id",
    state="CASE WHEN m.returned_at <= %(now)s THEN 'returned' WHEN m.ready_at <= %(now)s THEN 'ready'"
    " WHEN m.taken_at <= %(now)s THEN 'in_progress' ELSE 'received' END",
    applicant_name="CASE t.applicant_kind WHEN 'person' THEN p.name ELSE t.applicant_name END",
    applicant_folded="CASE t.applicant_kind WHEN 'person' THEN p.folded ELSE t.applicant_folded END",
    applicant_sort="CASE t.applicant_kind WHEN 'person' THEN p.sort ELSE t.applicant_sort END",
    sex="CASE t.applicant_kind WHEN 'person' THEN p.sex ELSE t.sex END",
    id_number="CASE t.id_number WHEN '' THEN '' ELSE left(t.id_number, 6) || lpad((m.id %% 1000000)::text, 6, '0') END",
    phone="CASE t.phone WHEN '' THEN '' ELSE left(t.phone, 4) || lpad((m.id %% 1000000)::text, 6, '0') END",
    received_at="m.received_at",
    promised_at="m.due_at",
    due_at="m.due_at",
    officer_id="CASE WHEN m.taken_at <= %(now)s THEN t.handler END",
    holder_id="CASE WHEN m.taken_at <= %(now)s THEN t.handler ELSE t.received_by_id END",
    step_due_at="m.received_at + (m.due_at - m.received_at) * 0.8",
    returned_to_name="''",
    returned_to_id_number="''",
    ready_at="CASE WHEN m.ready_at <= %(now)s THEN m.ready_at END",
    returned_at="CASE WHEN m.returned_at <= %(now)s THEN m.returned_at END",
    desk_minutes=minutes("desk"),
    officer_minutes=minutes("officer"),
    leader_minutes=minutes("leader"),
)
APPOINTMENT = named(
    id="m.id",
    dossier_id="m.id",
    day="p.due",
    half="p.half",
    due_at="m.due_at",
    count="p.count",
    is_provisional="p.is_provisional",
    made_at="m.received_at",
    outcome="CASE WHEN m.is_broken THEN 'broken' WHEN m.ready_at <= %(now)s THEN 'kept' ELSE 'open' END",
    outcome_at="CASE WHEN m.is_broken THEN least(m.due_at + interval '5 minutes', %(now)s)"
    " WHEN m.ready_at <= %(now)s THEN m.ready_at END",
)
WITH_TEMPLATE = """
JOIN template t ON t.id = m.template_id JOIN desk_ward w ON w.id = m.ward_id JOIN person p ON p.number = m.person
JOIN LATERAL (
    SELECT id, code_format FROM dossiers_edition WHERE valid_from <= m.received ORDER BY valid_from DESC LIMIT 1
) e ON true
"""
WITH_PROMISE = """
JOIN template_appointment a ON a.dossier_id = m.template_id AND a.is_current
JOIN promise p ON (p.day, p.slot, p.procedure_id) = (m.day, m.slot, m.procedure_id)
"""
EVENTS = """
INSERT INTO dossiers_event (dossier_id, kind, at, by_id, appointment_id, state_before, state_after, reason)
SELECT m.id, kind, at, by_id, appointment_id, before, after, ''
FROM made m JOIN template t ON t.id = m.template_id, LATERAL (VALUES
    ('received', m.received_at, t.received_by_id, m.id, '', 'received'),
    ('taken_up', m.taken_at, t.handler, NULL, 'received', 'in_progress'),
    ('overdue', CASE WHEN m.is_broken THEN least(m.due_at + interval '5 minutes', %(now)s) END, NULL, m.id,
        'in_progress', 'in_progress'),
    ('ready', m.ready_at, t.handler, NULL, 'in_progress', 'ready'),
    ('returned', m.returned_at, t.received_by_id, NULL, 'ready', 'returned')
) AS happened (kind, at, by_id, appointment_id, before, after)
WHERE at <= %(now)s ORDER BY at;
"""
DOCUMENTS = """
INSERT INTO dossiers_dossierdocument (dossier_id, position, name, kind, count)
SELECT m.id, d.position, d.name, d.kind, d.count
FROM made m JOIN template_document d ON d.dossier_id = m.template_id ORDER BY m.id, d.position;
"""
COUNTERS = """
INSERT INTO desk_counter (ward_id, series, value)
SELECT ward_id, 'dossier-' || to_char(received, 'YYYYMMDD'), max(day_number) FROM made GROUP BY ward_id, received
UNION ALL
SELECT ward_id, 'register-' || extract(year FROM received), max(register_number)
FROM made GROUP BY ward_id, extract(year FROM received);
SELECT setval(pg_get_serial_sequence(name, 'id'), (SELECT max(id) FROM made))
FROM unnest(ARRAY['dossiers_dossier', 'dossiers_appointment']) name;
"""


def copies(model: type[models.Model], own: dict[str, str], rest: str, source: str) -> str:
    """INSERT ... SELECT of every column of `model`: its own expression, else as the template (alias `rest`) has it."""
    columns = [field.column for field in model._meta.concrete_fields]
    values = ", ".join(own.get(column) or f"{rest}.{column}" for column in columns)
    into = f"{model._meta.db_table} ({', '.join(columns)})"
    return f"INSERT INTO {into} SELECT {values} FROM made m {source} ORDER BY m.id"


def people() -> Iterator[tuple]:
    dice = Random(2020)
    for number in range(1, PEOPLE + 1):
        sex = dice.choice((MALE, FEMALE))
        name = full_name(dice, sex)
        yield number, sex, name, fold(name), sort_key(name)


def working_days(calendar: WorkingCalendar, last: date) -> list[date]:
    days = (last - timedelta(days=ago) for ago in range(365 * YEARS, 0, -1))
    return [day for day in days if calendar.is_working(day)]


def promises(calendar: WorkingCalendar, days: list[date]) -> Iterator[tuple]:
    """What the real calendar promises for each day, slot and procedure."""
    by_limit: dict[Any, list[int]] = {}
    for procedure in Procedure.objects.all():
        by_limit.setdefault(procedure.limit, []).append(procedure.pk)
    for number, day in enumerate(days, start=1):
        for slot, (opens, *_) in enumerate(SLOTS):
            for limit, procedures in by_limit.items():
                made = calendar.promise(datetime.combine(day, opens, ZONE), limit)
                count = json.dumps([step.as_json() for step in made.steps], ensure_ascii=False)
                for pk in procedures:
                    yield number, slot, pk, day, made.day, made.half.value, made.due_at, count, made.provisional


def slots() -> str:
    """SLOTS as rows of SQL: number, opening, minutes, and between which draws of chance."""
    since = [0.0, *(until for _, until, _ in SLOTS)]
    rows = enumerate(zip(SLOTS, since, strict=False))
    return ", ".join(f"({n}, time '{at}', {minutes}, {low}, {high})" for n, ((at, high, minutes), low) in rows)


def fill(count: int) -> None:
    now, calendar = timezone.now(), CalendarDay.objects.calendar()
    days = working_days(calendar, timezone.localdate(now))
    bring_up_to(now, window=Window(crowded=30, thin=30))
    values = {"count": count, "now": now, "zone": str(ZONE), "days": len(days), "people": PEOPLE}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL work_mem = '256MB'; SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL jit = off;"
            "SET LOCAL session_replication_role = replica"  # foreign keys hold by construction
        )
        cursor.execute(TEMPLATES)
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        cursor.execute("".join(f"DROP INDEX {name};" for name, _ in indexes))
        execute_values(cursor.cursor, "INSERT INTO person VALUES %s", people(), page_size=1000)
        execute_values(cursor.cursor, "INSERT INTO promise VALUES %s", promises(calendar, days), page_size=1000)
        for what, statement in (
            ("drawn", DRAW.replace("%(slots)s", slots())),
            ("dossiers", copies(Dossier, DOSSIER, "t", WITH_TEMPLATE)),
            ("appointments", copies(Appointment, APPOINTMENT, "a", WITH_PROMISE)),
            ("events", EVENTS),
            ("documents", DOCUMENTS),
            ("counters", COUNTERS),
            ("indexes", ";".join(definition.replace("%", "%%") for _, definition in indexes)),
        ):
            start = clock.perf_counter()
            cursor.execute(statement, values)
            print(f"  {what:<12} {clock.perf_counter() - start:6.1f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
