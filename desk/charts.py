"""Charts as SVG that page, print and PDF show alike, each with the same numbers as a table for who hears the page.

`bars`, `line` and `pairs` make a `Chart`; `{% include "desk/chart.html" %}` shows it under its caption. Classes colour
the shapes on the screen, attributes where there is no style sheet; nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from textwrap import wrap

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from desk.vietnamese import lower_first, number, percent

#: Units of a drawing; it stretches to the width of its box.
WIDTH, HEIGHT = 340, 112
ROW, THICK = 26, 16
#: From one line of a label to the next, and letters that a line holds before it is broken.
BELOW, WRAPPED = 17, 24
#: How wide a letter of 14 units is at most, on the average of a label.
LETTER = 7.9
BRAND, RULE = "#0F5E6B", "#DCD7CB"


@dataclass(frozen=True)
class Chart:
    """A drawing with its caption: what it shows, of how much and in which unit. `rows` is the table behind it.

    One that is wide stretches over two columns, and is pushed aside with a finger on a phone.
    """

    title: str
    about: str
    shapes: Sequence[SafeString]
    rows: Sequence[tuple[str, ...]]
    width: int = WIDTH
    height: int = HEIGHT
    is_wide: bool = False
    heads: tuple[str, ...] = ()

    @property
    def svg(self) -> SafeString:
        return format_html(
            '<svg viewBox="0 0 {} {}" font-family="Tinos" aria-hidden="true" focusable="false">{}</svg>',
            self.width,
            self.height,
            format_html_join("", "{}", ((shape,) for shape in self.shapes)),
        )


def bars(
    title: str, about: str, rows: Sequence[tuple[str, int]], *, unit: str = "hồ sơ", css: str = "bar-brand"
) -> Chart:
    """Bars to the right, one for each (label, count), in that order, each with its count behind it.

    `css` is "bar-overdue" for what is late, and for nothing else.
    """
    words = [f"{number(count)} {unit}" for _, count in rows]
    labels = [wrap(label, WRAPPED) for label, _ in rows]
    axis = longest([part for label in labels for part in label]) + 12
    width = max(WIDTH, ceil(axis + longest(words) + 110))
    room, most = width - axis - longest(words) - 14, max([1, *(count for _, count in rows)])
    shapes, top = list[SafeString](), 5
    for label, (_, count), word in zip(labels, rows, words, strict=True):
        reach, middle = room * count / most, top + BELOW * (len(label) - 1) / 2
        fill = "#B3261E" if css == "bar-overdue" else BRAND
        shapes += [text(0, top + 13 + BELOW * place, part) for place, part in enumerate(label)]
        shapes += [rect(css, axis, middle, reach, THICK, fill)]
        shapes += [text(axis + reach + 8, middle + 13, word, bold=True)]
        top += ROW + BELOW * (len(label) - 1)
    height = max(top - 5, ROW)
    shapes.append(rule(axis, 2, axis, height - 2, "#8A8F8C"))
    told = [(label, word) for (label, _), word in zip(rows, words, strict=True)]
    return Chart(title, about, shapes, told, width, height)


def line(title: str, about: str, rows: Sequence[tuple[str, float | None]], *, labels: int = 4) -> Chart:
    """Shares (0 to 1) from left to right; one that is None is a gap, and "chưa có" in the table.

    The axis begins at `axis_start`, and the caption says so. At most `labels` labels stand below.
    """
    known = [share for _, share in rows if share is not None]
    low = axis_start(known)
    left, right, top, bottom = 46.0, WIDTH - 66.0, 14.0, HEIGHT - 34.0
    every = ceil(len(rows) / labels) or 1

    def height_of(share: float) -> float:
        return top + (bottom - top) * (1 - share) / (1 - low)

    shapes, run = [], list[str]()
    last: float | None = None
    for share in (low, (1 + low) / 2, 1.0):
        shapes += axis_line(percent(share, 0 if (200 * share) % 2 == 0 else 1), height_of(share), right)
    for place, (label, value) in enumerate(rows):
        across = left + (right - left) * (place / (len(rows) - 1) if len(rows) > 1 else 1.0)
        if value is None:
            shapes, run = [*shapes, polyline(run)], []
        else:
            run.append(f"{across:.1f},{height_of(value):.1f}")
            shapes.append(dot(across, height_of(value), 5 if place == len(rows) - 1 else 3))
            last = value
        if (len(rows) - 1 - place) % every == 0:
            shapes.append(text(across, HEIGHT - 8, label, css="ax", anchor="middle"))
    shapes.append(polyline(run))
    if last is not None:
        shapes.append(text(right + 8, height_of(last) + 5, percent(last), bold=True))
    about = about if low == 0 or not known else f"{about}; trục bắt đầu từ {percent(low, 0)}"
    told = [(label, "chưa có" if share is None else percent(share)) for label, share in rows]
    return Chart(title, about, shapes, told)


def axis_start(shares: Sequence[float]) -> float:
    """Where an axis for these shares begins: a whole 5% below the lowest."""
    return max(0.0, min(0.95, floor(min(shares, default=0.95) * 20 - 0.1) / 20))


def pairs(title: str, about: str, heads: tuple[str, str], rows: Sequence[tuple[str, int, int]]) -> Chart:
    """Two counts for each label, side by side from left to right: a full bar and an empty one; `heads` names them."""
    width, height, left, top = 880, 140, 46.0, 12.0
    bottom, most = height - 26.0, max([1, *(max(first, second) for _, first, second in rows)])
    slot, every = (width - left) / max(len(rows), 1), ceil(len(rows) / 10) or 1
    shapes = []
    for count in sorted({0, most // 2, most}):
        shapes += axis_line(number(count), bottom - (bottom - top) * count / most, width)
    for place, (label, *counts) in enumerate(rows):
        across = left + slot * place
        for which, count in enumerate(counts):
            tall, fill = (bottom - top) * count / most, (BRAND, "#fff")[which]
            css = ("bar-brand", "bar-second")[which]
            shapes.append(rect(css, across + slot * 0.42 * which, bottom - tall, slot * 0.4, tall, fill, 0))
        if place % every == 0:
            shapes.append(text(across, height - 6, label, css="ax"))
    told = [(label, number(first), number(second)) for label, first, second in rows]
    about = f"{about}. Cột đầy: {lower_first(heads[0])}; cột rỗng: {lower_first(heads[1])}"
    return Chart(title, about, shapes, told, width, height, True, heads)


def parts(shares: Sequence[float]) -> SafeString:
    """One bar that shares cut into pieces, full, grey and empty by turns; the words beside it say what each is."""
    looks, left, shapes = (("bar-brand", BRAND), ("bar-quiet", "#B9D3D6"), ("bar-second", "#fff")), 0.5, []
    for share, (css, fill) in zip(shares, looks, strict=False):
        shapes.append(rect(css, left, 0.5, 160 * share, 13, fill, 0))
        left += 160 * share
    return format_html(
        '<svg class="parts" viewBox="0 0 161 14" width="161" height="14" aria-hidden="true" focusable="false">{}</svg>',
        format_html_join("", "{}", ((shape,) for shape in shapes)),
    )


def longest(words: Sequence[str]) -> float:
    return max(map(len, words), default=0) * LETTER


def rect(css: str, x: float, y: float, width: float, height: float, fill: str, round_by: int = 2) -> SafeString:
    edge = BRAND if fill == "#fff" else "none"
    shape = '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="{}" fill="{}" stroke="{}"/>'
    return SafeString(shape.format(css, x, y, width, height, round_by, fill, edge))


def rule(x1: float, y1: float, x2: float, y2: float, stroke: str = RULE) -> SafeString:
    shape = '<line class="rule" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}"/>'
    return SafeString(shape.format(x1, y1, x2, y2, stroke))


def dot(x: float, y: float, radius: int) -> SafeString:
    return SafeString(f'<circle class="bar-brand" cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{BRAND}"/>')


def polyline(points: Sequence[str]) -> SafeString:
    shape = '<polyline class="line-brand" points="{}" fill="none" stroke="{}" stroke-width="2"/>'
    return SafeString(shape.format(" ".join(points), BRAND) if len(points) > 1 else "")


def axis_line(words: str, y: float, width: float) -> list[SafeString]:
    return [rule(42, y, width, y), text(0, y + 4.5, words, css="ax")]


def text(x: float, y: float, words: str, *, css: str = "", bold: bool = False, anchor: str = "start") -> SafeString:
    weight = 600 if bold else 400
    shape = '<text class="{}" x="{}" y="{}" font-size="14" font-weight="{}" text-anchor="{}">{}</text>'
    return format_html(shape, css, f"{x:.1f}", f"{y:.1f}", weight, anchor, words)
