"""The one door for text messages, by SMS or Zalo: into a file, or to the provider that SMS_URL names."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.utils import timezone

TIMEOUT = 15  # seconds


class GatewayError(Exception):
    """The message did not go; the message of the error is fit for the screen and names nobody."""


class Gateway(Protocol):
    def send(self, *, to: str, text: str, key: str, at: datetime) -> None:
        """Send it unless a message of that key was sent already. Raises GatewayError."""


class FileGateway:
    """One line of JSON for each message, in one file a day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, *, to: str, text: str, key: str, at: datetime) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if not any(self._holds(key, at - timedelta(days=back)) for back in (0, 1)):
            with self._file(at).open("a", encoding="utf-8") as file:
                line = {"key": key, "at": at.isoformat(), "to": to, "text": text}
                file.write(f"{json.dumps(line, ensure_ascii=False)}\n")

    def _file(self, at: datetime) -> Path:
        return self.folder / f"{timezone.localdate(at)}.jsonl"

    def _holds(self, key: str, day: datetime) -> bool:
        path, start = self._file(day), f'{{"key": {json.dumps(key)},'
        if not path.exists():
            return False
        with path.open(encoding="utf-8") as file:
            return any(line.startswith(start) for line in file)


class HttpGateway:
    """POST of {to, text, key} as JSON; the provider sends each key once, and answers 2xx when it has taken it.

    `secret`, where there is one, tells the provider who asks.
    """

    def __init__(self, url: str, secret: str = "") -> None:
        self.url, self.secret = url, secret

    def send(self, *, to: str, text: str, key: str, at: datetime) -> None:
        body = json.dumps({"to": to, "text": text, "key": key}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        try:
            with urlopen(Request(self.url, body, headers, method="POST"), timeout=TIMEOUT):
                pass
        except HTTPError as error:
            error.close()
            raise GatewayError(f"Tổng đài tin nhắn từ chối (mã {error.code}).") from None
        except (URLError, OSError) as error:
            raise GatewayError("Tổng đài tin nhắn chưa trả lời.") from error


def gateway() -> Gateway:
    if settings.SMS_URL:
        return HttpGateway(settings.SMS_URL, settings.SMS_KEY)
    return FileGateway(settings.DATA_DIR / "sms")
