"""Routes of the room of situations."""

from django.urls import path

from chunfeng.web.situations import home

urlpatterns = [
    path("", home.home, name="situations"),
]
