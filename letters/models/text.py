"""The words of each kind of letter: a common text, which a ward may replace; the history stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Max, Q
from django.utils import timezone

from desk.models import Ward
from dossiers.models import Edition
from letters.models.error import LetterError
from letters.models.kind import ABOUT, LetterKind

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

    def newest(self) -> LetterTextQuerySet:
        """The last version in each place: of an occasion, a ward or everybody, one edition or all."""
        last = self.order_by().values("occasion", "ward", "edition").annotate(last=Max("pk")).values("last")
        return self.filter(pk__in=last)

    def in_places_of(self, ward: Ward | None) -> LetterTextQuerySet:
        """The ward's and the common texts; without a ward the common ones."""
        return self.filter(Q(ward=ward) | Q(ward=None))

    def in_force(self, ward: Ward | None) -> dict[str, list[LetterText]]:
        """What the letters of a ward are made from, by occasion: one text, or more where an edition has its own.

        Without a ward: what holds for the wards that have no text of their own.
        """
        found: dict[str, list[LetterText]] = {}
        rows = self.newest().in_places_of(ward).select_related("ward", "edition", "made_by").order_by("occasion")
        for occasion, group in groupby(rows, key=lambda row: row.occasion):
            places = list(group)
            editions = dict.fromkeys([None, *(row.edition for row in places)])
            held = [first_held(places, ward, edition) for edition in editions]
            found[occasion] = list(dict.fromkeys(text for text in held if text))
        return found

    def holding(self, occasion: str, ward: Ward | None, edition: Edition | None) -> LetterText:
        """The newest text that was written for this ward and edition; else for the ward, the edition, or everybody.

        Raises LetterText.DoesNotExist where not even a common text was loaded.
        """
        if found := first_held(self.filter(occasion=occasion).newest(), ward, edition):
            return found
        raise LetterText.DoesNotExist(f"no text for {occasion}")


def first_held(places: Iterable[LetterText], ward: Ward | None, edition: Edition | None) -> LetterText | None:
    """Of the newest texts of one occasion, the one that the letters of this ward and edition are made from."""
    held = {(row.ward_id, row.edition_id): row for row in places if row.body}
    of_ward, of_edition = ward and ward.pk, edition and edition.pk
    turns = ((of_ward, of_edition), (of_ward, None), (None, of_edition), (None, None))
    return next((held[turn] for turn in turns if turn in held), None)


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

    #: The words of a version; where none of them differs there is nothing new.
    WORDS: ClassVar = ("title", "wish", "body", "close")

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

    @property
    def place_words(self) -> str:
        """ "Lời riêng của phường Lê Hồng Phong, bộ mẫu 2025": whose letters it is for."""
        whose = f"Lời riêng của {self.ward.in_sentence}" if self.ward else "Lời thư chung"
        return f"{whose}, {str(self.edition).lower()}" if self.edition else whose

    @property
    def is_framed(self) -> bool:
        return ABOUT[self.kind].layout != "a4"

    def keep(self, *, by: Staff, at: datetime) -> bool:
        """Store it as the newest version in its place; what changes nothing is not stored. Returns whether it was.

        A leader words the own ward's letters; the common texts are the city's and the administrator's.
        """
        may = by.sees_all_wards if self.ward_id is None else by.ward_id == self.ward_id and by.has_role("leader")
        if not may:
            raise LetterError("Việc này không thuộc phần việc của anh/chị.")
        if not self.body and self.ward_id is None and self.edition_id is None:
            raise LetterError("Lời thư chung không bỏ trống được: các phường, xã đều dùng.")
        if not self._changes_something():
            return False
        self.made_by, self.made_at = by, at
        self.save(force_insert=True)
        return True

    def _changes_something(self) -> bool:
        if not self.body:
            place = {"occasion": self.occasion, "ward": self.ward_id, "edition": self.edition_id}
            return any(row.body for row in LetterText.objects.filter(**place).order_by("-pk")[:1])
        held = LetterText.objects.holding(self.occasion, self.ward, self.edition)
        return any(getattr(self, word) != getattr(held, word) for word in self.WORDS)
