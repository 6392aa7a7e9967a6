from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0005_mails_that_staff_want'),
        ('dossiers', '0022_what_a_letter_must_know'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='figure',
            name='figure_once',
        ),
        migrations.AddConstraint(
            model_name='figure',
            constraint=models.UniqueConstraint(fields=('cut', 'ward', 'measure', 'span', 'first', 'key', 'value'), name='figure_once'),
        ),
    ]
