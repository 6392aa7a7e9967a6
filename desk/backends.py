"""Who is logged in."""

from django.contrib.auth.backends import ModelBackend

from desk.models import Staff
from desk.sql import CompiledQuery

ONE = CompiledQuery(lambda pk: Staff.objects.filter(pk=pk).order_by(), 987654321)


class StaffBackend(ModelBackend):
    """Django's own; but it is asked for the same person with every page, so it asks as cheaply as it can."""

    def get_user(self, user_id: int) -> Staff | None:
        found = ONE(user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None
