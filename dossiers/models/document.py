"""The papers handed in with a dossier (thành phần hồ sơ): as they were received, and as a correction leaves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Max, Q

from dossiers.models.state import DossierError

if TYPE_CHECKING:
    from dossiers.models.dossier import Dossier


@dataclass(frozen=True)
class GivenDocument:
    """A paper that the applicant hands in, as the intake form knows it."""

    name: str
    kind: str
    count: int

    def __str__(self) -> str:
        """ "Tờ khai (bản chính, 1)"."""
        return f"{self.name} ({DossierDocument.Kind(self.kind).label.lower()}, {self.count})"


class DossierDocumentQuerySet(models.QuerySet):
    def become(self, dossier: Dossier, papers: Sequence[GivenDocument]) -> list[str] | None:
        """Make these the papers of a dossier; returns what they were and are, in words, or None where nothing differs.

        A paper of the same name stays the same row, with its scans. Raises DossierError when one would go whose scan
        is still kept. Belongs inside the transaction that holds the dossier.
        """
        rows: list[DossierDocument] = list(self.filter(dossier=dossier))  # type: ignore[arg-type]
        before = [row.given for row in rows]
        if before == list(papers):
            return None
        left, new = list(rows), []
        for paper in papers:
            row = next((row for row in left if row.name == paper.name), None)
            if row is None:
                new.append(paper)
                continue
            left.remove(row)
            self.filter(pk=row.pk).update(kind=paper.kind, count=paper.count)
        self._let_go(dossier, left)
        last = self.filter(dossier=dossier).aggregate(last=Max("position", default=0))["last"]
        DossierDocument.objects.bulk_create(
            DossierDocument(dossier=dossier, position=position, **vars(paper))
            for position, paper in enumerate(new, start=last + 1)
        )
        return ["; ".join(map(str, before)), "; ".join(map(str, papers))]

    def _let_go(self, dossier: Dossier, rows: list[DossierDocument]) -> None:
        scanned = dossier.attachments.kept().filter(document__in=rows).select_related("document").first()
        if scanned:
            raise DossierError(f"Giấy “{scanned.document}” đang có bản chụp. Xin bỏ bản chụp ấy trước, hoặc giữ giấy.")
        self.filter(pk__in=[row.pk for row in rows]).delete()


class DossierDocument(models.Model):
    """One paper handed in with a dossier."""

    class Kind(models.TextChoices):
        ORIGINAL = "original", "Bản chính"
        CERTIFIED = "certified", "Bản sao chứng thực"
        PHOTOCOPY = "photocopy", "Bản chụp"

    dossier = models.ForeignKey("dossiers.Dossier", models.CASCADE, related_name="documents")
    position = models.PositiveSmallIntegerField()
    name = models.CharField("tên giấy tờ", max_length=200)
    kind = models.CharField("loại", max_length=10, choices=Kind, default=Kind.ORIGINAL)
    count = models.PositiveSmallIntegerField("số lượng", default=1)

    objects = DossierDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "giấy tờ đã nhận"
        verbose_name_plural = "giấy tờ đã nhận"
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier", "position"], name="dossier_document_position"),
            models.CheckConstraint(condition=Q(count__gte=1), name="dossier_document_counted"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def given(self) -> GivenDocument:
        return GivenDocument(self.name, self.kind, self.count)
