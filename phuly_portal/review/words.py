"""Sentences about figures, composed by plain code."""

from __future__ import annotations

from collections.abc import Iterable

from desk.period import Days
from desk.vietnamese import lower_first, number, percent
from dossiers.report_tables import points, points_words, signed


def in_sentence(days: Days) -> str:
    """ "quý III/2026"."""
    return lower_first(days.words)


def change(now: int, before: int, unit: str, than: str) -> str:
    """ "tăng 12 hồ sơ (8,5%) so với quý II/2026"; `than` names the period before."""
    if now == before:
        return f"bằng {than}" if now else f"{than} cũng không có"
    way, more = ("tăng" if now > before else "giảm"), abs(now - before)
    part = f" ({how_much(now, before)})" if before else ""
    return f"{way} {number(more)} {unit}{part} so với {than}"


def how_much(now: int, before: int) -> str:
    """ "8,5%"; "gấp 2,4 lần" where it has more than doubled."""
    if now > 2 * before:
        return f"gấp {now / before:.1f} lần".replace(".", ",")
    return percent(abs(now - before) / before)


def share_change(now: float | None, before: float | None, than: str) -> str:
    """ "tăng 0,4 điểm phần trăm so với quý II/2026 (96,3%)"."""
    if now is None:
        return ""
    if before is None:
        return f"{than} chưa có hồ sơ nào giải quyết xong để so sánh"
    more = points(now, before)
    if not more:
        return f"bằng {than}"
    way = "tăng" if more > 0 else "giảm"
    return f"{way} {points_words(more)} điểm phần trăm so với {than} ({percent(before)})"


def difference(now: int, before: int) -> str:
    """ "+12", "−3", "0": a column of a table."""
    return signed(now - before, number(abs(now - before)))


def listed(parts: Iterable[str]) -> str:
    """ "a, b và c"."""
    *first, last = [part for part in parts if part] or [""]
    return f"{', '.join(first)} và {last}" if first else last


def counted(count: int, what: str) -> str:
    """ "12 thư", "không có thư nào"."""
    return f"{number(count)} {what}" if count else f"không có {what} nào"
