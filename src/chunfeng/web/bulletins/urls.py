"""Routes of the room of bulletins."""

from django.urls import path

from chunfeng.web.bulletins import home

urlpatterns = [
    path("", home.home, name="bulletins"),
]
