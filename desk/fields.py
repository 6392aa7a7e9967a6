"""Model columns that are computed from another column of the same row, on save() and bulk_create() alike."""

from typing import Any

from django.db import models

from desk.vietnamese import fold, sort_key


class DerivedField(models.CharField):
    """A column filled from `of`. With save(update_fields=...) name it beside its source."""

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"editable": False, "max_length": 255, "default": "", **kwargs})

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def compute(self, text: str) -> str:
        raise NotImplementedError

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.compute(getattr(model_instance, self.of))[: self.max_length]
        setattr(model_instance, self.attname, value)
        return value


class FoldedField(DerivedField):
    """Lower case without marks, for searching."""

    def compute(self, text: str) -> str:
        return fold(text)


class SortKeyField(DerivedField):
    """Digits that sort people in the Vietnamese order."""

    def compute(self, text: str) -> str:
        return sort_key(text)
