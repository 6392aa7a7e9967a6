"""The ways in which something reaches a person, and the hours in which no machine takes one."""

from __future__ import annotations

from datetime import datetime, time

from django.db import models
from django.utils import timezone

from dossiers.models import Dossier

#: From then until then no machine disturbs anybody.
EVENING, MORNING = time(21), time(7)


class Channel(models.TextChoices):
    COUNTER = "counter", "Trao tại quầy"
    POST = "post", "Bưu chính"
    VISIT = "visit", "Tại nhà"
    EMAIL = "email", "Email"
    SMS = "sms", "Tin nhắn"


#: Ways that a person goes, and ways that a machine goes.
BY_MESSENGER = (Channel.COUNTER, Channel.POST, Channel.VISIT)
BY_MACHINE = (Channel.EMAIL, Channel.SMS)
WAYS = {
    Dossier.ReturnMethod.COUNTER: Channel.COUNTER,
    Dossier.ReturnMethod.POST: Channel.POST,
    Dossier.ReturnMethod.HOME: Channel.VISIT,
}


def is_quiet(now: datetime) -> bool:
    """Whether people rest at that moment, in Phủ Lý."""
    clock = timezone.localtime(now).time()
    return clock >= EVENING or clock < MORNING
