from typing import ClassVar

from django.contrib import admin

from dossiers.models import DelayCause, Edition, FormTitle, Procedure, RequiredDocument


class RequiredDocumentInline(admin.TabularInline):
    model = RequiredDocument
    extra = 0


@admin.register(Procedure)
class ProcedureAdmin(admin.ModelAdmin):
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
