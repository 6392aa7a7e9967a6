import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0001_feedback'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='answer',
            name='answer_still_open',
        ),
        migrations.RemoveIndex(
            model_name='tally',
            name='tally_of_question',
        ),
        migrations.AlterField(
            model_name='mark',
            name='question',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='feedback.question'),
        ),
        migrations.AddIndex(
            model_name='answer',
            index=models.Index(condition=models.Q(('changeable_until__isnull', False)), fields=['changeable_until', 'id', 'ward', 'month', 'stage'], name='answer_open_by_ward'),
        ),
        migrations.AddIndex(
            model_name='mark',
            index=models.Index(fields=['question', 'answer', 'value'], name='mark_of_question'),
        ),
        migrations.AddIndex(
            model_name='tally',
            index=models.Index(fields=['question', 'month', 'ward', 'stage', 'value', 'count'], name='tally_of_question_by_ward'),
        ),
    ]
