from django.urls import URLPattern, path

from feedback.views import conduct, contribution, dialogue, suggestion

app_name = "feedback"
urlpatterns: list[URLPattern] = [
    # after each dossier, and at the tablet
    # campaigns and ballots
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
]
