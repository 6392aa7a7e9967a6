from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = "Đơn vị, cán bộ, lịch làm việc"

    def ready(self) -> None:
        from desk import checks  # noqa: F401, PLC0415 - registers the system checks
