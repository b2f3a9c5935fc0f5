"""Routes of the desk."""

from django.urls import path

from chunfeng.web.desk import desk, inbox, issues, matrix, task

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("task/<int:pk>/", task.task, name="task"),
    path("task/<int:pk>/remind/", matrix.remind, name="task-remind"),
    path("task/<int:pk>/<slug:move>/", task.act, name="task-act"),
    path("evidence/<int:pk>/", task.evidence, name="evidence"),
    path("notice/<int:pk>/matrix/", matrix.matrix, name="matrix"),
    path("notice/<int:pk>/behind/", matrix.behind, name="behind"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read, name="inbox-read"),
    path("channels/", inbox.channels, name="channels"),
    path("channels/rule/", inbox.rule, name="chase-rule"),
    path("channels/<int:pk>/stop/", inbox.stop, name="channel-stop"),
    path("issues/", issues.issues, name="issues"),
    path("issues/new/", issues.new, name="issue-new"),
    path("issues/<int:pk>/", issues.issue, name="issue"),
]
