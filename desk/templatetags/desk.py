"""What every template may use: icons and Vietnamese words for days, hours, names and money."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from django import template
from django.templatetags import static as static_tag
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from desk import vietnamese
from desk.calendar import Step

register = template.Library()

register.filter("money", vietnamese.money)
register.filter("number", vietnamese.number)
register.filter("phone", vietnamese.group_phone)
register.filter("mask_id", vietnamese.mask_id_number)
register.filter("clock", vietnamese.clock)
register.filter("weekday", vietnamese.weekday)
register.filter("capitalise", vietnamese.capitalise)
register.filter("lower_first", vietnamese.lower_first)
register.filter("percent", vietnamese.percent)
register.filter("day_in_words", vietnamese.day_in_words)
register.filter("official_date", vietnamese.official_date)
register.filter("official_clock", vietnamese.official_clock)


@register.simple_tag
@lru_cache
def static(path: str) -> SafeString:
    """Django's tag of that name, asked once: the address of a file stays while the process lives."""
    return conditional_escape(static_tag.static(path))


@register.simple_tag
@lru_cache(maxsize=4096)
def path_to(name: str, *args: object) -> SafeString:
    """Django's `url`, asked once, for pages that are asked for all day: no address changes while the process lives."""
    return conditional_escape(reverse(name, args=args))


@register.simple_tag
@lru_cache
def icon(name: str, css: str = "i") -> SafeString:
    """A drawing of the sprite, hidden from screen readers: the word beside it says what it means."""
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', css, static("icons.svg"), name
    )


@register.simple_tag
def count_days(steps: Iterable[Step], brief: bool = False) -> SafeString:
    """The days of a promise as list items. A count has up to 40 of them, too many to be put together by a template."""
    return mark_safe("".join([count_day(step, brief) for step in steps]))  # each is safe


@lru_cache(maxsize=4096)
def count_day(step: Step, brief: bool) -> SafeString:
    """One of them; kept, since dossiers of the same weeks count the same days."""
    if brief:
        start = format_html('<li class="{}" title="{}">', step.css, step.words)
        weekday, what = vietnamese.SHORT_WEEKDAYS[step.day.weekday()], step.brief
    else:
        start = format_html('<li class="{}">', step.css)
        weekday, what = vietnamese.capitalise(vietnamese.weekday(step.day)), step.words
    day = '{}<span class="wd">{}</span> <span class="dm">{}</span><span class="what">{}</span></li>'
    return format_html(day, start, weekday, vietnamese.day_month(step.day), what)


@register.filter
def moment(value: datetime) -> str:
    """ "thứ Năm, 12/11, 9 giờ 10"."""
    local = timezone.localtime(value)
    return f"{vietnamese.weekday(local)}, {local:%d/%m}, {vietnamese.clock(local)}"


@register.filter
def birthday(value: str) -> str:
    """An ISO date as dd/mm/yyyy; a year alone stays."""
    return vietnamese.slashed(value)


@register.simple_tag
def today() -> date:
    return timezone.localdate()


@register.filter
def localday(value: datetime) -> date:
    """The date of a moment, as the desk's wall calendar shows it."""
    return timezone.localdate(value)


@register.filter
def short_day(value: datetime) -> str:
    """ "12/11/2026", on the desk's wall calendar: Django's `date` takes four times as long, and a list has fifty."""
    return f"{timezone.localtime(value):%d/%m/%Y}"


@register.filter
def short_moment(value: datetime) -> str:
    """ "17:00 12/11/2026"."""
    return f"{timezone.localtime(value):%H:%M %d/%m/%Y}"


@register.filter
def localmoment(value: datetime) -> datetime:
    """A moment as the clock on the desk's wall shows it."""
    return timezone.localtime(value)


@register.filter
def code_on_two_lines(code: str) -> SafeString:
    """A dossier code for a narrow column, broken before the day of receipt."""
    agency, _, rest = code.partition("-")
    return format_html('<span class="nb">{}-</span><br><span class="nb">{}</span>', agency, rest)
