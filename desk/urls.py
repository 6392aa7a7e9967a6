from django.contrib.auth.views import LogoutView
from django.urls import path

from desk import views

app_name = "desk"
urlpatterns = [
    path("dang-nhap/", views.login, name="login"),
    path("dang-xuat/", LogoutView.as_view(), name="logout"),
    path("lanh-dao/nhat-ky/", views.access_log, name="access_log"),
    path("mat-khau/", views.ChangePassword.as_view(), name="password"),
]
