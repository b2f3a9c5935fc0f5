"""Routes of the room of measures."""

from django.urls import path

from chunfeng.web.measures import home, version, whatif

urlpatterns = [
    path("", home.home, name="measures"),
    path("new/", home.new, name="measure-new"),
    path("shipped/<slug:code>/", home.take, name="measure-take"),
    path("<int:pk>/", home.measure, name="measure"),
    path("<int:pk>/details/", home.details, name="measure-details"),
    path("<int:pk>/use/", home.use, name="measure-use"),
    path("version/<int:pk>/", version.version, name="measure-version"),
    path("version/<int:pk>/file.yaml", version.file, name="measure-file"),
    path("version/<int:pk>/<slug:move>/", version.act, name="measure-act"),
    path("version/<int:pk>/what-if/new/", whatif.new, name="what-if-new"),
    path("what-if/<int:pk>/", whatif.result, name="what-if"),
    path("what-if/<int:pk>/progress/", whatif.progress, name="what-if-progress"),
    path("what-if/<int:pk>/resume/", whatif.resume, name="what-if-resume"),
    path("what-if/<int:pk>/costs.svg", whatif.costs, name="what-if-costs"),
]
