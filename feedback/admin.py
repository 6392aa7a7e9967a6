"""What the administrator keeps: scales, questions, terms and the wards' own rules."""

from __future__ import annotations

from django.contrib import admin

from feedback.models import ContributionTerm, Level, Question, QuestionSet, Scale, WardRule


class LevelInline(admin.TabularInline):
    model = Level
    extra = 0


class QuestionInline(admin.TabularInline):
    model = Question
    extra = 0


@admin.register(Scale)
class ScaleAdmin(admin.ModelAdmin):
    list_display = ("name", "basis")
    inlines = (LevelInline,)


@admin.register(QuestionSet)
class QuestionSetAdmin(admin.ModelAdmin):
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
