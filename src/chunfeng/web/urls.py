"""Screens, one folder per audience area."""

from django.urls import include, path

urlpatterns = [
    path("", include("chunfeng.web.accounts.urls")),
    path("desk/", include("chunfeng.web.desk.urls")),
    path("notices/", include("chunfeng.web.notices.urls")),
    path("", include("chunfeng.web.places.urls")),
    path("", include("chunfeng.web.audit.urls")),
]
