"""The kept counts at work inside one process: counted from nothing, and after a day's events."""

from __future__ import annotations

import json
import time

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from dossiers.models import Event, Figure, FigureRun
from dossiers.models.figure import Span


def count_all() -> None:
    """Seconds that a full recount takes from no counts at all."""
    Figure.objects.all().delete()
    start = time.perf_counter()
    Figure.objects.rebuild()
    seconds = time.perf_counter() - start
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) dossiers_figure")
    print(json.dumps(seconds))


def count_events(count: int, rounds: int) -> None:
    """Seconds that a run of the worker takes after so many events, round by round, and how many days it counts anew."""
    found = []
    for _ in range(rounds):
        newest = Event.objects.aggregate(newest=Max("pk"))["newest"]
        FigureRun.objects.filter(pk=1).update(event_before=newest - count)
        start = time.perf_counter()
        days = Figure.objects.keep_up(timezone.now())
        found.append((time.perf_counter() - start, days))
    print(json.dumps(found))


def rows() -> None:
    """How many counts there are of each span."""
    print(json.dumps({span.label: Figure.objects.filter(span=span).count() for span in Span}))
