"""What is asked for all day and changes seldom, answered from memory for a minute."""

import time
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from django.db.models import Model

from desk.calendar import OfficeHours, WorkingCalendar
from desk.models import CalendarDay

Row = TypeVar("Row", bound=Model)
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
SECONDS = 60
_clear: list[Callable[[], None]] = []


def for_a_minute(ask: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """The same function, whose answers are kept: arguments must be hashable, and answers are to be read only."""

    @lru_cache(maxsize=512)
    def of_minute(minute: int, *args: Asked.args, **named: Asked.kwargs) -> Answer:
        return ask(*args, **named)

    @wraps(ask)
    def kept(*args: Asked.args, **named: Asked.kwargs) -> Answer:
        return of_minute(int(time.monotonic() // SECONDS), *args, **named)  # type: ignore[arg-type]

    _clear.append(of_minute.cache_clear)
    return kept


@for_a_minute
def kept(model: type[Row], pk: int) -> Row:
    """That row as it was at most a minute ago: to be read, never saved. Raises DoesNotExist."""
    return model._default_manager.get(pk=pk)


@for_a_minute
def kept_calendar(hours: OfficeHours | None = None) -> WorkingCalendar:
    """The working calendar as it was at most a minute ago: for words on a page, never for a promise."""
    return CalendarDay.objects.calendar(hours)


def forget() -> None:
    for clear in _clear:
        clear()
