"""Fills a database of dossiers with what people answered: fill(count). Three years of it, as the dossiers lie.

Most answers are sealed and counted; those of the last week are open. Each is an answer to question 1 and to about half
of the others.
"""

from __future__ import annotations

import json
import time as clock
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from desk.calendar import ZONE
from feedback.models import CHANGEABLE, Answer

STATEMENTS = {
    "drawn": """
SELECT setseed(0.5);
CREATE TEMP TABLE said AS
SELECT d.id, d.ward_id, d.procedure_id, (coalesce(d.returned_at, d.received_at) AT TIME ZONE %(zone)s)::date AS day,
    CASE WHEN d.returned_at IS NULL OR random() < 0.4 THEN 'received' ELSE 'returned' END AS stage,
    CASE WHEN random() < 0.65 THEN 'slip' WHEN random() < 0.9 THEN 'tablet' ELSE 'staff' END AS channel,
    random() AS mood
FROM dossiers_dossier d;
""",
    "answers": """
INSERT INTO feedback_answer (id, key, ward_id, procedure_id, month, stage, channel, changeable_until, comment)
SELECT id, md5('answer' || id) || md5('key' || id), ward_id, procedure_id, date_trunc('month', day), stage, channel,
    CASE WHEN day + %(days)s >= %(today)s THEN day + %(days)s END, ''
FROM said;
""",
    "marks": """
CREATE TEMP TABLE mark AS
SELECT s.id, q.id AS question_id, 1 + floor(5 * power(s.mood, 4) * (0.6 + 0.4 * random()))::int AS value
FROM said s JOIN feedback_question q ON q.position = 1 OR NOT q.only_late AND hashint8(7 * s.id + q.id) %% 2 = 0
JOIN feedback_questionset f ON f.id = q.question_set_id AND f.slug = 'sau-ho-so';
INSERT INTO feedback_mark (answer_id, question_id, value)
SELECT id, question_id, value FROM mark JOIN feedback_answer a USING (id) WHERE a.changeable_until IS NOT NULL;
""",
    "tallies": """
INSERT INTO feedback_tally (ward_id, procedure_id, month, stage, channel, question_id, value, count)
SELECT ward_id, procedure_id, month, stage, channel, question_id, value, count(*)
FROM mark JOIN feedback_answer USING (id) WHERE changeable_until IS NULL
GROUP BY 1, 2, 3, 4, 5, 6, 7;
""",
    "handed back": """
INSERT INTO dossiers_figure (ward_id, span, first, cut, key, measure, value, count)
SELECT ward_id, span, date_trunc(span, returned_at AT TIME ZONE %(zone)s)::date, '', '', 'returned', 0, count(*)
FROM dossiers_dossier, unnest(ARRAY['day', 'month', 'year']) AS span
WHERE returned_at IS NOT NULL GROUP BY 1, 2, 3 ON CONFLICT DO NOTHING;
""",
}


def fill() -> None:
    """One answer for each dossier that is there."""
    today = timezone.localdate()
    values = {"zone": str(ZONE), "today": today, "days": CHANGEABLE.days}
    with transaction.atomic(), connection.cursor() as cursor:
        for what, statement in STATEMENTS.items():
            start = clock.perf_counter()
            cursor.execute(statement, values)
            print(f"  {what:<12} {clock.perf_counter() - start:6.1f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


A_DAY = """
WITH made AS (
    INSERT INTO feedback_answer (id, key, ward_id, procedure_id, month, stage, channel, changeable_until, comment)
    SELECT (SELECT max(id) FROM feedback_answer) + row_number() OVER (ORDER BY id),
        md5('day' || id || clock_timestamp()) || md5('key' || id), ward_id, procedure_id,
        date_trunc('month', %(until)s::date), stage, channel, %(until)s, ''
    FROM feedback_answer ORDER BY id LIMIT %(count)s RETURNING id
)
INSERT INTO feedback_mark (answer_id, question_id, value)
SELECT made.id, q.id, 1 + floor(5 * power(random(), 4))::int
FROM made JOIN feedback_question q ON q.position = 1 OR NOT q.only_late AND hashint8(7 * made.id + q.id) %% 2 = 0
JOIN feedback_questionset f ON f.id = q.question_set_id AND f.slug = 'sau-ho-so';
"""


def seal(count: int, rounds: int) -> None:
    """Print how many seconds it took to seal a day of so many answers: on the clock, and of our processor."""
    today, took = timezone.localdate(), []
    Answer.objects.seal(today)
    for _ in range(rounds):
        with connection.cursor() as cursor:
            cursor.execute(A_DAY, {"count": count, "until": today - timedelta(days=1)})
        start, cpu = clock.perf_counter(), clock.process_time()
        sealed = Answer.objects.seal(today)
        took.append((clock.perf_counter() - start, clock.process_time() - cpu))
        if sealed != count:
            raise RuntimeError(f"{sealed} answers were sealed, not {count}")
    print(json.dumps(took))
