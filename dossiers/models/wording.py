"""The wording of a form as a ward's leader replaced it; what was printed before keeps the words it was printed with."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models

from desk.models import WardQuerySet
from dossiers.models.procedure import Edition, FormTitle

if TYPE_CHECKING:
    from desk.models import Staff, Ward


class FormTextQuerySet(WardQuerySet):
    def texts(self, ward: Ward, edition: Edition, kind: str) -> dict[str, str]:
        """What holds now, by passage; the newest row has the last word, and an empty one stands for the standard."""
        rows = self.filter(ward=ward, edition=edition, kind=kind).order_by("pk").values_list("passage", "text")
        return {passage: text for passage, text in dict(rows).items() if text}

    def reword(self, *, ward: Ward, edition: Edition, kind: str, texts: dict[str, str], by: Staff, at: datetime) -> int:
        """Keep those passages that differ from what holds; "" goes back to the standard wording. Returns how many."""
        held = self.texts(ward, edition, kind)
        facts = {"ward": ward, "edition": edition, "kind": kind, "made_at": at, "made_by": by}
        changed = {passage: text for passage, text in texts.items() if text != held.get(passage, "")}
        FormText.objects.bulk_create(FormText(passage=name, text=text, **facts) for name, text in changed.items())
        return len(changed)


class FormText(models.Model):
    """One passage of one form, from a moment on: append-only, the history of the wording."""

    ward = models.ForeignKey("desk.Ward", models.PROTECT)
    edition = models.ForeignKey(Edition, models.PROTECT, verbose_name="bộ mẫu")
    kind = models.CharField("giấy", max_length=12, choices=FormTitle.Kind)
    passage = models.CharField("đoạn", max_length=20)
    text = models.CharField("lời văn", max_length=300, blank=True)
    made_at = models.DateTimeField("từ lúc")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = FormTextQuerySet.as_manager()

    class Meta:
        verbose_name = "lời văn mẫu giấy"
        verbose_name_plural = "lời văn mẫu giấy"
        ordering: ClassVar = ["-made_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["ward", "edition", "kind"], name="form_text_of_ward")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.passage}"
