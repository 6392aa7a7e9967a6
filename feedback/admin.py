"""What the administrator keeps: scales, questions, terms and the wards' own rules."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse

from feedback.models import ContributionTerm, Level, Question, QuestionSet, Scale, WardRule


class FrozenOnceUsed(admin.ModelAdmin):
    """A row whose words somebody has answered is shown, and changed no more: new words are a new row."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_used)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_used)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is not None and row.is_used:
            messages.warning(
                request, f"{row}: đã có người trả lời nên lời không sửa được. Xin lập cái mới, ghi từ ngày."
            )
        return super().change_view(request, object_id, *args, **kwargs)


class Part(admin.TabularInline):
    """A part of a row that is frozen with it."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and not (obj and obj.is_used)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_used)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_used)


class LevelInline(Part):
    model = Level


class QuestionInline(Part):
    model = Question


@admin.register(Scale)
class ScaleAdmin(FrozenOnceUsed):
    list_display = ("name", "basis")
    inlines = (LevelInline,)


@admin.register(QuestionSet)
class QuestionSetAdmin(FrozenOnceUsed):
    list_display = ("name", "use", "scale", "valid_from", "basis")
    list_filter = ("use",)
    inlines = (QuestionInline,)


@admin.register(ContributionTerm)
class ContributionTermAdmin(admin.ModelAdmin):
    list_display = ("kind", "valid_from", "days", "basis")


@admin.register(WardRule)
class WardRuleAdmin(admin.ModelAdmin):
    list_display = ("title", "ward", "valid_from", "valid_to")
    list_filter = ("ward",)
