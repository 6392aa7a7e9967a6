"""Wards, their people and their days: what every counter has."""

from __future__ import annotations

from collections import Counter as Counts
from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from desk.calendar import Mark, OfficeHours, SpecialDay, WorkingCalendar


class WardQuerySet(models.QuerySet):
    """Rows that belong to a ward; `ward_path` says how to reach it."""

    ward_path = "ward"

    def visible_to(self, staff: Staff) -> Self:
        """The rows this person may see: the own ward's; every ward's for the city and the administrator."""
        if staff.sees_all_wards:
            return self.all()
        return self.filter(**{self.ward_path: staff.ward_id})

    def counted_by(self, *names: str) -> Counts[Any]:
        """How many rows there are by the columns named, in one query: {key: count}, the keys of several are tuples."""
        rows = self.order_by().values_list(*names).annotate(how_many=models.Count("*"))
        return Counts({key[0] if len(names) == 1 else tuple(key): count for *key, count in rows})


class DatedQuerySet(models.QuerySet):
    """Rows that came into force on `valid_from` and hold until the next one does."""

    def on(self, day: date) -> Any:
        """The row in force on that day. Raises DoesNotExist before the first one."""
        row = self.filter(valid_from__lte=day).order_by("-valid_from").first()
        if row is None:
            raise self.model.DoesNotExist(  # type: ignore[attr-defined]
                f"{self.model.__name__}: nothing in force on {day}"
            )
        return row


class UnitSet(models.TextChoices):
    BEFORE_2025 = "2020", "21 phường, xã (trước 01/07/2025)"
    SINCE_2025 = "2025", "5 phường (từ 01/07/2025)"


class WardsOnly(WardQuerySet):
    ward_path = "pk"

    def in_service(self) -> Self:
        return self.filter(is_in_service=True)


class Ward(models.Model):
    """A ward or commune. Codes were re-used in 2025 with a new meaning, so a code alone is no identity."""

    class Kind(models.TextChoices):
        WARD = "phuong", "Phường"
        COMMUNE = "xa", "Xã"

    units = models.CharField("bộ đơn vị", max_length=4, choices=UnitSet)
    code = models.CharField("mã đơn vị", max_length=5, validators=[RegexValidator(r"^\d{5}$", "Mã gồm 5 chữ số.")])
    valid_from = models.DateField("từ ngày")
    kind = models.CharField("loại", max_length=6, choices=Kind)
    name = models.CharField("tên", max_length=60)
    slug = models.SlugField("tên trên đường dẫn", unique=True)
    position = models.PositiveSmallIntegerField("thứ tự")
    is_in_service = models.BooleanField("đang phục vụ", default=True)
    address = models.CharField("địa chỉ", max_length=200, blank=True)
    city_line = models.CharField("thuộc", max_length=120, default="thành phố Phủ Lý, tỉnh Hà Nam")
    phone = models.CharField("điện thoại", max_length=15, blank=True)
    place_name = models.CharField(
        "địa danh ghi trước ngày", max_length=60, help_text="Đơn vị mang tên người: ghi đủ “Phường …”, “Xã …”."
    )
    dossier_code_prefix = models.CharField(
        "đầu mã hồ sơ", max_length=20, help_text="Số liệu tạm: xin thay bằng mã định danh thật của đơn vị."
    )
    apology_symbol = models.CharField(
        "ký hiệu thư xin lỗi", max_length=20, default="TXL-UBND", help_text="Số liệu tạm."
    )
    thanks_symbol = models.CharField("ký hiệu thư cảm ơn", max_length=20, default="TCO-UBND", help_text="Số liệu tạm.")
    congratulation_symbol = models.CharField(
        "ký hiệu thư chúc mừng", max_length=20, default="TCM-UBND", help_text="Số liệu tạm."
    )
    condolence_symbol = models.CharField(
        "ký hiệu thư chia buồn", max_length=20, default="TCB-UBND", help_text="Số liệu tạm."
    )
    morning_opens = models.TimeField("mở cửa buổi sáng", default=OfficeHours.morning_opens)
    morning_closes = models.TimeField("đóng cửa buổi sáng", default=OfficeHours.morning_closes)
    afternoon_opens = models.TimeField("mở cửa buổi chiều", default=OfficeHours.afternoon_opens)
    afternoon_closes = models.TimeField("đóng cửa buổi chiều", default=OfficeHours.afternoon_closes)

    objects = WardsOnly.as_manager()

    class Meta:
        verbose_name = "phường, xã"
        verbose_name_plural = "phường, xã"
        ordering: ClassVar = ["units", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="ward_identity"),
            models.CheckConstraint(
                condition=Q(morning_opens__lt=F("morning_closes"))
                & Q(morning_closes__lte=F("afternoon_opens"))
                & Q(afternoon_opens__lt=F("afternoon_closes")),
                name="ward_hours_in_order",
                violation_error_message="Giờ mở cửa phải theo thứ tự: mở sáng, đóng sáng, mở chiều, đóng chiều.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.Kind(self.kind).label} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("ward_home", args=[self.slug])

    @property
    def in_sentence(self) -> str:
        """ "phường Lê Hồng Phong"."""
        return f"{self.Kind(self.kind).label.lower()} {self.name}"

    @property
    def hours(self) -> OfficeHours:
        return OfficeHours(self.morning_opens, self.morning_closes, self.afternoon_opens, self.afternoon_closes)


class Hamlet(models.Model):
    """Thôn of a commune, tổ dân phố of a ward."""

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã", related_name="hamlets")
    name = models.CharField("tên thôn, tổ", max_length=60)
    position = models.PositiveSmallIntegerField("thứ tự", default=0)

    objects = WardQuerySet.as_manager()

    class Meta:
        verbose_name = "thôn, tổ"
        verbose_name_plural = "thôn, tổ"
        ordering: ClassVar = ["ward", "position", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["ward", "name"], name="hamlet_once_per_ward")]

    def __str__(self) -> str:
        return self.name


class DeskName(models.Model):
    """What the desk is officially called, from a day on."""

    valid_from = models.DateField("từ ngày", unique=True)
    name = models.CharField("tên", max_length=80)
    symbol = models.CharField("ký hiệu sau số giấy", max_length=20)
    basis = models.CharField("căn cứ", max_length=120, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "tên bộ phận"
        verbose_name_plural = "tên bộ phận"
        ordering: ClassVar = ["valid_from"]

    def __str__(self) -> str:
        return self.name

    @property
    def lines(self) -> list[str]:
        """The name on two lines of a paper's head, as even as its words allow."""
        words = self.name.split()
        cut = min(
            range(1, len(words)), key=lambda n: abs(len(" ".join(words[:n])) - len(" ".join(words[n:]))), default=0
        )
        return [" ".join(words[:cut]), " ".join(words[cut:])] if cut else words


class CalendarDayQuerySet(models.QuerySet):
    def calendar(self, hours: OfficeHours | None = None) -> WorkingCalendar:
        """The working calendar as it stands now: one query."""
        return WorkingCalendar(self.special_days(), hours or OfficeHours())

    def special_days(self) -> dict[date, SpecialDay]:
        rows = self.values_list("date", "kind", "name")
        return {day: SpecialDay(day, Mark(kind), name) for day, kind, name in rows}


class CalendarDay(models.Model):
    """A date that is not what its weekday says. A year with no row here is taken, provisionally, from a package."""

    class Kind(models.TextChoices):
        HOLIDAY = Mark.HOLIDAY.value, "Nghỉ lễ"
        COMPENSATION = Mark.COMPENSATION.value, "Nghỉ bù"
        SWAPPED_OFF = Mark.SWAPPED_OFF.value, "Nghỉ hoán đổi"
        WORKING = Mark.WORKING.value, "Làm bù"

    date = models.DateField("ngày", unique=True)
    kind = models.CharField("loại", max_length=15, choices=Kind)
    name = models.CharField("tên ngày", max_length=80)
    basis = models.CharField("căn cứ", max_length=120, blank=True)

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        verbose_name = "ngày nghỉ, làm bù"
        verbose_name_plural = "lịch nghỉ, làm bù"
        ordering: ClassVar = ["date"]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.get_kind_display().lower()}: {self.name}"


class StaffManager(UserManager):
    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().select_related("ward")


class Staff(AbstractUser):
    """Somebody who works with the portal: one or more roles in one ward, or the city, which has none."""

    class Power(models.TextChoices):
        CHAIR = "TM", "Chủ tịch, thay mặt Ủy ban nhân dân (TM.)"
        ACTING = "Q", "Quyền Chủ tịch (Q.)"
        DEPUTY = "KT", "Phó Chủ tịch, ký thay (KT.)"
        DELEGATED = "TL", "Người được giao ký thừa lệnh (TL.)"

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField("họ và tên", max_length=80)
    title = models.CharField("chức danh", max_length=80, blank=True, help_text="Ví dụ: công chức tư pháp – hộ tịch")
    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã", null=True, blank=True)
    is_clerk = models.BooleanField("cán bộ một cửa", default=False)
    is_officer = models.BooleanField("công chức chuyên môn", default=False)
    is_leader = models.BooleanField("lãnh đạo phường, xã", default=False)
    is_city = models.BooleanField("thành phố (xem mọi phường, xã)", default=False)
    power = models.CharField(
        "ký văn bản với tư cách", max_length=2, choices=Power, blank=True, help_text="Chỉ lãnh đạo ký thư cần ô này."
    )
    wants_morning_mail = models.BooleanField("nhận thư báo buổi sáng", default=True)
    wants_weekly_mail = models.BooleanField("nhận thư tóm tắt tuần", default=True)

    REQUIRED_FIELDS: ClassVar = ["email", "full_name"]

    objects = StaffManager()  # type: ignore[misc]

    class Meta:
        verbose_name = "cán bộ"
        verbose_name_plural = "cán bộ"
        ordering: ClassVar = ["username"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(is_superuser=True)
                | Q(is_city=True, ward=None, is_clerk=False, is_officer=False, is_leader=False)
                | Q(is_city=False, ward__isnull=False) & (Q(is_clerk=True) | Q(is_officer=True) | Q(is_leader=True)),
                name="staff_role_and_ward",
                violation_error_message="Chọn vai trò và một phường, xã; riêng thành phố thì không chọn phường, xã.",
            )
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split()[-1] if self.full_name else self.username

    @property
    def sees_all_wards(self) -> bool:
        return self.is_city or (self.is_superuser and self.ward_id is None)

    @property
    def signing_lines(self) -> list[str]:
        """The authority lines above the signature (Nghị định 30/2020, Phụ lục I; domain.md 4): a deputy signs under
        "KT. CHỦ TỊCH / PHÓ CHỦ TỊCH", without "TM." before it. None for who signs nothing.
        """
        lines = {
            self.Power.CHAIR: ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"],
            self.Power.ACTING: ["TM. ỦY BAN NHÂN DÂN", "Q. CHỦ TỊCH"],
            self.Power.DEPUTY: ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
            self.Power.DELEGATED: ["TL. CHỦ TỊCH", self.title.upper()],
        }
        return lines[self.Power(self.power)] if self.power else []

    def has_role(self, *roles: str) -> bool:
        """Whether this person holds one of the roles ("clerk", "officer", "leader", "city")."""
        return any(getattr(self, f"is_{role}") for role in roles)


class CounterQuerySet(models.QuerySet):
    def next(self, ward: Ward, series: str) -> int:
        """The next number of a series, 1 first.

        Belongs inside the transaction that uses the number: the row stays locked until it ends, so two people queue,
        and a number whose use fails was never given. Raises TransactionManagementError outside a transaction.
        """
        if not transaction.get_connection().in_atomic_block:
            raise transaction.TransactionManagementError("a number is taken inside the transaction that uses it")
        row = self.filter(ward=ward, series=series)
        if not row.update(value=F("value") + 1):
            self.bulk_create([self.model(ward=ward, series=series)], ignore_conflicts=True)
            row.update(value=F("value") + 1)
        return row.values_list("value", flat=True).get()


class Counter(models.Model):
    """The last number given in a gap-free series of a ward, such as the dossiers of a day."""

    ward = models.ForeignKey(Ward, models.PROTECT)
    series = models.CharField(max_length=40)
    value = models.PositiveIntegerField(default=0)

    objects = CounterQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ward", "series"], name="counter_once_per_series")]

    def __str__(self) -> str:
        return f"{self.ward} {self.series}: {self.value}"


class AccessLogManager(models.Manager):
    def note(self, staff: Staff, kind: str, about: str, ward: Ward | None, reason: str = "") -> None:
        """One row for one act. `about` names what was looked at as people call it, with numbers of persons masked."""
        self.create(ward=ward or staff.ward, staff=staff, kind=kind, about=about[:200], reason=reason)


class AccessLog(models.Model):
    """Who saw, printed, took away or looked for whose data, when, and why where it was asked (domain.md 10)."""

    class Kind(models.TextChoices):
        VIEW = "view", "Xem"
        PRINT = "print", "In"
        EXPORT = "export", "Xuất sổ"
        SEARCH = "search", "Tìm theo số"
        DOWNLOAD = "download", "Tải bản chụp"

    ward = models.ForeignKey(Ward, models.PROTECT, null=True)
    staff = models.ForeignKey(Staff, models.PROTECT, verbose_name="ai")
    at = models.DateTimeField("lúc", default=timezone.now)
    kind = models.CharField("việc", max_length=8, choices=Kind)
    about = models.CharField("về", max_length=200)
    reason = models.CharField("lý do", max_length=200, blank=True)

    objects = AccessLogManager.from_queryset(WardQuerySet)()

    class Meta:
        verbose_name = "lượt truy cập"
        verbose_name_plural = "nhật ký truy cập"
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["ward", "-at"], name="access_log_of_ward"),
            models.Index(fields=["at"], name="access_log_at"),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.get_kind_display()} {self.about}"
