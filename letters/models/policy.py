"""How a ward wants each kind of letter: asked for, by itself with the text signed in advance, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from desk.models import Ward, WardQuerySet
from letters.models.error import LetterError
from letters.models.kind import LetterKind
from letters.models.text import LetterText, Occasion

if TYPE_CHECKING:
    from desk.models import Staff


class LetterPolicyQuerySet(WardQuerySet):
    def paused(self, ward: Ward) -> list[LetterPolicy]:
        """The ward's automatic kinds that no longer go out by themselves: the leader has to sign them anew."""
        rows: Any = self.filter(ward=ward, mode=LetterPolicy.Mode.AUTOMATIC).select_related("signer")
        held = LetterText.objects.in_force(ward)
        return [row for row in rows.prefetch_related("signed_texts") if not row.lets_go(texts_of(row.kind, held))]

    def switched_off(self) -> LetterPolicyQuerySet:
        return self.filter(mode=LetterPolicy.Mode.OFF)

    def decide(
        self, *, ward: Ward, kind: str, mode: str, by: Staff, at: datetime, texts: list[LetterText]
    ) -> LetterPolicy:
        """What this leader decides for the ward; automatic letters go out in the leader's name with those `texts`.

        Raises LetterError for who may not sign for this ward, and for an apology that is to be switched off.
        """
        if by.ward_id != ward.pk or not by.has_role("leader"):
            raise LetterError("Việc này không thuộc phần việc của anh/chị.")
        if not by.signing_lines:
            raise LetterError("Tài khoản của anh/chị chưa ghi quyền ký. Xin báo quản trị ghi giúp.")
        if mode not in modes_of(kind):
            raise LetterError("Lỡ hẹn thì phải xin lỗi: thư xin lỗi không tắt được.")
        signer = by if mode == LetterPolicy.Mode.AUTOMATIC else None
        decided = {"mode": mode, "signer": signer, "decided_by": by, "decided_at": at}
        with transaction.atomic():
            policy: LetterPolicy = self.update_or_create(ward=ward, kind=kind, defaults=decided)[0]  # type: ignore[assignment]
            policy.signed_texts.set(texts if signer else [])
        return policy


class LetterPolicy(models.Model):
    """One decision of one ward; where there is none the letter is drafted and a leader approves it."""

    class Mode(models.TextChoices):
        ASKED = "asked", "Lãnh đạo duyệt từng thư"
        AUTOMATIC = "automatic", "Tự phát hành, lãnh đạo đã ký trước"
        OFF = "off", "Không gửi"

    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã")
    kind = models.CharField("loại thư", max_length=25, choices=LetterKind)
    mode = models.CharField("cách làm", max_length=9, choices=Mode, default=Mode.ASKED)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_texts = models.ManyToManyField(LetterText, verbose_name="lời thư đã ký trước")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("quyết định lúc")

    objects = LetterPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = "cách gửi thư"
        verbose_name_plural = "cách gửi thư"
        ordering: ClassVar = ["ward", "kind"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ward", "kind"], name="letter_policy_once"),
            models.CheckConstraint(
                condition=~Q(kind=LetterKind.APOLOGY, mode="off"), name="letter_policy_apology_stays_on"
            ),
            models.CheckConstraint(
                condition=Q(mode="automatic", signer__isnull=False) | ~Q(mode="automatic") & Q(signer=None),
                name="letter_policy_automatic_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_mode_display()}"

    @property
    def is_signer_in_office(self) -> bool:
        """Whether who signed in advance may still sign for this ward."""
        signer = self.signer
        may = signer and signer.is_active and signer.ward_id == self.ward_id and signer.has_role("leader")
        return bool(may and signer and signer.signing_lines)

    def lets_go(self, texts: Collection[LetterText]) -> bool:
        """Whether automatic letters go out now: every one of `texts` was signed, by who may still sign."""
        signed = {text.pk for text in self.signed_texts.all()}
        return self.is_signer_in_office and all(text.pk in signed for text in texts)


def texts_of(kind: str, held: Mapping[str, list[LetterText]]) -> list[LetterText]:
    """Of the texts in force, by occasion, those of this kind of letter."""
    return [text for occasion in Occasion if occasion.kind == kind for text in held.get(occasion.value, [])]


def modes_of(kind: str) -> list[LetterPolicy.Mode]:
    """What a ward may decide; an apology that is owed cannot be switched off."""
    owed = kind in (LetterKind.APOLOGY, LetterKind.FAULT)
    return [mode for mode in LetterPolicy.Mode if not (owed and mode == LetterPolicy.Mode.OFF)]
