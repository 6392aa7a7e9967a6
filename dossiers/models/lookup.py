"""What is counted against misuse, wrong look-ups first: how many, from where, without keeping an address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils.crypto import salted_hmac

#: Wrong pairs counted in this window: then the next try waits, first shortly, in the end for the whole window.
WINDOW = timedelta(minutes=15)
WAITS = {
    "address": ((5, timedelta(seconds=30)), (10, WINDOW)),
    "code": ((20, WINDOW),),
    "visit": ((5, WINDOW),),
    "suggest": ((5, WINDOW),),
    "suggestion": ((10, WINDOW),),
    "question": ((5, WINDOW),),
    "survey": ((100, WINDOW),),  # everybody in the waiting room may share the address of its network
}


class LookupFailureQuerySet(models.QuerySet):
    def wait(self, keys: dict[str, str], now: datetime) -> timedelta:
        """How long somebody must still wait; `keys` maps "address" and "code" to what was used. Zero: go on."""
        left = timedelta(0)
        for kind, key in keys.items():
            recent = self.filter(key=hashed(kind, key), at__gt=now - WINDOW).order_by("-at")
            times = list(recent.values_list("at", flat=True)[: WAITS[kind][-1][0]])
            for limit, pause in WAITS[kind]:
                if len(times) >= limit:
                    left = max(left, times[0] + pause - now)
        return left

    def note(self, keys: dict[str, str], now: datetime) -> None:
        self.bulk_create(self.model(key=hashed(kind, key), at=now) for kind, key in keys.items())

    def forget(self, now: datetime) -> int:
        """Delete what no longer counts; returns how many rows."""
        return self.filter(at__lt=now - WINDOW).delete()[0]


class LookupFailure(models.Model):
    """A pair of code and digits that did not fit, under keyed hashes of the address and of the code typed."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    objects = LookupFailureQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["key", "at"], name="lookup_failure_key")]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.at:%d/%m/%Y %H:%M}"


def hashed(kind: str, key: str) -> str:
    return salted_hmac(f"dossiers.lookup.{kind}", key, algorithm="sha256").hexdigest()
