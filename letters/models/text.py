"""The words of each kind of letter: a common text, which a ward may replace; the history stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from desk.models import Ward
from dossiers.models import Edition
from letters.models.kind import LetterKind

if TYPE_CHECKING:
    from desk.models import Staff


class Occasion(models.TextChoices):
    """What a text is written for: the kind of letter, and for the apology whether the promise is broken yet."""

    APOLOGY_AHEAD = "apology_ahead", "Thư xin lỗi, báo trước giờ hẹn"
    APOLOGY = "apology", "Thư xin lỗi, sau khi lỡ hẹn"
    FAULT = LetterKind.FAULT.value, LetterKind.FAULT.label
    BIRTH = LetterKind.BIRTH.value, LetterKind.BIRTH.label
    MARRIAGE = LetterKind.MARRIAGE.value, LetterKind.MARRIAGE.label
    CONDOLENCE = LetterKind.CONDOLENCE.value, LetterKind.CONDOLENCE.label
    PATIENCE = LetterKind.PATIENCE.value, LetterKind.PATIENCE.label
    IDEA = LetterKind.IDEA.value, LetterKind.IDEA.label
    PRAISE = LetterKind.PRAISE.value, LetterKind.PRAISE.label

    @property
    def kind(self) -> LetterKind:
        return LetterKind.APOLOGY if self is Occasion.APOLOGY_AHEAD else LetterKind(self.value)


class LetterTextQuerySet(models.QuerySet["LetterText"]):
    def visible_to(self, staff: Staff) -> LetterTextQuerySet:
        """The common texts, and those of the own ward."""
        return self if staff.sees_all_wards else self.filter(Q(ward=None) | Q(ward=staff.ward_id))

    def holding(self, occasion: str, ward: Ward, edition: Edition | None) -> LetterText:
        """The newest text that was written for this ward and edition; else for the ward, the edition, or everybody.

        Raises LetterText.DoesNotExist where not even a common text was loaded.
        """
        rows = self.filter(Q(ward=ward) | Q(ward=None), Q(edition=edition) | Q(edition=None), occasion=occasion)
        newest: dict[tuple[bool, bool], LetterText] = {}
        for row in rows.order_by("pk"):
            newest[row.ward_id is not None, row.edition_id is not None] = row
        for scope in ((True, True), (True, False), (False, True), (False, False)):
            if (found := newest.get(scope)) and found.body:
                return found
        raise LetterText.DoesNotExist(f"no text for {occasion}")


class LetterText(models.Model):
    """One version of a text: append-only. An empty `body` gives the place back to the text of the wider scope."""

    occasion = models.CharField("dùng cho", max_length=25, choices=Occasion)
    ward = models.ForeignKey(Ward, models.PROTECT, verbose_name="phường, xã", null=True)
    edition = models.ForeignKey(Edition, models.PROTECT, verbose_name="bộ mẫu", null=True)
    title = models.CharField("tên thư", max_length=60)
    wish = models.CharField("dòng chúc in lớn", max_length=60, blank=True)
    body = models.TextField("lời thư", blank=True)
    close = models.CharField("lời kết", max_length=80, blank=True)
    made_at = models.DateTimeField("từ lúc", default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = LetterTextQuerySet.as_manager()

    class Meta:
        verbose_name = "lời thư"
        verbose_name_plural = "lời thư"
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["occasion", "ward"], name="letter_text_of_ward")]

    def __str__(self) -> str:
        return f"{self.get_occasion_display()}, {self.made_at:%d/%m/%Y}"

    @property
    def kind(self) -> LetterKind:
        return Occasion(self.occasion).kind
