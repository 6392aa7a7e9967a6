from django.contrib import admin
from django.urls import include, path

from phuly_portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("don-vi/<slug:slug>/", views.ward_home, name="ward_home"),
    path("huong-dan/", views.guide, name="guide"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("quan-tri/", admin.site.urls),
    path("", include("desk.urls")),
    path("", include("letters.urls")),
    path("", include("dossiers.urls")),
]
