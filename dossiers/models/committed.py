"""Thời hạn cam kết: a ward promises to be quicker than the law asks for, from a day on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from desk.calendar import Limit, Unit
from desk.models import Ward, WardQuerySet
from desk.ruler import is_shorter
from dossiers.models.procedure import Procedure, Term
from dossiers.models.state import DossierError

if TYPE_CHECKING:
    from desk.models import Staff


def refusals(
    ward: Ward, procedure: Procedure, limit: Limit, days: tuple[date, date | None], today: date
) -> dict[str, str]:
    """What speaks against such a term, as sentences by the field that they are about."""
    (first, last), found = days, {}
    if first <= today:
        found["valid_from"] = "Sớm nhất từ ngày mai: giấy hẹn hôm nay đã ghi theo hạn đang có."
    elif last and last < first:
        found["valid_to"] = "Ngày cuối phải từ ngày bắt đầu trở đi."
    if not is_shorter(limit, procedure.limit, ward.hours):
        found["limit_value"] = f"Phải ngắn hơn thời hạn theo quy định ({procedure.limit_words})."
    return found


class CommittedTermQuerySet(WardQuerySet):
    def of(self, ward: Ward, procedure: Procedure, day: date) -> CommittedTerm | None:
        """What a slip of that day promises in place of the law's term; None where the law's holds. One query."""
        return self.of_each(ward, [procedure], day).get(procedure.code)

    def of_each(self, ward: Ward, procedures: Iterable[Procedure], day: date) -> dict[str, CommittedTerm]:
        """The same for several procedures, by their codes; one query."""
        laws = {procedure.code: procedure for procedure in procedures}
        rows: Iterable[Any] = self.filter(ward=ward, code__in=laws)
        return in_force(rows, ward, laws, day)

    def commit(
        self,
        *,
        ward: Ward,
        procedure: Procedure,
        limit: Limit,
        valid_from: date,
        valid_to: date | None,
        reason: str,
        by: Staff,
        at: datetime,
    ) -> CommittedTerm:
        """Promise a shorter term from a coming day on; from then on what was committed before is over.

        Raises DossierError where it is not shorter than the law's, begins too early, or another begins that day.
        """
        if by.ward_id != ward.pk or not by.has_role("leader"):
            raise DossierError("Chỉ lãnh đạo của đơn vị mới đặt được thời hạn cam kết.")
        wrong = refusals(ward, procedure, limit, (valid_from, valid_to), timezone.localdate(at))
        if wrong:
            raise DossierError(next(iter(wrong.values())))
        try:
            with transaction.atomic():
                return self.create(  # type: ignore[return-value]
                    ward=ward,
                    code=procedure.code,
                    limit_value=limit.value,
                    limit_unit=limit.unit.value,
                    cutoff=limit.cutoff,
                    valid_from=valid_from,
                    valid_to=valid_to,
                    reason=reason,
                    set_by=by,
                    set_at=at,
                )
        except IntegrityError:
            raise DossierError(
                f"Đã có một thời hạn cam kết khác bắt đầu từ {valid_from:%d/%m/%Y}. Xin bỏ thời hạn ấy trước."
            ) from None


def in_force(
    rows: Iterable[CommittedTerm], ward: Ward, laws: Mapping[str, Procedure], day: date
) -> dict[str, CommittedTerm]:
    """Of the ward's rows the ones that hold on that day, by the codes of `laws`: the one that began last, unless it has
    ended, or a law that became quicker has overtaken it.
    """
    begun = sorted((row for row in rows if row.valid_from <= day), key=lambda row: row.valid_from)
    newest = {row.code: row for row in begun}
    held = [row for row in newest.values() if row.valid_to is None or day <= row.valid_to]
    return {row.code: row for row in held if is_shorter(row.limit, laws[row.code].limit, ward.hours)}


class CommittedTerm(Term):
    """A shorter term that a ward gives itself for one procedure, whatever its version: new slips promise it.

    A dossier keeps the one it was received under. Rows never change what has been promised: they begin tomorrow at the
    earliest and end today at the earliest.
    """

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã", related_name="+")
    code = models.CharField("mã thủ tục", max_length=20)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    reason = models.CharField("lý do", max_length=500)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="người đặt", related_name="+")
    set_at = models.DateTimeField("đặt lúc")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="người cho thôi", null=True, related_name="+"
    )

    objects = CommittedTermQuerySet.as_manager()

    class Meta:
        verbose_name = "thời hạn cam kết"
        verbose_name_plural = "thời hạn cam kết"
        ordering: ClassVar = ["ward", "code", "-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ward", "code", "valid_from"], name="committed_term_once_a_day"),
            models.CheckConstraint(
                condition=Q(limit_unit=Unit.SAME_DAY) | Q(limit_value__gte=1), name="committed_term_has_a_length"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="committed_term_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.limit_words} từ {self.valid_from:%d/%m/%Y}"

    def end(self, *, by: Staff, at: datetime) -> None:
        """New slips promise the law's term from tomorrow on; one that has not begun never does.

        Raises DossierError where it is over already.
        """
        if by.ward_id != self.ward_id or not by.has_role("leader"):
            raise DossierError("Chỉ lãnh đạo của đơn vị mới cho thôi được thời hạn cam kết.")
        today = timezone.localdate(at)
        mine = CommittedTerm.objects.filter(pk=self.pk)
        if self.valid_from > today:
            mine.delete()
        elif not mine.filter(Q(valid_to=None) | Q(valid_to__gt=today)).update(valid_to=today, ended_by=by):
            raise DossierError("Thời hạn cam kết này đã hết hiệu lực rồi.")
