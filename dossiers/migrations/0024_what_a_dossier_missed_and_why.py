from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0023_figures_in_the_order_they_are_asked_for"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(
                condition=models.Q(("outcome", "broken")),
                fields=["dossier", "due_at", "day"],
                name="appointment_broken_of",
            ),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(
                condition=models.Q(("delay_cause__isnull", False)),
                fields=["dossier", "-made_at", "-id"],
                name="appointment_cause_said",
            ),
        ),
    ]
