"""Which tables of figures a ward has, and the one table of all wards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import F, Sum

from desk.calendar import ONE_DAY
from desk.groups import SHOWN_FROM, too_small
from desk.models import Staff, Ward
from desk.period import Days, months_later
from dossiers.counting import Cut, Measure
from dossiers.models import Dossier, Figure, Procedure
from feedback.figures import (
    Line,
    Scales,
    Survey,
    Table,
    good_values,
    good_words,
    main_question,
    sentence,
    shares,
    together,
    told,
)
from feedback.models import Answer, BallotTally, Campaign, CampaignArea, Channel, Question, Stage
from feedback.period import Period, ending
from feedback.statistics import Share

#: Months that the course of time is shown for, at least.
MONTHS = 12
#: How the drawn intervals are read.
KEY = (
    "Chấm: tỷ lệ. Dải nhạt: khoảng tin cậy 95%. Vạch đứt: mục tiêu 95%. "
    "Hai dải chồng lên nhau thì chưa thể nói nơi nào hơn."
)
OTHERS = "Các thủ tục ít phiếu, gộp chung"


@dataclass(frozen=True)
class Report:
    """What one page, workbook or paper says; `levels` is how often each word was chosen for the main question."""

    headline: str
    tables: list[Table] = field(default_factory=list)
    levels: list[tuple[str, int]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


def lines_of(names: Mapping[Any, str], found: Mapping[Any, Share], **of_key: Mapping[Any, Any]) -> list[Line]:
    """The parts of a total, in the order of `names`. What is too small is closed, and no difference gives it away."""
    closed = too_small({key: found[key].sheets for key in names if key in found})
    return [
        Line(name, found[key], is_closed=key in closed, **{what: values[key] for what, values in of_key.items()})
        for key, name in names.items()
        if key in found
    ]


def note_on(period: Period) -> str:
    return f"Tháng nào có dưới {SHOWN_FROM} phiếu thì không tính vào tổng nhiều tháng." if period.count > 1 else ""


def whole(found: Mapping[Any, Share]) -> Share:
    return sum(found.values(), Share(questions=next((share.questions for share in found.values()), 1)))


def handed_back(staff: Staff, period: Period, today: date) -> Counter[int]:
    """How many results each ward handed back: the kept counts of the days before today, and today's dossiers."""
    kept = Figure.objects.visible_to(staff).cut_by(Cut.ALL).filter(measure=Measure.RETURNED)
    before = kept.within(Days(period.first, min(period.after, today) - ONE_DAY)).totals("ward")
    handed = Counter({ward: count for (ward,), count in before.items()})
    handed.update(Dossier.objects.visible_to(staff).returned_by_ward(max(period.first, today), period.after))
    return handed


class WardSurvey:
    """The surveys of a ward in a period; the figures of its tables are those of the main question, on its scale."""

    def __init__(self, staff: Staff, ward: Ward, period: Period, question: Question, today: date) -> None:
        self.staff, self.ward, self.period, self.today = staff, ward, period, today
        self.scales = Scales()
        self.levels = self.scales.of(question)
        self.good = good_values(self.levels)
        self.survey = Survey.visible_to(staff).of_ward(ward)
        self.main = self.survey.about(question)
        ways = self.main.within(period).by("ward", "month", "channel", "stage", "value")
        self.slips = told(Counter({key: count for key, count in ways.items() if key[3] != Stage.WALK_IN}))
        self.taps = told(Counter({key: count for key, count in ways.items() if key[3] == Stage.WALK_IN}))
        self.total = Line("Cộng", whole(shares(self.slips, self.good)))

    def report(self) -> Report:
        tables = [self.by_stage(), self.by_channel(), self.walk_ins()]
        tables += [*self.by_question(), self.by_procedure(), self.by_month()]
        headline = sentence(self.period.words, self.total.share, good_words(self.levels))
        return Report(headline, [table for table in tables if table.lines], self.chosen(), self.comments())

    def chosen(self) -> list[tuple[str, int]]:
        if not self.total.share.is_shown:
            return []
        values: Counter[int] = Counter()
        for (*_, value), count in self.slips.items():
            values[value] += count
        return [(level.words, values[level.value]) for level in self.levels]

    def by_stage(self) -> Table:
        found = shares(self.slips, self.good, lambda key: key[3])
        handed = handed_back(self.staff, self.period, self.today)[self.ward.pk]
        names = {Stage.RECEIVED: Stage.RECEIVED.label, Stage.RETURNED: Stage.RETURNED.label}
        answered = {Stage.RECEIVED: 0, Stage.RETURNED: found[Stage.RETURNED].count}
        asked = {Stage.RECEIVED: None, Stage.RETURNED: handed}
        lines = lines_of(names, found, answered=answered, asked=asked)
        return Table("Theo lúc trả lời", "Lúc", lines, self.total, note_on(self.period), asked="hồ sơ đã trả")

    def by_channel(self) -> Table:
        found = shares(self.slips, self.good, lambda key: key[2])
        return Table("Theo cách trả lời", "Cách", lines_of(dict(Channel.choices), found), self.total)

    def walk_ins(self) -> Table:
        lines = lines_of(dict(Stage.choices), shares(self.taps, self.good, lambda key: key[3]))
        note = "Đếm riêng, không tính vào con số ở trên."
        return Table("Bấm ở máy, không quét giấy", "Lúc", lines, note=note)

    def by_question(self) -> list[Table]:
        """A table for each set that was answered: what is asked in other words, or on another scale, stays apart."""
        counts = self.survey.within(self.period).of_slips().by("ward", "month", "question", "value")
        asked = Question.objects.filter(pk__in={key[2] for key in counts})
        sets: dict[str, list[Line]] = defaultdict(list)
        for question in asked.select_related("question_set", "own_scale").order_by("question_set", "position"):
            mine = told(Counter({key: count for key, count in counts.items() if key[2] == question.pk}))
            levels = self.scales.of(question)
            name = f"{question}" + (f" (tính “{good_words(levels)}”)" if question.own_scale else "")
            sets[question.question_set.name].append(Line(name, whole(shares(mine, good_values(levels)))))
        return [Table(f"Từng câu: {name}", "Câu hỏi", lines) for name, lines in sets.items()]

    def by_procedure(self) -> Table:
        """Small cells of procedure and month are pooled, so that no choice of months tells them by difference."""
        counts = told(self.main.within(self.period).of_slips().by("ward", "month", "procedure", "value"))
        months: dict[date, Counter[int]] = defaultdict(Counter)
        for (_ward, month, procedure, _value), count in counts.items():
            months[month][procedure] += count
        pooled = {(month, procedure) for month, parts in months.items() for procedure in too_small(parts)}
        found = shares(counts, self.good, lambda key: None if tuple(key[1:]) in pooled else key[2])
        known = Procedure.objects.filter(pk__in=[key for key in found if key])
        names = {procedure.pk: procedure.short_name for procedure in known.order_by("position", "pk")}
        return Table("Theo thủ tục", "Thủ tục", lines_of({**names, None: OTHERS}, found), self.total)

    @cached_property
    def course(self) -> Period:
        """The months of the period, and so many before it that the course of time shows."""
        count = max(MONTHS, len(self.period.months))
        return ending(months_later(self.period.last, 1 - count), count)

    @cached_property
    def months(self) -> dict[date, Share]:
        return shares(self.main.of_slips().within(self.course).by("month", "value"), self.good)

    def by_month(self) -> Table:
        lines = [
            Line(f"Tháng {month.month}/{month.year}", self.months[month], link=f"?{Period(month, month).query}")
            for month in self.course.months
            if month in self.months
        ]
        return Table(f"Theo tháng, {len(self.course.months)} tháng đến {self.period.last:%m/%Y}", "Tháng", lines)

    def comments(self) -> list[str]:
        """What people wrote in months with enough answers, in no order that says who came when."""
        fit = [month for month in self.period.months if month in self.months and self.months[month].is_shown]
        rows = Answer.objects.visible_to(self.staff).filter(ward=self.ward, month__in=fit)
        return list(rows.exclude(comment="").order_by("key").values_list("comment", flat=True))


def ward_report(staff: Staff, ward: Ward, period: Period, today: date) -> Report:
    question = main_question(period, today)
    if question is None:
        return Report("Chưa có bộ câu hỏi nào đang dùng.")
    return WardSurvey(staff, ward, period, question, today).report()


# ballots


class Ballots:
    """The ballots of a campaign, as far as this person may see them."""

    def __init__(self, staff: Staff, campaign: Campaign) -> None:
        self.campaign = campaign
        self.tallies = BallotTally.objects.visible_to(staff).of_campaign(campaign)
        self.areas = CampaignArea.objects.visible_to(staff).filter(campaign=campaign)
        self.levels = list(campaign.question_set.scale.levels.order_by("value"))
        self.good = good_values(self.levels)
        asked = campaign.question_set.questions.filter(own_scale=None).order_by("position")
        self.questions = {question.pk: question for question in asked}

    def of_ward(self, ward: Ward) -> Ballots:
        self.tallies, self.areas = self.tallies.of_wards([ward]), self.areas.filter(ward=ward)
        return self

    def about(self, question: Question) -> Ballots:
        """One question alone, on its own words."""
        self.tallies, self.questions = self.tallies.filter(question=question), {question.pk: question}
        self.levels = list(question.scale.levels.order_by("value"))
        self.good = good_values(self.levels)
        return self

    def sheets(self, name: str) -> dict[Any, tuple[int, int]]:
        """Valid sheets and sheets handed out, by ward or by hamlet."""
        sums = {"valid": Sum(F("collected") - F("invalid")), "out": Sum("handed_out")}
        return {key: (valid, out) for key, valid, out in self.areas.order_by().values_list(name).annotate(**sums)}

    def pooled(self, *names: str, part: Callable = lambda key: key[0]) -> dict[Any, Share]:
        return shares(self.tallies.by(*names, "value"), self.good, part, len(self.questions) or 1)

    def rated(self, names: Mapping[Any, str], by: str, links: Mapping[Any, str] | None = None) -> list[Line]:
        sheets, found = self.sheets(by), self.pooled(by)
        return [
            Line(name, found[key], *sheets.get(key, (0, 0)), link=(links or {}).get(key, ""))
            for key, name in names.items()
        ]

    def tables(self) -> list[Table]:
        names = {area.hamlet_id: str(area.hamlet or area.ward) for area in self.areas.select_related("hamlet", "ward")}
        hamlets = closed(self.rated(names, "hamlet"))
        valid, out = sum(line.answered for line in hamlets), sum(line.asked or 0 for line in hamlets)
        total = Line("Cộng", whole(self.pooled("hamlet")), valid, out)
        title = f"Đợt lấy phiếu: {self.campaign}"
        tables = [
            Table(f"{title}, theo thôn tổ", "Thôn, tổ", hamlets, total, note=self.note, asked="phiếu phát ra"),
            Table(f"{title}, theo yếu tố", "Yếu tố", self.by_factor()),
            Table(f"{title}, từng câu", "Câu hỏi", self.by_question()),
        ]
        return [table for table in tables if table.lines]

    @property
    def note(self) -> str:
        if len(self.questions) == 1:
            return f"Riêng câu {next(iter(self.questions.values()))}."
        return (
            f"Gộp {len(self.questions)} câu trên cùng một thang; khoảng tin cậy tính theo số phiếu, không theo số câu."
        )

    def by_question(self) -> list[Line]:
        found = shares(self.tallies.by("question", "value"), self.good)
        return [Line(str(question), found[pk]) for pk, question in self.questions.items() if pk in found]

    def by_factor(self) -> list[Line]:
        counts = self.tallies.by("question__factor", "value")
        sizes = Counter(question.factor for question in self.questions.values() if question.factor)
        return [Line(factor, shares(counts, self.good, questions=size)[factor]) for factor, size in sizes.items()]


def closed(lines: list[Line]) -> list[Line]:
    small = too_small({number: line.share.sheets for number, line in enumerate(lines)})
    return [replace(line, is_closed=number in small) for number, line in enumerate(lines)]


# all wards


def link_to(ward: Ward, rest: str) -> str:
    return f"?don_vi={ward.slug}&{rest}"


def wards_report(staff: Staff, period: Period, today: date) -> Report:
    """The surveys of every ward this person sees, side by side, with how many of those who got a result answered."""
    handed = handed_back(staff, period, today)
    return beside(staff, Ward.objects.visible_to(staff).in_service(), period, today, handed)


def beside(staff: Staff, wards: Iterable[Ward], period: Period, today: date, handed: Mapping[int, int]) -> Report:
    """The surveys of these wards side by side, a line for each and in their order; `handed` is results handed back."""
    question = main_question(period, today)
    if question is None:
        return Report("Chưa có bộ câu hỏi nào đang dùng.")
    levels = Scales().of(question)
    counts = told(
        Survey.visible_to(staff).within(period).about(question).of_slips().by("ward", "month", "stage", "value")
    )
    found, returned = shares(counts, good_values(levels)), Counter[int]()
    for (ward, _month, stage, _value), count in counts.items():
        returned[ward] += count if stage == Stage.RETURNED else 0
    lines = [
        Line(str(ward), found[ward.pk], returned[ward.pk], handed.get(ward.pk, 0), link_to(ward, period.query))
        for ward in wards
    ]
    return side_by_side(period.words, lines, good_words(levels), "hồ sơ đã trả", note_on(period))


def campaign_report(staff: Staff, campaign: Campaign, question: Question | None = None) -> Report:
    """The ballots of a campaign in every ward this person sees: its questions on one scale together, or one of them."""
    ballots = Ballots(staff, campaign)
    if question:
        ballots.about(question)
    wards = list(Ward.objects.visible_to(staff).in_service())
    links = {ward.pk: link_to(ward, f"dot={campaign.pk}") for ward in wards}
    lines = ballots.rated({ward.pk: str(ward) for ward in wards}, "ward", links)
    when = f"{campaign.name}, câu {question.position}" if question else campaign.name
    return side_by_side(when, lines, good_words(ballots.levels), "phiếu phát ra", ballots.note)


def side_by_side(when: str, lines: list[Line], good: str, asked: str, note: str = "") -> Report:
    """The table with its total."""
    shown, total = [line for line in lines if not line.is_hidden], all_wards(lines)
    notes = [note, f"Hài lòng: chọn “{good}”."]
    if len(shown) < len(lines):
        notes.append(f"Dòng tổng không tính {len(lines) - len(shown)} nơi dưới 5 phiếu.")
    table = Table(
        f"{when}: {len(lines)} phường, xã", "Phường, xã", lines, total, " ".join(filter(None, notes)), asked, KEY
    )
    return Report(sentence(when, total.share, good), [table])


def all_wards(lines: list[Line]) -> Line:
    """The city's total: of the wards that are too small to show nothing is counted."""
    shown = [line for line in lines if not line.is_hidden]
    share = together(line.share for line in lines)
    return Line("Toàn thành phố", share, sum(line.answered for line in shown), sum(line.asked or 0 for line in shown))
