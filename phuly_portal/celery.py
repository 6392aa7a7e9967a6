import os
from typing import Any

from celery import Celery
from celery.contrib.django.task import DjangoTask
from django.db import transaction
from kombu.transport import TRANSPORT_ALIASES


class Task(DjangoTask):
    def delay_on_commit(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Ring for a worker once the rows are there. A broker that is down is logged and never fails the act itself:
        the beat finds what was missed.
        """

        def ring() -> None:  # what logs the failure asks for its name, which a partial has not
            self.delay(*args, **kwargs)

        transaction.on_commit(ring, robust=True)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phuly_portal.settings")
TRANSPORT_ALIASES["files"] = "phuly_portal.broker:Transport"

app = Celery("phuly_portal", task_cls=Task)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
