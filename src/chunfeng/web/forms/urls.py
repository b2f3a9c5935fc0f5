"""Routes of the room of forms."""

from django.urls import path

from chunfeng.web.forms import home

urlpatterns = [
    path("", home.home, name="forms"),
]
