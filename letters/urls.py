from django.urls import path, re_path

from letters.views import delivery, digests, letter, policy, public, register, text

app_name = "letters"
urlpatterns = [
    path("thu/", letter.letters, name="letters"),
    path("thu/doc/", letter.read, name="read"),
    path("thu/moi/", letter.write, name="write"),
    path("thu/<int:pk>/", letter.letter, name="letter"),
    path("thu/<int:pk>.pdf", letter.letter_pdf, name="letter_pdf"),
    path("thu/<int:pk>/<slug:slug>/", letter.act, name="act"),
    re_path(r"^hs/(?P<token>[\w-]{22})/thu/(?P<pk>[0-9]{1,18})\.pdf$", public.citizens_pdf, name="citizens_pdf"),
    path("thu/mau/", text.texts, name="texts"),
    path("thu/mau/<slug:occasion>/", text.text, name="text"),
    path("thu/mau/<slug:occasion>/xem-thu.pdf", text.text_preview, name="text_preview"),
    path("thu/che-do/", policy.policies, name="policies"),
    path("thu/so-thu/", register.register, name="register"),
    path("thu/so-thu.pdf", register.register_pdf, name="register_pdf"),
    path("thu/so-thu.xlsx", register.register_xlsx_file, name="register_xlsx"),
    path("thu/giao/", delivery.to_deliver, name="to_deliver"),
    path("thu/giao/<int:pk>/<slug:slug>/", delivery.step, name="delivery_step"),
    path("thu/in.pdf", delivery.pile_pdf, name="pile"),
    path("thu/hop-thu/", delivery.mailbox, name="mailbox"),
    path("thu-bao/", digests.mine, name="my_digests"),
    path("xac-thuc/", public.check_file, name="check_file"),
    re_path(r"^xac-thuc/(?P<proof>[\w-]{16})/$", public.proof, name="proof"),
]
