"""What other pages show of the letters: the panel of a dossier, the citizen's downloads, how many wait for somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django import template
from django.utils import timezone
from django.utils.html import format_html

from desk.models import Staff
from desk.sql import CompiledQuery
from desk.vietnamese import day_in_words, lower_first
from dossiers.models import Dossier
from feedback.models import Contribution
from letters.lists import to_do
from letters.models import Letter, LetterKind

register = template.Library()


class Fact(NamedTuple):
    """A line of the list beside a letter: its heading, its words, and whether it is as it should be."""

    name: str
    words: str
    is_there: bool = True


@register.filter
def two_lines(title: str) -> str:
    """A title in capitals, broken before its "VÀ", as Mẫu 04 is drawn."""
    first, _, rest = title.partition(" VÀ ")
    return format_html("{}<br>VÀ {}", first, rest) if rest else title


@register.simple_tag
def letters_to_do(staff: Staff) -> int:
    return to_do(staff, timezone.now()) if staff.ward_id else 0


@register.inclusion_tag("letters/_of_dossier.html")
def letters_of(dossier: Dossier, staff: Staff) -> dict[str, Any]:
    """The letters of a dossier for its staff page, what it owes, and whether this person may write one more."""
    rows = [row for row in dossier.letters.order_by("pk") if row.state != Letter.State.CALLED_OFF]
    ahead = [row for row in rows if row.kind == LetterKind.APOLOGY and not row.issued_at and not row.facts.get("ly_do")]
    owes = dossier.appointments.in_debt().exists() if rows else False
    shown = [row for row in rows if owes or row not in ahead]
    may_write = staff.ward_id == dossier.ward_id and staff.has_role("clerk", "officer", "leader")
    return {"letters": shown, "owes": owes, "dossier": dossier, "may_write": may_write, "fault": LetterKind.FAULT.value}


@register.inclusion_tag("letters/_of_contribution.html")
def letters_of_contribution(contribution: Contribution) -> dict[str, Any]:
    """The letters that a contribution has ordered, for its staff page."""
    return {"letters": contribution.letters.exclude(state=Letter.State.CALLED_OFF).order_by("pk")}


#: What the citizen may take home, the newest first: kind and key.
TO_TAKE_HOME = CompiledQuery(
    lambda dossier: (
        Letter.objects.issued()
        .filter(dossier=dossier, replaced_at=None)
        .exclude(pdf="")
        .order_by("-pk")
        .values_list("pk", "kind")
    ),
    987654321,
)


class CitizensLetter(NamedTuple):
    pk: int
    kind: str

    @property
    def name(self) -> str:
        """ "thư xin lỗi vì trễ hẹn"."""
        return lower_first(str(LetterKind(self.kind).label))


@register.simple_tag(takes_context=True)
def citizens_letters(context: template.Context, dossier: Dossier) -> list[CitizensLetter]:
    """The issued letters of the dossier, for the page that the slip's token opens."""
    return [CitizensLetter(*row) for row in TO_TAKE_HOME(dossier.pk)] if context["by_token"] else []


@register.inclusion_tag("letters/_chip.html")
def letter_chip(letter: Letter) -> dict[str, Any]:
    tones = {
        Letter.State.DRAFT: ("waiting", "wait"),
        Letter.State.SUBMITTED: ("brand", "pen"),
        Letter.State.ISSUED: ("ontime", "ok"),
        Letter.State.CALLED_OFF: ("plain", "x"),
    }
    tone, icon = tones[Letter.State(letter.state)]
    words = "Đã thu hồi" if letter.is_recalled else letter.get_state_display()
    return {"tone": "plain" if letter.is_recalled else tone, "icon": icon, "words": words}


@register.inclusion_tag("letters/_facts.html")
def letter_facts(letter: Letter, now: datetime) -> dict[str, Any]:
    """What stands behind a letter, line by line, beside its sheet."""
    return {"facts": list(lines_of(letter, now))}


def lines_of(letter: Letter, now: datetime) -> list[Fact]:
    dossier, promise, lines = letter.dossier, letter.appointment, []
    if promise and dossier:
        lines.append(Fact("Đã hẹn", f"{promise.in_words}. {'Đã lỡ' if promise.due_at < now else 'Chưa tới giờ hẹn'}"))
        lines.append(new_date_of(letter))
        cause = promise.delay_cause
        words = f"{cause}: {promise.delay_words}" if cause else "Chưa ai ghi; thư chưa gửi được"
        lines.append(Fact("Nguyên nhân", words, cause is not None))
    if dossier:
        where = dossier.get_state_display()
        if dossier.ready_at:
            where += f", có kết quả {day_in_words(timezone.localdate(dossier.ready_at))}"
        lines.append(Fact("Hồ sơ đang ở đâu", where, not letter.waits_for_result))
        lines.append(Fact("Gửi đến", f"{dossier.get_return_method_display()}: {letter.facts.get('nguoi_nhan', '')}"))
    if contribution := letter.contribution:
        day = f"{timezone.localtime(contribution.received_at):%d/%m/%Y}"
        lines.append(Fact(contribution.get_kind_display(), f"{contribution.code}, nhận ngày {day}"))
        verdict = f"{contribution.get_verdict_display()}, {contribution.answered_by} trả lời"
        lines.append(Fact("Kết luận", verdict))
        if contribution.dossier:
            lines.append(Fact("Về hồ sơ", contribution.dossier.code))
    if letter.ordered_by:
        lines.append(Fact("Người viết", letter.ordered_by.full_name))
    if letter.issued_at:
        at = timezone.localtime(letter.issued_at)
        lines.append(Fact("Phát hành", f"số {letter.number_words}, {at:%H:%M %d/%m/%Y}, {letter.signed['name']}"))
    if letter.is_recalled:
        lines.append(Fact("Thu hồi", letter.recall_reason, is_there=False))
    return lines


def new_date_of(letter: Letter) -> Fact:
    if letter.new_day and not letter.issued_at:
        return Fact("Hẹn lại", f"{letter.facts.get('hen_moi', '')}. Duyệt thư là hẹn lại")
    return Fact("Hẹn lại", letter.facts.get("hen_moi") or "Không cần: đã có kết quả, hoặc hồ sơ đã kết thúc")
