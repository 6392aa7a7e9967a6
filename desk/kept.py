"""Rows that change a few times a year, read from memory by pages that are asked for all day."""

import time
from functools import lru_cache
from typing import TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)
SECONDS = 60


def kept(model: type[Row], pk: int) -> Row:
    """That row as it was at most a minute ago: to be read, never saved. Raises DoesNotExist."""
    return _kept(model, pk, int(time.monotonic() // SECONDS))


@lru_cache(maxsize=512)
def _kept(model: type[Row], pk: int, minute: int) -> Row:
    return model._default_manager.get(pk=pk)


forget = _kept.cache_clear
