from celery import shared_task
from django.utils import timezone

from dossiers.models import Appointment, LookupFailure


@shared_task
def flag_overdue() -> None:
    Appointment.objects.break_overdue(timezone.now())


@shared_task
def forget_failed_lookups() -> None:
    LookupFailure.objects.forget(timezone.now())
