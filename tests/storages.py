"""Storages that are no folder on this machine."""

from __future__ import annotations

from django.core.files.storage import InMemoryStorage


class ClientError(Exception):
    """What an object store answers; not an OSError."""


class Bucket(InMemoryStorage):
    """Behaves like the S3 storage of django-storages where that differs from a folder: there are no folders, the same
    name is written over, and the time of what is not there is an error of its own."""

    def get_available_name(self, name, max_length=None):
        return name

    def exists(self, name):
        return super().exists(name) and not self._is_folder(name)

    def listdir(self, path):
        return super().listdir(path) if super().exists(path) else ([], [])

    def get_modified_time(self, name):
        if not self.exists(name):
            raise ClientError("404")
        return super().get_modified_time(name)

    def _is_folder(self, name):
        return hasattr(self._resolve(name), "listdir")


class Unreachable(InMemoryStorage):
    """An object store whose machine does not answer."""

    def _save(self, *args):
        raise ClientError("503")

    _open = exists = delete = _save
