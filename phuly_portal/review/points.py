"""V. Tự đánh giá: the points of desk and officers, and what cannot be told and why."""

from __future__ import annotations

from decimal import Decimal

from desk.vietnamese import number, sort_key
from dossiers.report_tables import NOTHING
from dossiers.scoring import (
    AGENCY,
    GROUP_766,
    INDICES,
    MOST,
    OFFICER,
    RULE,
    Score,
    Times,
    answer_index,
    attitude_index,
    contact_index,
    progress_points,
    score,
    time_index,
)
from phuly_portal.review.document import Block, Grid, Heading, Paragraph, Prompt
from phuly_portal.review.facts import Facts, times_of
from phuly_portal.review.words import in_sentence, listed

#: Why an index has no value here, whatever the period.
UNKNOWN = {
    2: "hệ thống không ghi thời hạn và thời gian của cơ quan phối hợp",
    4: "hệ thống không ghi người dân còn phải liên hệ với cơ quan nào khác",
    5: "cần đối chiếu với danh mục thủ tục phải thực hiện tại Bộ phận Một cửa",
    6: "cần kiểm tra việc niêm yết tại trụ sở",
    9: "hồ sơ trực tuyến nộp trên Cổng Dịch vụ công quốc gia, số liệu ở đó",
}
#: For officers index 2 is their own step, which the control slip knows.
UNKNOWN_OF_OFFICERS = {4: UNKNOWN[4], 2: "trong kỳ chưa có bước nào ghi giao nhận"}


def decimal(value: Decimal | None) -> str:
    return NOTHING if value is None else str(value).replace(".", ",")


def agency_score(facts: Facts) -> Score:
    times = times_of(facts.line)
    complained = sum_of(facts.complained.values())
    said = facts.reflections
    due = said["received"] - said["open"]
    values = {
        1: time_index(times),
        3: contact_index(times.count, sum(facts.asked.values())),
        7: attitude_index(times, complained),
        8: answer_index(said["in_time"], due),
    }
    return score(AGENCY, values, UNKNOWN)


def sum_of(parts: object) -> Times:
    found = list(parts)  # type: ignore[call-overload]
    return Times(*(sum(getattr(part, name) for part in found) for name in ("early", "on_time", "late")))


def officer_scores(facts: Facts) -> list[tuple[str, int, Score]]:
    """Name, results and points of each officer who had any, by name as a Vietnamese list has it."""
    found = []
    for line in facts.report.by_officer():
        times = times_of(line)
        if not line.key or not times.count:
            continue
        officer = int(line.key)
        values = {
            1: time_index(times),
            2: time_index(facts.steps.get(officer, Times())),
            3: contact_index(times.count, facts.asked[officer]),
            7: attitude_index(times, facts.complained.get(officer, Times())),
        }
        found.append((line.name, times.count, score(OFFICER, values, UNKNOWN_OF_OFFICERS)))
    return sorted(found, key=lambda row: sort_key(row[0]))


def self_assessment(facts: Facts) -> tuple[str, list[Block]]:
    agency = agency_score(facts)
    blocks: list[Block] = [Heading(f"1. Chấm điểm theo {RULE}", 2)]
    if agency.values:
        blocks += [Paragraph(total_words("Đơn vị", agency)), indices_grid(agency)]
    else:
        blocks.append(Paragraph("Trong kỳ chưa giải quyết xong hồ sơ nào nên chưa có điểm."))
    if facts.ward and (people := officer_scores(facts)):
        blocks += officers(people)
    times = times_of(facts.line)
    told = f"{number(times.early + times.on_time)} / {number(times.count)} × {GROUP_766}"
    points = progress_points(times)
    blocks += [
        Heading("2. Nhóm chỉ số tiến độ, kết quả giải quyết theo Quyết định số 766/QĐ-TTg", 2),
        Paragraph(
            f"Hồ sơ đúng hạn (gồm trước hạn) trên tổng hồ sơ đã giải quyết {in_sentence(facts.days)}: "
            + (f"{told} = {decimal(points)} điểm, tối đa {GROUP_766}." if points is not None else f"{NOTHING}.")
            + " Các nhóm khác của bộ chỉ số lấy từ Cổng Dịch vụ công quốc gia."
        ),
        Prompt("Tự nhận xét của đơn vị về điểm số, so với kỳ trước"),
    ]
    return "TỰ ĐÁNH GIÁ", blocks


def total_words(who: str, result: Score) -> str:
    """The total of what can be told, and the grade, or why there is none."""
    told = f"{who} đạt {decimal(result.total)} trên {result.most} điểm của các chỉ số có số liệu."
    if result.grade:
        return f"{told} Xếp loại: {result.grade}."
    missing = listed(str(index) for index in sorted(result.missing))
    return f"{told} Chưa xếp loại được vì thiếu số liệu của chỉ số {missing}."


def indices_grid(result: Score) -> Grid:
    """Every index of the scale: its points, or why it is left out."""
    rows = [
        (f"{index}. {INDICES[index]}", decimal(result.values.get(index)), result.missing.get(index, f"tối đa {MOST}"))
        for index in result.scale
    ]
    return Grid("Chín chỉ số của đơn vị", ("Chỉ số", "Điểm", "Ghi chú"), rows, has_words=True)


def officers(people: list[tuple[str, int, Score]]) -> list[Block]:
    heads = ("Công chức", "Hồ sơ", *(f"Chỉ số {index}" for index in OFFICER), "Cộng", "Tối đa")
    rows = [
        (
            name,
            number(count),
            *(decimal(result.values.get(index)) for index in OFFICER),
            decimal(result.total),
            str(result.most),
        )
        for name, count, result in people
    ]
    blocks: list[Block] = [Grid("Điểm của công chức", heads, rows)]
    missing = {index: words for _, _, result in people for index, words in result.missing.items()}
    if missing:
        why = "; ".join(f"chỉ số {index}: {words}" for index, words in sorted(missing.items()))
        told = f"Bỏ trống vì chưa có số liệu: {why}. Thiếu chỉ số nên chưa xếp mức hoàn thành nhiệm vụ."
        blocks.append(Paragraph(told))
    return blocks
