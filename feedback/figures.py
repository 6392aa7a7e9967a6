"""The figures of surveys and ballots as lines of tables: the page, the workbook and the paper show the same ones.

A share belongs to the questions of one scale. What is too little to show is pooled or left out here, so that no
template can show it by mistake.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import floor
from typing import Any, Self

from desk.groups import FEW, SHOWN_FROM
from desk.models import Staff, Ward
from desk.vietnamese import number, percent
from feedback.models import Level, Mark, Question, QuestionSet, Tally
from feedback.models.counts import MarkQuerySet, SurveyQuerySet, counted
from feedback.period import Period
from feedback.statistics import GOAL, NOTHING, Share, Verdict

#: Where the scale of the intervals begins when none of them reaches below.
AXIS = 0.8


@dataclass(frozen=True)
class Line:
    """One row of figures. `answered` of those who were `asked`, where that is known."""

    name: str
    share: Share
    answered: int = 0
    asked: int | None = None
    link: str = ""
    is_closed: bool = False  # left out, so that no difference gives a small group away

    @property
    def is_hidden(self) -> bool:
        return self.share.is_hidden or self.is_closed

    @property
    def count(self) -> int | None:
        return None if self.is_hidden else self.share.sheets

    @property
    def count_words(self) -> str:
        return FEW if self.share.is_hidden else "giữ kín" if self.is_closed else number(self.share.sheets)

    @property
    def rate(self) -> float | None:
        """The share that answered; nothing where it would tell a hidden count, or where some were asked before."""
        if not self.asked or self.is_hidden or 0 < self.answered < SHOWN_FROM or self.answered > self.asked:
            return None
        return self.answered / self.asked

    @property
    def rate_words(self) -> str:
        if self.rate is None:
            return NOTHING if not self.asked else f"{NOTHING} / {number(self.asked)}"
        return f"{percent(self.rate)} / {number(self.asked or 0)}"

    @property
    def why_no_share(self) -> str:
        if self.is_hidden:
            return "không công bố, để giữ kín người trả lời"
        return "chưa đủ 30 phiếu để tính" if self.share.count else "chưa có phiếu"


@dataclass(frozen=True)
class Table:
    """Lines under a heading; `asked` says of what the answer rate is, and is empty where there is none.

    `key` says how the drawing is read, where there is one: a workbook has none.
    """

    title: str
    what: str
    lines: list[Line]
    total: Line | None = None
    note: str = ""
    asked: str = ""
    key: str = ""
    levels: list[tuple[str, int]] = field(default_factory=list)

    @property
    def axis(self) -> float:
        """Where the drawn scale begins."""
        lowest = [line.share.interval[0] for line in self.lines if not line.is_hidden and line.share.interval]
        return min([AXIS, *(floor(10 * low) / 10 for low in lowest)])


class Survey:
    """What people said after their dossiers, in some months: the sealed answers' counts and the open answers' marks."""

    def __init__(self, sealed: SurveyQuerySet, marks: MarkQuerySet) -> None:
        self.sealed, self.marks = sealed, marks

    @classmethod
    def visible_to(cls, staff: Staff) -> Self:
        return cls(Tally.objects.visible_to(staff), Mark.objects.visible_to(staff).still_open())

    @classmethod
    def of_wards(cls, wards: Iterable[Ward]) -> Self:
        return cls(Tally.objects.of_wards(wards), Mark.objects.of_wards(wards).still_open())

    def narrowed(self, step: Callable) -> Survey:
        return Survey(step(self.sealed), step(self.marks))

    def by(self, *names: str) -> Counter[tuple]:
        """How many marks each combination has; in one statement, so that no answer is sealed half-way between."""
        return counted(self.sealed.grouped(*names).union(self.marks.grouped(*names), all=True))

    def within(self, period: Period) -> Survey:
        return self.narrowed(lambda rows: rows.in_months(period.first, period.last))

    def about(self, question: Question | None) -> Survey:
        return self.narrowed(lambda rows: rows.of_question(question))

    def of_ward(self, ward: Ward) -> Survey:
        return self.narrowed(lambda rows: rows.of_wards([ward]))

    def of_slips(self) -> Survey:
        return self.narrowed(lambda rows: rows.of_slips())


class Scales:
    """The levels of every scale, best first."""

    def __init__(self) -> None:
        self.levels: dict[int, list[Level]] = defaultdict(list)
        for level in Level.objects.order_by("value"):
            self.levels[level.scale_id].append(level)

    def of(self, question: Question) -> list[Level]:
        return self.levels[question.own_scale_id or question.question_set.scale_id]


def good_values(levels: list[Level]) -> frozenset[int]:
    return frozenset(level.value for level in levels if level.is_good)


def good_words(levels: list[Level]) -> str:
    """ "rất hài lòng và tốt"."""
    return " và ".join(level.words.lower() for level in levels if level.is_good)


def shares(
    counts: Counter[tuple], good: frozenset[int], part: Callable = lambda key: key[0], questions: int = 1
) -> dict[Any, Share]:
    """Counts by (..., value) as shares of the parts that `part` finds in the rest of the key."""
    found: dict[Any, Share] = defaultdict(lambda: Share(questions=questions))
    for (*key, value), count in counts.items():
        found[part(key)] += Share(count if value in good else 0, count)
    return found


def told_months(counts: Mapping[tuple, int]) -> set[tuple]:
    """Of counts by (ward, month, ...): each ward's months with enough answers to be told alone.

    Sums stand on these, so that no choice of months gives a small one away by difference.
    """
    months = Counter[tuple]()
    for key, count in counts.items():
        months[key[:2]] += count
    return {month for month, count in months.items() if count >= SHOWN_FROM}


def told(counts: Counter[tuple]) -> Counter[tuple]:
    """Counts by (ward, month, ...) as sums of them may be told; a ward that has no month to tell of keeps its last.

    It is hidden as a whole then, which says that there were some.
    """
    months = told_months(counts)
    heard = {ward for ward, _ in months}
    last = {ward: month for ward, month, *_ in sorted(key[:2] for key in counts) if ward not in heard}
    kept = months | set(last.items())
    return Counter({key: count for key, count in counts.items() if key[:2] in kept})


def together(parts: Iterable[Share]) -> Share:
    """The wards of the city as one, without those too small to show: the sum would give them away.

    Where none may be shown it is the largest of them, which is not shown either.
    """
    by_size = sorted(parts, key=lambda share: share.count)
    shown = [share for share in by_size if not share.is_hidden] or by_size[-1:]
    return sum(shown[1:], shown[0]) if shown else Share()


def main_question(period: Period, today: date) -> Question | None:
    """Question 1 of the survey in force at the end of the period: the headline, on the scale of that set alone."""
    day = min(today, period.after - timedelta(days=1))
    sets = QuestionSet.objects.filter(use=QuestionSet.Use.SURVEY, valid_from__lte=day).order_by("-valid_from")
    questions = Question.objects.filter(question_set=sets.values("pk")[:1])
    return questions.select_related("question_set").order_by("position").first()


def sentence(when: str, share: Share, good: str) -> str:
    """What the page says first."""
    if not share.count:
        return f"{when}: chưa có phiếu nào."
    if share.is_hidden:
        return f"{when}: {FEW} phiếu, không công bố để giữ kín người trả lời."
    if not share.is_counted:
        return f"{when}: {number(share.sheets)} phiếu, chưa đủ 30 phiếu để tính tỷ lệ."
    return f"{when}: {share.words} {good}, trên {number(share.sheets)} phiếu. {VERDICTS[share.verdict]}"


VERDICTS = {
    Verdict.MET: f"Đạt mục tiêu {GOAL:.0%}.",
    Verdict.MISSED: f"Chưa đạt mục tiêu {GOAL:.0%}.",
    Verdict.OPEN: "Chưa đủ phiếu để kết luận.",
}


@dataclass(frozen=True)
class Satisfaction:
    """What a page says in one line."""

    share: Share
    period: Period
    good: str

    @property
    def sentence(self) -> str:
        return sentence(self.period.words, self.share, self.good)


def satisfaction(wards: Iterable[Ward], today: date, period: Period) -> Satisfaction | None:
    """Of these wards in that period, for who may see them; nothing where no survey is in force."""
    return satisfaction_by(lambda ward: None, wards, today, period).get(None)


def satisfaction_of_each(wards: Iterable[Ward], today: date, period: Period) -> dict[int, Satisfaction]:
    """The same, ward by ward."""
    return satisfaction_by(lambda ward: ward, wards, today, period)


def satisfaction_by(
    part: Callable[[int], Any], wards: Iterable[Ward], today: date, period: Period
) -> dict[Any, Satisfaction]:
    """For each part that the wards fall into; empty where no survey is in force."""
    question = main_question(period, today)
    if question is None:
        return {}
    levels, wards = Scales().of(question), list(wards)
    counts = Survey.of_wards(wards).within(period).about(question).of_slips().by("ward", "month", "value")
    found, parts = shares(told(counts), good_values(levels)), defaultdict(list)
    for ward in wards:
        parts[part(ward.pk)].append(found[ward.pk])
    return {each: Satisfaction(together(said), period, good_words(levels)) for each, said in parts.items()}
