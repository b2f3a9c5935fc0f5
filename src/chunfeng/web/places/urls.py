"""Routes of the offices and areas rooms."""

from django.urls import path

from chunfeng.web.places import area_change, areas, directory, groups, imports, keeping, office

urlpatterns = [
    path("offices/", directory.offices, name="offices"),
    path("offices/tree/", directory.tree, name="office-tree"),
    path("offices/tree/<str:code>/", directory.tree_part, name="office-tree-part"),
    path("offices/lines/", directory.lines, name="office-lines"),
    path("offices/lines/<int:pk>/", directory.line_part, name="office-line-part"),
    path("offices/suggest/", directory.suggest_office, name="office-suggest"),
    path("offices/groups/", groups.leading_groups, name="leading-groups"),
    path("offices/groups/<int:pk>/", keeping.group, name="leading-group"),
    path("offices/responsible/", keeping.responsible, name="responsible"),
    path("offices/responsible/<int:pk>/show/", keeping.show_responsible, name="responsible-show"),
    path("offices/responsible/<int:pk>/end/", keeping.end_responsible, name="responsible-end"),
    path("offices/programmes/<int:pk>/", keeping.change_programme, name="programme-change"),
    path("offices/import/", imports.import_offices, name="office-import"),
    path("offices/import/template/", imports.import_template, name="office-template"),
    path("offices/import/result/", imports.import_result, name="office-import-result"),
    path("offices/new/", office.new_office, name="office-new"),
    path("offices/<int:pk>/", office.office, name="office"),
    path("offices/<int:pk>/change/", office.change_office, name="office-change"),
    path("offices/<int:pk>/service/", office.retire_office, name="office-retire"),
    path("offices/<int:pk>/contacts/", office.show_contacts, name="office-contacts"),
    path("offices/<int:pk>/contacts/new/", office.set_contact, name="contact-new"),
    path("offices/<int:pk>/contacts/<int:contact_pk>/", office.set_contact, name="contact-change"),
    path("offices/<int:pk>/contacts/<int:contact_pk>/remove/", office.remove_contact, name="contact-remove"),
    path("offices/<int:pk>/groups/new/", keeping.new_group, name="group-new"),
    path("offices/<int:pk>/programmes/new/", keeping.new_programme, name="programme-new"),
    path("offices/<int:pk>/responsible/new/", keeping.new_responsible, name="responsible-new"),
    path("areas/", areas.areas, name="areas"),
    path("areas/suggest/", directory.suggest_area, name="area-suggest"),
    path("areas/change/", area_change.area_change, name="area-change"),
    path("areas/part/<str:code>/", areas.areas_part, name="areas-part"),
    path("areas/<str:code>/", areas.area, name="area"),
    path("areas/<str:code>/add/", areas.add_local, name="area-add-local"),
]
