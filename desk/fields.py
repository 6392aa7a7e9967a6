"""Model columns that are computed from another column of the same row, on save() and bulk_create() alike."""

from typing import Any, ClassVar

from django.core.exceptions import EmptyResultSet
from django.db import models

from desk.vietnamese import folded_words, sort_key


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
    """Words in lower case without marks, one space between them, for searching.

    ``__words="nhan thi"`` finds what has each of these words somewhere, ``__begun="thi nh"`` also what goes on after
    the last one. An index over WORDS makes it fast on PostgreSQL.
    """

    #: The words of {column} as PostgreSQL indexes them.
    WORDS: ClassVar = "array_to_tsvector(string_to_array({column}, ' '))"

    def compute(self, text: str) -> str:
        return " ".join(folded_words(text))


@FoldedField.register_lookup
class Words(models.Lookup):
    lookup_name = "words"
    is_begun = False
    prepare_rhs = False

    @property
    def asked(self) -> list[str]:
        if words := folded_words(self.rhs):
            return words
        raise EmptyResultSet

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, values = self.process_lhs(compiler, connection)
        asked = " & ".join(self.asked) + (":*" if self.is_begun else "")
        return f"{FoldedField.WORDS.format(column=column)} @@ %s::tsquery", (*values, asked)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, values = self.process_lhs(compiler, connection)
        asked = [f" {word} " for word in self.asked]
        if self.is_begun:
            asked[-1] = asked[-1].rstrip()
        each = f"instr(' ' || {column} || ' ', %s) > 0"
        return " AND ".join([each] * len(asked)), tuple(value for word in asked for value in (*values, word))


@FoldedField.register_lookup
class Begun(Words):
    lookup_name = "begun"
    is_begun = True


class SortKeyField(DerivedField):
    """Digits that sort people in the Vietnamese order."""

    def compute(self, text: str) -> str:
        return sort_key(text)
