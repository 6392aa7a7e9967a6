from django.urls import URLPattern, path

from feedback.views import figures

app_name = "feedback"
urlpatterns: list[URLPattern] = [
    # after each dossier, and at the tablet
    # campaigns and ballots
    # suggestions, complaints, praise
    # dialogues and conduct
    # figures
    path("y-kien/", figures.figures, name="feedback"),
    path("y-kien/21-don-vi.xlsx", figures.all_wards, {"kind": "xlsx"}, name="all_wards_xlsx"),
    path("y-kien/21-don-vi.pdf", figures.all_wards, {"kind": "pdf"}, name="all_wards_pdf"),
    path("y-kien/don-vi.xlsx", figures.one_ward, {"kind": "xlsx"}, name="one_ward_xlsx"),
    path("y-kien/don-vi.pdf", figures.one_ward, {"kind": "pdf"}, name="one_ward_pdf"),
]
