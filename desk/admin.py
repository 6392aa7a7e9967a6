from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm

from desk.models import CalendarDay, DeskName, Hamlet, Staff, Ward


class HamletInline(admin.TabularInline):
    model = Hamlet
    extra = 0


@admin.register(Ward)
class WardAdmin(admin.ModelAdmin):
    list_display: ClassVar = ["__str__", "code", "valid_from", "dossier_code_prefix", "phone", "is_in_service"]
    list_filter: ClassVar = ["units", "kind", "is_in_service"]
    search_fields: ClassVar = ["name", "code"]
    inlines: ClassVar = [HamletInline]
    fieldsets: ClassVar = [
        (None, {"fields": ["units", "code", "valid_from", "kind", "name", "slug", "position", "is_in_service"]}),
        ("Liên hệ", {"fields": ["address", "city_line", "phone", "place_name"]}),
        (
            "Mã và ký hiệu",
            {
                "description": "Số liệu tạm cho bản trình diễn: mã và ký hiệu thật do đơn vị cung cấp.",
                "fields": [
                    "dossier_code_prefix",
                    "apology_symbol",
                    "thanks_symbol",
                    "congratulation_symbol",
                    "condolence_symbol",
                ],
            },
        ),
        ("Giờ làm việc", {"fields": ["morning_opens", "morning_closes", "afternoon_opens", "afternoon_closes"]}),
    ]


@admin.register(DeskName)
class DeskNameAdmin(admin.ModelAdmin):
    list_display: ClassVar = ["valid_from", "name", "symbol", "basis"]


@admin.register(CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin):
    list_display: ClassVar = ["date", "kind", "name", "basis"]
    list_filter: ClassVar = ["kind"]
    date_hierarchy = "date"
    search_fields: ClassVar = ["name", "basis"]

    def changelist_view(self, request: Any, extra_context: dict | None = None) -> Any:
        note = (
            "Năm nào chưa nhập ngày nghỉ chính thức thì tạm tính theo dự kiến, và trang tiếp nhận sẽ báo là tạm tính."
        )
        return super().changelist_view(request, {**(extra_context or {}), "subtitle": note})


class StaffForm(UserChangeForm):
    class Meta:
        model = Staff
        fields = "__all__"


class NewStaffForm(UserCreationForm):
    class Meta:
        model = Staff
        fields = ("username", "full_name", "title", "ward", "is_clerk", "is_officer", "is_leader", "is_city")


@admin.register(Staff)
class StaffAdmin(UserAdmin):
    form = StaffForm
    add_form = NewStaffForm
    list_display: ClassVar = [
        "username",
        "full_name",
        "ward",
        "is_clerk",
        "is_officer",
        "is_leader",
        "is_city",
        "is_active",
    ]
    list_filter: ClassVar = ["ward", "is_clerk", "is_officer", "is_leader", "is_city", "is_active"]
    search_fields: ClassVar = ["username", "full_name"]
    ordering: ClassVar = ["username"]
    fieldsets: ClassVar = [
        (None, {"fields": ["username", "password", "full_name", "title", "email"]}),
        ("Phần việc", {"fields": ["ward", "is_clerk", "is_officer", "is_leader", "is_city"]}),
        ("Quyền quản trị", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
    ]
    add_fieldsets: ClassVar = [
        (None, {"fields": ["username", "password1", "password2", "full_name", "title"]}),
        ("Phần việc", {"fields": ["ward", "is_clerk", "is_officer", "is_leader", "is_city"]}),
    ]
