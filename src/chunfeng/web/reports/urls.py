"""Routes of the room of reports."""

from django.urls import path

from chunfeng.web.reports import home

urlpatterns = [
    path("", home.home, name="reports"),
]
