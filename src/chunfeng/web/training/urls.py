"""Routes of courses for the unemployed."""

from django.urls import path

from chunfeng.web.training import course, home

urlpatterns = [
    path("", home.home, name="training"),
    path("new/", home.new, name="course-new"),
    path("needs/", home.need, name="training-need"),
    path("<int:pk>/", course.page, name="course"),
    path("<int:pk>/act/<str:move>/", course.act, name="course-act"),
]
