from django.urls import URLPattern

app_name = "feedback"
urlpatterns: list[URLPattern] = [
    # after each dossier, and at the tablet
    # campaigns and ballots
    # suggestions, complaints, praise
    # dialogues and conduct
    # figures
]
