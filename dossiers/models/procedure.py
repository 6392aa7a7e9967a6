"""What a ward can be asked for, and the official forms: dated rows, because the law changes."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from desk.calendar import Limit, Promise, Unit, WorkingCalendar
from desk.fields import FoldedField
from desk.models import DatedQuerySet
from desk.vietnamese import folded_words, money


def check_code_format(pattern: str) -> None:
    """A pattern of dossier codes names prefix, date and number, and nothing else. Raises ValidationError."""
    if not re.fullmatch(r"[^{}]*\{prefix\}[^{}]*\{date\}[^{}]*\{number\}[^{}]*", pattern):
        raise ValidationError("Mẫu mã gồm {prefix}, {date}, {number} theo thứ tự ấy, ví dụ {prefix}-{date}-{number}.")


class Edition(models.Model):
    """A set of official forms, in force from a day on; a dossier keeps the one it was received under."""

    name = models.CharField("tên", max_length=20, unique=True)
    valid_from = models.DateField("từ ngày", unique=True)
    basis = models.CharField("căn cứ", max_length=120)
    code_format = models.CharField(
        "mẫu mã hồ sơ", max_length=60, default="{prefix}-{date}-{number}", validators=[check_code_format]
    )

    max_reschedules = models.PositiveSmallIntegerField(
        "số lần được hẹn lại trong một thời hạn", default=1, help_text="Nghị định 61/2018: không quá một lần."
    )

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "bộ mẫu giấy"
        verbose_name_plural = "bộ mẫu giấy"
        ordering: ClassVar = ["valid_from"]

    def __str__(self) -> str:
        return f"Bộ mẫu {self.name}"

    def dossier_code(self, prefix: str, day: date, number: int) -> str:
        """ "000.03.01.H25-261123-0009" (Thông tư 01/2018/TT-VPCP, Điều 19)."""
        return self.code_format.format(prefix=prefix, date=f"{day:%y%m%d}", number=f"{number:04}")


class FormTitle(models.Model):
    """The number and title of one official form in one edition."""

    class Kind(models.TextChoices):
        SLIP = "slip", "Giấy tiếp nhận và hẹn trả"
        SUPPLEMENT = "supplement", "Yêu cầu bổ sung"
        REFUSAL = "refusal", "Từ chối"
        APOLOGY = "apology", "Xin lỗi, hẹn lại"
        STOP = "stop", "Dừng giải quyết"
        CONTROL = "control", "Phiếu kiểm soát"
        REGISTER = "register", "Sổ theo dõi"

    edition = models.ForeignKey(Edition, models.PROTECT, verbose_name="bộ mẫu", related_name="titles")
    kind = models.CharField("giấy", max_length=12, choices=Kind)
    number = models.CharField("mẫu số", max_length=2)
    title = models.CharField("tên giấy", max_length=120)
    symbol = models.CharField(
        "ký hiệu sau số", max_length=30, blank=True, help_text="Bỏ trống: ký hiệu của bộ phận. Số liệu tạm."
    )

    class Meta:
        verbose_name = "tên mẫu giấy"
        verbose_name_plural = "tên mẫu giấy"
        ordering: ClassVar = ["edition", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "kind"], name="form_once_per_edition"),
        ]

    def __str__(self) -> str:
        return f"Mẫu {self.number}: {self.title}"


#: What of a procedure may be not verified yet.
DOUBTS = {"limit": "thời hạn", "fee": "lệ phí"}


class ProcedureQuerySet(models.QuerySet):
    def in_force(self, day: date) -> Self:
        """The version of each procedure that holds on that day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)

    def search(self, text: str) -> Self:
        """Names and codes that hold every word typed, with or without accents."""
        rows = self
        for word in folded_words(text):
            rows = rows.filter(Q(name_folded__contains=word) | Q(code__contains=word))
        return rows


class Term(models.Model):
    """How long a matter takes at most: what the law says of a procedure, or a ward of itself."""

    class LimitUnit(models.TextChoices):
        SAME_DAY = Unit.SAME_DAY.value, "trong ngày"
        WORKING_DAY = Unit.WORKING_DAY.value, "ngày làm việc"
        CALENDAR_DAY = Unit.CALENDAR_DAY.value, "ngày"
        HOUR = Unit.HOUR.value, "giờ làm việc"

    limit_value = models.PositiveSmallIntegerField("thời hạn")
    limit_unit = models.CharField("đơn vị thời hạn", max_length=12, choices=LimitUnit)
    cutoff = models.TimeField(
        "nhận đến giờ này thì trả trong ngày",
        null=True,
        blank=True,
        help_text="Bỏ trống: nhận lúc nào cũng trả trong ngày.",
    )

    class Meta:
        abstract = True

    @property
    def limit(self) -> Limit:
        return Limit(self.limit_value, Unit(self.limit_unit), self.cutoff)

    @property
    def limit_words(self) -> str:
        return self.limit.words

    @property
    def is_same_day(self) -> bool:
        return self.limit_unit == Unit.SAME_DAY


class Procedure(Term):
    """One version of an administrative procedure (thủ tục hành chính); its own term is the law's."""

    class LetterKind(models.TextChoices):
        BIRTH = "congratulation_birth", "Chúc mừng khai sinh"
        MARRIAGE = "congratulation_marriage", "Chúc mừng kết hôn"
        CONDOLENCE = "condolence", "Chia buồn"

    code = models.CharField("mã thủ tục", max_length=20)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến ngày", null=True, blank=True)
    field = models.CharField("lĩnh vực", max_length=60)
    name = models.CharField("tên thủ tục", max_length=250)
    position = models.PositiveSmallIntegerField("thứ tự", default=0, help_text="Việc hay gặp đứng trước khi gõ tìm.")
    short_name = models.CharField("tên ngắn", max_length=60, help_text="Dùng trong danh sách ở quầy.")
    limit_note = models.CharField("ghi chú thời hạn", max_length=200, blank=True)
    fee_vnd = models.PositiveIntegerField("lệ phí (đồng)", null=True, blank=True)
    fee_note = models.CharField("ghi chú lệ phí", max_length=200, blank=True)
    legal_basis = models.CharField("căn cứ pháp lý", max_length=200)
    desk_share = models.PositiveSmallIntegerField("phần thời hạn ở quầy (%)", default=10)
    officer_share = models.PositiveSmallIntegerField("phần thời hạn của công chức (%)", default=70)
    leader_share = models.PositiveSmallIntegerField("phần thời hạn của lãnh đạo (%)", default=20)
    always_slip = models.BooleanField(
        "luôn in giấy hẹn khi hẹn sang ngày khác",
        default=False,
        help_text="Chứng thực nhận sau 15 giờ (TT 01/2020/TT-BTP).",
    )
    letter = models.CharField("thư kèm theo kết quả", max_length=25, choices=LetterKind, blank=True)
    letter_facts = models.JSONField("thông tin cho thư", default=list, blank=True)
    unverified = models.JSONField(
        "số liệu chưa kiểm chứng", default=list, blank=True, help_text="limit: thời hạn; fee: lệ phí."
    )
    name_folded = FoldedField(of="name", max_length=250)

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        verbose_name = "thủ tục"
        verbose_name_plural = "thủ tục"
        ordering: ClassVar = ["position", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="procedure_version"),
            models.CheckConstraint(
                condition=Q(limit_unit=Unit.SAME_DAY) | Q(limit_value__gte=1),
                name="procedure_has_a_term",
                violation_error_message="Thời hạn phải từ 1 trở lên.",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="procedure_ends_after_start",
                violation_error_message="Ngày hết hiệu lực phải sau ngày bắt đầu.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    def clean(self) -> None:
        """Two versions of one procedure may not hold on the same day; a term ends within a year."""
        if self.limit_value and self.limit_value > 365:
            raise ValidationError({"limit_value": "Thời hạn nhiều nhất 365."})
        if self.valid_from is None:
            return  # not a day; the form says so beside the field
        others = Procedure.objects.filter(code=self.code).exclude(pk=self.pk)
        others = others.filter(Q(valid_to=None) | Q(valid_to__gte=self.valid_from))
        if self.valid_to:
            others = others.filter(valid_from__lte=self.valid_to)
        if clash := others.first():
            raise ValidationError({"valid_from": f"Trùng thời gian với phiên bản từ {clash.valid_from:%d/%m/%Y}."})

    def promise(self, at: datetime, calendar: WorkingCalendar, committed: Term | None, *begins: str) -> Promise:
        """The half day that a slip promises from that moment on, by the law's term or by the ward's own
        (`CommittedTerm.objects.of`), whichever ends first. `begins` says what the count starts with.
        """
        return calendar.earliest(at, [term.limit for term in (committed, self) if term], *begins)

    def step_due_at(
        self, step: str, at: datetime, term: tuple[datetime, datetime], calendar: WorkingCalendar
    ) -> datetime:
        """When a step begun `at` has used its share of the office time of the `term`: then the dossier is behind.

        `step` is a `Handover.Step`; the shares are percents of the whole term.
        """
        share = {"desk": self.desk_share, "officer": self.officer_share, "leader": self.leader_share}[step]
        return calendar.after(at, max(calendar.working_time(*term) * share / 100, timedelta(minutes=1)))

    @property
    def fee_words(self) -> str:
        """ "Miễn lệ phí", "8.000 đồng", or what the note says where the amount is not known."""
        if self.fee_note:
            return self.fee_note
        return "Không thu" if self.fee_vnd == 0 else money(self.fee_vnd) if self.fee_vnd else "Chưa công bố"

    def doubts(self) -> str:
        """What is not verified, in words for the administrator."""
        return ", ".join(DOUBTS[name] for name in self.unverified)


class RequiredDocument(models.Model):
    """One paper that a procedure asks for (thành phần hồ sơ)."""

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="documents", verbose_name="thủ tục")
    position = models.PositiveSmallIntegerField("thứ tự")
    name = models.CharField("tên giấy tờ", max_length=200)

    class Meta:
        verbose_name = "giấy tờ phải nộp"
        verbose_name_plural = "thành phần hồ sơ"
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["procedure", "position"], name="required_document_position"),
        ]

    def __str__(self) -> str:
        return self.name
