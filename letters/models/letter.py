"""Thư: one row from the moment it is ordered until it is archived, and what can be done with it."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from desk.models import CalendarDay, Staff, Ward, WardQuerySet
from desk.period import Days, within
from dossiers.models import Appointment, Dossier, Event, FormTitle, IssuedPaper, State
from feedback.models import Contribution
from letters.facts import facts_of, new_promise
from letters.models.approval import Approval
from letters.models.kind import ABOUT, CONSENTED, ONCE_PER_DOSSIER, WITH_RESULT, LetterKind
from letters.models.text import LetterText, Occasion

if TYPE_CHECKING:
    from letters.facts import NewPromise


class LetterQuerySet(WardQuerySet):
    def current(self) -> Self:
        """Neither recalled nor called off."""
        return self.filter(replaced_at=None).exclude(state=Letter.State.CALLED_OFF)

    def waiting(self) -> Self:
        """Not issued yet."""
        return self.filter(state__in=Letter.WAITING)

    def issued(self) -> Self:
        return self.filter(state=Letter.State.ISSUED)

    def issued_by(self, days: Days, *names: str) -> Counter[Any]:
        """Letters issued in those days and not recalled, by the columns named, such as "ward", "kind"."""
        return self.issued().filter(within("issued_at", days), replaced_at=None).counted_by(*names)

    def submitted(self) -> Self:
        return self.filter(state=Letter.State.SUBMITTED)

    def signable(self) -> Self:
        """Submitted, and if it goes with a result, the result is there."""
        there = Q(dossier__state__in=(State.READY, State.RETURNED))
        return self.submitted().filter(~Q(kind__in=WITH_RESULT) | there, trouble="")

    def accompanying(self) -> Self:
        """What goes along with a result."""
        return self.filter(kind__in=WITH_RESULT)

    def without_cause(self) -> Self:
        """Apologies that wait for somebody to say why."""
        return self.waiting().filter(kind=LetterKind.APOLOGY, appointment__delay_cause=None)

    def to_draw(self, now: datetime) -> Self:
        """What a worker still has to do: no current PDF, or the dossier has gone on, or the proposed day has come."""
        later = Event.objects.filter(dossier=OuterRef("dossier"), pk__gt=OuterRef("seen_event"))
        stale = Q(state__in=Letter.WAITING) & (Exists(later) | Q(new_day__lte=timezone.localdate(now)))
        return self.filter(Q(needs_drawing=True) | stale)

    def newest_on(self, occasion: str, ward: Ward | None) -> Letter | None:
        """The ward's newest letter that was made from a text for this occasion: something to try a new text on."""
        made = self.filter(ward=ward, text__occasion=occasion).exclude(facts={})
        return made.order_by("-pk").first()  # type: ignore[return-value]

    def of_file(self, pages: bytes) -> Letter | None:
        """Of these, the letter whose PDF this is, or that of its Mẫu 04."""
        sha256 = hashlib.sha256(pages).hexdigest()
        form = IssuedPaper.objects.filter(prints__sha256=sha256, kind=FormTitle.Kind.APOLOGY).first()
        is_it = Q(sha256=sha256) | (Q(pk=form.act.removeprefix("letter-")) if form else Q())
        return self.filter(is_it).select_related("ward", "replaced_by").first()  # type: ignore[return-value]

    def write(
        self, *, ward: Ward, kind: str, typed: dict[str, str], by: Staff, at: datetime, dossier: Dossier | None = None
    ) -> Letter:
        """A letter written by hand, drafted and put before the leader."""
        with transaction.atomic():
            letter: Letter = self.create(  # type: ignore[assignment]
                ward=ward, kind=kind, dossier=dossier, typed=typed, ordered_at=at, ordered_by=by, touched_at=at
            )
            letter.bring_up_to_date(at)
        return letter

    def for_page(self) -> Self:
        about = ("ward", "dossier__procedure", "dossier__ward", "dossier__officer", "appointment__delay_cause")
        said = ("contribution__dossier", "contribution__assigned_to", "contribution__answered_by")
        return self.select_related(*about, *said, "text", "replaces", "signer", "ordered_by")


class Letter(Approval):
    class State(models.TextChoices):
        DRAFT = "draft", "Dự thảo"
        SUBMITTED = "submitted", "Chờ duyệt"
        ISSUED = "issued", "Đã phát hành"
        CALLED_OFF = "called_off", "Thôi không gửi"

    WAITING: ClassVar = (State.DRAFT, State.SUBMITTED)

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    kind = models.CharField("loại thư", max_length=25, choices=LetterKind)
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="letters")
    appointment = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="letters")
    contribution = models.ForeignKey(
        Contribution, models.PROTECT, verbose_name="ý kiến", null=True, related_name="letters"
    )
    state = models.CharField(
        "trạng thái", max_length=10, choices=State, default=State.DRAFT, db_default=State.DRAFT.value
    )
    typed = models.JSONField("điều người viết ghi", default=dict, db_default=models.Value({}, models.JSONField()))
    facts = models.JSONField("sự việc", default=dict, db_default=models.Value({}, models.JSONField()))
    text = models.ForeignKey(LetterText, models.PROTECT, verbose_name="lời thư", null=True)
    new_day = models.DateField("đề nghị hẹn lại ngày", null=True)
    new_half = models.CharField("buổi", max_length=9, choices=Appointment.Half, blank=True, db_default="")
    version = models.PositiveIntegerField(default=1, db_default=1)
    seen_event = models.BigIntegerField(default=0, db_default=0)
    ordered_at = models.DateTimeField("lập lúc")
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    touched_at = models.DateTimeField("đổi lần cuối lúc")
    sent_back_note = models.CharField("lãnh đạo trả lại vì", max_length=300, blank=True, db_default="")
    trouble = models.CharField("vướng", max_length=200, blank=True, db_default="")

    issued_at = models.DateTimeField("phát hành lúc", null=True)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="ký", null=True, related_name="+")
    signed = models.JSONField("thể thức ký", default=dict, db_default=models.Value({}, models.JSONField()))
    symbol = models.CharField("ký hiệu", max_length=20, blank=True, db_default="")
    year = models.PositiveSmallIntegerField("năm", null=True)
    number = models.PositiveIntegerField("số", null=True)
    proof = models.CharField(max_length=16, null=True, unique=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    replaced_at = models.DateTimeField("thu hồi lúc", null=True)
    recall_reason = models.CharField("thu hồi vì", max_length=300, blank=True, db_default="")

    needs_drawing = models.BooleanField(default=True, db_default=True)
    pdf = models.CharField(max_length=80, blank=True, db_default="")
    sha256 = models.CharField(max_length=64, blank=True, db_default="")
    drawn_at = models.DateTimeField("lập PDF lúc", null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = "thư"
        verbose_name_plural = "thư"
        ordering: ClassVar = ["ordered_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(kind=LetterKind.APOLOGY, replaced_at=None) & ~Q(state="called_off"),
                name="letter_one_apology_per_appointment",
            ),
            models.UniqueConstraint(
                fields=["dossier", "kind"],
                condition=Q(kind__in=ONCE_PER_DOSSIER, replaced_at=None) & ~Q(state="called_off"),
                name="letter_once_per_dossier",
            ),
            models.UniqueConstraint(
                fields=["contribution", "kind"],
                condition=Q(replaced_at=None) & ~Q(state="called_off"),
                name="letter_once_per_contribution",
            ),
            models.UniqueConstraint(fields=["ward", "year", "symbol", "number"], name="letter_number_once"),
            models.CheckConstraint(
                condition=Q(
                    state="issued", number__isnull=False, issued_at__isnull=False, signer__isnull=False,
                    proof__isnull=False,
                )
                | ~Q(state="issued") & Q(number=None, issued_at=None, replaced_at=None),
                name="letter_issued_is_numbered",
            ),
            models.CheckConstraint(
                condition=~Q(kind=LetterKind.APOLOGY) | Q(appointment__isnull=False, dossier__isnull=False),
                name="letter_apology_has_its_promise",
            ),
            models.CheckConstraint(
                condition=Q(pdf="", sha256="") | ~Q(pdf="") & ~Q(sha256=""), name="letter_pdf_has_its_hash"
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["touched_at"], condition=Q(needs_drawing=True), name="letter_to_draw"),
            models.Index(
                fields=["ward", "state", "ordered_at"],
                condition=Q(state__in=("draft", "submitted")),
                name="letter_waiting",
            ),
            models.Index(fields=["ward", "-issued_at"], condition=Q(state="issued"), name="letter_issued"),
            models.Index(
                fields=["issued_at", "ward", "kind"],
                condition=Q(state="issued", replaced_at=None),
                name="letter_issued_by_kind",
            ),
            models.Index(fields=["sha256"], condition=Q(state="issued"), name="letter_by_file"),
            models.Index(fields=["seen_event"], condition=Q(state__in=("draft", "submitted")), name="letter_stale"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.addressee}"

    def get_absolute_url(self) -> str:
        return reverse("letters:letter", args=[self.pk])

    def get_proof_url(self) -> str:
        """The page that the letter's QR opens, as a whole address."""
        return settings.SITE_URL + reverse("letters:proof", args=[self.proof])

    @property
    def about(self) -> Any:
        return ABOUT[self.kind]

    @property
    def addressee(self) -> str:
        """Whom it is written to, also before its first draft."""
        known = self.contribution.recipient if self.contribution else ""
        return self.facts.get("nguoi_nhan") or (self.dossier.applicant_name if self.dossier else known)

    @property
    def number_words(self) -> str:
        """ "12/TXL-UBND"; numbers below ten get a leading zero (Nghị định 30/2020, Phụ lục I)."""
        return f"{self.number:02}/{self.symbol}" if self.number else ""

    @property
    def is_recalled(self) -> bool:
        return self.replaced_at is not None

    @property
    def form_act(self) -> str:
        """Under which its second print, Mẫu 04, is kept among the papers of the dossier."""
        return f"letter-{self.pk}"

    @property
    def form(self) -> IssuedPaper | None:
        """Mẫu 04 of an issued apology, once it was made."""
        rows = IssuedPaper.objects.filter(dossier=self.dossier_id, kind=FormTitle.Kind.APOLOGY, act=self.form_act)
        return rows.first() if self.dossier_id else None

    @property
    def successor(self) -> Letter | None:
        """The issued letter that has taken its place; a draft has not yet, and one called off never will."""
        other = getattr(self, "replaced_by", None)
        return other if other and other.number else None

    @property
    def waits_for_result(self) -> bool:
        return self.about.with_result and (
            self.dossier is None or self.dossier.state not in (State.READY, State.RETURNED)
        )

    @property
    def missing(self) -> list[str]:
        """The facts that it still needs before it may leave."""
        return [name for name in self.about.needs if not self.facts.get(name)]

    @property
    def to_write(self) -> tuple[str, ...]:
        """The facts that a person may write. In a letter that replaces another also those that the dossier told wrong:
        it may have ended, and then nobody corrects it any more.
        """
        about = self.about
        told = (*about.needs, *about.tells) if self.replaces_id else ()
        return tuple(dict.fromkeys((*told, *about.typed)))

    # from order to draft

    def bring_up_to_date(self, now: datetime) -> None:
        """Take the facts as they stand; a letter that nothing owes any more is called off. The caller holds the row."""
        if self.state not in self.WAITING:
            return
        if self._is_settled_otherwise():
            self._drop(now)
            return
        dossier = self.dossier
        newest = dossier.events.order_by("-pk").values_list("pk", flat=True).first() if dossier else None
        promise = self._new_promise(now)
        facts = facts_of(self, promise)
        text = self._fitting_text(now)
        changed = (facts, text.pk) != (self.facts, self.text_id)
        self.seen_event, self.facts, self.text = newest or 0, facts, text
        self.new_day = promise.day if promise and promise.is_proposed else None
        self.new_half = promise.half.value if promise and promise.is_proposed else ""
        if changed:
            self.touch(now)
        if self.state == self.State.DRAFT and not self.missing and not self.sent_back_note:
            self.state = self.State.SUBMITTED
        elif self.state == self.State.SUBMITTED and self.missing:
            self.state = self.State.DRAFT
        self.save()

    def _drop(self, now: datetime) -> None:
        self.state, self.needs_drawing, self.touched_at = self.State.CALLED_OFF, False, now
        self.put_away("", "")
        self.save(update_fields=["state", "needs_drawing", "touched_at", "pdf", "sha256"])

    def put_away(self, pdf: str, sha256: str) -> None:
        """Point at another PDF, or at none; the file before goes once the row has said so."""
        before, self.pdf, self.sha256 = self.pdf, pdf, sha256
        if before and before != pdf:
            transaction.on_commit(lambda: default_storage.delete(before), robust=True)

    def touch(self, now: datetime) -> None:
        """Its facts have changed: who read the version before has not read this one, and its PDF is to be made anew."""
        if self.drawn_at:
            self.version += 1
        self.touched_at, self.needs_drawing = now, True

    def _is_settled_otherwise(self) -> bool:
        """Whether nothing is owed any more: the promise was kept or lifted, the matter ended, the consent is gone."""
        if self.kind == LetterKind.APOLOGY and self.appointment:
            waived = bool(self.appointment.waived_reason)
            return waived or self.appointment.outcome in (Appointment.Outcome.KEPT, Appointment.Outcome.LIFTED)
        if self.kind in CONSENTED and self.dossier:
            ended = self.dossier.state in (State.REFUSED, State.STOPPED)
            return ended or not self.dossier.agrees_to_letter or self.dossier.procedure.letter != self.kind
        return False

    def _new_promise(self, now: datetime) -> NewPromise | None:
        if self.kind != LetterKind.APOLOGY:
            return None
        return new_promise(self, CalendarDay.objects.calendar(self.ward.hours), now)

    def _fitting_text(self, now: datetime) -> LetterText:
        """The text it was made from; another one only where the promise has broken since."""
        occasion = self.occasion(now)
        if self.text and self.text.occasion == occasion:
            return self.text
        return LetterText.objects.holding(occasion, self.ward, self.dossier.edition if self.dossier else None)

    def occasion(self, now: datetime) -> str:
        if self.kind == LetterKind.APOLOGY and self.appointment and self.appointment.due_at >= now:
            return Occasion.APOLOGY_AHEAD
        return Occasion(self.kind)
