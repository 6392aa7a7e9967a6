"""The embedded broker: messages as files of one folder, for an installation without Redis.

Kombu's own transport opens a message under its final name before it fills it (kombu issue 1551), so a worker reads half
of one and dies; it moves what it reads through the system's temporary folder, which on another disk copies; and it
keeps a table of bindings that two starting processes write at once. Here a message appears whole, whoever deletes it
has it, and no table is kept.
"""

import json
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override] # kombu has it both ways
        name = Path(self.data_folder_out, f"{time.time_ns()}_{uuid.uuid4()}.{queue}")
        name.write_text(dumps(payload))
        os.replace(name, f"{name}.msg")

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message of the queue. Raises Empty."""
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] == f"{queue}.msg":
                path = Path(self.data_folder_in, name)
                try:
                    content = path.read_text()
                    path.unlink()
                    return loads(content)
                except (FileNotFoundError, json.JSONDecodeError):
                    continue  # taken by another worker, or cut short by a power cut: the beat rings again
        raise Empty

    def _queue_bind(self, *binding: Any) -> None:
        """Celery names the queue in each message, so nobody looks a binding up."""


class Transport(filesystem.Transport):
    Channel = Channel
