"""Routes of the room of people."""

from django.urls import path

from chunfeng.web.people import datasets, duplicates, entering, imports, person, register

urlpatterns = [
    path("", register.people, name="people"),
    path("find/", register.find, name="people-find"),
    path("new/", entering.new, name="person-new"),
    path("datasets/", datasets.datasets, name="people-datasets"),
    path("datasets/new/", datasets.new, name="people-dataset-new"),
    path("imports/", imports.home, name="people-imports"),
    path("imports/template/", imports.template, name="people-import-template"),
    path("imports/<int:pk>/", imports.run, name="people-import"),
    path("imports/<int:pk>/progress/", imports.progress, name="people-import-progress"),
    path("imports/<int:pk>/result/", imports.result, name="people-import-result"),
    path("imports/<int:pk>/<slug:move>/", imports.act, name="people-import-act"),
    path("duplicates/", duplicates.home, name="people-duplicates"),
    path("duplicates/<int:pk>/", duplicates.pair, name="people-duplicate"),
    path("duplicates/<int:pk>/<slug:move>/", duplicates.act, name="people-duplicate-act"),
    path("<int:pk>/", person.page, name="person"),
    path("<int:pk>/change/", entering.change, name="person-change"),
    path("<int:pk>/phones/", entering.phones, name="person-phones"),
    path("<int:pk>/show/", person.show, name="person-show"),
    path("<int:pk>/own/", person.own, name="person-own"),
    path("<int:pk>/erase/", person.erase, name="person-erase"),
    path("<int:pk>/facts/", person.fact, name="person-fact"),
    path("<int:pk>/categories/", person.category, name="person-category"),
    path("<int:pk>/categories/<int:category_pk>/end/", person.category_end, name="person-category-end"),
]
