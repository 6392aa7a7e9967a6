"""What people say, and what was done for those who find it hard to come."""

from __future__ import annotations

from desk.vietnamese import lower_first, number
from dossiers.models import HomeVisit
from feedback.figures import Line
from feedback.statistics import Share
from phuly_portal.review.document import Block, Grid, Paragraph
from phuly_portal.review.facts import Facts
from phuly_portal.review.words import change, in_sentence, listed

#: Procedures named among those that people were helped with.
NAMED = 5


def voices(facts: Facts) -> tuple[str, list[Block]]:
    """Surveys, ballots, suggestions and dialogues."""
    told = [said_words(facts), *ballot_words(facts), contribution_words(facts), dialogue_words(facts)]
    return "Ý KIẾN CỦA NGƯỜI DÂN", [Paragraph(words) for words in told]


def share_words(share: Share) -> str:
    """A share with its interval, as far as it may be told."""
    if share.value is None:
        few = "dưới 5 phiếu, không công bố để giữ kín người trả lời" if share.is_hidden else "chưa đủ 30 phiếu để tính"
        return few if share.count else "chưa có phiếu nào"
    return f"{share.words}, khoảng tin cậy 95% từ {share.interval_words}: {share.verdict.value} mục tiêu 95%".replace(
        "chưa đủ phiếu để kết luận mục tiêu 95%", "chưa đủ phiếu để kết luận về mục tiêu 95%"
    )


def said_words(facts: Facts) -> str:
    now, before = facts.said
    if now is None:
        return "Khảo sát sau mỗi hồ sơ: chưa có bộ câu hỏi nào đang dùng."
    told = f"Khảo sát sau mỗi hồ sơ, {lower_first(now.sentence)}"
    if now.share.is_counted and before and before.share.is_counted:
        told += f" {before.period.words}: {before.share.words}, trên {number(before.share.sheets)} phiếu."
    return told


def ballot_words(facts: Facts) -> list[str]:
    if not facts.campaigns:
        return ["Lấy phiếu ở thôn, tổ: trong kỳ không có đợt nào kết thúc."]
    return [
        f"Lấy phiếu ở thôn, tổ, đợt “{campaign}”, kết thúc trong kỳ: {rated_words(total)}."
        for campaign, total in facts.campaigns
    ]


def rated_words(total: Line) -> str:
    if total.is_hidden:
        return share_words(total.share)
    return (
        f"phát ra {number(total.asked or 0)} phiếu, thu về hợp lệ {number(total.answered)} phiếu; "
        f"mức hài lòng {share_words(total.share)}"
    )


def contribution_words(facts: Facts) -> str:
    now, before = facts.contributions, facts.contributions_before
    if not now["received"]:
        return "Góp ý, phản ánh, lời khen: trong kỳ chưa nhận ý kiến nào."
    kinds = [(now["idea"], "góp ý"), (now["complaint"], "phản ánh"), (now["praise"], "lời khen")]
    counts = listed(f"{number(count)} {name}" for count, name in kinds if count)
    told = (
        f"Nhận {number(now['received'])} ý kiến ({counts}), "
        f"{change(now['received'], before['received'], 'ý kiến', in_sentence(facts.before))}. "
        f"Trả lời đúng hạn {number(now['in_time'])}, trả lời quá hạn {number(now['answered_late'])}, "
        f"quá hạn chưa trả lời {number(now['open_late'])}, đang xem xét trong hạn {number(now['open'])}."
    )
    return told + (f" {number(now['accepted'])} ý kiến đã dẫn tới thay đổi cụ thể." if now["accepted"] else "")


def dialogue_words(facts: Facts) -> str:
    talks = facts.dialogues
    if not talks["held"]:
        return "Đối thoại với nhân dân: trong kỳ chưa tổ chức buổi nào."
    told = (
        f"Tổ chức {number(talks['held'])} buổi đối thoại, {number(talks['people'])} lượt người dự, "
        f"{number(talks['questions'])} câu hỏi."
    )
    if not talks["promises"]:
        return told
    late = f", quá ngày chưa xong {number(talks['late'])}" if talks["late"] else ""
    return f"{told} Đã hứa {number(talks['promises'])} việc, xong {number(talks['done'])}{late}."


def care(facts: Facts) -> tuple[str, list[Block]]:
    """Tổ viết giúp, and the visits at home."""
    than = in_sentence(facts.before)
    helped, visits = ([sum(counts.values()) for counts in both] for both in (facts.helped, facts.visits))
    by_purpose = facts.visits[0]
    purposes = listed(
        f"{number(by_purpose[purpose])} lượt để {purpose.label.lower()}"
        for purpose in HomeVisit.Purpose
        if by_purpose[purpose]
    )
    blocks: list[Block] = [
        Paragraph(
            f"Tổ viết giúp và hướng dẫn hồ sơ: giúp {number(helped[0])} lượt người, "
            f"{change(helped[0], helped[1], 'lượt', than)}."
        ),
        Paragraph(
            f"Tiếp nhận và trả kết quả tại nhà: {number(visits[0])} lượt{f' ({purposes})' if purposes else ''}, "
            f"{change(visits[0], visits[1], 'lượt', than)}."
        ),
    ]
    if helped[0]:
        rows = [(name, number(count)) for name, count in facts.helped[0].most_common(NAMED)]
        blocks.append(Grid("Được viết giúp nhiều nhất", ("Thủ tục", "Lượt người"), rows))
    return "VIỆC DÂN VẬN: VIẾT GIÚP, PHỤC VỤ TẠI NHÀ", blocks
