"""Rows that change a few times a year, read from memory by pages that are asked for all day."""

import time
from functools import lru_cache
from typing import TypeVar

from django.db.models import Model

from desk.calendar import OfficeHours, WorkingCalendar
from desk.models import CalendarDay

Row = TypeVar("Row", bound=Model)
SECONDS = 60


def minute() -> int:
    return int(time.monotonic() // SECONDS)


def kept(model: type[Row], pk: int) -> Row:
    """That row as it was at most a minute ago: to be read, never saved. Raises DoesNotExist."""
    return _kept(model, pk, minute())


def kept_calendar(hours: OfficeHours | None = None) -> WorkingCalendar:
    """The working calendar as it was at most a minute ago: for words on a page, never for a promise."""
    return _calendar(hours, minute())


@lru_cache(maxsize=512)
def _kept(model: type[Row], pk: int, minute: int) -> Row:
    return model._default_manager.get(pk=pk)


@lru_cache(maxsize=32)
def _calendar(hours: OfficeHours | None, minute: int) -> WorkingCalendar:
    return CalendarDay.objects.calendar(hours)


def forget() -> None:
    _kept.cache_clear()
    _calendar.cache_clear()
