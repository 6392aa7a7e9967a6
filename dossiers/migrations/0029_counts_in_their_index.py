from django.db import migrations

DROP = "ALTER TABLE dossiers_figure DROP CONSTRAINT figure_once"
ADD = (
    "ALTER TABLE dossiers_figure ADD CONSTRAINT figure_once"
    " UNIQUE (cut, ward_id, measure, span, first, key, value) INCLUDE (count)"
)


def with_count(apps, schema_editor):
    """The constraint stays what it is; its index holds the count too, so that a report reads nothing else.

    Django's `include` would leave the constraint out on SQLite.
    """
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)
        schema_editor.execute(ADD)


def without_count(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)
        schema_editor.execute(ADD.removesuffix(" INCLUDE (count)"))


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0028_gifts_and_apologies_taken_back")]

    operations = [migrations.RunPython(with_count, without_count)]
