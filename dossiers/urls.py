from django.urls import path, re_path

from dossiers.views import counter, dossier, intake, presentation, public, register

app_name = "dossiers"
CODE = r"(?P<code>[0-9A-Za-z.\-]{1,60})"
urlpatterns = [
    path("tra-cuu/", public.lookup, name="lookup"),
    re_path(r"^hs/(?P<token>[\w-]{22})/$", public.status, name="status"),
    path("thu-tuc/", public.catalogue, name="catalogue"),
    re_path(r"^thu-tuc/(?P<code>[0-9A-Za-z.]{1,20})/$", public.procedure, name="procedure"),
    path("quay/", counter.counter, name="counter"),
    path("quay/tiep-nhan/", intake.intake, name="intake"),
    path("quay/tiep-nhan/xem-truoc/", intake.preview, name="intake_preview"),
    path("quay/tiep-nhan/the/", intake.card, name="intake_card"),
    path("quay/chua-nhan/", presentation.presentation, name="presentation"),
    path("quay/chua-nhan/<int:pk>/", presentation.presented, name="presented"),
    path("quay/chua-nhan/<int:pk>/giay.pdf", presentation.presented_pdf, name="presented_pdf"),
    path("quay/so-theo-doi/", register.register, name="register"),
    path("quay/so-theo-doi.xlsx", register.register_xlsx_file, name="register_xlsx"),
    path("quay/so-theo-doi.pdf", register.register_pdf, name="register_pdf"),
    path("quay/co-ket-qua/", counter.arrivals, name="arrivals"),
    path("ho-so/", counter.dossiers, name="dossiers"),
    re_path(rf"^ho-so/{CODE}/$", dossier.dossier, name="dossier"),
    re_path(rf"^ho-so/{CODE}/giay-tiep-nhan/$", dossier.slip, name="slip"),
    re_path(rf"^ho-so/{CODE}/giay-tiep-nhan\.pdf$", dossier.slip_pdf, name="slip_pdf"),
    re_path(rf"^ho-so/{CODE}/giay/(?P<slug>[a-z-]{{1,30}})/$", dossier.paper, name="paper"),
    re_path(rf"^ho-so/{CODE}/(?P<slug>[a-z-]{{1,30}})\.pdf$", dossier.paper_pdf, name="paper_pdf"),
    re_path(rf"^ho-so/{CODE}/(?P<slug>[a-z-]{{1,30}})/$", dossier.move, name="move"),
]
