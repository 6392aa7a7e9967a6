"""Shares and their intervals against worked examples, each found here another way: as roots of Wilson's equation."""

from __future__ import annotations

from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.groups import SHOWN_FROM, too_small
from desk.vietnamese import number, percent, percent_range
from feedback.statistics import COUNTED_FROM, GOAL, Share, Verdict, Z, wilson


def roots(good, count):
    """Where (share - x)² = Z² x (1 - x) / count: the bounds, by the formula for quadratic equations."""
    share = good / count
    a, b, c = 1 + Z**2 / count, -(2 * share + Z**2 / count), share**2
    reach = sqrt(max(0.0, b * b - 4 * a * c))
    return (-b - reach) / (2 * a), (-b + reach) / (2 * a)


@pytest.mark.parametrize(
    ("good", "count"),
    [(0, 10), (10, 10), (297, 312), (74, 82), (250, 255), (1, 2), (0, 30), (30, 30), (3278, 3432)],
)
def test_the_interval_is_wilsons(good, count):
    assert wilson(good / count, count) == pytest.approx(roots(good, count), abs=1e-12)


def test_two_published_examples():
    """Ten of ten: from 72%; and the middle of 81 of 263, an example of the textbooks: 25.5% to 36.6%."""
    assert percent(wilson(1, 10)[0], 2) == "72,25%"
    assert percent_range(*wilson(81 / 263, 263), digits=1) == "25,5 – 36,6%"


counts = st.integers(1, 10**7).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count)))


@given(counts)
def test_bounds_are_shares_and_hold_the_share_between_them(found):
    good, count = found
    low, high = wilson(good / count, count)
    assert 0 <= low <= good / count <= high <= 1 or isclose(low, high, abs_tol=1e-9)
    assert (low == 0) == (good == 0)
    assert (high == 1) == (good == count)


@given(counts, st.integers(2, 50))
def test_more_answers_make_it_narrower(found, times):
    good, count = found
    low, high = wilson(good / count, count)
    lower, higher = wilson(good / count, count * times)
    assert higher - lower < high - low


@given(counts)
def test_turned_round_it_is_the_same(found):
    good, count = found
    low, high = wilson(good / count, count)
    assert wilson(1 - good / count, count) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@pytest.mark.parametrize(
    ("good", "count", "verdict"),
    [
        (0, 0, Verdict.OPEN),
        (29, 29, Verdict.OPEN),  # too few for a percentage
        (297, 312, Verdict.OPEN),
        (72, 72, Verdict.OPEN),
        (73, 73, Verdict.MET),
        (980, 1000, Verdict.MET),
        (900, 1000, Verdict.MISSED),
        (0, 30, Verdict.MISSED),
    ],
)
def test_the_goal_is_judged_by_the_interval(good, count, verdict):
    assert Share(good, count).verdict == verdict
    if count >= COUNTED_FROM:
        low, high = roots(good, count)
        assert (verdict == Verdict.MET) == (low >= GOAL)
        assert (verdict == Verdict.MISSED) == (high < GOAL)


@pytest.mark.parametrize(
    ("count", "hidden", "shown", "words", "interval"),
    [(0, False, False, "—", "—"), (4, True, False, "—", "—"), (5, False, True, "—", "—"), (29, False, True, "—", "—")],
)
def test_few_answers_make_no_percentage(count, hidden, shown, words, interval):
    share = Share(count, count)
    assert (share.is_hidden, share.is_shown, share.words, share.interval_words) == (hidden, shown, words, interval)
    assert share.value is None


def test_figures_are_written_as_vietnamese_writes_them():
    share = Share(297, 312)
    assert (share.words, share.interval_words, number(3432)) == ("95,2%", "92 – 97%", "3.432")
    assert Share(30, 30).words == "100,0%"


def test_rounding_never_gainsays_the_verdict():
    low, _ = roots(250, 255)
    assert percent(low, 0) == "95%"
    assert low >= GOAL
    almost = next(Share(good, 400) for good in range(400) if GOAL - 0.005 < roots(good, 400)[0] < GOAL)
    assert almost.verdict == Verdict.OPEN
    assert not almost.interval_words.startswith("95 ")


def test_answers_of_one_sheet_are_one_opinion():
    """Six questions on 40 sheets are no 240 people: the share is of the marks, the interval of the sheets."""
    pooled = Share(228, 240, questions=6)
    assert pooled.words == "95,0%"
    assert pooled.interval == pytest.approx(wilson(0.95, 40))
    assert Share(24, 24, questions=6).is_hidden
    assert Share(150, 150, questions=6).value is None


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ({}, ""),
        ({"a": 0, "b": 9}, ""),
        ({"a": 3}, "a"),
        ({"a": 3, "b": 9, "c": 40}, "ab"),  # without b, a would be the total less the rest
        ({"a": 1, "b": 2, "c": 9, "d": 40}, "abc"),  # a and b together are three people
        ({"a": 3, "b": 4, "c": 40}, "ab"),
        ({"a": 5, "b": 6}, ""),
        ({"a": 4, "b": 0, "c": 7}, "ac"),
    ],
)
def test_small_groups_are_hidden_and_no_difference_shows_them(counts, hidden):
    assert too_small(counts) == set(hidden)


@given(st.dictionaries(st.integers(), st.integers(0, 40), max_size=12))
def test_what_is_hidden_is_never_one_small_group_by_difference(counts):
    hidden = too_small(counts)
    assert all(key in hidden for key, count in counts.items() if 0 < count < SHOWN_FROM)
    shown = [key for key in counts if counts[key] and key not in hidden]
    if hidden and shown:
        assert len(hidden) >= 2
        assert sum(counts[key] for key in hidden) >= SHOWN_FROM
