from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "letters"
    verbose_name = "Thư"

    def ready(self) -> None:
        from letters import receivers  # noqa: F401, PLC0415 - models are there only now
