"""Scans of the papers of a dossier: kept by the storage, out of the web's reach, with a row that says what each is."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Q

from desk.models import WardQuerySet
from dossiers.models.state import DossierError

if TYPE_CHECKING:
    from desk.models import Staff
    from dossiers.models.document import DossierDocument
    from dossiers.models.dossier import Dossier


class AttachmentQuerySet(WardQuerySet):
    ward_path = "dossier__ward"

    def kept(self) -> AttachmentQuerySet:
        return self.filter(removed_at=None)

    def attach(self, *, dossier: Dossier, document: DossierDocument, file: File, by: Staff, at: datetime) -> Attachment:
        """Keep a scan that `desk.uploads.Upload` has judged. The file is written before the row says so."""
        if by.ward_id != dossier.ward_id:
            raise DossierError("Chỉ người của đơn vị mới thêm bản chụp.")
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
        stored = default_storage.save(f"scans/{at:%Y/%m}/{uuid4()}", file)
        try:
            return self.create(  # type: ignore[return-value]
                dossier=dossier,
                document=document,
                name=file.name,
                kind=file.kind,  # type: ignore[attr-defined]
                size=file.size,
                sha256=digest.hexdigest(),
                stored=stored,
                added_at=at,
                added_by=by,
            )
        except BaseException:
            default_storage.delete(stored)
            raise

    def remove(self, *, by: Staff | None, at: datetime) -> int:
        """Take the files away and leave the rows as a trace; returns how many were still there."""
        rows = self.kept()
        gone = dict(rows.values_list("pk", "stored"))
        removed = rows.filter(pk__in=gone).update(removed_at=at, removed_by=by)
        for stored in gone.values():
            transaction.on_commit(lambda stored=stored: default_storage.delete(stored), robust=True)  # type: ignore[misc]
        return removed

    def sweep(self, since: datetime) -> int:
        """Delete the files of rows removed since then that a crash between row and file left behind; how many."""
        names = self.filter(removed_at__gte=since).values_list("stored", flat=True)
        left = [stored for stored in names if default_storage.exists(stored)]
        for stored in left:
            default_storage.delete(stored)
        return len(left)


class Attachment(models.Model):
    """A scan of one paper of a dossier. A picture of an identity card is kept only where the papers ask for one."""

    dossier = models.ForeignKey("dossiers.Dossier", models.PROTECT, related_name="attachments")
    document = models.ForeignKey(
        "dossiers.DossierDocument", models.SET_NULL, null=True, verbose_name="giấy tờ", related_name="+"
    )
    name = models.CharField("tên tệp", max_length=100)
    kind = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stored = models.CharField(max_length=120, unique=True)
    added_at = models.DateTimeField("thêm lúc")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField("bỏ lúc", null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = "bản chụp"
        verbose_name_plural = "bản chụp"
        ordering: ClassVar = ["added_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(removed_by=None) | Q(removed_at__isnull=False), name="attachment_removed_by"
            ),
            models.CheckConstraint(
                condition=Q(document__isnull=False) | Q(removed_at__isnull=False), name="attachment_of_a_paper"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def may_remove(self, staff: Staff) -> bool:
        return staff.ward_id == self.dossier.ward_id and (staff.pk == self.added_by_id or staff.has_role("leader"))
