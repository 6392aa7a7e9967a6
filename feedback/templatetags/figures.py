"""The drawing beside a share: a dot, the bar of its interval, and the goal as a dashed line."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from feedback.statistics import GOAL, Share

register = template.Library()

WIDTH = 200
#: Colours for paper; the screen's style sheet has its own.
DRAWING = (
    '<svg class="spark" width="208" height="18" viewBox="0 0 208 18" aria-hidden="true" focusable="false">'
    '<line class="rail" x1="4" x2="204" y1="9" y2="9" stroke="#bbb"/>'
    '<line class="ref" x1="{goal}" x2="{goal}" y1="0" y2="18" stroke="#000" stroke-dasharray="3 2"/>'
    '<line class="span" x1="{low}" x2="{high}" y1="9" y2="9" stroke="#888" stroke-width="5" stroke-linecap="round"/>'
    '<circle class="pt" cx="{dot}" cy="9" r="4"/></svg>'
)


@register.simple_tag
def interval(share: Share, axis: float) -> SafeString:
    """The share and its interval on a line from `axis` to 100%; the words beside it say the same."""
    assert share.interval is not None
    assert share.value is not None

    def place(value: float) -> str:
        return f"{4 + WIDTH * (value - axis) / (1 - axis):.1f}"

    low, high = share.interval
    return format_html(DRAWING, goal=place(GOAL), low=place(low), high=place(high), dot=place(share.value))


@register.filter
def whole_percent(value: float) -> str:
    return f"{value:.0%}"
