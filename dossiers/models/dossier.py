"""A dossier and what can be done with it."""

from __future__ import annotations

import re
import secrets
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from desk.calendar import ONE_DAY, Promise, WorkingCalendar
from desk.fields import FoldedField, SortKeyField
from desk.models import CalendarDay, Counter, Hamlet, Staff, Ward, WardQuerySet
from desk.period import Days, within
from desk.vietnamese import mask_name
from dossiers.models.appointment import Appointment
from dossiers.models.committed import CommittedTerm
from dossiers.models.document import DossierDocument, GivenDocument
from dossiers.models.event import Event
from dossiers.models.procedure import Edition, Procedure, Term
from dossiers.models.state import OPEN, UNFINISHED, DossierError, State
from dossiers.models.steps import Steps
from dossiers.models.supplement import SupplementRequest
from dossiers.worked import minutes_by_step

if TYPE_CHECKING:
    from collections import Counter as Counts
    from collections.abc import Iterable


class DossierQuerySet(WardQuerySet):
    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def overdue(self, at: datetime) -> Self:
        """Open and past the first promise of the term; a new date does not heal that."""
        return self.open().filter(promised_at__lt=at)

    def behind(self, at: datetime) -> Self:
        """Not late yet, but the step it is in has used its share of the term (chậm tiến độ)."""
        return self.on_time(at).filter(step_due_at__lt=at)

    def waiting_for_papers(self) -> Self:
        return self.filter(state=State.NEEDS_PAPERS)

    def given_to(self, staff: Staff | None) -> Self:
        """On the way to this person, who has not confirmed yet."""
        return self.filter(handovers__receiver=staff, handovers__accepted_at=None, handovers__withdrawn_at=None)

    def reminded_to(self, staff: Staff | None) -> Self:
        """With this person, who was reminded by a leader and has taken no step since."""
        later = Event.objects.steps().filter(dossier=models.OuterRef("dossier"), pk__gt=models.OuterRef("pk"))
        unanswered = Event.objects.reminders().exclude(models.Exists(later))
        return self.open().filter(holder=staff, pk__in=unanswered.values("dossier"))

    def unexplained(self, now: datetime) -> Self:
        """The promise is missed or about to be, and nobody has said why."""
        silent = Appointment.objects.to_explain(now).filter(dossier=models.OuterRef("pk"))
        return self.filter(models.Exists(silent), state__in=(*OPEN, State.READY))

    def overdue_by_ward(self, at: datetime) -> Counts[int]:
        return self.overdue(at).counted_by("ward")

    def on_time(self, at: datetime) -> Self:
        return self.open().filter(promised_at__gte=at)

    def due_on(self, day: date, at: datetime) -> Self:
        """Not late yet, and promised for that day."""
        return self.due_within(*Days(day, day).moments, at)

    def due_within(self, start: datetime, end: datetime, at: datetime) -> Self:
        """Not late yet, and promised for [start, end)."""
        return self.on_time(at).filter(due_at__gte=start, due_at__lt=end)

    def with_reminder(self) -> Self:
        """With what a leader said last as `reminder_words`, and when as `reminded_at`."""
        said = Event.objects.filter(dossier=models.OuterRef("pk"), kind=Event.Kind.REMINDED).order_by("-at", "-pk")
        words, moment = (models.Subquery(said.values(name)[:1]) for name in ("reason", "at"))
        return self.annotate(reminder_words=words, reminded_at=moment)

    def ready(self) -> Self:
        return self.filter(state=State.READY)

    def find(self, text: str) -> Self:
        """By words of the name without accents, short code, telephone number or ID number, as the counter types it."""
        if re.fullmatch(r"[0-9]{4}-[0-9]{4,}", text):
            return self.filter(code__endswith=text)
        digits = text.replace(" ", "").replace(".", "")
        if digits.isdigit() and len(digits) >= 9:
            return self.filter(Q(phone=digits) | Q(id_number=digits) | Q(tax_code=digits))
        if digits.isdigit():
            return self.filter(Q(code__endswith=f"-{digits:0>4}") | Q(phone__endswith=digits))
        return self.filter(applicant_folded__words=text)

    def find_begun(self, text: str) -> Self:
        """By words of the name of which the last is just begun: for what `find` does not find."""
        return self.filter(applicant_folded__begun=text)

    def by_pair(self, code: str, digits: str) -> Self:
        """The dossier of that code whose telephone, ID number or tax code ends in those four digits."""
        fits = Q(phone__endswith=digits) | Q(id_number__endswith=digits) | Q(tax_code__endswith=digits)
        return self.filter(fits, code=code)

    def same_matter(self, ward: Ward, procedure: Procedure, id_number: str) -> Self:
        """Open dossiers of the same person for the same procedure."""
        if not id_number:
            return self.none()
        return self.filter(state__in=UNFINISHED, ward=ward, procedure__code=procedure.code, id_number=id_number)

    def returned_by_ward(self, first: date, after: date) -> dict[int, int]:
        """How many results each ward handed back in [first, after)."""
        handed = self.filter(within("returned_at", Days(first, after - ONE_DAY))).order_by()
        return dict(handed.values_list("ward").annotate(how_many=models.Count("*")))

    def receive(
        self,
        *,
        ward: Ward,
        procedure: Procedure,
        by: Staff,
        at: datetime,
        intake_key: UUID,
        documents: Iterable[GivenDocument] = (),
        **facts: Any,
    ) -> Dossier:
        """Take a dossier in: code, register number, documents, first appointment and event in one transaction.

        The same `intake_key` gives the dossier that is already there: a second click receives nothing twice.
        Raises DossierError when the person is no clerk of the ward.
        """
        if by.ward_id != ward.pk or not by.has_role("clerk"):
            raise DossierError("Chỉ cán bộ một cửa của đơn vị mới nhận hồ sơ.")
        try:
            with transaction.atomic():
                day = timezone.localdate(at)
                calendar = CalendarDay.objects.calendar(ward.hours)
                dossier = Dossier(
                    ward=ward,
                    procedure=procedure,
                    committed=CommittedTerm.objects.of(ward, procedure, day),
                    edition=Edition.objects.on(day),
                    intake_key=intake_key,
                    received_by=by,
                    received_at=at,
                    **facts,
                )
                promise = dossier.promise_from(at, calendar)
                dossier.take_numbers(day).promised(promise)
                dossier.holder = by
                dossier.step_due_at = procedure.step_due_at("desk", at, (at, promise.due_at), calendar)
                dossier.save(force_insert=True)
                DossierDocument.objects.bulk_create(
                    DossierDocument(dossier=dossier, position=position, **vars(given))
                    for position, given in enumerate(documents, start=1)
                )
                appointment = Appointment.plan(dossier, promise, cause=Appointment.Cause.INTAKE, by=by, at=at)
                appointment.save()
                Event.record(
                    Event.Kind.RECEIVED, dossier, at=at, by=by, appointment=appointment, state_after=State.RECEIVED
                )
        except IntegrityError:
            if already := self.filter(ward=ward, intake_key=intake_key).first():
                return already  # type: ignore[return-value]
            raise
        return dossier


def new_token() -> str:
    """128 bits for the QR code of the slip: names nobody and cannot be guessed."""
    return secrets.token_urlsafe(16)


class Dossier(Steps):
    """Hồ sơ: one matter of one applicant, from receipt to return."""

    class Channel(models.TextChoices):
        COUNTER = "counter", "Trực tiếp"
        POST = "post", "Bưu chính công ích"
        ONLINE = "online", "Trực tuyến"
        HOME = "home", "Tại nhà"

    class ApplicantKind(models.TextChoices):
        PERSON = "person", "Cá nhân"
        ORGANISATION = "organisation", "Tổ chức"

    class Sex(models.TextChoices):
        MALE = "Nam", "Nam"
        FEMALE = "Nữ", "Nữ"

    class ReturnMethod(models.TextChoices):
        COUNTER = "counter", "Tại quầy"
        POST = "post", "Qua bưu chính công ích"
        HOME = "home", "Tại nhà"

    ward = models.ForeignKey(Ward, models.PROTECT)
    procedure = models.ForeignKey(Procedure, models.PROTECT)
    # few have one: an index below holds only these
    committed = models.ForeignKey(CommittedTerm, models.PROTECT, null=True, related_name="+", db_index=False)
    edition = models.ForeignKey(Edition, models.PROTECT)
    code = models.CharField("mã hồ sơ", max_length=60, unique=True)
    token = models.CharField(max_length=22, unique=True, default=new_token)
    intake_key = models.UUIDField(default=uuid4)
    day_number = models.PositiveIntegerField("số trong ngày")
    register_year = models.PositiveSmallIntegerField("năm của sổ")
    register_number = models.PositiveIntegerField("số thứ tự trong sổ")
    state = models.CharField("trạng thái", max_length=12, choices=State, default=State.RECEIVED)
    channel = models.CharField("cách nộp", max_length=8, choices=Channel, default=Channel.COUNTER)

    applicant_kind = models.CharField(
        "người nộp là", max_length=12, choices=ApplicantKind, default=ApplicantKind.PERSON
    )
    applicant_name = models.CharField("họ và tên", max_length=160)
    applicant_folded = FoldedField(of="applicant_name")
    applicant_sort = SortKeyField(of="applicant_name")
    id_number = models.CharField("số định danh", max_length=12, blank=True)
    tax_code = models.CharField("mã số thuế", max_length=14, blank=True)
    birth = models.CharField("ngày sinh", max_length=10, blank=True)  # ISO date, or the year alone
    sex = models.CharField("giới tính", max_length=3, choices=Sex, blank=True)
    address = models.CharField("địa chỉ", max_length=250)
    hamlet = models.ForeignKey(Hamlet, models.PROTECT, verbose_name="thôn, tổ", null=True, blank=True)
    phone = models.CharField("điện thoại", max_length=11, blank=True)
    email = models.EmailField("email", max_length=120, blank=True)
    proxy_name = models.CharField("người được ủy quyền", max_length=160, blank=True)
    proxy_id_number = models.CharField("số định danh người được ủy quyền", max_length=12, blank=True)

    set_count = models.PositiveSmallIntegerField("số bộ", default=1)
    fee_vnd = models.PositiveIntegerField("lệ phí", null=True, blank=True)
    fee_paid = models.BooleanField("đã nộp lệ phí", default=False)
    return_method = models.CharField(
        "cách nhận kết quả", max_length=8, choices=ReturnMethod, default=ReturnMethod.COUNTER
    )
    return_address = models.CharField("nhận tại", max_length=250, blank=True)
    letter_facts = models.JSONField("thông tin cho thư", default=dict, blank=True)
    agrees_to_letter = models.BooleanField("đồng ý nhận thư", default=False)
    agrees_to_messages = models.BooleanField("đồng ý nhận tin nhắn", default=False)

    received_at = models.DateTimeField("nhận lúc")
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    promised_at = models.DateTimeField("hẹn lần đầu")
    due_at = models.DateTimeField("hẹn hiện tại")
    ready_at = models.DateTimeField("có kết quả lúc", null=True)
    returned_at = models.DateTimeField("trả lúc", null=True)
    ended_at = models.DateTimeField("từ chối, dừng lúc", null=True)
    desk_minutes = models.PositiveIntegerField("phút làm việc ở quầy", null=True)
    officer_minutes = models.PositiveIntegerField("phút làm việc ở công chức", null=True)
    leader_minutes = models.PositiveIntegerField("phút làm việc ở lãnh đạo", null=True)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="đang ở", null=True, related_name="+"
    )
    step_due_at = models.DateTimeField("nên xong bước này trước", null=True)
    returned_to_name = models.CharField("người nhận thay", max_length=160, blank=True)
    returned_to_id_number = models.CharField("số định danh người nhận thay", max_length=12, blank=True)
    originals_returned = models.BooleanField("đã trả lại bản chính", default=False)
    slip_version = models.PositiveSmallIntegerField("lần cấp giấy hẹn", default=1)

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = "hồ sơ"
        verbose_name_plural = "hồ sơ"
        ordering: ClassVar = ["-received_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ward", "intake_key"], name="dossier_received_once"),
            models.UniqueConstraint(
                fields=["ward", "register_year", "register_number"], name="dossier_register_number"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["ward", "promised_at", "id"], condition=Q(state__in=OPEN), name="dossier_open_promised"
            ),
            models.Index(
                fields=["ward", "due_at", "received_at", "promised_at"],
                condition=Q(state__in=OPEN),
                name="dossier_open_due_at",
            ),
            models.Index(
                fields=["ward", "step_due_at", "promised_at", "due_at"],
                condition=Q(state__in=OPEN),
                name="dossier_open_step",
            ),
            models.Index(fields=["ward", "ready_at"], condition=Q(state=State.READY), name="dossier_waiting_return"),
            models.Index(fields=["ward", "ready_at", "promised_at"], name="dossier_punctuality"),
            models.Index(
                fields=["returned_at", "ward"], condition=Q(returned_at__isnull=False), name="dossier_returned"
            ),
            models.Index(fields=["ward", "-received_at", "-id"], name="dossier_newest"),
            models.Index(fields=["ended_at", "ward"], condition=Q(ended_at__isnull=False), name="dossier_ended"),
            models.Index(fields=["ward", "id_number"], condition=~Q(id_number=""), name="dossier_id_number"),
            models.Index(fields=["committed"], condition=Q(committed__isnull=False), name="dossier_committed"),
            models.Index(fields=["ward", "phone"], condition=~Q(phone=""), name="dossier_phone"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """Django's own looks through all choices anew for each row of a list."""
        return State(self.state).label

    def get_absolute_url(self) -> str:
        return reverse("dossiers:dossier", args=[self.code])

    def get_status_url(self) -> str:
        """The page that the slip's QR opens, as a whole address."""
        return settings.SITE_URL + reverse("dossiers:status", args=[self.token])

    # what a new dossier is made of

    def take_numbers(self, day: date) -> Self:
        """Code and register number from the locked counters of the ward: gap-free by year, running in the day."""
        self.day_number = Counter.objects.next(self.ward, f"dossier-{day:%Y%m%d}")
        self.register_year = day.year
        self.register_number = Counter.objects.next(self.ward, f"register-{day.year}")
        self.code = self.edition.dossier_code(self.ward.dossier_code_prefix, day, self.day_number)
        return self

    @property
    def term(self) -> Term:
        """What its slip promises: the ward's own term of the day of receipt, else the law's."""
        return self.committed or self.procedure

    def promise_from(self, at: datetime, calendar: WorkingCalendar, *begins: str) -> Promise:
        """What its term promises when it runs from that moment on."""
        return self.procedure.promise(at, calendar, self.committed, *begins)

    def promised(self, promise: Promise) -> Self:
        """Start a term: lateness counts from this promise."""
        self.promised_at = self.due_at = promise.due_at
        return self

    def minutes_until(self, done_at: datetime) -> dict[str, int]:
        """The columns that say where the working time went (dossiers.worked)."""
        taken = self.handovers.filter(accepted_at__isnull=False).order_by("accepted_at", "pk")
        papers = SupplementRequest.objects.filter(dossier=self, answered_at__isnull=False)
        minutes = minutes_by_step(
            self.received_at,
            taken.values_list("accepted_at", "step"),  # type: ignore[arg-type]
            done_at,
            CalendarDay.objects.calendar(self.ward.hours),
            papers.values_list("asked_at", "answered_at").first(),  # type: ignore[arg-type]
        )
        return {f"{step}_minutes": spent for step, spent in minutes.items()}

    # how it is shown

    @property
    def reminder(self) -> Event | None:
        """The leader's word that nobody has answered by a step yet."""
        last = self.events.steps().order_by("at", "pk").last()
        return last if last and last.kind == Event.Kind.REMINDED and self.state in OPEN else None

    @property
    def short_code(self) -> str:
        """ "1123-0009": month, day and number as the code has them; a corrected day of receipt changes no code."""
        return f"{self.code.rpartition('-')[0][-4:]}-{self.day_number:04}"

    @property
    def masked_name(self) -> str:
        if self.applicant_kind == self.ApplicantKind.ORGANISATION:
            return self.applicant_name
        return mask_name(self.applicant_name)

    @property
    def honorific(self) -> str:
        """ "Ông" or "Bà"; nothing where the sex is not known or it is an organisation."""
        return {self.Sex.MALE: "Ông", self.Sex.FEMALE: "Bà"}.get(self.sex, "")  # type: ignore[call-overload]

    @property
    def appointment(self) -> Appointment:
        """The promise that holds now."""
        return next(row for row in self.appointments.all() if row.is_current)

    def is_overdue(self, at: datetime) -> bool:
        return self.state in OPEN and self.promised_at < at

    @property
    def has_letter(self) -> bool:
        """Whether the family wants the letter that its procedure sends along with the result."""
        return self.agrees_to_letter and bool(self.procedure.letter)

    def needs_slip(self) -> bool:
        """Same-day matters get a slip on request only, but always where the law wants hour and day in writing."""
        due_later = timezone.localdate(self.due_at) > timezone.localdate(self.received_at)
        return not self.term.is_same_day or (self.procedure.always_slip and due_later)
