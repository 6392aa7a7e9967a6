from django.urls import path, re_path

from feedback.views import callback, survey, tablet

app_name = "feedback"
urlpatterns = [
    # after each dossier, and at the tablet
    path("khao-sat/quay/", tablet.kiosk, name="tablet"),
    re_path(r"^khao-sat/(?P<token>[\w-]{22})/$", survey.survey, name="survey"),
    re_path(r"^khao-sat/(?P<token>[\w-]{22})/them/$", survey.more, name="survey_more"),
    path("y-kien/may/", tablet.tablets, name="tablets"),
    path("y-kien/may/<int:pk>/dung/", tablet.stop, name="tablet_stop"),
    path("y-kien/goi-lai/", callback.callbacks, name="callbacks"),
    path("y-kien/goi-lai/<int:pk>/", callback.callback, name="callback"),
    # campaigns and ballots
    # suggestions, complaints, praise
    # dialogues and conduct
    # figures
]
