from django.db import migrations

OF_WARD = (
    "CREATE INDEX IF NOT EXISTS dossier_ward_name_trigrams ON dossiers_dossier"
    " USING gin (ward_id, applicant_folded gin_trgm_ops)"
)
OF_ALL = "CREATE INDEX IF NOT EXISTS dossier_name_trigrams ON dossiers_dossier USING gin (applicant_folded gin_trgm_ops)"


def by_ward(apps, schema_editor):
    """A counter searches its own ward: with the ward in the index no other ward's dossiers are looked at."""
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    schema_editor.execute(OF_WARD)
    schema_editor.execute("DROP INDEX IF EXISTS dossier_name_trigrams")


def by_name_alone(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(OF_ALL)
        schema_editor.execute("DROP INDEX IF EXISTS dossier_ward_name_trigrams")


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0008_form_texts")]

    operations = [migrations.RunPython(by_ward, by_name_alone)]
