"""Routes of work injury cases."""

from django.urls import path

from chunfeng.web.injuries import case, entering, listing, overview

urlpatterns = [
    path("", listing.injuries, name="injuries"),
    path("find/", listing.find, name="injuries-find"),
    path("new/", entering.new, name="injury-new"),
    path("areas/", overview.areas, name="injuries-areas"),
    path("<int:pk>/", case.page, name="injury"),
    path("<int:pk>/act/<str:move>/", case.act, name="injury-act"),
    path("<int:pk>/papers/<int:paper_id>/", case.paper, name="injury-paper"),
    path("<int:pk>/told/", case.told, name="injury-told"),
    path("<int:pk>/decision/", case.decision, name="injury-decision"),
]
