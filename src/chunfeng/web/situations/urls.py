"""Routes of the room of situations."""

from django.urls import path

from chunfeng.web.situations import home, new, one

urlpatterns = [
    path("", home.home, name="situations"),
    path("new/", new.new, name="situation-new"),
    path("merge/", new.merge, name="situation-merge"),
    path("<int:pk>/", one.situation, name="situation"),
    path("<int:pk>/contact/", one.contact, name="situation-contact"),
    path("<int:pk>/<slug:move>/", one.act, name="situation-act"),
]
