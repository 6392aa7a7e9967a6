"""Scans of a dossier: added, opened and taken away by who may see it; each opening is logged."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from desk.access import role_required
from desk.models import AccessLog
from dossiers.forms.attachment import AttachmentForm
from dossiers.models import Attachment
from dossiers.views.dossier import dossier_page, visible


@never_cache
@require_POST
@role_required("clerk", "officer", "leader")
def attach(request: HttpRequest, code: str) -> HttpResponse:
    row = visible(request, code)
    form = AttachmentForm(request.POST, request.FILES, dossier=row)
    if not form.is_valid():
        return dossier_page(request, row, form)
    Attachment.objects.attach(dossier=row, **form.cleaned_data, by=request.user, at=timezone.now())
    messages.success(request, f"Đã lưu bản chụp: {form.cleaned_data['document']}.")
    return redirect(row)


@never_cache
@require_GET
def attachment(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    row = visible(request, code)
    scan = get_object_or_404(Attachment.objects.visible_to(request.user).kept(), dossier=row, pk=pk)
    try:
        with default_storage.open(scan.stored) as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    AccessLog.objects.note(request.user, AccessLog.Kind.DOWNLOAD, f"{scan.document}, hồ sơ {row.code}", row.ward)
    response = HttpResponse(content, content_type=scan.kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(scan.name)}"
    return response


@never_cache
@require_POST
@role_required("clerk", "officer", "leader")
def detach(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    row = visible(request, code)
    scan = get_object_or_404(Attachment.objects.visible_to(request.user), dossier=row, pk=pk)
    if not scan.may_remove(request.user):
        messages.error(request, "Chỉ người đã thêm bản chụp hoặc lãnh đạo mới bỏ được.")
    elif Attachment.objects.visible_to(request.user).filter(pk=scan.pk).remove(by=request.user, at=timezone.now()):
        messages.success(request, f"Đã bỏ bản chụp: {scan.name}.")
    else:
        messages.error(request, "Bản chụp này đã bỏ rồi.")
    return redirect(row)
