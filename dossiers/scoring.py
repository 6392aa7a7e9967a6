"""Points for officers and desks by Thông tư 01/2018/TT-VPCP, Điều 13–15, and the group "Tiến độ, kết quả giải quyết" of
Quyết định 766/QĐ-TTg (23/06/2022).

Whether Thông tư 03/2025 keeps the rule of 2018 is not known, so whoever shows it says of which year it is. Counts come
in, points go out: no Django. An index without data is left out and named; a total that misses one gives no grade.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

RULE = "Thông tư 01/2018/TT-VPCP (quy tắc năm 2018)"
INDICES = {
    1: "Tổng thời gian giải quyết so với quy định",
    2: "Thời gian thực hiện của từng cơ quan, đơn vị tham gia giải quyết",
    3: "Số lần phải liên hệ với nơi tiếp nhận để hoàn thiện hồ sơ",
    4: "Số cơ quan, đơn vị, tổ chức phải liên hệ để hoàn thiện hồ sơ",
    5: "Tổ chức tiếp nhận, giải quyết, trả kết quả tại Bộ phận Một cửa",
    6: "Công khai thủ tục hành chính",
    7: "Thái độ khi hướng dẫn, tiếp nhận và giải quyết",
    8: "Tiếp thu, giải trình phản ánh, kiến nghị",
    9: "Tiến độ và chất lượng dịch vụ công trực tuyến",
}
#: Which indices an officer and an agency are scored by, each with 0 to 2 points.
OFFICER, AGENCY = (1, 2, 3, 4, 7), tuple(INDICES)
MOST = 2
#: From how many points on, best first.
OFFICER_GRADES = (
    (Decimal(5), "hoàn thành 100% nhiệm vụ"),
    (Decimal("3.5"), "hoàn thành từ 70% đến dưới 100% nhiệm vụ"),
    (Decimal(0), "hoàn thành dưới 70% nhiệm vụ"),
)
AGENCY_GRADES = (
    (Decimal(15), "xuất sắc"),
    (Decimal(12), "tốt"),
    (Decimal(9), "khá"),
    (Decimal(6), "trung bình"),
    (Decimal(0), "yếu"),
)
#: The share of reflections answered in time that still gives a point.
MOSTLY = Decimal("0.9")
#: Points of the group of Quyết định 766.
GROUP_766 = 20


def rounded(value: Decimal, digits: str = "0.1") -> Decimal:
    return value.quantize(Decimal(digits), ROUND_HALF_UP)


def mean(points: int, count: int) -> Decimal | None:
    """The sum of points by the number of dossiers, with one decimal; None where there is no dossier."""
    return rounded(Decimal(points) / count) if count else None


@dataclass(frozen=True)
class Times:
    """How many were done before the promised day, in time, and late."""

    early: int = 0
    on_time: int = 0
    late: int = 0

    def __sub__(self, other: Times) -> Times:
        return Times(self.early - other.early, self.on_time - other.on_time, self.late - other.late)

    @property
    def count(self) -> int:
        return self.early + self.on_time + self.late

    @property
    def points(self) -> int:
        """2 for each that took less than its term, 1 for each in time, 0 for the others (Điều 13 khoản 1, 2)."""
        return 2 * self.early + self.on_time


def time_index(times: Times) -> Decimal | None:
    """Indices 1 and 2."""
    return mean(times.points, times.count)


def contact_index(done: int, asked_once: int, asked_more: int = 0) -> Decimal | None:
    """Index 3: of the dossiers done, so many whose owner was asked for papers once, and more than once."""
    return mean(2 * (done - asked_once - asked_more) + asked_once, done)


def attitude_index(times: Times, complained: Times) -> Decimal | None:
    """Index 7: early and no complaint 2, in time and none 1, late or complained of 0.

    `complained` are those among `times` that were complained of; a complaint found false is none.
    """
    return mean((times - complained).points, times.count)


def answer_index(in_time: int, due: int) -> Decimal | None:
    """Index 8: all reflections answered in time 2, at least 90% of them 1, fewer 0; None where none was due."""
    if not due:
        return None
    share = Decimal(in_time) / due
    return rounded(Decimal(2 if share == 1 else 1 if share >= MOSTLY else 0))


@dataclass(frozen=True)
class Score:
    """The indices that can be told, and of the others why not."""

    scale: tuple[int, ...]
    values: Mapping[int, Decimal]
    missing: Mapping[int, str] = field(default_factory=dict)

    @property
    def total(self) -> Decimal | None:
        return sum(self.values.values(), Decimal(0)) if self.values else None

    @property
    def most(self) -> int:
        """What the indices that can be told give at most."""
        return MOST * len(self.values)

    @property
    def grade(self) -> str | None:
        """What the total is called; None while an index of the scale is missing."""
        if self.total is None or set(self.values) != set(self.scale):
            return None
        grades = OFFICER_GRADES if self.scale == OFFICER else AGENCY_GRADES
        return next(words for low, words in grades if self.total >= low)


def score(scale: tuple[int, ...], values: Mapping[int, Decimal | None], why_not: Mapping[int, str]) -> Score:
    """`values` of what can be told; for what cannot, the reason: "chưa có số liệu trong kỳ" where none is given."""
    known = {index: value for index in scale if (value := values.get(index)) is not None}
    missing = {index: why_not.get(index, "chưa có số liệu trong kỳ") for index in scale if index not in known}
    return Score(scale, known, missing)


def progress_points(times: Times) -> Decimal | None:
    """Quyết định 766, "Tiến độ, kết quả giải quyết": done in time, early ones among them, of all done, times 20.

    With two decimals; None where nothing was done: a zero denominator is no zero.
    """
    if not times.count:
        return None
    return rounded(Decimal(GROUP_766 * (times.early + times.on_time)) / times.count, "0.01")
