"""Numbers of a series: 1, 2, 3 without a gap, whoever asks and however many at once. The same on SQLite."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from desk.models import Counter, Ward

MANY = 20


class SomethingFails(Exception):
    pass


def take(ward, series="dossier-20261123"):
    return Counter.objects.next(ward, series)


@pytest.fixture
def committed_ward(reference):
    """A ward that other threads see as well."""
    return Ward.objects.get(slug="le-hong-phong")


def in_thread(work: Callable[..., Any], *args: Any) -> Any:
    """Do the work on a connection of its own, and give that back."""
    try:
        return work(*args)
    finally:
        connection.close()


def test_a_series_begins_with_1_and_has_no_gap(ward):
    assert [take(ward) for _ in range(5)] == [1, 2, 3, 4, 5]


def test_each_ward_and_each_series_counts_for_itself(ward, other_ward):
    assert [take(ward), take(ward)] == [1, 2]
    assert take(other_ward) == 1
    assert take(ward, "register-2026") == 1
    assert take(ward) == 3
    assert take(other_ward) == 2


@pytest.mark.parametrize("given_before", [0, 3], ids=["the first number", "a later number"])
def test_a_number_whose_use_fails_was_never_given(ward, given_before):
    for _ in range(given_before):
        take(ward)
    taken = []

    @transaction.atomic
    def take_two_and_fail() -> None:
        taken.extend([take(ward), take(ward)])
        raise SomethingFails

    with pytest.raises(SomethingFails):
        take_two_and_fail()
    assert taken == [given_before + 1, given_before + 2]
    assert take(ward) == given_before + 1


def test_a_number_is_not_given_outside_a_transaction(committed_ward):
    with pytest.raises(transaction.TransactionManagementError):
        take(committed_ward)
    assert not Counter.objects.exists()
    with transaction.atomic():
        assert take(committed_ward) == 1


@pytest.mark.parametrize("given_before", [0, 7], ids=["a new series", "a running series"])
def test_twenty_people_at_once_get_twenty_numbers_in_a_row(committed_ward, given_before):
    with transaction.atomic():
        for _ in range(given_before):
            take(committed_ward)
    start = threading.Barrier(MANY)

    def one_person() -> int:
        start.wait(timeout=30)
        with transaction.atomic():
            return take(committed_ward)

    with ThreadPoolExecutor(MANY) as people:
        waiting = [people.submit(in_thread, one_person) for _ in range(MANY)]
        numbers = [person.result(timeout=60) for person in waiting]
    assert sorted(numbers) == list(range(given_before + 1, given_before + MANY + 1))


def test_those_who_fail_in_the_rush_leave_no_gap(committed_ward):
    start = threading.Barrier(MANY)

    def one_person(fails: bool) -> int | None:
        start.wait(timeout=30)
        try:
            with transaction.atomic():
                number = take(committed_ward)
                if fails:
                    raise SomethingFails
                return number
        except SomethingFails:
            return None

    with ThreadPoolExecutor(MANY) as people:
        waiting = [people.submit(in_thread, one_person, turn % 3 == 0) for turn in range(MANY)]
        numbers = [number for person in waiting if (number := person.result(timeout=60))]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert len(numbers) == 13


@pytest.mark.parametrize(("first_fails", "second_gets"), [(False, 2), (True, 1)])
def test_the_second_waits_for_the_first_and_takes_the_number_that_is_then_free(
    committed_ward, first_fails, second_gets
):
    first_has_one, first_may_go = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            assert take(committed_ward) == 1
            first_has_one.set()
            first_may_go.wait(timeout=30)
            if first_fails:
                raise SomethingFails

    def second() -> int:
        first_has_one.wait(timeout=30)
        with transaction.atomic():
            return take(committed_ward)

    with ThreadPoolExecutor(2) as people:
        one, two = people.submit(in_thread, first), people.submit(in_thread, second)
        with pytest.raises(TimeoutError):
            two.result(timeout=0.5)
        first_may_go.set()
        assert two.result(timeout=60) == second_gets
        assert isinstance(one.exception(timeout=60), SomethingFails) == first_fails
