"""The one statement that Django's ORM lacks and big sets need, in SQL that PostgreSQL and SQLite both speak."""

from collections.abc import Callable
from typing import Any

from django.db import connection, models


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
