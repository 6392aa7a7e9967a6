"""What Django's ORM lacks, in SQL that PostgreSQL and SQLite both speak."""

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import WeakSet

from django.db import connection, models

Value = TypeVar("Value")


def insert_from(rows: models.QuerySet, into: type[models.Model], **columns: Any) -> list[int]:
    """INSERT ... SELECT: one new row of `into` for each of `rows`; returns the new primary keys.

    `columns` maps a field of `into` to an expression over `rows` (F(), Value()). A row that would break a unique
    constraint of `into` is left out, so the statement may be repeated. Every column without a database default must
    be named.
    """
    quote: Callable[[Any], str] = connection.ops.quote_name
    # an alias may not be a field of the model that is read, so each gets a name of its own
    named = {f"insert_{name}": expression for name, expression in columns.items()}
    select, params = rows.order_by().annotate(**named).values_list(*named).query.sql_with_params()
    fields: Any = {field.name: field for field in into._meta.concrete_fields}
    targets = ", ".join(quote(fields[name].column) for name in columns)
    key = into._meta.pk
    assert key is not None
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(into._meta.db_table)} ({targets}) {select} "
            f"ON CONFLICT DO NOTHING RETURNING {quote(key.column)}",
            params,
        )
        return [pk for (pk,) in cursor.fetchall()]


class Kept(NamedTuple):
    """A query as a database is asked it: what each connection hears once before, the question and how to read it."""

    prepare: str
    sql: str
    params: tuple
    place: int  # of the value among the parameters
    read: Callable[[list[tuple]], list[tuple]]


class CompiledQuery(Generic[Value]):
    """Rows of plain values, asked for by one value: the ORM puts the statement together once for each process.

    For pages that are asked for all day: to put a statement together takes the ORM ten times as long as to ask it, and
    to plan it takes PostgreSQL five times as long as to answer it, so each connection plans it once. `make` gives the
    QuerySet (`values_list`) for a value; it must use the value exactly once, and nothing of its day.
    """

    def __init__(self, make: Callable[[Value], models.QuerySet], example: Value) -> None:
        self.make, self.example = make, example
        self.kept: dict[str, Kept] = {}
        self.prepared: WeakSet = WeakSet()  # connections

    def __call__(self, value: Value) -> list[tuple]:
        kept = self.kept.get(connection.vendor) or self.keep()
        with connection.cursor() as cursor:
            if kept.prepare and connection.connection not in self.prepared:
                with connection.connection.cursor() as first:
                    first.execute(kept.prepare)
                self.prepared.add(connection.connection)
            params: Any = (*kept.params[: kept.place], value, *kept.params[kept.place + 1 :])
            cursor.execute(kept.sql, params)
            return kept.read(cursor.fetchall())

    def keep(self) -> Kept:
        compiler = self.make(self.example).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select])

        def read(rows: list[tuple]) -> list[tuple]:
            return [tuple(row) for row in compiler.apply_converters(rows, converters)]

        prepare = ""
        # that setting belongs to a pooler, behind which the next statement may reach another connection
        if connection.vendor == "postgresql" and not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            name = f"kept_{id(self)}"
            prepare = f"PREPARE {name} AS {sql}" % tuple(f"${number + 1}" for number in range(len(params)))
            sql = f"EXECUTE {name} ({', '.join(['%s'] * len(params))})"
        self.kept[connection.vendor] = Kept(prepare, sql, params, params.index(self.example), read)
        return self.kept[connection.vendor]
