from django.contrib import admin
from django.urls import include, path

from phuly_portal.views import health, home, leader, public_figures

urlpatterns = [
    path("", home.home, name="home"),
    path("don-vi/<slug:slug>/", home.ward_home, name="ward_home"),
    path("huong-dan/", home.guide, name="guide"),
    path("cong-khai/", public_figures.public_figures, name="public_figures"),
    path("cong-khai/du-lieu.json", public_figures.data_json, name="data_json"),
    path("cong-khai/du-lieu.csv", public_figures.data_csv, name="data_csv"),
    path("lanh-dao/", leader.leader, name="leader"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("quan-tri/", admin.site.urls),
    path("", include("desk.urls")),
    path("", include("letters.urls")),
    path("", include("feedback.urls")),
    path("", include("dossiers.urls")),
]
