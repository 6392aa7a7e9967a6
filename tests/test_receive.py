"""Taking a dossier in: code, numbers, promise and event in one transaction, once."""

from __future__ import annotations

import re
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from desk.models import Ward
from dossiers.models import Appointment, Dossier, DossierError, Event, GivenDocument, Procedure, State
from dossiers.signals import event_recorded
from feedback.models import FeedbackError
from tests.conftest import moment
from tests.factories import DossierFactory, StaffFactory

MONDAY = moment("2026-11-23 08:42")
FORM = GivenDocument("Tờ khai", "original", 1)
#: The database refuses it: a paper is there at least once.
NO_PAPER = GivenDocument("Tờ khai", "original", 0)


def receive(by, *, at=MONDAY, key=None, code="1.004873", **facts):
    """One dossier through the verb itself, as the intake page calls it."""
    facts = {
        "applicant_name": "Nguyễn Thị Tuyết Nhung",
        "id_number": "035190000345",
        "address": "Tổ 4, phường Lê Hồng Phong",
        "documents": [FORM],
        **facts,
    }
    procedure = Procedure.objects.get(code=code)
    return Dossier.objects.receive(
        ward=facts.pop("ward", by.ward), procedure=procedure, by=by, at=at, intake_key=key or uuid.uuid4(), **facts
    )


def at_once(*acts):
    """Each act in a thread and a connection of its own, all let go at the same moment.

    Gives what each of them returned, or the error that refused it.
    """
    start = threading.Barrier(len(acts), timeout=60)

    def run(act):
        try:
            connection.ensure_connection()
            start.wait()
            return act()
        except (DossierError, FeedbackError) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as people:
        return [done.result() for done in [people.submit(run, act) for act in acts]]


def until_somebody_waits(seconds=60):
    """Until another connection waits for a lock that this one holds (PostgreSQL)."""
    for _ in range(seconds * 100):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)) LIMIT 1"
            )
            if cursor.fetchone():
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits for us")


@pytest.fixture
def heard():
    """What `event_recorded` said: (kind, event ids), in order."""
    said = []

    def hear(sender, kind, event_ids, **kwargs):
        said.append((kind, list(event_ids)))

    event_recorded.connect(hear)
    yield said
    event_recorded.disconnect(hear)


def register(ward):
    return sorted(Dossier.objects.filter(ward=ward).values_list("register_number", flat=True))


# the numbers


def test_the_code_names_the_ward_the_day_and_the_place_in_the_day(clerk):
    assert [receive(clerk).code for _ in range(2)] == ["000.03.01.H25-261123-0001", "000.03.01.H25-261123-0002"]


def test_the_day_of_a_code_is_the_desks_day(clerk):
    assert receive(clerk, at=moment("2026-11-23 23:59")).code == "000.03.01.H25-261123-0001"
    assert receive(clerk, at=moment("2026-11-24 00:01")).code == "000.03.01.H25-261124-0001"


def test_the_register_goes_on_from_day_to_day_and_starts_again_with_the_year(clerk):
    days = ["2026-11-23 08:00", "2026-11-25 08:00", "2026-12-31 16:00", "2027-01-04 08:00"]
    rows = [receive(clerk, at=moment(day)) for day in days]
    assert [(row.register_year, row.register_number) for row in rows] == [(2026, 1), (2026, 2), (2026, 3), (2027, 1)]
    assert [row.day_number for row in rows] == [1, 1, 1, 1]


def test_each_ward_counts_for_itself(clerk, other_ward):
    receive(clerk)
    there = receive(StaffFactory(ward=other_ward, clerk=True))
    assert there.code == "000.01.01.H25-261123-0001"
    assert there.register_number == 1


def test_a_dossier_that_could_not_be_saved_leaves_no_gap(clerk, ward):
    receive(clerk)
    with pytest.raises(IntegrityError):
        receive(clerk, documents=[FORM, NO_PAPER])
    assert receive(clerk).code.endswith("-0002")
    assert register(ward) == [1, 2]


def test_the_ten_thousandth_dossier_of_a_day_still_has_a_code(clerk, ward):
    receive(clerk)
    ward.counter_set.filter(series="dossier-20261123").update(value=9999)
    assert receive(clerk).code == "000.03.01.H25-261123-10000"


@pytest.mark.parametrize(
    ("day", "edition"), [("2020-09-01", "2018"), ("2025-09-14", "2018"), ("2025-09-15", "2025"), ("2026-11-23", "2025")]
)
def test_a_dossier_keeps_the_forms_of_its_day(clerk, day, edition):
    assert receive(clerk, at=moment(f"{day} 09:00")).edition.name == edition


def test_the_edition_says_how_a_code_is_written(clerk):
    first = receive(clerk)
    edition = first.edition
    edition.code_format = "{prefix}.{date}.{number}"
    edition.save()
    assert receive(clerk).code == "000.03.01.H25.261123.0002"


# what is stored


def test_the_promise_is_counted_day_by_day_around_the_holiday(clerk):
    dossier = receive(clerk)
    appointment = dossier.appointments.get()
    assert (appointment.cause, appointment.is_current, appointment.outcome) == ("intake", True, "open")
    assert appointment.due_at == dossier.due_at == dossier.promised_at == moment("2026-11-27 11:30")
    assert (appointment.half, appointment.made_at, appointment.made_by) == ("morning", MONDAY, clerk)
    assert [(f"{step.day:%d/%m}", step.kind, step.number) for step in appointment.steps] == [
        ("23/11", "received", None),
        ("24/11", "off", None),
        ("25/11", "counted", 1),
        ("26/11", "counted", 2),
        ("27/11", "due", 3),
    ]
    assert not appointment.is_provisional


def test_a_promise_into_a_year_without_its_holidays_is_called_provisional(clerk):
    assert receive(clerk, at=moment("2026-12-31 09:00")).appointments.get().is_provisional


def test_the_wards_own_office_hours_make_the_promise(clerk, ward):
    Ward.objects.filter(pk=ward.pk).update(morning_closes="11:00", afternoon_opens="13:00", afternoon_closes="16:30")
    clerk.refresh_from_db()
    assert receive(clerk).due_at == moment("2026-11-27 11:00")
    assert receive(clerk, at=moment("2026-11-23 13:00")).due_at == moment("2026-11-27 16:30")


def test_receiving_is_one_event_and_is_said_once(clerk, heard):
    dossier = receive(clerk)
    event = dossier.events.get()
    assert (event.kind, event.at, event.by) == ("received", MONDAY, clerk)
    assert (event.state_before, event.state_after) == ("", State.RECEIVED)
    assert event.appointment == dossier.appointments.get()
    assert heard == [("received", [event.pk])]


def test_a_listener_that_fails_undoes_the_whole_receipt(clerk, ward):
    def stumble(sender, **kwargs):
        raise RuntimeError("no letter could be ordered")

    event_recorded.connect(stumble)
    try:
        with pytest.raises(RuntimeError):
            receive(clerk)
    finally:
        event_recorded.disconnect(stumble)
    assert not Dossier.objects.exists()
    assert not Event.objects.exists()
    receive(clerk)
    assert register(ward) == [1]


def test_the_papers_keep_their_order_kind_and_count(clerk):
    given = [GivenDocument("Tờ khai", "original", 1), GivenDocument("Bản án ly hôn", "certified", 12)]
    rows = receive(clerk, documents=given).documents.values_list("position", "name", "kind", "count")
    assert list(rows) == [(1, "Tờ khai", "original", 1), (2, "Bản án ly hôn", "certified", 12)]


def test_the_address_on_the_slip_names_nobody_and_cannot_be_guessed(clerk):
    tokens = {receive(clerk).token for _ in range(20)}
    assert len(tokens) == 20
    assert all(re.fullmatch(r"[\w-]{22}", token) for token in tokens)


# twice, and by whom


def test_the_second_click_gives_the_same_dossier(clerk, ward, heard):
    key = uuid.uuid4()
    first = receive(clerk, key=key)
    again = receive(clerk, key=key, applicant_name="Gõ lại lần hai")
    assert again.pk == first.pk
    assert Dossier.objects.get().applicant_name == "Nguyễn Thị Tuyết Nhung"
    assert Appointment.objects.count() == Event.objects.count() == len(heard) == 1
    receive(clerk)
    assert register(ward) == [1, 2]


def test_a_key_belongs_to_the_ward_that_used_it(clerk, other_ward):
    key = uuid.uuid4()
    here = receive(clerk, key=key)
    assert receive(StaffFactory(ward=other_ward, clerk=True), key=key).pk != here.pk


@pytest.mark.parametrize("role", ["officer", "leader"])
def test_only_a_clerk_receives(clerk, role):
    by = StaffFactory(ward=clerk.ward, **{role: True})
    with pytest.raises(DossierError, match=r"^Chỉ cán bộ một cửa của đơn vị mới nhận hồ sơ\.$"):
        receive(by)
    assert not Dossier.objects.exists()
    assert receive(clerk).pk


def test_nobody_receives_for_another_ward(clerk, other_ward):
    with pytest.raises(DossierError, match="của đơn vị"):
        receive(clerk, ward=other_ward)
    assert not Dossier.objects.exists()


def test_one_who_is_clerk_and_officer_receives(ward):
    assert receive(StaffFactory(ward=ward, clerk=True, officer=True)).state == State.RECEIVED


# at the same moment


@pytest.mark.usefixtures("reference")
def test_ten_clerks_at_once_number_their_dossiers_without_a_gap(clerk, ward):
    rows = at_once(*[partial(receive, clerk)] * 10)
    assert register(ward) == list(range(1, 11))
    assert sorted(row.code[-4:] for row in rows) == [f"{number:04}" for number in range(1, 11)]
    assert Event.objects.filter(kind="received").count() == Appointment.objects.count() == 10


@pytest.mark.usefixtures("reference")
def test_those_that_fail_in_the_middle_of_the_rush_leave_no_gap(clerk, ward):
    def fail():
        with pytest.raises(IntegrityError):
            receive(clerk, documents=[NO_PAPER])

    at_once(*[partial(receive, clerk), fail] * 4)
    assert register(ward) == [1, 2, 3, 4]
    assert receive(clerk).day_number == 5


@pytest.mark.usefixtures("reference")
def test_a_double_click_that_arrives_twice_at_once_is_one_dossier(clerk, ward):
    key = uuid.uuid4()
    one, two = at_once(*[partial(receive, clerk, key=key)] * 2)
    assert one.pk == two.pk
    assert Event.objects.count() == 1
    receive(clerk)
    assert register(ward) == [1, 2]


@pytest.mark.postgresql
@pytest.mark.usefixtures("reference")
def test_a_slow_receipt_in_one_ward_keeps_no_other_ward_waiting(clerk):
    there = StaffFactory(ward=Ward.objects.get(slug="quang-trung"), clerk=True)

    def receive_without_waiting():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        return receive(there)

    with transaction.atomic():
        receive(clerk)
        [dossier] = at_once(receive_without_waiting)
    assert dossier.register_number == 1


def test_the_factory_receives_through_the_same_verb(ward):
    assert DossierFactory(ward=ward).events.get().kind == "received"
