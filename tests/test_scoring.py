"""Points as Thông tư 01/2018 and Quyết định 766 count them, by worked examples."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers.scoring import (
    AGENCY,
    OFFICER,
    Times,
    answer_index,
    attitude_index,
    contact_index,
    progress_points,
    score,
    time_index,
)

COUNTS = st.integers(0, 500)
TIMES = st.builds(Times, COUNTS, COUNTS, COUNTS)


def d(text: str) -> Decimal:
    return Decimal(text)


@pytest.mark.parametrize(
    ("times", "points"),
    [
        (Times(10, 0, 0), "2.0"),
        (Times(0, 10, 0), "1.0"),
        (Times(0, 0, 10), "0.0"),
        (Times(2, 5, 1), "1.1"),  # 9 points by 8 dossiers: 1.125
        (Times(1, 18, 1), "1.0"),
        (Times(1, 23, 0), "1.0"),  # 25 by 24
        (Times(1, 19, 0), "1.1"),  # 21 by 20: 1.05 is rounded up, not to the even digit
    ],
)
def test_total_time_gives_two_points_before_the_day_one_in_time_none_late(times, points):
    assert time_index(times) == d(points)


def test_asking_for_papers_once_costs_a_point_and_more_often_two():
    assert contact_index(10, 0) == d("2.0")
    assert contact_index(10, 4) == d("1.6")
    assert contact_index(10, 4, 1) == d("1.4")


def test_a_complaint_takes_the_points_of_its_dossier():
    assert attitude_index(Times(4, 4, 2), Times()) == d("1.2")
    assert attitude_index(Times(4, 4, 2), Times(early=1)) == d("1.0")
    assert attitude_index(Times(4, 4, 2), Times(on_time=1)) == d("1.1")
    assert attitude_index(Times(4, 4, 2), Times(late=1)) == d("1.2")


@pytest.mark.parametrize(("in_time", "due", "points"), [(7, 7, 2), (9, 10, 1), (89, 99, 0), (0, 3, 0)])
def test_answers_in_time_give_two_points_nine_in_ten_one(in_time, due, points):
    assert answer_index(in_time, due) == points


def test_what_has_no_data_has_no_points():
    assert [time_index(Times()), contact_index(0, 0), attitude_index(Times(), Times()), answer_index(0, 0)] == [
        None
    ] * 4
    assert progress_points(Times()) is None


def test_a_missing_index_is_named_and_leaves_no_grade():
    told = score(OFFICER, {1: d("1.9"), 2: d("1.0"), 3: d("2.0"), 7: None}, {4: "không ghi"})
    assert (told.total, told.most) == (d("4.9"), 6)
    assert told.missing == {4: "không ghi", 7: "chưa có số liệu trong kỳ"}
    assert told.grade is None
    assert score(OFFICER, {}, {}).total is None


@pytest.mark.parametrize(
    ("scale", "each", "last", "grade"),
    [
        (OFFICER, "1.0", "1.0", "hoàn thành 100% nhiệm vụ"),
        (OFFICER, "1.0", "0.9", "hoàn thành từ 70% đến dưới 100% nhiệm vụ"),
        (OFFICER, "0.7", "0.7", "hoàn thành từ 70% đến dưới 100% nhiệm vụ"),
        (OFFICER, "0.7", "0.6", "hoàn thành dưới 70% nhiệm vụ"),
        (AGENCY, "1.7", "1.4", "xuất sắc"),
        (AGENCY, "1.7", "1.3", "tốt"),
        (AGENCY, "1.4", "0.7", "khá"),
        (AGENCY, "1.0", "0.9", "trung bình"),
        (AGENCY, "0.7", "0.4", "trung bình"),
        (AGENCY, "0.7", "0.3", "yếu"),
    ],
)
def test_a_whole_score_has_its_grade(scale, each, last, grade):
    values = dict.fromkeys(scale, d(each)) | {scale[-1]: d(last)}
    assert score(scale, values, {}).grade == grade


def test_the_group_of_766_counts_early_ones_as_in_time():
    assert progress_points(Times(544 - 439, 439, 19)) == d("19.33")
    assert progress_points(Times(3, 0, 0)) == d("20.00")
    assert progress_points(Times(0, 0, 3)) == d("0.00")


@given(TIMES, TIMES)
def test_points_stay_within_their_scale(times, more):
    whole = Times(*(getattr(times, name) + getattr(more, name) for name in ("early", "on_time", "late")))
    index, attitude = time_index(whole), attitude_index(whole, times)
    if whole.count:
        assert 0 <= attitude <= index <= 2
        assert 0 <= progress_points(whole) <= 20
