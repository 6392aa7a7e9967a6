from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0025_open_dossiers_by_promise")]

    operations = [migrations.RemoveField("figurerun", "event_last")]
