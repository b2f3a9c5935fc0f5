"""Routes of the room of figures."""

from django.urls import path

from chunfeng.web.figures import curves, home, offices, table, turned

urlpatterns = [
    path("", home.home, name="figures"),
    path("<int:pk>/", table.table, name="rollup"),
    path("<int:pk>/curves/", curves.curves, name="figures-curves"),
    path("<int:pk>/offices/", offices.offices, name="figures-offices"),
    path("<int:pk>/quality/", offices.quality, name="figures-quality"),
    path("<int:pk>/pivot/", turned.turned, name="figures-pivot"),
]
