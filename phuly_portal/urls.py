from django.contrib import admin
from django.urls import include, path

from phuly_portal.views import board, city, health, home, lead, leader, public_figures, review

urlpatterns = [
    path("", include("dossiers.urls")),  # what is asked for most
    path("", home.home, name="home"),
    path("don-vi/<slug:slug>/", home.ward_home, name="ward_home"),
    path("huong-dan/", home.guide, name="guide"),
    path("cong-khai/", public_figures.public_figures, name="public_figures"),
    path("cong-khai/du-lieu.json", public_figures.data_json, name="data_json"),
    path("cong-khai/du-lieu.csv", public_figures.data_csv, name="data_csv"),
    path("lanh-dao/", lead.lead, name="leader"),
    path("lanh-dao/toan-thanh-pho.xlsx", city.city_file, {"kind": "xlsx"}, name="city_xlsx"),
    path("lanh-dao/toan-thanh-pho.pdf", city.city_file, {"kind": "pdf"}, name="city_pdf"),
    path("lanh-dao/so-ket/", review.review, name="review"),
    path("lanh-dao/so-ket.pdf", review.review_file, {"kind": "pdf"}, name="review_pdf"),
    path("lanh-dao/so-ket.docx", review.review_file, {"kind": "docx"}, name="review_docx"),
    path("lanh-dao/qua-han.pdf", leader.leader_file, {"kind": "pdf"}, name="leader_pdf"),
    path("lanh-dao/qua-han.xlsx", leader.leader_file, {"kind": "xlsx"}, name="leader_xlsx"),
    path("lanh-dao/cac-mat-khac/", leader.other_sides, name="leader_other"),
    path("cong-khai/bang/<slug:slug>/", board.board, name="board"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("quan-tri/", admin.site.urls),
    path("", include("desk.urls")),
    path("", include("letters.urls")),
    path("", include("feedback.urls")),
]
