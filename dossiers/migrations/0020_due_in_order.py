from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0005_mails_that_staff_want"),
        ("dossiers", "0019_papers_corrected"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="dossier",
            name="dossier_open_due",
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(
                condition=models.Q(("state__in", ("received", "in_progress", "signing"))),
                fields=["ward", "due_at", "received_at", "promised_at"],
                name="dossier_open_due_at",
            ),
        ),
    ]
