"""Which half day the desk promises, and how it explains that. Examples from the law first, then properties."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from desk.calendar import (
    ZONE,
    Half,
    Limit,
    Mark,
    OfficeHours,
    SpecialDay,
    Step,
    Unit,
    WorkingCalendar,
    expected_days,
    in_one_line,
)
from desk.models import CalendarDay
from desk.reference import DATA
from tests.conftest import moment

SAME_DAY = Limit(0, Unit.SAME_DAY)


def working(days: int) -> Limit:
    return Limit(days, Unit.WORKING_DAY)


def calendar_days(days: int) -> Limit:
    return Limit(days, Unit.CALENDAR_DAY)


def hours(count: int) -> Limit:
    return Limit(count, Unit.HOUR)


def official_days() -> dict[date, SpecialDay]:
    with (DATA / "working_days.csv").open(encoding="utf-8") as lines:
        rows = [(date.fromisoformat(row["date"]), Mark(row["kind"]), row["name"]) for row in csv.DictReader(lines)]
    return {day: SpecialDay(day, mark, name) for day, mark, name in rows}


#: 2026 as the Government decided it, in a ward open from 07:30 to 11:30 and from 13:30 to 17:00.
CALENDAR = WorkingCalendar(official_days())


def due(received: str, limit: Limit, calendar: WorkingCalendar = CALENDAR) -> str:
    return f"{calendar.promise(moment(received), limit).due_at:%Y-%m-%d %H:%M}"


# a matter of the same day

SAME_DAY_EXAMPLES = {
    "in the morning": ("2026-11-23 08:42", "2026-11-23 17:00"),
    "before the counter opens": ("2026-11-23 06:50", "2026-11-23 17:00"),
    "in the lunch break": ("2026-11-23 12:15", "2026-11-23 17:00"),
    "at 15:00": ("2026-11-23 15:00", "2026-11-23 17:00"),
    "in the minute of 15:00": ("2026-11-23 15:00:59", "2026-11-23 17:00"),
    "at 15:01, before the holiday of 24/11": ("2026-11-23 15:01", "2026-11-25 17:00"),
    "after closing": ("2026-11-25 18:30", "2026-11-26 17:00"),
    "on a Saturday": ("2026-11-21 09:00", "2026-11-23 17:00"),
    "on a Sunday": ("2026-11-22 23:59", "2026-11-23 17:00"),
    "on a holiday": ("2026-11-24 09:00", "2026-11-25 17:00"),
    "on the make-up Saturday": ("2026-01-10 15:00", "2026-01-10 17:00"),
    "late on the make-up Saturday": ("2026-01-10 15:01", "2026-01-12 17:00"),
    "late on the last day before Tết": ("2026-02-13 15:01", "2026-02-23 17:00"),
    "in the middle of Tết": ("2026-02-17 09:00", "2026-02-23 17:00"),
}


@pytest.mark.parametrize(("received", "promised"), SAME_DAY_EXAMPLES.values(), ids=SAME_DAY_EXAMPLES)
def test_a_matter_of_the_same_day(received, promised):
    assert due(received, SAME_DAY) == promised


def test_a_matter_without_the_15_hour_rule_is_of_the_same_day_until_the_counter_closes():
    until_closing = Limit(0, Unit.SAME_DAY, cutoff=None)
    assert due("2026-11-25 16:59:59", until_closing) == "2026-11-25 17:00"
    assert due("2026-11-25 17:00", until_closing) == "2026-11-26 17:00"


# n working days

WORKING_DAY_EXAMPLES = {
    "one day over the holiday of 24/11": ("2026-11-23 08:42", 1, "2026-11-25 11:30"),
    "three days": ("2026-11-23 08:42", 3, "2026-11-27 11:30"),
    "over a weekend": ("2026-11-23 08:42", 4, "2026-11-30 11:30"),
    "before the counter opens counts as morning": ("2026-11-25 06:50", 1, "2026-11-26 11:30"),
    "13:29 is still morning": ("2026-11-25 13:29", 1, "2026-11-26 11:30"),
    "so is the last second of 13:29": ("2026-11-25 13:29:59", 1, "2026-11-26 11:30"),
    "13:30 is afternoon": ("2026-11-25 13:30", 1, "2026-11-26 17:00"),
    "after closing counts as afternoon": ("2026-11-25 18:20", 1, "2026-11-26 17:00"),
    "Saturday afternoon: day 1 is Monday, morning": ("2026-11-21 16:00", 1, "2026-11-23 11:30"),
    "Sunday, online": ("2026-11-22 22:10", 2, "2026-11-25 11:30"),
    "a holiday, online, in the afternoon": ("2026-11-24 16:00", 1, "2026-11-25 11:30"),
    "the afternoon of the make-up Saturday": ("2026-01-10 14:00", 1, "2026-01-12 17:00"),
    "the day before Tết": ("2026-02-13 10:00", 1, "2026-02-23 11:30"),
    "over Tết": ("2026-02-11 15:00", 5, "2026-02-25 17:00"),
    "in the middle of Tết": ("2026-02-18 20:00", 2, "2026-02-24 11:30"),
    "over New Year and the swapped 02/01": ("2025-12-31 10:00", 1, "2026-01-05 11:30"),
    "up to the make-up Saturday 10/01": ("2025-12-31 10:00", 6, "2026-01-10 11:30"),
    "past the make-up Saturday 10/01": ("2025-12-31 10:00", 7, "2026-01-12 11:30"),
    "the make-up Saturday 22/08 is worked": ("2026-08-21 14:00", 1, "2026-08-22 17:00"),
    "the swapped 31/08 and Quốc khánh are not": ("2026-08-28 10:00", 1, "2026-09-03 11:30"),
    "Giỗ Tổ on a Sunday is made good on Monday": ("2026-04-24 09:00", 1, "2026-04-28 11:30"),
    "over 30/04 and 01/05 as well": ("2026-04-24 09:00", 3, "2026-05-04 11:30"),
}


@pytest.mark.parametrize(
    ("received", "days", "promised"), WORKING_DAY_EXAMPLES.values(), ids=WORKING_DAY_EXAMPLES.keys()
)
def test_so_many_working_days(received, days, promised):
    assert due(received, working(days)) == promised


# n calendar days

CALENDAR_DAY_EXAMPLES = {
    "the day of receipt does not count": ("2026-11-02 08:00", 15, "2026-11-17 17:00"),
    "ends on a Saturday": ("2026-11-23 08:00", 5, "2026-11-30 17:00"),
    "ends on 24/11": ("2026-11-19 08:00", 5, "2026-11-25 17:00"),
    "ends on the make-up Saturday": ("2026-01-05 08:00", 5, "2026-01-10 17:00"),
    "ends in Tết": ("2026-02-01 08:00", 15, "2026-02-23 17:00"),
    "days off in between count": ("2026-02-13 08:00", 15, "2026-03-02 17:00"),
    "received on a Saturday counts from then": ("2026-11-21 08:00", 5, "2026-11-26 17:00"),
    "the hour makes no difference": ("2026-11-02 23:30", 15, "2026-11-17 17:00"),
}


@pytest.mark.parametrize(
    ("received", "days", "promised"), CALENDAR_DAY_EXAMPLES.values(), ids=CALENDAR_DAY_EXAMPLES.keys()
)
def test_so_many_calendar_days_rolled_forward_to_a_working_day(received, days, promised):
    assert due(received, calendar_days(days)) == promised


# hours of office time

HOUR_EXAMPLES = {
    "a whole morning": ("2026-11-25 07:30", 4, "2026-11-25 11:30"),
    "one minute more reaches the afternoon": ("2026-11-25 07:31", 4, "2026-11-25 17:00"),
    "before opening counts from opening": ("2026-11-25 05:00", 4, "2026-11-25 11:30"),
    "the lunch break counts from the afternoon": ("2026-11-25 12:00", 1, "2026-11-25 17:00"),
    "the moment of closing at noon too": ("2026-11-25 11:30", 1, "2026-11-25 17:00"),
    "the last hour of the day": ("2026-11-25 16:00", 1, "2026-11-25 17:00"),
    "not quite the last hour": ("2026-11-25 16:01", 1, "2026-11-26 11:30"),
    "the moment of closing": ("2026-11-25 17:00", 1, "2026-11-26 11:30"),
    "eight hours over the holiday of 24/11": ("2026-11-23 08:00", 8, "2026-11-25 11:30"),
    "online on a Saturday, over the holiday too": ("2026-11-21 09:00", 8, "2026-11-25 11:30"),
    "two days and a bit": ("2026-11-25 07:30", 16, "2026-11-27 11:30"),
}


@pytest.mark.parametrize(("received", "count", "promised"), HOUR_EXAMPLES.values(), ids=HOUR_EXAMPLES.keys())
def test_so_many_office_hours_to_the_end_of_the_half_reached(received, count, promised):
    assert due(received, hours(count)) == promised


# other wards, other clocks


def test_a_ward_with_other_hours_promises_by_its_own_hours():
    early = WorkingCalendar(official_days(), OfficeHours(time(7), time(11), time(14), time(16, 30)))
    assert due("2026-11-25 13:59", working(1), early) == "2026-11-26 11:00"
    assert due("2026-11-25 14:00", working(1), early) == "2026-11-26 16:30"
    assert due("2026-11-25 08:00", SAME_DAY, early) == "2026-11-25 16:30"
    assert due("2026-11-25 10:00", hours(2), early) == "2026-11-25 16:30"
    assert due("2026-11-25 08:00", calendar_days(2), early) == "2026-11-27 16:30"


def test_a_ward_that_closes_before_15_hours_promises_nothing_for_after_closing():
    short = WorkingCalendar(official_days(), OfficeHours(time(7), time(11), time(12), time(14)))
    assert due("2026-11-25 13:59", SAME_DAY, short) == "2026-11-25 14:00"
    assert due("2026-11-25 14:30", SAME_DAY, short) == "2026-11-26 14:00"


def test_a_moment_in_another_time_zone_is_read_on_the_wall_clock_of_the_ward():
    evening_before = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # 06:30 on Monday in Phủ Lý
    assert CALENDAR.promise(evening_before, SAME_DAY).due_at == moment("2026-11-23 17:00")


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.promise(datetime(2026, 11, 23, 8, 42), working(1))


@pytest.mark.parametrize("limit", [working(0), calendar_days(0), hours(0), working(-1)])
def test_a_term_without_length_is_refused(limit):
    with pytest.raises(ValueError, match="at least one day or hour"):
        CALENDAR.promise(moment("2026-11-23 08:42"), limit)


# the explanation


def told(received: str, limit: Limit, calendar: WorkingCalendar = CALENDAR) -> list[tuple[str, str, int | None, str]]:
    steps = calendar.promise(moment(received), limit).steps
    return [(f"{step.day:%d/%m}", step.kind, step.number, step.words) for step in steps]


def test_working_days_are_explained_one_by_one():
    assert told("2026-11-20 14:00", working(2)) == [
        ("20/11", "received", None, "Nhận hồ sơ, chưa tính"),
        ("21/11", "off", None, "Nghỉ cuối tuần"),
        ("22/11", "off", None, "Nghỉ cuối tuần"),
        ("23/11", "counted", 1, "Ngày làm việc thứ 1"),
        ("24/11", "off", None, "Nghỉ lễ: Ngày Văn hóa Việt Nam"),
        ("25/11", "due", 2, "Ngày làm việc thứ 2: trả kết quả buổi chiều"),
    ]


def test_a_swap_is_explained_on_both_days():
    steps = told("2025-12-31 10:00", working(6))
    assert ("02/01", "off", None, "Nghỉ hoán đổi: làm bù thứ Bảy 10/01") in steps
    assert steps[-1] == ("10/01", "due", 6, "Ngày làm việc thứ 6 (làm bù): trả kết quả buổi sáng")


def test_a_compensation_day_names_its_holiday():
    steps = told("2026-04-24 09:00", working(1))
    assert [words for _day, kind, _number, words in steps if kind == "off"] == [
        "Nghỉ cuối tuần",
        "Nghỉ lễ: Giỗ Tổ Hùng Vương",
        "Nghỉ bù: Giỗ Tổ Hùng Vương",
    ]


def test_calendar_days_count_days_off_and_then_name_the_days_to_the_next_working_day():
    assert told("2026-11-19 08:00", calendar_days(2)) == [
        ("19/11", "received", None, "Nhận hồ sơ, chưa tính"),
        ("20/11", "counted", 1, "Ngày thứ 1"),
        ("21/11", "counted", 2, "Ngày thứ 2"),
        ("22/11", "off", None, "Nghỉ cuối tuần"),
        ("23/11", "due", None, "Ngày làm việc kế tiếp: trả kết quả buổi chiều"),
    ]


def test_a_matter_of_the_same_day_has_one_step():
    assert told("2026-11-23 08:42", SAME_DAY) == [("23/11", "due", None, "Nhận hồ sơ: trả kết quả buổi chiều")]


def test_a_matter_that_came_too_late_is_explained_to_the_next_working_day():
    assert told("2026-11-23 15:01", SAME_DAY) == [
        ("23/11", "received", None, "Nhận hồ sơ, chưa tính"),
        ("24/11", "off", None, "Nghỉ lễ: Ngày Văn hóa Việt Nam"),
        ("25/11", "due", None, "Ngày làm việc kế tiếp: trả kết quả buổi chiều"),
    ]


def test_office_hours_begin_to_count_on_the_day_of_receipt():
    assert told("2026-11-25 08:00", hours(8)) == [
        ("25/11", "received", None, "Nhận hồ sơ, tính theo giờ làm việc"),
        ("26/11", "due", None, "Ngày làm việc kế tiếp: trả kết quả buổi sáng"),
    ]


ONE_LINE_EXAMPLES = {
    "Trả kết quả ngay trong ngày nhận.": ("2026-11-23 08:42", SAME_DAY),
    "Trả vào ngày làm việc kế tiếp; 24/11 nghỉ lễ: Ngày Văn hóa Việt Nam.": ("2026-11-23 15:01", SAME_DAY),
    "Tính các ngày 25, 26, 27/11; 24/11 nghỉ lễ: Ngày Văn hóa Việt Nam.": ("2026-11-23 08:42", working(3)),
    "Tính các ngày 30/11; 01, 02/12.": ("2026-11-27 08:42", working(3)),
    "Tính 10 ngày, từ 02/12 đến 15/12.": ("2026-12-01 08:42", working(10)),
    "Tính 15 ngày, từ 03/11 đến 17/11.": ("2026-11-02 08:42", calendar_days(15)),
    "Trả vào ngày làm việc kế tiếp.": ("2026-11-25 08:00", hours(8)),
    "Tính giờ làm việc đến 27/11.": ("2026-11-25 07:30", hours(16)),
    # Tết names five days: two are enough on one line
    "Tính các ngày 23/02; 16/02 nghỉ lễ: Tết Nguyên đán; 17/02 nghỉ lễ: Tết Nguyên đán.": (
        "2026-02-13 10:00",
        working(1),
    ),
}


@pytest.mark.parametrize(("line", "promised"), ONE_LINE_EXAMPLES.items(), ids=ONE_LINE_EXAMPLES.keys())
def test_a_slip_says_in_one_line_how_it_was_counted(line, promised):
    received, limit = promised
    promise = CALENDAR.promise(moment(received), limit)
    assert promise.in_one_line == in_one_line(promise.steps) == line


def test_a_narrow_box_shows_each_step_in_a_word_or_two():
    steps = CALENDAR.promise(moment("2026-11-20 14:00"), working(2)).steps
    assert [step.brief for step in steps] == ["Nhận", "Nghỉ", "Nghỉ", "1", "Nghỉ lễ", "2, trả"]
    assert [step.css for step in steps] == ["start", "off", "off", "", "off", "due"]
    assert CALENDAR.promise(moment("2026-11-23 08:42"), SAME_DAY).steps[0].brief == "Trả"


def test_the_steps_survive_storing():
    steps = CALENDAR.promise(moment("2026-11-20 14:00"), working(2)).steps
    assert tuple(Step.from_json(step.as_json()) for step in steps) == steps


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (SAME_DAY, "trong ngày"),
        (working(3), "03 ngày làm việc"),
        (working(22), "22 ngày làm việc"),
        (calendar_days(15), "15 ngày"),
        (hours(8), "08 giờ làm việc"),
    ],
)
def test_a_limit_reads_as_the_slip_writes_it(limit, words):
    assert limit.words == words


# official years and others


def test_a_year_with_official_holidays_is_not_provisional():
    assert not CALENDAR.promise(moment("2026-11-23 08:42"), working(3)).provisional


def test_a_promise_that_reaches_a_year_without_official_holidays_is_provisional():
    promise = CALENDAR.promise(moment("2026-12-31 08:42"), working(1))
    assert promise.provisional
    assert f"{promise.day:%d/%m/%Y}" == "04/01/2027"  # 01/01/2027 is a Friday
    assert promise.steps[1].words == "Nghỉ lễ: Tết Dương lịch"


def test_holidays_of_a_provisional_year_have_vietnamese_names_on_a_machine_that_speaks_english(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en_US")
    expected_days.cache_clear()
    assert [CALENDAR.why_off(date(2027, *day)) for day in ((4, 30), (5, 1), (11, 24))] == [
        "Nghỉ lễ: Ngày Chiến thắng",
        "Nghỉ lễ: Ngày Quốc tế Lao động",
        "Nghỉ lễ: Ngày Văn hóa Việt Nam",
    ]


def test_one_official_day_makes_its_whole_year_official():
    entered = WorkingCalendar({date(2027, 1, 1): SpecialDay(date(2027, 1, 1), Mark.HOLIDAY, "Tết Dương lịch")})
    assert not CALENDAR.is_working(date(2027, 4, 30))
    assert entered.is_working(date(2027, 4, 30))
    assert not entered.promise(moment("2027-04-29 08:00"), working(1)).provisional


def test_make_up_days_of_a_provisional_year_are_worked():
    assert WorkingCalendar().is_working(date(2025, 4, 26))  # a Saturday, swapped with 02/05/2025
    assert not WorkingCalendar().is_working(date(2025, 5, 2))


@pytest.mark.django_db
def test_the_table_of_days_is_the_official_one_and_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        calendar = CalendarDay.objects.calendar()
    assert calendar.special_days == official_days()
    assert calendar.hours == OfficeHours(time(7, 30), time(11, 30), time(13, 30), time(17))


# lateness and closing


@pytest.mark.parametrize(
    ("today", "late"),
    [
        ("2026-11-20", 0),  # before the promised day
        ("2026-11-23", 0),  # on it
        ("2026-11-24", 0),  # the holiday after it
        ("2026-11-25", 1),
        ("2026-11-27", 3),
        ("2026-11-29", 3),  # a Sunday adds nothing
        ("2026-11-30", 4),
    ],
)
def test_lateness_counts_working_days_with_today(today, late):
    assert CALENDAR.days_late(date(2026, 11, 23), date.fromisoformat(today)) == late


def test_a_holiday_ahead_is_announced_with_the_day_the_desk_opens_again():
    special, reopens = CALENDAR.closing_ahead(date(2026, 11, 23))
    assert [day.name for day in special] == ["Ngày Văn hóa Việt Nam"]
    assert reopens == date(2026, 11, 25)


def test_tet_is_announced_on_the_last_day_before_it():
    special, reopens = CALENDAR.closing_ahead(date(2026, 2, 13))
    assert [day.day.day for day in special] == [16, 17, 18, 19, 20]
    assert reopens == date(2026, 2, 23)
    assert CALENDAR.closing_ahead(date(2026, 2, 12)) is None


def test_a_usual_weekend_is_not_announced():
    assert CALENDAR.closing_ahead(date(2026, 11, 20)) is None


# office time


@pytest.mark.parametrize(
    ("start", "end", "office_hours"),
    [
        ("2026-11-25 08:00", "2026-11-25 09:30", 1.5),
        ("2026-11-25 11:00", "2026-11-25 14:00", 1),  # the lunch break does not count
        ("2026-11-25 16:30", "2026-11-26 08:00", 1),
        ("2026-11-23 08:00", "2026-11-25 09:00", 8.5),  # over the holiday of 24/11
        ("2026-11-21 08:00", "2026-11-22 17:00", 0),
        ("2026-01-10 07:00", "2026-01-10 18:00", 7.5),  # the make-up Saturday
        ("2026-11-25 09:00", "2026-11-25 08:00", 0),
    ],
)
def test_office_time_between_two_moments(start, end, office_hours):
    assert CALENDAR.working_time(moment(start), moment(end)) == timedelta(hours=office_hours)


@pytest.mark.parametrize(
    ("start", "office_hours", "end"),
    [
        ("2026-11-25 08:00", 1.5, "2026-11-25 09:30"),
        ("2026-11-25 07:30", 4, "2026-11-25 11:30"),
        ("2026-11-25 11:00", 1, "2026-11-25 14:00"),
        ("2026-11-23 08:00", 8, "2026-11-25 08:30"),
        ("2026-11-21 10:00", 1, "2026-11-23 08:30"),
        ("2026-11-25 18:00", 0, "2026-11-26 07:30"),
    ],
)
def test_the_moment_after_so_much_office_time(start, office_hours, end):
    assert CALENDAR.after(moment(start), timedelta(hours=office_hours)) == moment(end)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.5, "dưới 1 phút"),
        (45, "45 phút"),
        (120, "2 giờ"),
        (125, "2 giờ 5 phút"),
        (450, "1 ngày"),
        (450 + 95, "1 ngày 1 giờ"),  # with days, minutes are left out
        (2 * 450 + 20, "2 ngày"),
    ],
)
def test_office_time_in_words_has_days_as_long_as_the_office_hours(minutes, words):
    assert CALENDAR.in_working_time(timedelta(minutes=minutes)) == words


# properties

#: Three months of receipts around the end of a year; both years count as official.
FIRST = date(2026, 11, 1)
DATES = st.integers(0, 90).map(lambda days: FIRST + timedelta(days=days))
EDGES = ["00:00:00", "07:30:00", "11:30:00", "13:29:59", "13:30:00", "15:00:59", "15:01:00", "16:59:59", "17:00:00"]
TIMES = st.sampled_from(EDGES).map(time.fromisoformat) | st.times()
MOMENTS = st.builds(datetime.combine, DATES, TIMES, st.just(ZONE))
OFFICE_HOURS = st.sampled_from(
    [
        OfficeHours(),
        OfficeHours(time(7), time(11), time(14), time(16, 30)),
        OfficeHours(time(8), time(12), time(12), time(15)),
        OfficeHours(time(6, 45), time(8), time(9, 15), time(20)),
    ]
)


@st.composite
def calendars(draw) -> WorkingCalendar:
    """Any days off and make-up days, in one ward or another."""
    off = draw(st.sets(st.integers(0, 150), max_size=25))
    made_up = draw(st.sets(st.integers(0, 150), max_size=8))
    marks = dict.fromkeys(off, Mark.HOLIDAY) | dict.fromkeys(made_up, Mark.WORKING)
    days = {FIRST + timedelta(days=number): mark for number, mark in marks.items()}
    days |= {date(2026, 1, 1): Mark.HOLIDAY, date(2027, 1, 1): Mark.HOLIDAY}
    return WorkingCalendar({day: SpecialDay(day, mark, "ngày thử") for day, mark in days.items()}, draw(OFFICE_HOURS))


CUTOFFS = st.sampled_from([None, time(15), time(16, 30), time(10)])
WORKING_DAYS = st.integers(1, 30).map(working)
CALENDAR_DAYS = st.integers(1, 60).map(calendar_days)
HOURS = st.integers(1, 60).map(hours)
SAME_DAYS = CUTOFFS.map(lambda cutoff: Limit(0, Unit.SAME_DAY, cutoff))
LIMITS = SAME_DAYS | WORKING_DAYS | CALENDAR_DAYS | HOURS

often = settings(deadline=None, max_examples=75)


def days_between(first: date, last: date) -> list[date]:
    """Every date after the first, up to and with the last."""
    return [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]


@often
@given(calendars(), MOMENTS, LIMITS)
def test_the_promised_day_is_a_working_day_and_not_over_yet(calendar, received, limit):
    promise = calendar.promise(received, limit)
    assert calendar.is_working(promise.day)
    assert promise.due_at > received


@often
@given(calendars(), MOMENTS, LIMITS)
def test_a_promise_is_broken_at_the_end_of_its_half_day(calendar, received, limit):
    promise = calendar.promise(received, limit)
    closes = {Half.MORNING: calendar.hours.morning_closes, Half.AFTERNOON: calendar.hours.afternoon_closes}
    assert promise.due_at == datetime.combine(promise.day, closes[promise.half], ZONE)
    assert calendar.closes_at(promise.day, promise.half) == promise.due_at


@often
@given(calendars(), MOMENTS, st.integers(1, 30))
def test_so_many_working_days_lie_between_receipt_and_promise(calendar, received, days):
    promise = calendar.promise(received, working(days))
    assert sum(map(calendar.is_working, days_between(received.date(), promise.day))) == days


@often
@given(calendars(), MOMENTS, st.integers(1, 60))
def test_calendar_days_end_on_the_first_working_day_from_their_last_day_on(calendar, received, days):
    promise = calendar.promise(received, calendar_days(days))
    last = received.date() + timedelta(days=days)
    assert promise.day >= last
    assert not any(map(calendar.is_working, days_between(last - timedelta(days=1), promise.day)[:-1]))


@often
@given(calendars(), MOMENTS, st.integers(1, 60))
def test_the_hours_end_in_the_promised_half_day(calendar, received, count):
    promise = calendar.promise(received, hours(count))
    received = received.replace(second=0, microsecond=0)
    half_opens = datetime.combine(promise.day, calendar.hours.span(promise.half)[0], ZONE)

    def office_time_until(end: datetime) -> timedelta:
        total = timedelta(0)
        for day in days_between(received.date() - timedelta(days=1), end.date()):
            for half in Half:
                opens, closes = (datetime.combine(day, edge, ZONE) for edge in calendar.hours.span(half))
                if calendar.is_working(day):
                    total += max(min(closes, end) - max(opens, received), timedelta(0))
        return total

    assert office_time_until(half_opens) < timedelta(hours=count) <= office_time_until(promise.due_at)


@often
@given(calendars(), MOMENTS, MOMENTS, SAME_DAYS | CALENDAR_DAYS | HOURS)
def test_who_comes_later_is_never_served_earlier(calendar, one, other, limit):
    earlier, later = sorted([one, other])
    assert calendar.promise(earlier, limit).due_at <= calendar.promise(later, limit).due_at


@often
@given(calendars(), MOMENTS, MOMENTS, WORKING_DAYS)
def test_who_comes_later_on_a_working_day_is_never_served_earlier(calendar, one, other, limit):
    earlier, later = sorted([one, other])
    assert calendar.promise(earlier, limit).day <= calendar.promise(later, limit).day
    assume(calendar.is_working(earlier.date()) and calendar.is_working(later.date()))
    assert calendar.promise(earlier, limit).due_at <= calendar.promise(later, limit).due_at


def test_a_receipt_on_a_day_off_may_overtake_the_afternoon_before_it():
    """The one exception, by the rule that a day off promises the morning half."""
    assert due("2026-11-27 16:00", working(1)) == "2026-11-30 17:00"
    assert due("2026-11-28 08:00", working(1)) == "2026-11-30 11:30"


@often
@given(calendars(), MOMENTS, LIMITS, st.data())
def test_a_new_day_off_on_the_way_never_makes_a_promise_earlier(calendar, received, limit, data):
    promise = calendar.promise(received, limit)
    assume(promise.day > received.date())
    day_off = data.draw(st.sampled_from(days_between(received.date(), promise.day)), label="day off")
    more = {**calendar.special_days, day_off: SpecialDay(day_off, Mark.HOLIDAY, "mới thêm")}
    assert WorkingCalendar(more, calendar.hours).promise(received, limit).due_at >= promise.due_at


@often
@given(calendars(), MOMENTS, LIMITS)
def test_the_explanation_goes_day_by_day_from_receipt_to_promise(calendar, received, limit):
    promise = calendar.promise(received, limit)
    first, last = promise.steps[0], promise.steps[-1]
    assert [step.day for step in promise.steps] == [received.date(), *days_between(received.date(), promise.day)]
    assert first.kind == ("received" if len(promise.steps) > 1 else "due")
    assert last.kind == "due"
    assert last.words.endswith(f"trả kết quả {promise.half.words}")
    assert {step.kind for step in promise.steps[1:-1]} <= {"counted", "off"}
    numbers = [step.number for step in promise.steps if step.number]
    assert numbers == list(range(1, (limit.value if limit.unit in (Unit.WORKING_DAY, Unit.CALENDAR_DAY) else 0) + 1))
    for step in promise.steps[1:]:
        if step.kind == "off":
            assert not calendar.is_working(step.day)
            assert ("ngày thử" in step.words) == (step.day in calendar.special_days)


@often
@given(calendars(), DATES, DATES)
def test_lateness_is_the_number_of_working_days_since(calendar, promised, today):
    late = calendar.days_late(promised, today)
    assert late == sum(map(calendar.is_working, days_between(promised, today)))
    assert calendar.days_late(promised, promised) == 0


@often
@given(calendars(), MOMENTS, LIMITS, st.sampled_from([UTC, ZONE]))
def test_the_same_moment_gets_the_same_promise_whatever_clock_it_is_read_from(calendar, received, limit, zone):
    assert calendar.promise(received.astimezone(zone), limit) == calendar.promise(received, limit)


@often
@given(calendars(), MOMENTS, st.integers(1, 60 * 60))
def test_after_so_much_office_time_so_much_has_passed(calendar, start, minutes):
    end = calendar.after(start, timedelta(minutes=minutes))
    assert calendar.working_time(start, end) == timedelta(minutes=minutes)
    assert calendar.is_working(end.date())
    assert calendar.working_time(end, start) == timedelta(0)
