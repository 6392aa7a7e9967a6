"""The list of papers on a page: what a procedure asks for, what was handed in, and what somebody adds by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from django.core.exceptions import ValidationError

from desk.forms import Text
from dossiers.models import DossierDocument, GivenDocument

#: How many papers beside the named ones a page takes.
EXTRA_PAPERS = 2


class Paper:
    """One row of the list: ticked, of a kind, so many. An empty name is a paper to be named by hand.

    `read` gives what was typed under a name of the page, "" where nothing was.
    """

    def __init__(self, number: int, name: str, read: Callable[[str], str]) -> None:
        self.number, self.required_name = number, name
        self.error = ""
        self.name = name or read(f"{self.prefix}-name").strip()
        self.kind = read(f"{self.prefix}-kind") or DossierDocument.Kind.ORIGINAL
        self.count_typed = read(f"{self.prefix}-count") or "1"
        self.is_given = bool(read(f"{self.prefix}-given") if name else self.name)

    @property
    def prefix(self) -> str:
        return f"paper-{self.number}"

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return DossierDocument.Kind.choices

    def check(self) -> None:
        """Set `error` where a paper that is given is not as it can be kept."""
        if not self.is_given:
            return
        count = self.count_typed.strip()
        if self.kind not in DossierDocument.Kind.values:
            self.error = "Xin chọn lại loại giấy tờ."
        elif not (re.fullmatch(r"[0-9]{1,4}", count) and 1 <= int(count) <= 999):
            self.error = "Số lượng từ 1 đến 999."
        elif not self.required_name:
            try:
                self.name = Text(max_length=200).clean(self.name)
            except ValidationError as error:
                self.error = " ".join(error.messages)

    @property
    def given(self) -> GivenDocument:
        return GivenDocument(self.name, self.kind, int(self.count_typed))


def faults(papers: Iterable[Paper]) -> Iterator[str]:
    """What is wrong with a list of papers, in words for the head of the page; each row keeps its own."""
    papers = list(papers)
    for paper in papers:
        paper.check()
        if paper.error:
            yield f"Giấy tờ “{paper.name[:60]}”: {paper.error}"
    if not any(paper.is_given for paper in papers):
        yield "Chưa đánh dấu giấy tờ nào. Xin đánh dấu giấy tờ đã nhận."


def given(papers: Iterable[Paper]) -> list[GivenDocument]:
    return [paper.given for paper in papers if paper.is_given]
