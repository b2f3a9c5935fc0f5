"""Routes of the ledgers: four fields, two counts, departures, returns, and the people of a list."""

from django.urls import path

from chunfeng.web.ledgers import counts, departures, fields, people, watch

urlpatterns = [
    path("", fields.home, name="ledgers"),
    path("counts/", counts.home, name="ledger-counts"),
    path("departures/", departures.home, name="ledger-departures"),
    path("watch/", watch.home, name="ledger-watch"),
    path("list/<slug:named>/", people.home, name="ledger-people"),
]
