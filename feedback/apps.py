from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "feedback"
    verbose_name = "Ý kiến của người dân"

    def ready(self) -> None:
        from feedback import retention  # noqa: F401, PLC0415 - models are there only now
