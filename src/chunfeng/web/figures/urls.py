"""Routes of the room of figures."""

from django.urls import path

from chunfeng.web.figures import home

urlpatterns = [
    path("", home.home, name="figures"),
]
