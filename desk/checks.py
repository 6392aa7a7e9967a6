"""What must be on this machine before the desk opens; `manage.py check` says it."""

from typing import Any

from django.core.checks import Error, register

from desk.pdf import PrinterError, _press


@register(deploy=True)
def printer_works(**kwargs: Any) -> list[Error]:
    try:
        _press()
    except PrinterError as error:
        return [Error(str(error), id="desk.E001")]
    return []
