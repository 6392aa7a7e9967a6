"""Đợt lấy phiếu: a round of paper ballots in the hamlets of some wards, opened, and frozen when it is closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.urls import reverse

from desk.models import Hamlet, Staff, Ward
from feedback.models.error import FeedbackError
from feedback.models.question import QuestionSet


class CampaignQuerySet(models.QuerySet):
    def visible_to(self, staff: Staff) -> Self:
        """Every campaign for who sees all wards; for others those that ask in their ward."""
        if staff.sees_all_wards:
            return self.all()
        return self.filter(areas__ward=staff.ward_id).distinct()

    def launch(
        self,
        *,
        question_set: QuestionSet,
        wards: Iterable[Ward],
        target: int,
        by: Staff,
        at: datetime,
        key: UUID,
        **facts: Any,
    ) -> Campaign:
        """Open a campaign with an area for each hamlet of the wards; the same `key` gives the same campaign.

        `facts`: name, opens_on, closes_on. The city opens one for any wards, a leader for the own ward only. Raises
        FeedbackError when somebody else wants to, the questions are not for ballots, or the name is taken.
        """
        wards = list(wards)
        if not (by.is_city or (by.is_leader and [ward.pk for ward in wards] == [by.ward_id])):
            raise FeedbackError("Thành phố mở đợt cho các phường, xã; lãnh đạo chỉ mở đợt cho đơn vị mình.")
        if question_set.use != QuestionSet.Use.BALLOT or question_set.valid_from > facts["opens_on"]:
            raise FeedbackError("Bộ câu hỏi này chưa dùng được để lấy phiếu vào ngày bắt đầu.")
        try:
            with transaction.atomic():
                campaign: Campaign = self.create(  # type: ignore[assignment]
                    question_set=question_set, opened_by=by, opened_at=at, key=key, **facts
                )
                campaign.add_areas(wards, target)
                return campaign
        except IntegrityError:
            if already := self.filter(key=key).first():
                return already  # type: ignore[return-value]
            raise FeedbackError("Đã có đợt lấy phiếu mang tên này. Xin đặt tên khác.") from None


class Campaign(models.Model):
    """One round of ballots with one set of questions. Once closed, neither it nor what belongs to it changes."""

    name = models.CharField("tên đợt", max_length=120)
    key = models.UUIDField(unique=True, default=uuid4)
    question_set = models.ForeignKey(QuestionSet, models.PROTECT, verbose_name="bộ câu hỏi", related_name="campaigns")
    opens_on = models.DateField("từ ngày")
    closes_on = models.DateField("đến ngày")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="ai mở")
    opened_at = models.DateTimeField("mở lúc")
    closed_at = models.DateTimeField("khóa lúc", null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="ai khóa"
    )
    closed_reason = models.CharField("khóa khi còn thiếu vì", max_length=500, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "đợt lấy phiếu"
        verbose_name_plural = "đợt lấy phiếu"
        ordering: ClassVar = ["-opens_on", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], name="campaign_name_once"),
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("closes_on")),
                name="campaign_days_in_order",
                violation_error_message="Ngày kết thúc phải từ ngày bắt đầu trở đi.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="campaign_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("feedback:campaign", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def may_close(self, staff: Staff) -> bool:
        return self.is_open and (staff.is_city or staff.pk == self.opened_by_id)

    def add_areas(self, wards: list[Ward], target: int) -> None:
        """One area for each hamlet of the wards, one without a hamlet for a ward that has none."""
        area = self.areas.model
        hamlets = list(Hamlet.objects.filter(ward__in=wards))
        without = {ward.pk for ward in wards} - {hamlet.ward_id for hamlet in hamlets}
        rows = [area(campaign=self, ward_id=hamlet.ward_id, hamlet=hamlet, target=target) for hamlet in hamlets]
        rows += [area(campaign=self, ward_id=ward, target=target) for ward in sorted(without)]
        self.areas.bulk_create(rows)

    def lock(self) -> None:
        """Hold the campaign until the transaction ends, so that closing it and changing what belongs to it never meet.

        Raises FeedbackError once it is closed.
        """
        rows = Campaign.objects.select_for_update(no_key=True).filter(pk=self.pk)
        if rows.values_list("closed_at", flat=True).get() is not None:
            raise FeedbackError("Đợt lấy phiếu này đã khóa, không sửa được nữa.")

    def close(self, *, by: Staff, at: datetime, reason: str = "") -> None:
        """Freeze it. Raises FeedbackError without a reason while an area is not accepted, or when `by` may not."""
        if not (by.is_city or by.pk == self.opened_by_id):
            raise FeedbackError("Chỉ thành phố hoặc người đã mở đợt mới khóa được.")
        with transaction.atomic():
            self.lock()
            missing = self.areas.filter(accepted_at=None).count()
            if missing and not reason:
                raise FeedbackError(f"Còn {missing} địa bàn chưa chốt. Xin ghi vì sao vẫn khóa đợt.")
            self.closed_at, self.closed_by, self.closed_reason = at, by, reason if missing else ""
            self.save(update_fields=["closed_at", "closed_by", "closed_reason"])
