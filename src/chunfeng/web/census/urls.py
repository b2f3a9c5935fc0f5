"""Routes of the room of the census."""

from django.urls import path

from chunfeng.web.census import acts, board, entries, entry, home, making

urlpatterns = [
    path("", home.rounds, name="census"),
    path("new/", making.new, name="census-new"),
    path("count/", making.count, name="census-count"),
    path("<int:pk>/", board.page, name="census-round"),
    path("<int:pk>/part/", board.part, name="census-part"),
    path("<int:pk>/change/", making.change, name="census-change"),
    path("<int:pk>/entries/", entries.entries, name="census-entries"),
    path("<int:pk>/conflicts/", entries.conflicts, name="census-conflicts"),
    path("<int:pk>/act/<slug:move>/", acts.act, name="census-act"),
    path("entries/<int:pk>/", entry.page, name="census-entry"),
    path("entries/<int:pk>/act/<slug:move>/", entry.act, name="census-entry-act"),
]
