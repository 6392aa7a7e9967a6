from django.urls import path, re_path

from letters.views import public

app_name = "letters"
urlpatterns = [
    path("xac-thuc/", public.check_file, name="check_file"),
    re_path(r"^xac-thuc/(?P<proof>[\w-]{16})/$", public.proof, name="proof"),
]
