import logging

from celery import shared_task
from django.utils import timezone

from dossiers.models import Appointment, Figure, LookupFailure
from dossiers.models.retention import clear_all

logger = logging.getLogger(__name__)


@shared_task
def flag_overdue() -> None:
    Appointment.objects.break_overdue(timezone.now())


@shared_task
def keep_figures() -> None:
    """Whatever was on its way during a run is counted by the next one."""
    Figure.objects.keep_up(timezone.now())


@shared_task
def forget_failed_lookups() -> None:
    LookupFailure.objects.forget(timezone.now())


@shared_task
def clear_personal_data() -> None:
    for term, cleared in clear_all(timezone.now()):
        logger.info("%s: %d cleared", term.kind, cleared)
