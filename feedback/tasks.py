from celery import shared_task
from django.utils import timezone

from feedback.models import Answer


@shared_task
def seal_answers() -> None:
    """Whatever a night has missed is sealed by the next one."""
    Answer.objects.seal(timezone.localdate())
