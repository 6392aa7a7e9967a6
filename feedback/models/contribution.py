"""Góp ý, phản ánh, lời khen: what people write to the ward, and what the ward answers by a day."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone

from desk.calendar import WorkingCalendar
from desk.models import CalendarDay, Staff, Ward, WardQuerySet
from desk.period import Days, within
from desk.sql import insert_from
from desk.vietnamese import capitalise, folded_words
from dossiers.models import Dossier
from feedback.models.contribution_step import ContributionStep
from feedback.models.contribution_term import ContributionTerm
from feedback.models.error import FeedbackError

#: Letters and digits that nobody mistakes for each other, written or read aloud.
ALPHABET = "234679ACDEFGHJKMNPQRTUVWXY"
ORGANISATION = "quý đơn vị"


def new_code() -> str:
    """ "GY-K7M2-9P4T": 26 ** 8 of them, so that nobody comes upon another's by trying."""
    return "GY-" + "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(2))


def bare(words: str) -> str:
    """The folded words with a space on either side: what is compared so is compared word by word."""
    return " ".join(["", *folded_words(words), ""])


class ContributionQuerySet(WardQuerySet):
    def waiting(self) -> Self:
        """Not answered yet, what is due first on top."""
        return self.filter(state__in=Contribution.OPEN).order_by("due_on", "pk")

    def unassigned(self) -> Self:
        return self.waiting().filter(state=Contribution.State.RECEIVED)

    def late(self, today: date) -> Self:
        return self.waiting().filter(due_on__lt=today)

    def account(self, days: Days, today: date) -> dict[str, int]:
        """What came in those days, and what became of it: "received", each kind, "in_time", "answered_late",
        "open_late", "open", and "accepted" where something has changed.
        """
        rows = self.filter(within("received_at", days)).annotate(answered_day=TruncDate("answered_at"))
        is_open = Q(state__in=Contribution.OPEN)
        asked = {kind.value: Q(kind=kind) for kind in Contribution.Kind} | {
            "received": Q(),
            "in_time": Q(answered_day__lte=F("due_on")),
            "answered_late": Q(answered_day__gt=F("due_on")),
            "open_late": is_open & Q(due_on__lt=today),
            "open": is_open & Q(due_on__gte=today),
            "accepted": Q(verdict__in=Contribution.CHANGES),
        }
        return rows.aggregate(**{name: models.Count("pk", filter=told) for name, told in asked.items()})

    def complained_of(self, days: Days) -> models.QuerySet[Dossier]:
        """Dossiers whose result came in those days and that somebody complained of, and not wrongly."""
        rows = self.filter(within("dossier__ready_at", days), kind=Contribution.Kind.COMPLAINT)
        counted = rows.exclude(verdict=Contribution.Verdict.NOT_RIGHT)
        return Dossier.objects.filter(pk__in=counted.order_by().values("dossier"))

    def answered(self) -> Self:
        return self.filter(state=Contribution.State.ANSWERED).order_by("-answered_at", "-pk")

    def published(self) -> Self:
        return self.filter(published_at__isnull=False).order_by("-published_at", "-pk")

    def for_page(self) -> Self:
        return self.select_related("ward", "dossier", "assigned_to", "received_by", "answered_by")

    def receive(
        self,
        *,
        ward: Ward,
        kind: str,
        channel: str,
        key: UUID,
        at: datetime,
        by: Staff | None = None,
        files: Sequence[UploadedFile] = (),
        **facts: Any,
    ) -> Contribution:
        """Take it in: a code, and the day until which the ward answers. The same `key` gives the same row.

        `at` is when it reached the ward; `by` is None when it came over the web. `files` were judged by
        `desk.uploads.Upload`.
        """
        due_on = self.due_day(kind, ward, timezone.localdate(at))
        about = {"ward": ward, "kind": kind, "channel": channel, "received_at": at, "received_by": by, **facts}
        try:
            with transaction.atomic():
                row: Contribution = self.create(key=key, code=new_code(), due_on=due_on, **about)  # type: ignore[assignment]
                for file in files:
                    row.attach(file, at)
                row.note(ContributionStep.Kind.RECEIVED, at=at, by=by)
                return row
        except IntegrityError:
            if already := self.filter(ward=ward, key=key).first():
                return already  # type: ignore[return-value]
            raise

    def due_day(self, kind: str, ward: Ward, received: date) -> date:
        """The last working day of the term in force on the day of receipt, which itself is not counted."""
        try:
            term = ContributionTerm.objects.filter(kind=kind).on(received)
        except ContributionTerm.DoesNotExist:
            raise FeedbackError("Ngày nhận này quá lâu nên chưa có hạn trả lời. Xin xem lại ngày.") from None
        days = CalendarDay.objects.calendar(ward.hours).working_days_after(received)
        return next(islice(days, term.days - 1, None))

    def flag_late(self, now: datetime) -> list[int]:
        """Note once of each that its day has passed without an answer; returns the ids of the steps.

        However often and by however many it is called: the update takes the rows, the unique constraint on the steps
        has the last word.
        """
        with transaction.atomic():
            late = self.filter(state__in=Contribution.OPEN, overdue_at=None, due_on__lt=timezone.localdate(now))
            if not late.update(overdue_at=now):
                return []
            step_ids = insert_from(
                self.filter(overdue_at=now),
                ContributionStep,
                contribution=F("pk"),
                kind=Value(ContributionStep.Kind.OVERDUE.value),
                at=Value(now, models.DateTimeField()),
                words=Value(""),
            )
            ContributionStep.announce(ContributionStep.Kind.OVERDUE, step_ids)
        return step_ids


class Contribution(models.Model):
    class Kind(models.TextChoices):
        IDEA = "idea", "Góp ý"
        COMPLAINT = "complaint", "Phản ánh"
        PRAISE = "praise", "Lời khen"

    class Channel(models.TextChoices):
        WEB = "web", "Trang mạng"
        COUNTER = "counter", "Tại quầy"
        LETTER = "letter", "Thư, đơn"
        SURVEY = "survey", "Sau khi khảo sát"

    class State(models.TextChoices):
        RECEIVED = "received", "Chờ phân công"
        ASSIGNED = "assigned", "Đang xem xét"
        ANSWERED = "answered", "Đã trả lời"

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", "Tiếp thu, có thay đổi"
        RIGHT = "right", "Phản ánh đúng"
        NOT_RIGHT = "not_right", "Phản ánh chưa đúng"
        NOTED = "noted", "Ghi nhận"

    class Salutation(models.TextChoices):
        MR = "ông", "Ông"
        MRS = "bà", "Bà"
        EITHER = "ông/bà", "Ông/bà"
        ORGANISATION = ORGANISATION, "Quý đơn vị"

    OPEN: ClassVar = (State.RECEIVED, State.ASSIGNED)
    #: What may be concluded of each kind.
    VERDICTS: ClassVar = {
        Kind.IDEA: (Verdict.ACCEPTED, Verdict.NOTED),
        Kind.COMPLAINT: (Verdict.RIGHT, Verdict.NOT_RIGHT, Verdict.ACCEPTED, Verdict.NOTED),
        Kind.PRAISE: (Verdict.NOTED,),
    }
    #: A conclusion after which something has changed, which the answer must name.
    CHANGES: ClassVar = (Verdict.ACCEPTED, Verdict.RIGHT)

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    code = models.CharField("mã", max_length=20, unique=True)
    key = models.UUIDField(default=uuid4, unique=True)
    kind = models.CharField("loại", max_length=9, choices=Kind)
    channel = models.CharField("qua", max_length=7, choices=Channel)
    words = models.TextField("nội dung", max_length=3000)
    dossier = models.ForeignKey(
        Dossier, models.PROTECT, null=True, blank=True, verbose_name="về hồ sơ", related_name="contributions"
    )
    name = models.CharField("họ và tên", max_length=160, blank=True)
    phone = models.CharField("điện thoại", max_length=11, blank=True)
    email = models.EmailField("thư điện tử", max_length=120, blank=True)
    address = models.CharField("địa chỉ", max_length=250, blank=True)
    salutation = models.CharField("xưng hô", max_length=11, choices=Salutation, default=Salutation.EITHER)
    may_publish = models.BooleanField("đồng ý đăng, không ghi tên", default=False)
    state = models.CharField("trạng thái", max_length=8, choices=State, default=State.RECEIVED)
    received_at = models.DateTimeField("nhận lúc")
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField("trả lời trước hết ngày")
    overdue_at = models.DateTimeField("ghi nhận trễ lúc", null=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="người xem xét"
    )
    verdict = models.CharField("kết luận", max_length=9, choices=Verdict, blank=True)
    answer = models.TextField("trả lời", max_length=3000, blank=True)
    change = models.CharField("điều đã thay đổi", max_length=500, blank=True)
    gist = models.CharField("sự việc, theo lời của đơn vị", max_length=500, blank=True)
    answered_at = models.DateTimeField("trả lời lúc", null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField("đăng lúc", null=True)
    published_words = models.CharField("lời đăng", max_length=1000, blank=True)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = "ý kiến"
        verbose_name_plural = "ý kiến"
        ordering: ClassVar = ["-received_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False, answered_by__isnull=False)
                & ~Q(verdict="")
                & ~Q(answer="")
                | ~Q(state="answered") & Q(answered_at=None, verdict="", answer="", published_at=None),
                name="contribution_answered_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(state="assigned") | Q(assigned_to__isnull=False), name="contribution_assigned_to_somebody"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(may_publish=True) & ~Q(published_words=""),
                name="contribution_published_if_agreed",
            ),
            models.CheckConstraint(
                condition=~Q(verdict__in=("accepted", "right")) | ~Q(change=""), name="contribution_says_what_changed"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["ward", "due_on"], condition=Q(state__in=("received", "assigned")), name="contribution_open"
            ),
            models.Index(
                fields=["ward", "-published_at"],
                condition=Q(published_at__isnull=False),
                name="contribution_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}"

    def get_absolute_url(self) -> str:
        return reverse("feedback:contribution", args=[self.code])

    def get_public_url(self) -> str:
        return reverse("feedback:suggestion", args=[self.code])

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def recipient(self) -> str:
        """Whom a letter is written to; "" where nobody left a name."""
        if not self.name or self.salutation == ORGANISATION:
            return self.name
        return f"{capitalise(self.salutation)} {self.name}"

    def is_late(self, today: date) -> bool:
        return self.is_open and self.due_on < today

    def due_words(self, calendar: WorkingCalendar, today: date) -> str:
        """How it stands with the term, in working days: "còn 3 ngày làm việc"."""
        if self.due_on < today:
            return f"quá hạn {max(calendar.days_late(self.due_on, today), 1)} ngày làm việc"
        left = calendar.days_late(today, self.due_on)
        return f"còn {left} ngày làm việc" if left else "hết hạn hôm nay"

    # the verbs

    def assign(self, *, to: Staff, by: Staff, at: datetime, seen: int | None = None) -> None:
        """A leader gives it to somebody of the ward; `seen` is who had it on the screen, if anybody.

        Raises FeedbackError when somebody else was faster, or `to` does not work here.
        """
        if to.ward_id != self.ward_id or not to.is_active:
            raise FeedbackError("Xin chọn người đang làm việc ở đơn vị.")
        with self._locked(by, "leader"):
            self._must_be_open()
            if self.assigned_to and self.assigned_to_id != seen:
                raise FeedbackError(f"Ý kiến này vừa được giao cho {self.assigned_to}.")
            if to.pk == self.assigned_to_id:
                raise FeedbackError(f"{to} đang xem xét ý kiến này rồi.")
            self.state, self.assigned_to = self.State.ASSIGNED, to
            self.save(update_fields=["state", "assigned_to"])
            self.note(ContributionStep.Kind.ASSIGNED, at=at, by=by, words=to.full_name)

    def reply(
        self,
        *,
        verdict: str,
        answer: str,
        by: Staff,
        at: datetime,
        change: str = "",
        gist: str = "",
        salutation: str = Salutation.EITHER,
    ) -> None:
        """Answer it, by who has it or a leader. `change` and `gist` are what a letter would say of it."""
        with self._locked(by, "clerk", "officer", "leader"):
            self._must_be_open()
            if by.pk != self.assigned_to_id and not by.has_role("leader"):
                raise FeedbackError("Chỉ người được phân công hoặc lãnh đạo mới trả lời.")
            if verdict not in self.VERDICTS[self.Kind(self.kind)]:
                raise FeedbackError("Kết luận này không dùng cho loại ý kiến này.")
            if verdict in self.CHANGES and not change:
                raise FeedbackError("Xin ghi điều đã thay đổi.")
            self.state, self.verdict, self.answer = self.State.ANSWERED, verdict, answer
            self.change, self.gist, self.salutation = change, gist, salutation
            self.answered_at, self.answered_by = at, by
            self.save()
            self.note(ContributionStep.Kind.ANSWERED, at=at, by=by, words=self.get_verdict_display())

    def publish(self, *, words: str, by: Staff, at: datetime) -> None:
        """Show everybody what has come of it, in words that name nobody. Published again, the new words stand."""
        with self._locked(by, "leader"):
            if self.state != self.State.ANSWERED:
                raise FeedbackError("Trả lời xong mới đăng được.")
            if not self.may_publish:
                raise FeedbackError("Người gửi không đồng ý đăng nên không đăng được.")
            if self.published_at and self.published_words == words:
                raise FeedbackError("Lời này đang được đăng rồi.")
            if said := self._personal_in(words):
                raise FeedbackError(f"Lời đăng còn “{said}”. Xin bỏ điều riêng của người gửi.")
            self.published_at, self.published_words = at, words
            self.save(update_fields=["published_at", "published_words"])
            self.note(ContributionStep.Kind.PUBLISHED, at=at, by=by, words=words[:500])

    def withdraw(self, *, by: Staff, at: datetime) -> None:
        with self._locked(by, "leader"):
            if not self.published_at:
                raise FeedbackError("Ý kiến này không còn đăng.")
            self.published_at, self.published_words = None, ""
            self.save(update_fields=["published_at", "published_words"])
            self.note(ContributionStep.Kind.WITHDRAWN, at=at, by=by)

    # how each of them is done

    def _personal_in(self, words: str) -> str:
        """What of the sender's own the words repeat, if anything."""
        dossier = self.dossier
        theirs = (self.name, self.phone, self.email, *((dossier.code, dossier.applicant_name) if dossier else ()))
        digits = "".join(filter(str.isdigit, words))
        said = (own for own in theirs if own and (bare(own) in bare(words) or own.isdigit() and own in digits))
        return next(said, "")

    def _must_be_open(self) -> None:
        if not self.is_open:
            raise FeedbackError("Ý kiến này vừa được trả lời.")

    @contextmanager
    def _locked(self, by: Staff, *roles: str) -> Iterator[None]:
        if by.ward_id != self.ward_id or not by.has_role(*roles):
            raise FeedbackError("Việc này không thuộc phần việc của anh/chị.")
        with transaction.atomic():
            Contribution.objects.select_for_update(of=("self",), no_key=True).get(pk=self.pk)
            self.refresh_from_db()
            yield

    def note(self, kind: str, *, at: datetime, by: Staff | None, words: str = "") -> None:
        step = self.steps.create(kind=kind, at=at, by=by, words=words)
        ContributionStep.announce(kind, [step.pk])

    def attach(self, file: UploadedFile, at: datetime) -> None:
        """Keep a file that `desk.uploads.Upload` has judged. The file is written before the row says so."""
        stored = default_storage.save(f"feedback/{at:%Y/%m}/{uuid4()}", file)
        try:
            told: dict[str, Any] = {"name": file.name, "size": file.size, "kind": file.kind}  # type: ignore[attr-defined]
            self.files.create(stored=stored, **told)
        except BaseException:
            default_storage.delete(stored)
            raise
