import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phuly_portal.settings")

app = Celery("phuly_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
