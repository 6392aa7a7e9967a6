"""Two workers, one message: it leaves once, whoever comes first and whoever dies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from letters import outbox
from letters.models import Channel, Letter, LetterKind, Message, MessageError
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory
from tests.test_delivery import sms_file
from tests.test_receive import at_once, until_somebody_waits

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
NOW = moment("2026-11-27 14:00")


@pytest.fixture
def message(reference, ward):
    DossierFactory(ready=True, agrees_to_messages=True, ward=ward)
    Message.objects.update(next_try_at=NOW)
    return Message.objects.get(channel=Channel.SMS)


@pytest.fixture
def twenty(reference, ward):
    for _ in range(20):
        DossierFactory(ready=True, agrees_to_messages=True, ward=ward)
    Message.objects.update(next_try_at=NOW)
    return list(Message.objects.order_by("pk").values_list("pk", flat=True))


def test_of_eight_workers_one_takes_the_message(message):
    copies = [Message.objects.get(pk=message.pk) for _ in range(8)]
    assert sorted(at_once(*(partial(copy.claim, NOW) for copy in copies))) == [False] * 7 + [True]
    message.refresh_from_db()
    assert message.tries == 1


def test_after_a_crash_one_of_eight_takes_it_over(message):
    assert message.claim(NOW)
    later = NOW + timedelta(minutes=11)
    sent = at_once(*(partial(outbox.send, message.pk, later) for _ in range(8)))
    assert sorted(sent) == [False] * 7 + [True]
    message.refresh_from_db()
    assert (message.state, message.tries) == ("sent", 2)


def test_two_workers_with_the_same_list_send_each_message_once(twenty, tmp_path):
    def worker():
        return sum(outbox.send(pk, NOW) for pk in twenty)

    assert sum(at_once(worker, worker)) == 20
    assert len({line["key"] for line in sms_file(tmp_path)}) == len(sms_file(tmp_path)) == 20
    assert set(Message.objects.values_list("state", "tries")) == {("sent", 1)}


def test_of_two_people_who_hand_it_over_one_is_noted(reference, ward):
    """The clerk at the counter and the leader at the same moment."""
    dossier = DossierFactory(ward=ward)
    row = Message.objects.create(
        ward=ward, kind="ready", channel=Channel.COUNTER, dossier=dossier, key="x", planned_at=NOW, next_try_at=NOW
    )
    people = [StaffFactory(ward=ward, clerk=True) for _ in range(2)]

    def hand_over(by):
        try:
            Message.objects.get(pk=row.pk).hand_over(by=by, at=NOW)
        except MessageError as refused:
            return str(refused)
        return by

    answers = at_once(*(partial(hand_over, by) for by in people))
    assert answers.count("Lượt gửi này vừa đổi. Xin xem lại.") == 1
    row.refresh_from_db()
    assert row.by in answers


def test_a_letter_that_a_colleague_notes_at_that_moment_is_not_noted_again_by_the_return(reference, ward):
    dossier = DossierFactory(ready=True, ward=ward)
    letter = Letter.objects.create(
        ward=ward, dossier=dossier, kind=LetterKind.PRAISE, ordered_at=NOW, touched_at=NOW, needs_drawing=False
    )
    [message] = Message.objects.bulk_create(Message.of_letter(letter, NOW)[:1])
    colleague, clerk = (StaffFactory(ward=ward, clerk=True) for _ in range(2))
    with ThreadPoolExecutor(1) as elsewhere:
        with transaction.atomic():
            message.hand_over(by=colleague, at=NOW)
            returned = elsewhere.submit(at_once, partial(dossier.hand_back, by=clerk, at=NOW + timedelta(minutes=1)))
            until_somebody_waits()
        [event] = returned.result()
    message.refresh_from_db()
    assert (event.by, message.by, message.sent_at) == (clerk, colleague, NOW)
