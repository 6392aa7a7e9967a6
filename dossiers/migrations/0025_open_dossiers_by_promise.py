from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0005_mails_that_staff_want'),
        ('dossiers', '0024_what_a_dossier_missed_and_why'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='dossier',
            name='dossier_open_promised',
        ),
        migrations.AddIndex(
            model_name='dossier',
            index=models.Index(condition=models.Q(('state__in', ('received', 'in_progress', 'signing'))), fields=['ward', 'promised_at', 'id'], name='dossier_open_promised'),
        ),
    ]
