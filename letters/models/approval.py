"""What people do with a letter: each step a verb, refused with a sentence when it is not allowed.

A verb locks the row and changes it in one transaction. ``by`` is who does it, ``at`` when (aware, Asia/Ho_Chi_Minh).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone

from desk.models import CalendarDay, Counter, Staff
from dossiers.models import Appointment, DossierError
from letters.models.error import LetterError
from letters.models.kind import LetterKind
from letters.models.message import Message
from letters.models.policy import LetterPolicy

if TYPE_CHECKING:
    from letters.models.letter import Letter


def new_proof() -> str:
    """96 bits for the QR of the letter: names nobody and cannot be guessed."""
    return secrets.token_urlsafe(12)


class Approval(models.Model):
    """The verbs of a letter; `letters.models.Letter` is the only model that has them."""

    class Meta:
        abstract = True

    def submit(self: Letter, *, by: Staff, at: datetime, typed: dict[str, str] | None = None) -> None:
        """Put before the leader, with what the writer has changed; also after the leader has sent it back."""
        with self._locked(by, "clerk", "officer", "leader") as letter:
            letter._must_wait()
            if typed is not None:
                letter.typed = {**letter.typed, **typed}
            letter.sent_back_note = ""
            letter.bring_up_to_date(at)
            if letter.state == self.State.DRAFT:
                raise LetterError("Thư còn thiếu điều phải nêu. Xin ghi đủ rồi trình lại.")
            self._take_over(letter)

    def propose(self: Letter, *, day: date, half: str, by: Staff, at: datetime) -> None:
        """Another half day to promise; the appointment is made when the letter is approved."""
        with self._locked(by, "clerk", "officer", "leader") as letter:
            letter._must_wait()
            calendar = CalendarDay.objects.calendar(letter.ward.hours)
            if not calendar.is_working(day):
                raise LetterError("Ngày này là ngày nghỉ. Xin chọn một ngày làm việc.")
            if letter.new_day is None:
                raise LetterError("Thư này không kèm hẹn mới: đã có hẹn, đã có kết quả, hoặc đã hẹn lại đủ số lần.")
            letter.new_day, letter.new_half = day, half
            letter.bring_up_to_date(at)
            if letter.new_day != day or letter.new_half != half:
                raise LetterError("Ngày hẹn mới phải sau bây giờ và sau ngày đang hẹn.")
            self._take_over(letter)

    def send_back(self: Letter, *, note: str, by: Staff, at: datetime) -> None:
        """Back to the desk, with what the leader wants changed."""
        with self._locked(by, "leader") as letter:
            letter._must_wait()
            letter.state, letter.sent_back_note, letter.touched_at = self.State.DRAFT, note, at
            letter.save(update_fields=["state", "sent_back_note", "touched_at"])
            self._take_over(letter)

    def issue(self: Letter, *, by: Staff, at: datetime, seen: int | None = None) -> None:
        """Approve: in one transaction the number is taken, the signature stands, the new half day is appointed and the
        debt of the apology is settled. `seen` is the version that the leader has read.

        Raises LetterError with a sentence when it may not leave; then nothing has happened, but that its facts are
        those of now: a letter refused because they have changed is drawn anew.
        """
        with self._locked(by, "leader") as letter:
            if letter.state == self.State.ISSUED:
                raise LetterError(f"Thư này vừa được phát hành, số {letter.number_words}.")
            letter._must_wait()
            letter.bring_up_to_date(at)
            refusal = letter._why_not(by, seen)
            if not refusal:
                letter._leave(by, at)
                self._take_over(letter)
        if refusal:
            raise LetterError(refusal)

    def _leave(self: Letter, by: Staff, at: datetime) -> None:
        if self.new_day:
            self._reschedule(by, at)
        self.year = timezone.localdate(at).year
        self.symbol = getattr(self.ward, f"{self.about.series}_symbol")
        self.number = Counter.objects.next(self.ward, f"letter-{self.symbol}-{self.year}")
        self.state, self.issued_at, self.signer, self.proof = self.State.ISSUED, at, by, new_proof()
        self.signed = {"lines": by.signing_lines, "name": by.full_name}
        self.touch(at)
        self.save()
        if self.appointment:
            Appointment.objects.filter(pk=self.appointment_id).settle_apology(at)
        Message.objects.plan([self], at)

    def _must_wait(self: Letter) -> None:
        if self.state not in self.WAITING:
            raise LetterError(f"Thư này {self.get_state_display().lower()} nên không sửa được nữa.")

    def _why_not(self: Letter, by: Staff, seen: int | None) -> str:
        """Why it may not leave, in a sentence; empty if it may."""
        if self.state == self.State.CALLED_OFF:
            return "Thư này không cần gửi nữa: lời hẹn đã được giữ, hoặc hồ sơ đã dừng."
        if self.missing:
            waits = "nguyên nhân chậm" if "ly_do" in self.missing else "điều phải nêu"
            return f"Thư chưa có {waits} nên chưa gửi được."
        if self.waits_for_result:
            return "Thư này đi cùng kết quả. Xin duyệt khi hồ sơ đã có kết quả."
        if self.trouble:
            return self.trouble
        if seen is not None and seen != self.version:
            return "Sự việc trong thư vừa thay đổi. Xin đọc lại rồi duyệt."
        if self.needs_drawing:
            return "Bản dự thảo đang được lập. Xin chờ giây lát rồi duyệt."
        if not by.signing_lines:
            return "Tài khoản của anh/chị chưa ghi quyền ký. Xin báo quản trị ghi giúp."
        return ""

    def _reschedule(self: Letter, by: Staff, at: datetime) -> None:
        """Approving an apology with a new date makes the reschedule (domain.md, "The apology")."""
        assert self.dossier
        assert self.appointment
        assert self.new_day
        try:
            self.dossier.reschedule(
                day=self.new_day,
                half=self.new_half,
                delay_cause=self.appointment.delay_cause,  # type: ignore[arg-type]
                reason=self.appointment.delay_words,
                by=by,
                at=at,
            )
        except DossierError as error:
            raise LetterError(str(error)) from error

    def recall(self: Letter, *, reason: str, by: Staff, at: datetime) -> Letter:
        """Withdraw an issued letter: a new draft takes its place and will say which one it replaces; both stay.

        Its reader now holds no valid letter, so that an apology is owed again: a late result waits for the new one.
        """
        with self._locked(by, "leader") as letter:
            if letter.state != self.State.ISSUED or letter.is_recalled:
                raise LetterError("Chỉ thư đang có hiệu lực mới thu hồi được.")
            letter.messages.all().call_off()
            letter.replaced_at, letter.recall_reason = at, reason
            letter.save(update_fields=["replaced_at", "recall_reason"])
            if letter.appointment:
                letter.appointment.owe_apology_again(reason=reason, by=by, at=at)
            self._take_over(letter)
            return type(self).objects.create(
                ward=letter.ward,
                kind=letter.kind,
                dossier=letter.dossier,
                appointment=letter.appointment,
                contribution=letter.contribution,
                typed=letter.typed,
                replaces=letter,
                ordered_at=at,
                ordered_by=by,
                touched_at=at,
                sent_back_note=f"Thay thư số {letter.number_words}: {reason}"[:300],
            )

    def call_off(self: Letter, *, by: Staff, at: datetime) -> None:
        """A letter that nobody owes is dropped; an apology is owed until it is issued or waived."""
        with self._locked(by, "leader") as letter:
            letter._must_wait()
            if letter.kind == LetterKind.APOLOGY:
                raise LetterError("Thư xin lỗi không bỏ được. Muốn trả trước, xin ghi lý do ở hồ sơ.")
            letter._drop(at)
            self._take_over(letter)

    @contextmanager
    def _locked(self: Letter, by: Staff, *roles: str) -> Iterator[Letter]:
        if by.ward_id != self.ward_id or not by.has_role(*roles):
            raise LetterError("Việc này không thuộc phần việc của anh/chị.")
        with transaction.atomic():
            yield type(self).objects.select_for_update(of=("self",), no_key=True).get(pk=self.pk)

    def _take_over(self: Letter, other: Letter) -> None:
        """What the locked row has become, so that the caller's copy says the same."""
        for field in self._meta.concrete_fields:
            setattr(self, field.attname, getattr(other, field.attname))

    # by itself

    def issue_by_itself(self: Letter, now: datetime) -> bool:
        """Issue where the ward has made the kind automatic and a leader has signed exactly this text in advance."""
        mode = LetterPolicy.Mode.AUTOMATIC
        policy = LetterPolicy.objects.filter(ward=self.ward_id, kind=self.kind, mode=mode).first()
        if policy is None or policy.signer is None or self.text is None or not policy.lets_go([self.text]):
            return False
        if self.state != self.State.SUBMITTED or self.waits_for_result:
            return False
        try:
            self.issue(by=policy.signer, at=now)
        except LetterError:
            return False
        return True
