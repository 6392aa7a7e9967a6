from typing import Any, ClassVar

from axes.utils import reset
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import ManyToManyField
from django.http import HttpRequest

from desk.models import AccessLog, DeskName, Hamlet, Staff, Ward
from desk.vietnamese import capitalise

#: What may be permitted, by the beginning of the permission's code.
DEEDS = {"view": "xem", "add": "thêm", "change": "sửa", "delete": "xóa"}


class Permissions(forms.ModelMultipleChoiceField):
    """ "Thư: sửa lời thư" instead of Django's "Can change lời thư"."""

    def label_from_instance(self, permission: Permission) -> str:
        section, _, rows = permission.content_type.app_labeled_name.partition(" | ")
        deed = DEEDS[permission.codename.partition("_")[0]]
        return f"{capitalise(section)}: {deed} {rows}"


class Permitting(admin.ModelAdmin):
    """Offers the permissions that decide something: those for what the administration shows."""

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Permission:
            pages = self.admin_site._registry
            shown = {*pages, *(inline.model for page in pages.values() for inline in page.inlines)}
            types = ContentType.objects.get_for_models(*shown).values()
            kwargs["queryset"] = Permission.objects.filter(content_type__in=types).select_related("content_type")
            kwargs["form_class"] = Permissions
        return super().formfield_for_manytomany(db_field, request, **kwargs)


admin.site.unregister(Group)


@admin.register(Group)
class PermittedGroupAdmin(Permitting, GroupAdmin):
    pass


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


class StaffForm(UserChangeForm):
    class Meta:
        model = Staff
        fields = "__all__"


class NewStaffForm(UserCreationForm):
    class Meta:
        model = Staff
        fields = ("username", "full_name", "title", "ward", "is_clerk", "is_officer", "is_leader", "is_city", "power")


class ResetPasswordForm(AdminPasswordChangeForm):
    """A new password also ends the wait after too many wrong ones."""

    def save(self, commit: bool = True) -> Staff:
        staff = super().save(commit)
        reset(username=staff.username)
        return staff


@admin.register(Staff)
class StaffAdmin(Permitting, UserAdmin):
    form = StaffForm
    add_form = NewStaffForm
    change_password_form = ResetPasswordForm
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
        ("Phần việc", {"fields": ["ward", "is_clerk", "is_officer", "is_leader", "is_city", "power"]}),
        ("Quyền quản trị", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
    ]
    add_fieldsets: ClassVar = [
        (None, {"fields": ["username", "password1", "password2", "full_name", "title"]}),
        ("Phần việc", {"fields": ["ward", "is_clerk", "is_officer", "is_leader", "is_city", "power"]}),
    ]


@admin.register(AccessLog)
class AccessLogAdmin(admin.ModelAdmin):
    """To be read, never written."""

    list_display: ClassVar = ["at", "ward", "staff", "kind", "about", "reason"]
    list_filter: ClassVar = ["kind", "ward"]
    search_fields: ClassVar = ["about", "staff__full_name"]
    date_hierarchy = "at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
