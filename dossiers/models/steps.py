"""What can be done with a dossier: each step a verb, refused with a sentence when it is not allowed.

A verb locks the row, checks the state in `MOVES`, changes rows and records its event in one transaction. Of two people
who press at the same moment one is refused politely. ``by`` is who does it, ``at`` when (aware, Asia/Ho_Chi_Minh).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from desk.calendar import Half, Promise, WorkingCalendar
from desk.models import CalendarDay, Staff
from desk.period import Days, within
from desk.vietnamese import capitalise, day_in_words
from dossiers.models.appointment import RUNNING, Appointment, chosen
from dossiers.models.committed import CommittedTerm
from dossiers.models.correction import CHANGES_PROMISE, CORRECTABLE, OFF_THE_SLIP, kept
from dossiers.models.document import DossierDocument
from dossiers.models.event import Event
from dossiers.models.handover import Handover
from dossiers.models.hands import Hands
from dossiers.models.state import AT_DESK, AT_DESK_WITH_LETTER, MOVES, OPEN, DossierError, Move, State
from dossiers.models.supplement import SupplementRequest

if TYPE_CHECKING:
    from dossiers.models.appointment import AppointmentQuerySet
    from dossiers.models.cause import DelayCause
    from dossiers.models.document import GivenDocument
    from dossiers.models.dossier import Dossier

#: What the count of a new term starts with.
PAPERS_COMPLETE = "Nhận đủ giấy tờ"
#: Nobody promises further ahead: beyond it the year was mistyped, and no calendar is known.
FURTHEST = timedelta(days=366)


class Steps(Hands):
    """The verbs of a dossier; `dossiers.models.Dossier` is the only model that has them."""

    class Meta:
        abstract = True

    # bổ sung

    def request_papers(self: Dossier, *, items: list[str], reason: str, by: Staff, at: datetime) -> Event:
        """Ask for what is missing, once and completely; the clock stops (Nghị định 61/2018, Điều 15 khoản 3)."""
        with self._locked("request_papers", by) as move:
            if SupplementRequest.objects.filter(dossier=self).exists():
                raise DossierError("Hồ sơ này đã được yêu cầu bổ sung một lần; quy định chỉ yêu cầu một lần, đầy đủ.")
            SupplementRequest.objects.create(dossier=self, items=items, reason=reason, asked_at=at, asked_by=by)
            self._settle(at, Appointment.Outcome.LIFTED)
            return self._go(move, by, at, State.NEEDS_PAPERS, reason=reason, step_due_at=None)

    def papers_received(self: Dossier, *, by: Staff, at: datetime) -> Event:
        """The missing papers are there: the full term starts again (Nghị định 61/2018, Điều 19 khoản 4)."""
        with self._locked("papers_received", by) as move:
            self.refresh_from_db(fields=["procedure", "committed", "received_at"])  # may be corrected meanwhile
            SupplementRequest.objects.filter(dossier=self).update(answered_at=at)
            promise = self.promise_from(at, self._calendar(), PAPERS_COMPLETE)
            appointment = self._promise_anew(promise, Appointment.Cause.RESTARTED, by=by, at=at)
            step = self.step_now
            state = Handover.STATE[Handover.Step(step.step)] if step else State.RECEIVED
            return self._go(move, by, at, state, appointment=appointment, step_due_at=self.share_out())

    # hẹn lại, sửa

    def reschedule(
        self: Dossier, *, day: date, half: str, delay_cause: DelayCause, reason: str, by: Staff, at: datetime
    ) -> Event:
        """Promise another half day, with the cause. It does not heal lateness; how often is the edition's rule."""
        with self._locked("reschedule", by) as move:
            if self.reschedules_left() < 1:
                raise DossierError(f"Hồ sơ này đã hẹn lại {self.edition.max_reschedules} lần, đúng mức quy định.")
            if day > timezone.localdate(at) + FURTHEST:
                raise DossierError("Ngày hẹn mới xa quá một năm. Xin xem lại năm.")
            calendar = self._calendar()
            due_at = calendar.closes_at(day, Half(half))
            if not calendar.is_working(day):
                raise DossierError(f"{capitalise(day_in_words(day))} là ngày nghỉ. Xin chọn một ngày làm việc.")
            if due_at <= max(at, self.due_at):
                raise DossierError("Ngày hẹn mới phải sau bây giờ và sau ngày đang hẹn.")
            self._explain(delay_cause, reason)
            cause = Appointment.Cause.RESCHEDULED
            promise = chosen(calendar, day, Half(half), cause.label)
            appointment = self._appoint(promise, cause, by=by, at=at, reason=reason)
            return self._go(move, by, at, self.state, appointment=appointment, reason=reason, due_at=due_at)

    def explain_delay(self: Dossier, *, delay_cause: DelayCause, reason: str, by: Staff, at: datetime) -> Event:
        """Say why the promise will not be, or was not, kept: no apology leaves without it, and causes are counted."""
        with self._locked("explain_delay", by) as move:
            if not self._explain(delay_cause, reason):
                raise DossierError(move.refusal.format(code=self.code))
            return self._record(move, by, at, reason=reason, details={"cause": delay_cause.name})

    def correct(
        self: Dossier,
        *,
        changes: dict[str, Any],
        reason: str,
        by: Staff,
        at: datetime,
        papers: Sequence[GivenDocument] | None = None,
        seen: int | None = None,
    ) -> Event:
        """Mend what was written wrong; the event keeps old and new, and the next slip replaces the one handed out.

        `papers`: those really handed in. `seen`: how many corrections the screen knew; a later one is not undone.
        """
        with self._locked("correct", by) as move:
            self.refresh_from_db()
            if seen not in (None, self.times_corrected):
                raise DossierError("Hồ sơ vừa được người khác sửa. Xin xem lại rồi sửa tiếp.")
            if odd := set(changes) - set(CORRECTABLE):
                raise ValueError(f"not correctable: {odd}")
            changed = {name: value for name, value in changes.items() if getattr(self, name) != value}
            details = {name: [kept(getattr(self, name)), kept(value)] for name, value in changed.items()}
            if papers is not None and (both := DossierDocument.objects.become(self, papers)):
                details["documents"] = both
            if not details:
                raise DossierError("Chưa có gì khác với thông tin đang ghi.")
            if "received_at" in changed and (words := self.why_not_received(changed["received_at"], at)):
                raise DossierError(words)
            for name, value in changed.items():
                setattr(self, name, value)
            self.slip_version += bool(details.keys() - OFF_THE_SLIP)
            appointment = None
            if set(changed) & CHANGES_PROMISE:
                day = timezone.localdate(self.received_at)
                self.committed = CommittedTerm.objects.of(self.ward, self.procedure, day)
            if set(changed) & CHANGES_PROMISE and self.state in OPEN:
                self._settle(at, Appointment.Outcome.LIFTED)
                promise = self.promise_of_term(self._calendar())
                appointment = self._promise_anew(promise, Appointment.Cause.CORRECTED, by=by, at=at, reason=reason)
                self.step_due_at = self.share_out()
            if self.ready_at and "received_at" in changed:
                for name, minutes in self.minutes_until(self.ready_at).items():
                    setattr(self, name, minutes)
            self.save()
            return self._record(move, by, at, reason=reason, details=details, appointment=appointment)

    @property
    def times_corrected(self: Dossier) -> int:
        return Event.objects.filter(dossier=self, kind=Event.Kind.CORRECTED).count()

    def why_not_received(self: Dossier, moment: datetime, now: datetime) -> str:
        """Why it cannot have been received at that moment, in a sentence; nothing where it can."""
        if moment > now:
            return "Giờ nhận chưa tới."
        if timezone.localdate(moment).year != self.register_year:
            return f"Hồ sơ đã vào sổ năm {self.register_year}, giờ nhận phải trong năm ấy."
        worked_on = self.events.exclude(kind=Event.Kind.RECEIVED).first()
        if worked_on and moment > worked_on.at:
            return f"Hồ sơ đã được xử lý từ {timezone.localtime(worked_on.at):%H:%M %d/%m/%Y}, giờ nhận phải trước đó."
        return ""

    # xin lỗi

    def waive_apology(self: Dossier, *, reason: str, by: Staff, at: datetime) -> Event:
        """Let a late result go out before its letter of apology; a leader's word, with the reason."""
        with self._locked("waive_apology", by) as move:
            if not self.appointments.in_debt().settle_apology(at, waived_reason=reason):
                raise DossierError(move.refusal.format(code=self.code))
            return self._record(move, by, at, reason=reason)

    # nhắc

    def remind(self: Dossier, *, words: str, by: Staff, at: datetime) -> Event:
        """A leader's word to whoever has the dossier, shown until that person takes a step; once a day from each."""
        with self._locked("remind", by) as move:
            mine = self.events.filter(kind=Event.Kind.REMINDED, by=by)
            if mine.filter(within("at", Days(timezone.localdate(at), timezone.localdate(at)))).exists():
                raise DossierError(f"Hôm nay anh/chị đã nhắc hồ sơ {self.code} rồi.")
            return self._record(move, by, at, reason=words)

    # kết thúc

    def mark_ready(self: Dossier, *, by: Staff, at: datetime) -> Event:
        """The result is there: what is still promised is kept, unless its half day has already passed."""
        with self._locked("mark_ready", by) as move:
            self._settle(at, Appointment.Outcome.KEPT)
            worked: dict[str, Any] = self.minutes_until(at)
            return self._go(move, by, at, State.READY, ready_at=at, step_due_at=None, holder=None, **worked)

    def hand_back(
        self: Dossier, *, by: Staff, at: datetime, to_name: str = "", to_id_number: str = "", originals: bool = True
    ) -> Event:
        """The result is in the applicant's hands, or in a proxy's, whose name and ID number are noted.

        `originals`: papers taken for comparison went back too (Nghị định 61/2018, Điều 20 khoản 2).
        """
        with self._locked("hand_back", by) as move:
            if self.appointments.in_debt().exists():
                raise DossierError(
                    "Hồ sơ này đã lỡ hẹn mà chưa có thư xin lỗi. Xin trình lãnh đạo duyệt thư rồi trả kết quả."
                )
            return self._go(
                move,
                by,
                at,
                State.RETURNED,
                returned_at=at,
                returned_to_name=to_name,
                returned_to_id_number=to_id_number,
                originals_returned=originals,
            )

    def finish(self: Dossier, *, by: Staff, at: datetime) -> Event:
        """Result and return in one go, for matters that are done while the citizen waits."""
        if not self.term.is_same_day:
            raise DossierError("Chỉ việc trả ngay trong ngày mới trả luôn được.")
        with transaction.atomic():
            self.mark_ready(by=by, at=at)
            return self.hand_back(by=by, at=at)

    def refuse(self: Dossier, *, reason: str, by: Staff, at: datetime) -> Event:
        """Refuse after examination, with the reason (Mẫu 03); the promise ends when the refusal is made."""
        with self._locked("refuse", by) as move:
            self._settle(at, Appointment.Outcome.LIFTED)
            return self._go(move, by, at, State.REFUSED, reason=reason, ended_at=at, step_due_at=None, holder=None)

    def stop(self: Dossier, *, reason: str, by: Staff, at: datetime) -> Event:
        """Stop at the citizen's wish (2025: Mẫu 05)."""
        with self._locked("stop", by) as move:
            self._settle(at, Appointment.Outcome.LIFTED)
            return self._go(move, by, at, State.STOPPED, reason=reason, ended_at=at, step_due_at=None, holder=None)

    # what may be done now

    def moves_for(self: Dossier, staff: Staff) -> dict[str, Move]:
        """The steps that this person can take now, the most natural first."""
        if staff.ward_id != self.ward_id:
            return {}
        found = {
            name: move
            for name, move in MOVES.items()
            if self.state in move.sources and staff.has_role(*move.roles) and self._fits(name, staff)
        }
        if self.state == State.RECEIVED and self.officer_id is None:
            order = AT_DESK_WITH_LETTER if "finish" in found and self.has_letter else AT_DESK
            return {name: found[name] for name in order if name in found} | found
        return found

    def _fits(self: Dossier, name: str, staff: Staff) -> bool:
        pending = self.pending_handover
        if name == "take_up":
            at_desk = pending is None and self.state == State.RECEIVED and staff.has_role("officer")
            return at_desk or (pending is not None and pending.receiver_id == staff.pk)
        fits = {
            "finish": lambda: self.term.is_same_day,
            "give": lambda: self._may_give(staff),
            "take_back": lambda: pending is not None and self._may_give(staff),
            "request_papers": lambda: not hasattr(self, "supplement"),
            "reschedule": lambda: self.reschedules_left() > 0,
            "explain_delay": lambda: self._to_explain().exists(),
            "waive_apology": lambda: self.appointments.in_debt().exists(),
        }
        return fits.get(name, lambda: True)()

    def reschedules_left(self: Dossier) -> int:
        """How often the current term may still be rescheduled."""
        since = self.term_started_at()
        used = self.appointments.filter(cause=Appointment.Cause.RESCHEDULED, made_at__gte=since).count()
        return self.edition.max_reschedules - used

    def papers_complete_at(self: Dossier) -> datetime | None:
        """When the missing papers arrived and the term began again; None where it runs since receipt."""
        restarts = (row.made_at for row in self.appointments.all() if row.cause == Appointment.Cause.RESTARTED)
        return max(restarts, default=None)

    def term_started_at(self: Dossier) -> datetime:
        """When the current term began: at receipt, or when the missing papers arrived."""
        return self.papers_complete_at() or self.received_at

    def promise_of_term(self: Dossier, days: WorkingCalendar) -> Promise:
        """What its term promises, counted from the start of the current one."""
        begins = [PAPERS_COMPLETE] if self.papers_complete_at() else []
        return self.promise_from(self.term_started_at(), days, *begins)

    # how every step is taken

    @contextmanager
    def _locked(self: Dossier, name: str, by: Staff) -> Iterator[Move]:
        move = MOVES[name]
        if by.ward_id != self.ward_id or not by.has_role(*move.roles):
            raise DossierError(f"Việc “{move.label}” không thuộc phần việc của anh/chị.")
        with transaction.atomic():
            rows = type(self).objects.filter(pk=self.pk, state__in=move.sources)
            if not rows.select_for_update(no_key=True).values_list("pk", flat=True).first():
                raise DossierError(move.refusal.format(code=self.code))
            self.refresh_from_db(fields=["state", "holder", "officer", "promised_at", "due_at", "slip_version"])
            yield move

    def _go(
        self: Dossier,
        move: Move,
        by: Staff,
        at: datetime,
        state: str,
        *,
        reason: str = "",
        appointment: Appointment | None = None,
        **changes: Any,
    ) -> Event:
        before = self.state
        changes["state"] = state
        if state not in OPEN:
            self._withdraw(at)
        for field, value in changes.items():
            setattr(self, field, value)
        self.save(update_fields=list(changes))
        return self._record(move, by, at, reason=reason, appointment=appointment, before=before)

    def _record(
        self: Dossier, move: Move, by: Staff, at: datetime, *, before: str | None = None, **facts: Any
    ) -> Event:
        before = self.state if before is None else before
        return Event.record(move.event, self, at=at, by=by, state_before=before, state_after=self.state, **facts)

    def _settle(self: Dossier, at: datetime, outcome: str) -> None:
        """Say of each open promise how it ended; one that passed unnoticed is recorded as broken first."""
        mine = Appointment.objects.filter(dossier=self)
        mine.break_overdue(at)
        mine.unsettled().update(outcome=outcome, outcome_at=at)

    def _to_explain(self: Dossier) -> AppointmentQuerySet:
        """The promises missed without a word so far; and those whose cause may still be told better: the one that runs,
        and those whose apology has not left.
        """
        mine = Appointment.objects.filter(dossier=self)
        return mine.unexplained() | mine.filter(RUNNING) | mine.in_debt()

    def _explain(self: Dossier, delay_cause: DelayCause, reason: str) -> int:
        return self._to_explain().update(delay_cause=delay_cause, delay_words=reason)

    def _calendar(self: Dossier) -> WorkingCalendar:
        return CalendarDay.objects.calendar(self.ward.hours)

    def _appoint(
        self: Dossier, promise: Promise, cause: str, *, by: Staff | None, at: datetime, **more: Any
    ) -> Appointment:
        """A new current promise; the one before stays, and stays open until its half day has passed."""
        self.appointments.filter(is_current=True).update(is_current=False)
        appointment = Appointment.plan(self, promise, cause=cause, by=by, at=at, **more)
        appointment.save()
        return appointment

    def _promise_anew(
        self: Dossier, promise: Promise, cause: str, *, by: Staff | None, at: datetime, reason: str = ""
    ) -> Appointment:
        """A promise from which lateness counts: of a new term, or of one that had been counted wrong."""
        appointment = self._appoint(promise, cause, by=by, at=at, reason=reason)
        self.promised(promise)
        if cause == Appointment.Cause.RESTARTED:
            self.slip_version += 1
        self.save(update_fields=["promised_at", "due_at", "slip_version"])
        return appointment
