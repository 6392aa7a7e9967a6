"""A report as it is composed once: page, PDF and word processor show the same words and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from desk.charts import Chart


@dataclass(frozen=True)
class Heading:
    kind: ClassVar = "heading"
    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    kind: ClassVar = "text"
    text: str


@dataclass(frozen=True)
class Prompt:
    """An empty paragraph for the author, with what belongs there."""

    kind: ClassVar = "prompt"
    text: str


@dataclass(frozen=True)
class Grid:
    """A table whose first column names the row; the others hold numbers, the last one words where it `has_words`.

    With `has_total` the last row is the sum.
    """

    kind: ClassVar = "table"
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    has_total: bool = False
    has_words: bool = False


@dataclass(frozen=True)
class Drawing:
    """A chart; and, for where nothing can be drawn but letters, each bar's length from 0 to 1, row by row.

    `about` is the chart's caption without what is true of its lines and colours alone.
    """

    kind: ClassVar = "chart"
    chart: Chart
    lengths: Sequence[Sequence[float]]
    about: str


Block = Heading | Paragraph | Prompt | Grid | Drawing


@dataclass(frozen=True)
class Document:
    """A draft in the layout of Nghị định 30/2020/NĐ-CP, Phụ lục I: number, day and signature are still open."""

    agency: tuple[str, str]
    place: str
    year: int
    subject: str
    power: Sequence[str]
    signer: str
    copies: Sequence[str]
    name: str
    closing: str
    blocks: list[Block] = field(default_factory=list)

    STATE: ClassVar = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    MOTTO: ClassVar = "Độc lập - Tự do - Hạnh phúc"
    NUMBER: ClassVar = "Số: ……/BC-UBND"
    TITLE: ClassVar = "BÁO CÁO"

    @property
    def day_words(self) -> str:
        return f"{self.place}, ngày … tháng … năm {self.year}"
