"""Letters of the demonstration: those that its desk has issued, and some in every state; the worker draws them.

History is written in the order in which it happened, so that numbers follow dates; what is open is ordered by the same
rules as at a real desk. Run again it adds what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from desk.demo import ACCOUNTS
from desk.models import Counter, Staff, Ward
from desk.vietnamese import day_in_words
from dossiers.models import Appointment, Dossier, Event, State
from feedback.models import ContributionStep
from letters.demo_delivery import deliver, leave_some_undone
from letters.facts import facts_of
from letters.models import Letter, LetterKind, LetterPolicy, LetterText, Occasion
from letters.models.approval import new_proof
from letters.orders import (
    LETTER_AFTER_ANSWER,
    order_after,
    order_after_step,
    order_ahead,
    order_apologies,
    thanks_for_patience,
)

#: The wards with accounts have used letters with a certificate for so many days.
LETTERS_SINCE = timedelta(days=30)
#: Thanks and apologies for what was answered before that have left; the newer ones wait for the leader.
LEFT_BEFORE = timedelta(days=4)


def bring_letters_up_to(now: datetime) -> int:
    """Make the letters of the demonstration complete up to `now`; returns how many are new."""
    before = Letter.objects.count()
    with transaction.atomic():
        said = for_contributions(now)
        faults = [one for one in said if one[1].kind == LetterKind.FAULT]
        issue_all([*due_apologies(now), *faults], now)
        issue_all([*(one for one in said if one not in faults), *for_patience(now)], now)
        order_apologies(Appointment.objects.in_debt(), now)
        order_ahead(now)
        issue_all(certificates(now), now)
        leader = Staff.objects.get(username="leader")
        recall_one(leader, now)
        call_one_off(leader, now)
        sign_in_advance(leader, now)
        deliver(now)
        if leader.ward:
            leave_some_undone(leader.ward, now)
    return Letter.objects.count() - before


def signers() -> dict[int, Staff]:
    """Who signs for each ward: the account of the demonstration, else the ward's first leader."""
    leaders = Staff.objects.filter(is_leader=True, is_active=True).exclude(power="").order_by("-pk")
    first = {staff.ward_id: staff for staff in leaders if staff.ward_id}
    accounts = {staff.ward_id: staff for staff in leaders if staff.ward_id and staff.username in ACCOUNTS}
    return {**first, **accounts}


def due_apologies(now: datetime) -> list[tuple[datetime, Letter]]:
    """For each promise whose debt is settled, and not waived, the letter that settled it."""
    issued = Letter.objects.issued().filter(appointment=OuterRef("pk"))
    settled = Appointment.objects.filter(apology_settled_at__lte=now, waived_reason="").exclude(Exists(issued))
    rows = settled.select_related("dossier__ward", "dossier__procedure", "dossier__officer", "dossier__edition")
    drafts = {row.appointment_id: row for row in Letter.objects.waiting().filter(appointment__in=rows)}
    found = []
    for row in rows.prefetch_related("dossier__appointments"):
        at = row.apology_settled_at
        assert at
        letter = drafts.get(row.pk) or Letter(kind=LetterKind.APOLOGY, ordered_at=row.outcome_at or at)
        letter.ward, letter.dossier, letter.appointment = row.dossier.ward, row.dossier, row
        letter.facts = facts_then(letter, at)
        found.append((at, letter))
    return found


def facts_then(letter: Letter, at: datetime) -> dict[str, str]:
    """The facts as they stood when the letter was issued."""
    facts, dossier = facts_of(letter, None), letter.dossier
    assert dossier
    is_ready = dossier.ready_at is not None and dossier.ready_at <= at
    later = [row for row in dossier.appointments.all() if row.cause == Appointment.Cause.RESCHEDULED]
    new = [f"{row.get_half_display()} {day_in_words(row.day)}" for row in later if row.made_at <= at]
    facts["co_ket_qua"] = facts["co_ket_qua"] if is_ready else ""
    facts["hen_moi"] = "" if is_ready else (new[-1] if new else "trả ngay khi có kết quả")
    return facts


def certificates(now: datetime) -> list[tuple[datetime, Letter]]:
    """Letters that went out with a certificate; those whose result is still to come are ordered by the rules."""
    wards = Ward.objects.filter(slug__in={account.ward_slug for account in ACCOUNTS.values() if account.ward_slug})
    theirs = Letter.objects.filter(dossier=OuterRef("pk"))
    agreed = Dossier.objects.filter(ward__in=wards, received_at__gte=now - LETTERS_SINCE, agrees_to_letter=True)
    rows = agreed.exclude(procedure__letter="").exclude(Exists(theirs)).select_related("ward", "procedure", "officer")
    found, open_ids = [], []
    for row in rows:
        if row.state not in (State.READY, State.RETURNED) or row.ready_at is None:
            open_ids.append(row.pk)
            continue
        letter = Letter(kind=row.procedure.letter, ordered_at=row.received_at, ward=row.ward, dossier=row)
        letter.facts = facts_of(letter, None)
        found.append((row.ready_at, letter))
    received = Event.objects.filter(kind=Event.Kind.RECEIVED, dossier__in=open_ids)
    for event_id in received.values_list("pk", flat=True):
        order_after(Event.Kind.RECEIVED, [event_id], now)
    return found


def issue_all(letters: Iterable[tuple[datetime, Letter]], now: datetime) -> None:
    """Issue them in the order of their moments, each signed by its ward's leader."""
    by_ward, texts = signers(), {}
    for at, letter in sorted(letters, key=lambda pair: pair[0]):
        signer = by_ward.get(letter.ward.pk)
        if signer is None or letter.missing:
            continue
        if letter.kind not in texts:
            texts[letter.kind] = LetterText.objects.holding(Occasion(letter.kind), letter.ward, None)
        letter.text, letter.signer = texts[letter.kind], signer
        letter.signed = {"lines": signer.signing_lines, "name": signer.full_name}
        letter.year = timezone.localdate(at).year
        letter.symbol = getattr(letter.ward, f"{letter.about.series}_symbol")
        letter.number = Counter.objects.next(letter.ward, f"letter-{letter.symbol}-{letter.year}")
        letter.state, letter.issued_at, letter.proof = Letter.State.ISSUED, at, new_proof()
        letter.touched_at, letter.needs_drawing = now, True
        letter.save()


def for_contributions(now: datetime) -> list[tuple[datetime, Letter]]:
    """Thanks and apologies for what people said: those that left; the newest are ordered by the rules and wait."""
    theirs = Letter.objects.filter(contribution=OuterRef("contribution"))
    named = ContributionStep.objects.filter(kind=ContributionStep.Kind.ANSWERED).exclude(contribution__name="")
    steps = named.exclude(Exists(theirs)).select_related("contribution__ward")
    newest = list(steps.filter(at__gte=now - LEFT_BEFORE).values_list("pk", flat=True))
    order_after_step(ContributionStep.Kind.ANSWERED, newest, now)
    found = []
    for kind, fits in LETTER_AFTER_ANSWER.items():
        for step in steps.filter(fits, at__lt=now - LEFT_BEFORE):
            said = step.contribution
            letter = Letter(kind=kind, ordered_at=step.at, ward=said.ward, contribution=said)
            letter.facts = facts_of(letter, None)
            found.append((step.at + timedelta(hours=2), letter))
    return found


def for_patience(now: datetime) -> list[tuple[datetime, Letter]]:
    """Thanks to who was told of a new date and had the result before it: the older ones have left."""
    thanks_for_patience(Event.objects.filter(kind=Event.Kind.READY), now)
    left = Letter.objects.waiting().filter(kind=LetterKind.PATIENCE, dossier__ready_at__lt=now - LEFT_BEFORE)
    found = []
    for letter in left.select_related("ward", "dossier__ward", "dossier__procedure", "dossier__officer"):
        letter.facts = facts_of(letter, None)
        assert letter.dossier
        assert letter.dossier.ready_at
        found.append((letter.dossier.ready_at + timedelta(hours=2), letter))
    return found


def recall_one(leader: Staff, now: datetime) -> None:
    """The busy ward has taken one letter of thanks back: the new one waits to be mended."""
    thanks = Letter.objects.filter(ward=leader.ward, kind=LetterKind.IDEA)
    if not thanks.exclude(replaced_at=None).exists():
        newest = thanks.issued().filter(issued_at__lt=now - timedelta(days=14)).order_by("-issued_at").first()
        if newest:
            reason = "Ghi thiếu tên phường ở phần người nhận"
            newest.recall(reason=reason, by=leader, at=now - timedelta(days=2))


def call_one_off(leader: Staff, now: datetime) -> None:
    """The busy ward's leader has thanked somebody in person: the letter that was written is not sent."""
    if leader.ward and not Letter.objects.filter(ward=leader.ward, state=Letter.State.CALLED_OFF).exists():
        said = {"nguoi_nhan": "Bà Trịnh Thị Hoa", "xung_ho": "bà", "su_viec": "các cháu ở quầy 2 rất nhẹ nhàng"}
        clerk = Staff.objects.get(username="clerk")
        at = now - timedelta(days=3)
        letter = Letter.objects.write(ward=leader.ward, kind=LetterKind.PRAISE, typed=said, by=clerk, at=at)
        letter.call_off(by=leader, at=now - timedelta(days=2))


def sign_in_advance(leader: Staff, now: datetime) -> None:
    """The busy ward sends its letters to newborn children by itself."""
    ward, kind = leader.ward, LetterKind.BIRTH
    if ward and not LetterPolicy.objects.filter(ward=ward, kind=kind).exists():
        texts = [LetterText.objects.holding(Occasion.BIRTH, ward, None)]
        mode = LetterPolicy.Mode.AUTOMATIC
        LetterPolicy.objects.decide(ward=ward, kind=kind, mode=mode, by=leader, at=now, texts=texts)
