from django.db import migrations


def create_index(apps, schema_editor):
    """Only PostgreSQL has trigrams; elsewhere the same search reads the rows of the ward."""
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    schema_editor.execute(
        "CREATE INDEX IF NOT EXISTS dossier_name_trigrams ON dossiers_dossier USING gin (applicant_folded gin_trgm_ops)"
    )


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS dossier_name_trigrams")


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0001_dossiers")]

    operations = [migrations.RunPython(create_index, drop_index)]
