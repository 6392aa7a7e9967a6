"""What the leader's lists know of the apologies: where the letter of each late dossier stands, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from desk.models import Staff
from desk.vietnamese import day_month
from dossiers.forms.steps import ONE_PRESS
from dossiers.models import MOVES, Appointment, Dossier, State
from dossiers.models.dossier import DossierQuerySet
from dossiers.overdue import Row
from letters.models import Letter, LetterKind
from letters.models.letter import LetterQuerySet

OPEN = Appointment.Outcome.OPEN
#: Where an apology can stand, as the lists are narrowed by it.
STANDS = {
    "chua-co": "Chưa có",
    "cho-nguyen-nhan": "Chờ nguyên nhân",
    "dang-soan": "Đang soạn",
    "cho-duyet": "Chờ duyệt",
    "da-gui": "Đã gửi",
}
CONDITIONS = {
    "cho-nguyen-nhan": Q(state__in=Letter.WAITING, appointment__delay_cause=None),
    "dang-soan": Q(state=Letter.State.DRAFT, appointment__delay_cause__isnull=False),
    "cho-duyet": Q(state=Letter.State.SUBMITTED, appointment__delay_cause__isnull=False),
    "da-gui": Q(state=Letter.State.ISSUED),
}


def apologies() -> LetterQuerySet:
    """For promises that were missed, not those drafted in case."""
    return Letter.objects.current().filter(kind=LetterKind.APOLOGY).exclude(appointment__outcome=OPEN)


def with_apology(dossiers: DossierQuerySet, stand: str) -> DossierQuerySet:
    """Of these dossiers, those whose apology stands there."""
    letters = apologies().filter(dossier=OuterRef("pk"))
    if stand == "chua-co":
        return dossiers.filter(~Exists(letters))
    return dossiers.filter(Exists(letters.filter(CONDITIONS[stand])))


def apologies_of(dossiers: Iterable[Dossier]) -> dict[int, Letter]:
    """The newest apology of each of them, by one query."""
    rows = apologies().filter(dossier__in=[row.pk for row in dossiers])
    return {
        letter.dossier_id: letter for letter in rows.select_related("appointment").order_by("pk") if letter.dossier_id
    }


def stand_of(letter: Letter | None) -> str:
    if letter is None:
        return "chua-co"
    if letter.state == Letter.State.ISSUED:
        return "da-gui"
    if letter.appointment and letter.appointment.delay_cause_id is None:
        return "cho-nguyen-nhan"
    return "cho-duyet" if letter.state == Letter.State.SUBMITTED else "dang-soan"


class Action(NamedTuple):
    """A link to the page of an act, or a button that does it at once."""

    label: str
    address: str
    is_press: bool = False


@dataclass(frozen=True)
class Item:
    """A row of the leader's lists with its letter; `back` is the page that an act leads back to."""

    row: Row
    letter: Letter | None
    staff: Staff
    back: str

    @property
    def dossier(self) -> Dossier:
        return self.row.dossier

    @property
    def stand(self) -> str:
        return stand_of(self.letter)

    @property
    def letter_words(self) -> str:
        """ "Đã gửi 17/11", "Chờ duyệt"."""
        if self.letter and self.letter.issued_at:
            return f"{STANDS['da-gui']} {day_month(timezone.localdate(self.letter.issued_at))}"
        return STANDS[self.stand]

    def step(self, label: str, name: str) -> Action:
        address = reverse("dossiers:move", args=[self.dossier.code, MOVES[name].slug])
        return Action(label, f"{address}?{urlencode({'ve': self.back})}", name in ONE_PRESS)

    @property
    def actions(self) -> list[Action]:
        """What a leader can do from here, the most urgent first."""
        found = []
        if self.letter and self.stand == "cho-duyet":
            found.append(Action("Duyệt thư", f"{self.letter.get_absolute_url()}?{urlencode({'ve': self.back})}"))
        is_mine = (self.row.pending or self.dossier.holder) == self.staff
        if is_mine and self.row.pending:
            found.append(self.step("Nhận xử lý", "take_up"))
        elif is_mine and self.dossier.state == State.SIGNING:
            found.append(self.step("Đã ký, có kết quả", "mark_ready"))
        if not is_mine and not self.row.reminded:
            found.append(self.step(self.asking, "remind"))
        if not self.row.promised_anew or self.dossier.edition.max_reschedules > 1:
            found.append(self.step("Hẹn lại", "reschedule"))
        found.append(self.step("Chuyển người khác", "give"))
        if self.owes_cause:
            found.append(self.step("Ghi nguyên nhân", "explain_delay"))
        return found

    @property
    def owes_cause(self) -> bool:
        return self.stand == "cho-nguyen-nhan" or (self.row.is_late and not self.row.cause)

    @property
    def asking(self) -> str:
        if self.owes_cause:
            return "Hỏi nguyên nhân"
        return "Nhắc nhận hồ sơ" if self.row.pending else "Nhắc xử lý"


def items_of(rows: Sequence[Row], staff: Staff, back: str) -> list[Item]:
    letters = apologies_of(row.dossier for row in rows)
    return [Item(row, letters.get(row.dossier.pk), staff, back) for row in rows]
