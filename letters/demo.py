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
from letters.demo_delivery import deliver
from letters.facts import facts_of
from letters.models import Letter, LetterKind, LetterPolicy, LetterText, Occasion
from letters.models.approval import new_proof
from letters.orders import order_after, order_ahead, order_apologies

#: The wards with accounts have used letters with a certificate for so many days.
LETTERS_SINCE = timedelta(days=30)
#: What people of the busy ward wrote by hand: kind, days ago, recipient, how it speaks to them, what, what was done.
BY_HAND = (
    (
        LetterKind.IDEA,
        16,
        "Chi hội Người cao tuổi Tổ dân phố số 5",
        "quý đơn vị",
        "bậc thềm trước Bộ phận Một cửa cao, không có tay vịn, người già và người đi xe lăn khó vào",
        "Phường đã làm xong lối dốc có tay vịn hai bên, kê thêm sáu ghế có tựa và đặt chuông gọi ở cổng. Ai không tiện "
        "bước vào, chỉ cần bấm chuông, cán bộ sẽ ra đón",
    ),
    (
        LetterKind.PRAISE,
        9,
        "Bà Đoàn Thị Kim Quy",
        "bà",
        "cán bộ tiếp dân ân cần, mắt tôi kém mà được đọc cho nghe từng dòng rồi mới ký",
        "",
    ),
    (
        LetterKind.FAULT,
        6,
        "Ông Phùng Văn Chiểu",
        "ông",
        "Ngày nhận kết quả, ông phải đi lại hai lần vì chúng tôi in sai năm sinh trên bản trích lục",
        "Chúng tôi đã in lại ngay, không thu thêm tiền, và từ nay người trả kết quả đọc lại từng dòng cùng người nhận",
    ),
    (
        LetterKind.IDEA,
        1,
        "Ông Lã Quý Đôn",
        "ông",
        "bảng lệ phí treo cao, chữ nhỏ, người lớn tuổi không đọc được",
        "Phường đã in lại bảng lệ phí chữ to gấp đôi và treo ngang tầm mắt ở cả hai quầy",
    ),
)


def bring_letters_up_to(now: datetime) -> int:
    """Make the letters of the demonstration complete up to `now`; returns how many are new."""
    before = Letter.objects.count()
    with transaction.atomic():
        issue_all(due_apologies(now), now)
        order_apologies(Appointment.objects.in_debt(), now)
        order_ahead(now)
        issue_all(certificates(now), now)
        write_by_hand(now)
        sign_in_advance(now)
        deliver(now)
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


def write_by_hand(now: datetime) -> None:
    """A few letters that people wrote: issued ones, one recalled, one sent back and one that waits for the leader."""
    leader = Staff.objects.get(username="leader")
    clerk = Staff.objects.get(username="clerk")
    ward = leader.ward
    if ward is None or Letter.objects.filter(ward=ward, kind__in=[kind for kind, *_ in BY_HAND]).exists():
        return
    written = []
    for kind, days, name, form, what, done in BY_HAND:
        typed = {"nguoi_nhan": name, "xung_ho": form, "su_viec": what, "viec_da_lam": done}
        at = now - timedelta(days=days)
        written.append(Letter.objects.write(ward=ward, kind=kind, typed=typed, by=clerk, at=at))
    issue_all([(row.ordered_at + timedelta(hours=3), row) for row in written[:-1]], now)
    written[0].recall(reason="Ghi thiếu tên phường ở phần người nhận", by=leader, at=now - timedelta(days=2))


def sign_in_advance(now: datetime) -> None:
    """The busy ward sends its letters to newborn children by itself."""
    leader = Staff.objects.get(username="leader")
    ward, kind = leader.ward, LetterKind.BIRTH
    if ward and not LetterPolicy.objects.filter(ward=ward, kind=kind).exists():
        texts = [LetterText.objects.holding(Occasion.BIRTH, ward, None)]
        mode = LetterPolicy.Mode.AUTOMATIC
        LetterPolicy.objects.decide(ward=ward, kind=kind, mode=mode, by=leader, at=now, texts=texts)
