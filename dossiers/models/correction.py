"""What a correction may change, what follows from it, and how its trace is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils import timezone

from desk.vietnamese import money, slashed

CORRECTABLE = (
    "applicant_name",
    "id_number",
    "tax_code",
    "birth",
    "sex",
    "address",
    "phone",
    "procedure",
    "fee_vnd",
    "fee_paid",
    "received_at",
    "letter_facts",
)
#: Of these, the ones that change the promise.
CHANGES_PROMISE = {"procedure", "received_at"}
#: And those that no slip says: the one handed out stays right.
OFF_THE_SLIP = {"id_number", "tax_code", "birth", "letter_facts"}

#: How a value is read that is kept in the details of an event otherwise than people write it.
READ: dict[str, Callable[[str], str]] = {
    "received_at": lambda text: f"{timezone.localtime(datetime.fromisoformat(text)):%H:%M %d/%m/%Y}",
    "birth": slashed,
    "fee_vnd": lambda text: money(int(text)) if text.isdigit() else "",
    "letter_facts": slashed,
    "fee_paid": lambda text: "có" if text == "True" else "chưa",
}


def kept(value: Any) -> str:
    """A value as the details of an event keep it."""
    return ", ".join(value.values()) if isinstance(value, dict) else str(value)


def shown(name: str, text: str) -> str:
    """A value of that field for people to read."""
    return READ.get(name, str)(text) or "–"


def label_of(name: str) -> str:
    """What a field of a dossier is called on the screen."""
    field = apps.get_model("dossiers", "Dossier")._meta.get_field(name)
    return str((field.related_model._meta if field.is_relation else field).verbose_name)  # type: ignore[union-attr]
