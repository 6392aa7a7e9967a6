from celery import shared_task
from django.utils import timezone

from feedback.models import Contribution


@shared_task
def flag_late_contributions() -> None:
    Contribution.objects.flag_late(timezone.now())
