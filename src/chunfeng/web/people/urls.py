"""Routes of the room of people."""

from django.urls import path

from chunfeng.web.people import home

urlpatterns = [
    path("", home.home, name="people"),
]
