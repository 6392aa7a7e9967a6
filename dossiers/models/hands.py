"""Giao nhận: in whose hands a dossier is, and how it goes from one person to another, where both confirm."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from desk.models import Staff
from dossiers.models.event import Event
from dossiers.models.handover import Handover
from dossiers.models.state import DossierError, State

if TYPE_CHECKING:
    from dossiers.models.dossier import Dossier


class Hands(models.Model):
    """The verbs of handing over, for `dossiers.models.steps.Steps`, which says how a verb is taken."""

    class Meta:
        abstract = True

    def give(self: Dossier, *, to: Staff, step: str, by: Staff, at: datetime, note: str = "") -> Event:
        """Give the dossier to a colleague, who confirms with `take_up`; an earlier gift still pending is withdrawn."""
        with self._locked("give", by) as move:
            if not self._may_give(by):
                raise DossierError(f"Hồ sơ đang ở {self.holder}. Chỉ người ấy hoặc lãnh đạo chuyển được.")
            if to.ward_id != self.ward_id or not to.has_role(Handover.ROLE[Handover.Step(step)]):
                raise DossierError(f"{to} không làm bước “{Handover.Step(step).label}” ở đơn vị này.")
            if to == by and self.holder_id == by.pk:
                raise DossierError("Hồ sơ đang ở chính anh/chị rồi.")
            self._withdraw(at)
            Handover.objects.create(dossier=self, step=step, giver=by, receiver=to, given_at=at, note=note)
            return self._record(move, by, at, reason=note, details={"to": to.full_name})

    def take_up(self: Dossier, *, by: Staff, at: datetime) -> Event:
        """Confirm that the dossier has arrived; an officer may also fetch one that still lies at the desk."""
        with self._locked("take_up", by) as move:
            handover = self.handovers.filter(accepted_at=None, withdrawn_at=None).first()
            if handover and handover.receiver_id != by.pk:
                raise DossierError(f"Hồ sơ đang chờ {handover.receiver} nhận.")
            if handover is None:
                if self.state != State.RECEIVED or not by.has_role("officer"):
                    raise DossierError(move.refusal.format(code=self.code))
                giver = self.holder or self.received_by
                handover = Handover(dossier=self, step=Handover.Step.OFFICER, giver=giver, receiver=by, given_at=at)
            step = Handover.Step(handover.step)
            handover.accepted_at = at
            handover.due_at = self._step_due_at(step, at)
            handover.save()
            changes: dict[str, Any] = {"holder": by, "step_due_at": handover.due_at}
            if step == Handover.Step.OFFICER:
                changes["officer"] = by
            return self._go(move, by, at, Handover.STATE[step], **changes)

    def take_back(self: Dossier, *, by: Staff, at: datetime) -> Event:
        """Give it to nobody after all, as long as the other has not confirmed."""
        with self._locked("take_back", by) as move:
            if not self._may_give(by) or not self._withdraw(at):
                raise DossierError(move.refusal.format(code=self.code))
            return self._record(move, by, at)

    # where it is

    def _may_give(self: Dossier, staff: Staff) -> bool:
        at_desk = self.state == State.RECEIVED and staff.has_role("clerk")
        return at_desk or self.holder_id == staff.pk or staff.has_role("leader")

    @property
    def pending_handover(self: Dossier) -> Handover | None:
        return next((row for row in self.handovers.all() if not row.accepted_at and not row.withdrawn_at), None)

    @property
    def step_now(self: Dossier) -> Handover | None:
        """The hand-over by which it came to where it is; None where it has not left the desk."""
        return self.handovers.filter(accepted_at__isnull=False).order_by("accepted_at", "pk").last()

    def _withdraw(self: Dossier, at: datetime) -> int:
        """End a gift that nobody has confirmed; how many there were."""
        return self.handovers.filter(accepted_at=None, withdrawn_at=None).update(withdrawn_at=at)

    # how long it should take there

    def share_out(self: Dossier) -> datetime:
        """Count anew until when the step that runs should be done, after its term has changed."""
        now = self.step_now
        begun = max(now.accepted_at if now and now.accepted_at else self.received_at, self.term_started_at())
        due_at = self._step_due_at(now.step if now else Handover.Step.DESK, begun)
        if now:
            now.due_at = due_at
            now.save(update_fields=["due_at"])
        return due_at

    def _step_due_at(self: Dossier, step: str, at: datetime) -> datetime:
        """When this step will have used its share of the term: from then on the dossier is behind (chậm tiến độ)."""
        return self.procedure.step_due_at(step, at, (self.term_started_at(), self.promised_at), self._calendar())
