"""The portal's pages, and the bare view that they are measured against: one indexed select and a small template."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template import engines
from django.urls import include, path

from dossiers.models import Dossier

PAGE = engines["django"].from_string("<!doctype html><title>{{ dossier.code }}</title><p>{{ dossier.state }}</p>")


@login_not_required
def bare(request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse(PAGE.render({"dossier": get_object_or_404(Dossier, token=token)}, request))


urlpatterns = [path("bare/<token>/", bare), path("", include("phuly_portal.urls"))]
