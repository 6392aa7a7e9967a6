"""The PDFs of the letters: made by the worker, kept by the storage, and checked against what the rows say.

A file is written, under a name that its content gives, before the row points at it. Whoever is killed in between, or
has lost the lock on the row without knowing, leaves a file that no letter names; the night sweeps it away.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter as Tally
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count as CountOf
from django.db.models import Exists, Max, Min, OuterRef

from desk.pdf import PaperTooLong
from dossiers.models import Appointment
from letters.form04 import issue_form
from letters.models import Letter, LetterKind
from letters.paper import letter_pdf

FOLDER = "letters"
#: How long a file that no letter names is left alone.
STAYS = timedelta(days=1)
TOO_LONG = "Thư dài quá một trang. Xin rút gọn lời văn hoặc lý do."


def draw(letter_id: int, now: datetime) -> bool:
    """Bring one letter up to date, make its PDF, and issue it where the ward wants that done by itself.

    Called any number of times, by any number of workers: a letter that is done, or in somebody's hands, is left alone.
    Returns whether there was something to do.
    """
    with transaction.atomic():
        rows = Letter.objects.to_draw(now).for_page().select_related("dossier__edition")
        letter = rows.select_for_update(skip_locked=True, of=("self",), no_key=True).filter(pk=letter_id).first()
        if letter is None:
            return False
        letter.bring_up_to_date(now)
        if letter.needs_drawing:
            print_and_keep(letter, now)
        is_issued = letter.issue_by_itself(now)
    if is_issued:
        draw(letter_id, now)
    return True


def print_and_keep(letter: Letter, now: datetime) -> None:
    """The caller holds the row. Raises PrinterError where this machine cannot print."""
    try:
        pages = letter_pdf(letter, now)
    except PaperTooLong:
        letter.trouble = TOO_LONG
        letter.put_away("", "")
    else:
        sha256 = hashlib.sha256(pages).hexdigest()
        name = f"{FOLDER}/{letter.pk // 1000}/{letter.pk}-{letter.version}-{sha256[:16]}.pdf"
        letter.trouble = ""
        letter.put_away(default_storage.save(name, ContentFile(pages)), sha256)
        if letter.state == Letter.State.ISSUED:
            issue_form(letter, now)
    letter.drawn_at, letter.needs_drawing = now, False
    letter.save(update_fields=["trouble", "pdf", "sha256", "drawn_at", "needs_drawing"])


def pdf_of(letter: Letter, now: datetime) -> bytes:
    """The PDF as it is kept; made on the spot where the worker has not come to it yet.

    Raises LetterError where there is none to make, FileNotFoundError where the storage has lost it.
    """
    if letter.needs_drawing:
        draw(letter.pk, now)
        letter.refresh_from_db()
    if not letter.pdf:
        raise FileNotFoundError(letter.pk)
    with default_storage.open(letter.pdf) as file:
        return file.read()


def waiting_ids(now: datetime, most: int) -> list[int]:
    """The letters that a worker has to look at, the longest wait first."""
    return list(Letter.objects.to_draw(now).order_by("touched_at", "pk").values_list("pk", flat=True)[:most])


def sweep(now: datetime) -> int:
    """Delete the PDFs that no letter names. Returns how many.

    Whatever was written in the last day stays, and each file goes while its letter is locked, as it is while drawn.
    """
    swept = 0
    try:  # a store like S3 knows no folders that could be asked for
        folders = default_storage.listdir(FOLDER)[0]
    except FileNotFoundError:
        return 0
    for folder in folders:
        there = {f"{FOLDER}/{folder}/{name}" for name in default_storage.listdir(f"{FOLDER}/{folder}")[1]}
        for name in there.difference(Letter.objects.filter(pdf__in=there).values_list("pdf", flat=True)):
            swept += sweep_one(name, now - STAYS)
    return swept


def sweep_one(name: str, before: datetime) -> bool:
    """Whether it was a file of ours that is left over from before that moment, and is gone now."""
    ours = re.fullmatch(rf"{FOLDER}/\d+/(\d+)-.+\.pdf", name)
    if ours is None:
        return False
    with transaction.atomic():
        letter = Letter.objects.select_for_update(of=("self",)).filter(pk=int(ours[1])).first()
        if letter and letter.pdf == name:
            return False
        # whoever put it away may have come to it; asked for what is gone, each storage fails in its own way
        if not default_storage.exists(name) or default_storage.get_modified_time(name) >= before:
            return False
        default_storage.delete(name)
    return True


def verify() -> dict[str, int]:
    """What is kept against what the rows say; all but the first two should be 0. Nothing is mended here."""
    issued = Letter.objects.issued()
    missing = mismatched = 0
    for pdf, sha256 in issued.exclude(pdf="").values_list("pdf", "sha256").iterator(chunk_size=2000):
        try:
            with default_storage.open(pdf) as file:
                mismatched += hashlib.file_digest(file, "sha256").hexdigest() != sha256
        except FileNotFoundError:
            missing += 1
    without = issued.filter(pdf="", needs_drawing=False).count()
    return {
        "letters": Letter.objects.count(),
        "rendered": Letter.objects.exclude(pdf="").count(),
        "missing_files": missing + without,
        "hash_mismatches": mismatched,
        "overdue_without_apology": broken_without_apology(),
        "duplicate_apologies": duplicate_apologies(),
        "number_gaps": number_gaps(),
    }


def broken_without_apology() -> int:
    """Broken promises for which no apology was ordered and no leader has waived it."""
    ordered = Letter.objects.filter(kind=LetterKind.APOLOGY, appointment=OuterRef("pk")).current()
    broken = Appointment.objects.filter(outcome=Appointment.Outcome.BROKEN, waived_reason="")
    return broken.exclude(Exists(ordered)).count()


def duplicate_apologies() -> int:
    apologies = Letter.objects.filter(kind=LetterKind.APOLOGY).current().order_by()
    return apologies.values("appointment").annotate(n=CountOf("pk")).filter(n__gt=1).count()


def number_gaps() -> int:
    """Numbers that are missing in a series, or given twice."""
    series = Letter.objects.filter(number__isnull=False).order_by().values("ward", "symbol", "year")
    gaps: Tally[str] = Tally()
    for row in series.annotate(n=CountOf("pk"), first=Min("number"), last=Max("number")):
        gaps["all"] += abs(row["last"] - row["n"]) + (row["first"] != 1)
    return gaps["all"]
