from django.urls import path, re_path

from feedback.views import (
    area,
    callback,
    campaign,
    conduct,
    contribution,
    dialogue,
    figures,
    suggestion,
    survey,
    tablet,
    typed,
    typing,
)

app_name = "feedback"
urlpatterns = [
    # after each dossier, and at the tablet
    path("khao-sat/quay/", tablet.kiosk, name="tablet"),
    re_path(r"^khao-sat/(?P<token>[\w-]{22})/$", survey.survey, name="survey"),
    re_path(r"^khao-sat/(?P<token>[\w-]{22})/them/$", survey.more, name="survey_more"),
    path("y-kien/ho-so/<str:code>/", typed.typed, name="typed"),
    path("y-kien/may/", tablet.tablets, name="tablets"),
    path("y-kien/may/<int:pk>/dung/", tablet.stop, name="tablet_stop"),
    path("y-kien/goi-lai/", callback.callbacks, name="callbacks"),
    path("y-kien/goi-lai/<int:pk>/", callback.callback, name="callback"),
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
    path("gop-y/", suggestion.suggest, name="suggest"),
    path("gop-y/<slug:code>/", suggestion.suggestion, name="suggestion"),
    path("y-kien/gop-y/", contribution.contributions, name="contributions"),
    path("y-kien/gop-y/moi/", contribution.new, name="contribution_new"),
    path("y-kien/gop-y/<slug:code>/", contribution.contribution, name="contribution"),
    path("y-kien/gop-y/<slug:code>/tep/<int:pk>/", contribution.file, name="contribution_file"),
    path("y-kien/gop-y/<slug:code>/<slug:slug>/", contribution.act, name="contribution_act"),
    # dialogues and conduct
    path("doi-thoai/", dialogue.dialogues_public, name="dialogues_public"),
    path("doi-thoai/<int:pk>/", dialogue.dialogue, name="dialogue"),
    path("doi-thoai/<int:pk>.ics", dialogue.dialogue_ics, name="dialogue_ics"),
    path("y-kien/doi-thoai/", dialogue.dialogues, name="dialogues"),
    path("y-kien/doi-thoai/moi/", dialogue.announce, name="dialogue_new"),
    path("y-kien/doi-thoai/cau-hoi/<int:pk>/", dialogue.reply, name="dialogue_reply"),
    path("y-kien/doi-thoai/viec/<int:pk>/", dialogue.finish, name="dialogue_finish"),
    path("y-kien/doi-thoai/<int:pk>/", dialogue.dialogue_desk, name="dialogue_desk"),
    path("y-kien/doi-thoai/<int:pk>/<slug:slug>/", dialogue.act, name="dialogue_act"),
    path("quy-tac/", conduct.conduct, name="conduct"),
    # figures
    path("y-kien/", figures.figures, name="feedback"),
    path("y-kien/21-don-vi.xlsx", figures.all_wards, {"kind": "xlsx"}, name="all_wards_xlsx"),
    path("y-kien/21-don-vi.pdf", figures.all_wards, {"kind": "pdf"}, name="all_wards_pdf"),
    path("y-kien/don-vi.xlsx", figures.one_ward, {"kind": "xlsx"}, name="one_ward_xlsx"),
    path("y-kien/don-vi.pdf", figures.one_ward, {"kind": "pdf"}, name="one_ward_pdf"),
]
