"""Papers that were handed out: what an issued paper says never changes (a correction is a new paper), but for contact
data that has outlived its term.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from desk.models import DeskName, Staff, WardQuerySet
from dossiers.models.procedure import FormTitle
from dossiers.models.supplement import Presentation


def as_text(facts: dict[str, Any]) -> str:
    return json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)


def without(told: Any, words: Collection[str]) -> Any:
    """The same facts with a sign of omission for each of these words, wherever a text holds it."""
    if isinstance(told, dict):
        return {name: without(value, words) for name, value in told.items()}
    if isinstance(told, list):
        return [without(value, words) for value in told]
    if isinstance(told, str):
        for word in words:
            told = told.replace(word, "…")
    return told


def kept(text: str) -> dict[str, Any]:
    """The columns that hold what a paper says."""
    return {"facts": json.loads(text), "sha256": hashlib.sha256(text.encode()).hexdigest()}


class IssuedPaperQuerySet(WardQuerySet):
    ward_path = "dossier__ward"

    def issue(
        self, *, kind: str, act: str, facts: Callable[[], dict[str, Any]], by: Staff, at: datetime, **about: Any
    ) -> IssuedPaper:
        """The paper of that act, made at its first print: `facts` is asked only then. Two prints at once make one row.

        `about` is dossier=… or presentation=…, `number` the number on the paper.
        """
        subject: dict[str, Any] = {name: about[name] for name in ("dossier", "presentation") if name in about}
        if already := self.filter(kind=kind, act=act, **subject).first():
            return already  # type: ignore[return-value]
        before = self.slip_before(kind, subject)
        content = facts()
        if before:
            day = timezone.localdate(before.made_at)
            symbol = DeskName.objects.on(day).symbol
            content["replaces"] = f"Thay giấy hẹn số {before.number}/{symbol} ngày {day:%d/%m/%Y}"
        defaults = {
            "number": about["number"],
            **kept(as_text(content)),
            "made_at": at,
            "by": by,
            "replaces": before,
        }
        return self.get_or_create(kind=kind, act=act, **subject, defaults=defaults)[0]  # type: ignore[return-value]

    def forget(self, words: Collection[str]) -> None:
        """Take these words out of what was handed out, once their term is over; the hash is then that of the rest."""
        papers: list[Any] = list(self)
        for paper in papers:
            for name, value in kept(as_text(without(paper.facts, words))).items():
                setattr(paper, name, value)
        self.bulk_update(papers, ["facts", "sha256"])

    def slip_before(self, kind: str, subject: dict[str, Any]) -> IssuedPaper | None:
        """The slip that a new one replaces; the other forms each stand for an act of their own."""
        slips = self.filter(kind=kind, **subject) if kind == FormTitle.Kind.SLIP else self.none()
        return slips.order_by("-pk").first()  # type: ignore[return-value]


class IssuedPaper(models.Model):
    """One paper as it was handed out.

    The facts are kept, not the PDF: a slip is printed on A5 or A4, in one copy or two, and all of these say the same.
    A kilobyte for each paper is written while the citizen waits, instead of a file. The other forms have one layout,
    so their facts are the HTML itself. `sha256` is the hash of the facts.
    """

    dossier = models.ForeignKey("dossiers.Dossier", models.PROTECT, null=True, related_name="issued_papers")
    presentation = models.ForeignKey(Presentation, models.PROTECT, null=True, related_name="issued_papers")
    kind = models.CharField("giấy", max_length=12, choices=FormTitle.Kind)
    act = models.CharField("cấp cho việc", max_length=40)
    number = models.CharField("số", max_length=12)
    facts = models.JSONField("nội dung")
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField("in lần đầu lúc")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")

    objects = IssuedPaperQuerySet.as_manager()

    class Meta:
        verbose_name = "giấy đã cấp"
        verbose_name_plural = "giấy đã cấp"
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier", "kind", "act"], name="paper_once_for_dossier"),
            models.UniqueConstraint(fields=["presentation", "kind", "act"], name="paper_once_for_presentation"),
            models.CheckConstraint(
                condition=Q(dossier=None, presentation__isnull=False) | Q(dossier__isnull=False, presentation=None),
                name="paper_has_one_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} số {self.number}"

    def printed(self, pages: bytes) -> None:
        """Remember these pages as genuine, for whoever is sent the file and wants to know."""
        sha256 = hashlib.sha256(pages).hexdigest()
        PaperPrint.objects.get_or_create(sha256=sha256, defaults={"paper": self})


class PaperPrint(models.Model):
    """The hash of a PDF that was made of a paper. The same facts give the same file until the printer itself is
    renewed; then both files are genuine.
    """

    paper = models.ForeignKey(IssuedPaper, models.CASCADE, related_name="prints")
    sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = "bản in"
        verbose_name_plural = "bản in"

    def __str__(self) -> str:
        return f"{self.paper}, {self.sha256[:8]}"
