"""A dialogue as a calendar file (iCalendar, RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings

from feedback.models import Dialogue

#: The longest line in octets, its end not counted (RFC 5545, 3.1).
LONGEST = 75
STATUS = {
    Dialogue.State.ANNOUNCED: "CONFIRMED",
    Dialogue.State.HELD: "CONFIRMED",
    Dialogue.State.CALLED_OFF: "CANCELLED",
}


def calendar_file(dialogue: Dialogue) -> bytes:
    """The same UID for the same dialogue: a calendar that has it takes what has changed, or takes it out."""
    host = urlsplit(settings.SITE_URL).hostname
    about = f"{dialogue.get_kind_display()}. {dialogue.ward}"
    if dialogue.called_off_reason:
        about = f"Thôi tổ chức: {dialogue.called_off_reason}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Bộ phận Một cửa//Đối thoại//VI",
        "CALSCALE:GREGORIAN",
        f"METHOD:{'CANCEL' if dialogue.state == Dialogue.State.CALLED_OFF else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{dialogue.key}@{host}",
        f"SEQUENCE:{dialogue.changes}",
        f"DTSTAMP:{moment(dialogue.changed_at)}",
        f"LAST-MODIFIED:{moment(dialogue.changed_at)}",
        f"DTSTART:{moment(dialogue.starts_at)}",
        f"DTEND:{moment(dialogue.ends_at)}",
        f"SUMMARY:{escape(f'Đối thoại với nhân dân: {dialogue.topic}')}",
        f"LOCATION:{escape(dialogue.place)}",
        f"DESCRIPTION:{escape(about)}",
        f"URL:{settings.SITE_URL}{dialogue.get_absolute_url()}",
        f"ORGANIZER;CN={quoted(f'UBND {dialogue.ward.in_sentence}')}:{settings.SITE_URL}{dialogue.get_absolute_url()}",
        f"STATUS:{STATUS[Dialogue.State(dialogue.state)]}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{fold(line)}\r\n" for line in lines).encode()


def moment(at: datetime) -> str:
    """In UTC, so that no table of time zones has to come along."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escape(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'


def fold(line: str) -> str:
    """Longer lines go on after CRLF and a space, never within a letter."""
    parts, length = [""], 0
    for char in line:
        size = len(char.encode())
        if length + size > LONGEST:
            parts.append(" ")
            length = 1
        parts[-1] += char
        length += size
    return "\r\n".join(parts)
