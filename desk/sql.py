"""What Django's ORM lacks, in SQL that PostgreSQL and SQLite both speak."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from weakref import WeakSet

from django.db import connection, models
from django.db.models.query import ModelIterable, get_related_populators
from psycopg2.extensions import AsIs  # type: ignore[import-untyped]


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


def number_of(rows: models.QuerySet) -> models.QuerySet:
    """One row: how many there are. `count()` says it at once, this one may stand in a query or be kept."""
    how_many = models.Func(template="COUNT(*)", output_field=models.IntegerField())
    return rows.order_by().annotate(how_many=how_many).values_list("how_many")


def others_write(*written: type[models.Model]) -> bool:
    """Whether another transaction has written rows of these models and is not over: nobody can see them yet.

    On SQLite, where one writes at a time, it never is so inside a transaction that writes.
    """
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE datname = current_database() AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()"
            " AND relation = ANY (%s::regclass[]))",
            [[model._meta.db_table for model in written]],
        )
        return cursor.fetchone()[0]


class Kept(NamedTuple):
    """A query as a database is asked it: the statement, what fills it and how its answer is read.

    A place is either the number of a value or, with None, a parameter that never changes.
    """

    sql: str
    places: list[tuple[int | None, Any]]
    used: list[int]  # the numbers of the values that are in the statement
    read: Callable[[list[tuple]], list]

    def fill(self, values: Mapping[int, Any]) -> list:
        return [fixed if number is None else values[number] for number, fixed in self.places]


class CompiledQuery:
    """Rows asked for by a few values: the ORM puts the statement together once for each process.

    For pages that are asked for all day: to put a statement together takes the ORM ten times as long as to ask it, and
    to plan it takes PostgreSQL five times as long as to answer it, so each connection plans it once. `make` gives the
    QuerySet, of models or of `values_list`, for the `examples`; it hands them to the query as they are, some or all.
    They tell the values from each other and from all else in the statement, so nothing else in it may equal them.
    """

    def __init__(self, make: Callable[..., models.QuerySet], *examples: Any) -> None:
        self.make, self.examples = make, examples
        self.name = f"kept_{id(self)}"
        self.kept: dict[str, Kept] = {}
        self.prepared: WeakSet = WeakSet()  # connections

    def __call__(self, *values: Any) -> list:
        kept = self.kept.get(connection.vendor) or self.keep()
        adapted = [connection.ops.adapt_unknown_value(value) for value in values]
        with connection.cursor() as cursor:
            # that setting belongs to a pooler, behind which the next statement may reach another connection
            if connection.vendor == "postgresql" and not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
                self.prepare(kept)
                asked = [adapted[number] for number in kept.used]
                cursor.execute(f"EXECUTE {self.name} ({', '.join(['%s'] * len(asked))})", asked)
            else:
                cursor.execute(kept.sql, kept.fill(dict(enumerate(adapted))))
            return kept.read(cursor.fetchall())

    def prepare(self, kept: Kept) -> None:
        if connection.connection not in self.prepared:
            names = {number: AsIs(f"${place}") for place, number in enumerate(kept.used, start=1)}
            with connection.wrap_database_errors, connection.connection.cursor() as first:
                first.execute(f"PREPARE {self.name} AS {kept.sql}", kept.fill(names))
            self.prepared.add(connection.connection)

    def keep(self) -> Kept:
        rows = self.make(*self.examples)
        compiler = rows.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        examples = [connection.ops.adapt_unknown_value(example) for example in self.examples]
        places = [(examples.index(param) if param in examples else None, param) for param in params]
        used = sorted({number for number, _ in places if number is not None})
        converters = compiler.get_converters([column for column, *_ in compiler.select])

        def values(answer: list[tuple]) -> list[tuple]:
            return [tuple(row) for row in compiler.apply_converters(answer, converters)]

        def instances(answer: list[tuple]) -> list[models.Model]:
            return list(instances_of(compiler, compiler.apply_converters(answer, converters)))

        read = instances if issubclass(rows._iterable_class, ModelIterable) else values
        self.kept[connection.vendor] = Kept(sql, places, used, read)
        return self.kept[connection.vendor]


def instances_of(compiler: Any, rows: Iterable[list]) -> Iterator[models.Model]:
    """What a QuerySet makes of the rows of its query."""
    known = compiler.klass_info
    first, *_, last = known["select_fields"]
    names = [column[0].target.attname for column in compiler.select[first : last + 1]]
    related = get_related_populators(known, compiler.select, connection.alias)  # type: ignore[call-arg]
    for row in rows:
        instance = known["model"].from_db(connection.alias, names, row[first : last + 1])
        for populator in related:
            populator.populate(row, instance)
        for name, place in compiler.annotation_col_map.items():
            setattr(instance, name, row[place])
        yield instance
