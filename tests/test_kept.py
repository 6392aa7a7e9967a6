"""What busy pages read from memory is never older than a minute."""

import pytest

from desk import kept
from desk.models import Ward

pytestmark = pytest.mark.django_db


def test_a_row_is_read_once_and_again_after_a_minute(ward, monkeypatch, django_assert_num_queries):
    clock = 1000.0
    monkeypatch.setattr(kept.time, "monotonic", lambda: clock)
    with django_assert_num_queries(1):
        assert kept.kept(Ward, ward.pk) == kept.kept(Ward, ward.pk) == ward
    Ward.objects.filter(pk=ward.pk).update(phone="02263999999")
    clock += kept.SECONDS
    assert kept.kept(Ward, ward.pk).phone == "02263999999"


def test_a_row_that_is_gone_is_not_made_up(ward):
    with pytest.raises(Ward.DoesNotExist):
        kept.kept(Ward, 0)
