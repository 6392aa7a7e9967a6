"""A few scans of papers that were handed in: the demonstration prints what a scanner would have seen."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.files.base import ContentFile

from desk.demo import ACCOUNTS
from desk.pdf import html_to_pdf
from dossiers.demo.wards import Office
from dossiers.models import Attachment, Dossier

#: How many of the newest open dossiers of a ward with accounts have one.
SCANNED = 3


def furnish_scans(offices: Iterable[Office]) -> None:
    """Add those that are missing: the newest dossiers are looked at, and none that has or had a scan gets another."""
    slugs = {account.ward_slug for account in ACCOUNTS.values()}
    for office in (office for office in offices if office.ward.slug in slugs):
        newest = Dossier.objects.filter(ward=office.ward).open().order_by("-received_at", "-pk")[:SCANNED]
        for dossier in newest.prefetch_related("documents", "attachments"):
            document = dossier.documents.first()
            if document and not dossier.attachments.exists():
                page = (
                    f"<html lang='vi'><title>{document.name}</title><h1>{document.name}</h1><p>Bản chụp minh họa.</p>"
                )
                file = ContentFile(html_to_pdf(page), name="ban-chup.pdf")
                file.kind = "application/pdf"  # type: ignore[attr-defined]
                Attachment.objects.attach(
                    dossier=dossier, document=document, file=file, by=office.crew.clerks[0], at=dossier.received_at
                )
