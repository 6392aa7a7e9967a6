from celery import shared_task
from django.utils import timezone

from feedback.models import Answer, Contribution


@shared_task
def flag_late_contributions() -> None:
    Contribution.objects.flag_late(timezone.now())


@shared_task
def seal_answers() -> None:
    """Whatever a night has missed is sealed by the next one."""
    Answer.objects.seal(timezone.localdate())
