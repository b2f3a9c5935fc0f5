"""Routes of the desk for questions."""

from django.urls import path

from chunfeng.web.questions import home, question

urlpatterns = [
    path("", home.home, name="questions"),
    path("new/", home.new, name="question-new"),
    path("figures/", home.figures, name="question-figures"),
    path("<int:pk>/", question.page, name="question"),
    path("<int:pk>/act/<str:move>/", question.act, name="question-act"),
]
