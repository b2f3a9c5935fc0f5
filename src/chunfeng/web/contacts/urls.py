"""Routes of visits and registrations, households and cells, service points."""

from django.urls import path

from chunfeng.web.contacts import due_lists, entering, households, lists, points, records

urlpatterns = [
    path("contacts/", lists.home, name="contacts"),
    path("contacts/places/", entering.places, name="contact-places"),
    path("contacts/<int:pk>/", records.contact, name="contact"),
    path("contacts/<int:pk>/answers/", records.opened, name="contact-answers"),
    path("contacts/<slug:kind>/", lists.kind_list, name="contacts-kind"),
    path("contacts/<slug:kind>/new/", entering.new, name="contact-new"),
    path("contacts/<slug:kind>/due/", due_lists.due_list, name="contacts-due"),
    path("contacts/<slug:kind>/due/count/", due_lists.due_count, name="contacts-due-count"),
    path("contacts/<slug:kind>/find/<slug:page>/", lists.find, name="contacts-find"),
    path("<int:pk>/file/", records.file, name="person-file"),
    path("households/", households.home, name="households"),
    path("households/assign/", households.assign, name="households-assign"),
    path("households/<int:pk>/", households.household, name="household"),
    path("cells/", households.cells, name="cells"),
    path("cells/<str:code>/", households.cell, name="cell"),
    path("points/", points.home, name="points"),
    path("points/new/", points.new, name="point-new"),
    path("points/<int:pk>/", points.point, name="point"),
    path("points/<int:pk>/change/", points.change, name="point-change"),
    path("points/<int:pk>/phone/", points.phone, name="point-phone"),
    path("points/<int:pk>/active/", points.active, name="point-active"),
]
