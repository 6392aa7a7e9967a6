from django.urls import URLPattern, path

from feedback.views import area, campaign, typing

app_name = "feedback"
urlpatterns: list[URLPattern] = [
    # after each dossier, and at the tablet
    # campaigns and ballots
    path("y-kien/dot/", campaign.campaigns, name="campaigns"),
    path("y-kien/dot/mo/", campaign.campaign_open, name="campaign_open"),
    path("y-kien/dot/<int:pk>/", campaign.campaign, name="campaign"),
    path("y-kien/dot/<int:pk>/khoa/", campaign.campaign_close, name="campaign_close"),
    path("y-kien/dot/dia-ban/<int:pk>/", area.area, name="area"),
    path("y-kien/dot/dia-ban/<int:pk>/buoc/<slug:slug>/", area.area_act, name="area_act"),
    path("y-kien/dot/dia-ban/<int:pk>/bien-ban/", area.minutes, name="minutes"),
    path("y-kien/dot/dia-ban/<int:pk>/phieu.pdf", area.ballots_pdf, name="ballots_pdf"),
    path("y-kien/dot/dia-ban/<int:pk>/so-kiem/", area.tallies, name="tallies"),
    path("y-kien/dot/dia-ban/<int:pk>/nhap/", typing.typing, name="typing"),
    path("y-kien/dot/dia-ban/<int:pk>/nhap/<slug:slug>/", typing.typing_act, name="typing_act"),
    path("y-kien/dot/dia-ban/<int:pk>/doi-chieu/", typing.differences, name="differences"),
    # suggestions, complaints, praise
    # dialogues and conduct
    # figures
]
