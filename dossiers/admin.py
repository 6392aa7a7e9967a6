from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from desk.calendar import Mark, SpecialDay
from desk.models import CalendarDay
from dossiers.forms.letter_facts import LETTER_FACTS
from dossiers.models import DelayCause, Edition, FormTitle, Procedure, RequiredDocument, RetentionTerm
from dossiers.models.procedure import DOUBTS
from dossiers.models.shift import Shift, move, shifts


class RequiredDocumentInline(admin.TabularInline):
    model = RequiredDocument
    extra = 0


class ProcedureForm(forms.ModelForm):
    """What is kept as a list is ticked: a fact that nobody knows would break every intake page."""

    letter_facts = forms.MultipleChoiceField(
        label="Thông tin cho thư",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(name, fact.label) for name, fact in LETTER_FACTS.items()],
    )
    unverified = forms.MultipleChoiceField(
        label="Số liệu chưa kiểm chứng", required=False, widget=forms.CheckboxSelectMultiple, choices=DOUBTS
    )


@admin.register(Procedure)
class ProcedureAdmin(admin.ModelAdmin):
    form = ProcedureForm
    list_display: ClassVar = [
        "code",
        "name",
        "field",
        "limit_words",
        "fee_words",
        "not_verified",
        "valid_from",
        "valid_to",
    ]
    list_filter: ClassVar = ["field", "limit_unit"]
    search_fields: ClassVar = ["code", "name", "name_folded"]
    inlines: ClassVar = [RequiredDocumentInline]

    @admin.display(description="Chưa kiểm chứng")
    def not_verified(self, procedure: Procedure) -> str:
        doubts = procedure.doubts()
        return f"⚠ {doubts}" if doubts else ""

    @admin.display(description="thời hạn")
    def limit_words(self, procedure: Procedure) -> str:
        return procedure.limit_words

    @admin.display(description="lệ phí")
    def fee_words(self, procedure: Procedure) -> str:
        return procedure.fee_words


class FormTitleInline(admin.TabularInline):
    model = FormTitle
    extra = 0


@admin.register(Edition)
class EditionAdmin(admin.ModelAdmin):
    list_display: ClassVar = ["name", "valid_from", "basis", "code_format"]
    inlines: ClassVar = [FormTitleInline]


@admin.register(DelayCause)
class DelayCauseAdmin(admin.ModelAdmin):
    list_display: ClassVar = ["name", "position", "is_offered"]


@admin.register(RetentionTerm)
class RetentionTermAdmin(admin.ModelAdmin):
    list_display: ClassVar = ["kind", "days", "basis"]


class CalendarDayForm(forms.ModelForm):
    """A day off is asked about twice: what it is, and what becomes of the promises that it makes later."""

    SHOWN = 20

    promises = forms.ChoiceField(
        label="Lời hẹn đã trao",
        required=False,
        choices=[("keep", "Giữ nguyên các ngày đã hẹn"), ("move", "Dời theo lịch mới, mỗi hồ sơ một giấy hẹn mới")],
        widget=forms.RadioSelect,
        help_text="Chỉ phải chọn khi ngày này làm chậm lời hẹn đã trao; trang sẽ liệt kê từng lời hẹn.",
    )

    class Meta:
        model = CalendarDay
        fields = ("date", "kind", "name", "basis", "promises")

    shifts: list[Shift] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if {"date", "kind"} <= data.keys():
            before = CalendarDay.objects.special_days()
            after = {day: row for day, row in before.items() if day != self.initial.get("date")}
            after[data["date"]] = SpecialDay(data["date"], Mark(data["kind"]), data.get("name", ""))
            self.shifts = shifts(before, after, timezone.now())
        if self.shifts and not data.get("promises"):
            self.add_error("promises", self.question())
        return data

    def question(self) -> str:
        """How many promises would move and which, for the field that asks what to do."""
        rows = (
            (each.appointment.dossier.get_absolute_url(), each.appointment.dossier, each.appointment.short,
             f"{each.promise.half.short} {each.promise.day:%d/%m}")
            for each in self.shifts[: self.SHOWN]
        )  # fmt: skip
        rest = len(self.shifts) - self.SHOWN
        return format_html(
            "Ngày này làm chậm {} lời hẹn đã trao. Xin chọn giữ hay dời.<ul>{}{}</ul>",
            len(self.shifts),
            format_html_join("", '<li><a href="{}" target="_blank">{}</a>: {} → {}</li>', rows),
            format_html("<li>và {} lời hẹn nữa</li>", rest) if rest > 0 else "",
        )


@admin.register(CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin):
    """Here and not in `desk`, because a day off asks about promises."""

    form = CalendarDayForm
    list_display: ClassVar = ["date", "kind", "name", "basis"]
    list_filter: ClassVar = ["kind"]
    date_hierarchy = "date"
    search_fields: ClassVar = ["name", "basis"]

    def save_model(self, request: HttpRequest, obj: CalendarDay, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.cleaned_data.get("promises") == "move":
            reason = f"Lịch nghỉ thay đổi: {obj.name}, {obj.date:%d/%m/%Y}"
            moved = move(form.shifts, reason=reason, by=request.user, at=timezone.now())  # type: ignore[arg-type]
            messages.success(request, f"Đã dời {moved} lời hẹn theo lịch mới.")
        elif form.shifts:
            messages.info(request, f"Giữ nguyên {len(form.shifts)} lời hẹn đã trao.")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple:
        """A day of work that promises count on is not deleted: made a day off instead, it asks about them."""
        deleted, counts, needed, protected = super().get_deleted_objects(objs, request)
        before = CalendarDay.objects.special_days()
        gone = {row.date for row in objs}
        found = shifts(before, {day: row for day, row in before.items() if day not in gone}, timezone.now())
        words = [f"Lời hẹn của hồ sơ {each.appointment.dossier}: {each.appointment.short}" for each in found]
        return deleted, counts, needed, [*protected, *words]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> Any:
        note = (
            "Năm nào chưa nhập ngày nghỉ chính thức thì tạm tính theo dự kiến, và trang tiếp nhận sẽ báo là tạm tính."
        )
        return super().changelist_view(request, {**(extra_context or {}), "subtitle": note})
