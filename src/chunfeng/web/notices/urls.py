"""Routes of the notices room."""

from django.urls import path

from chunfeng.web.notices import detail, graph, issuing, parts, register, review

urlpatterns = [
    path("", register.register, name="notices"),
    path("new/", register.new, name="notice-new"),
    path("emergencies/", register.emergencies, name="emergencies"),
    path("deadline-defaults/", register.defaults, name="deadline-defaults"),
    path("<int:pk>/", detail.notice, name="notice"),
    path("<int:pk>/text/", register.retype, name="notice-retype"),
    path("<int:pk>/original/", detail.original, name="notice-original"),
    path("<int:pk>/receive/", detail.receive, name="notice-receive"),
    path("<int:pk>/explain/", detail.explain, name="notice-explain"),
    path("<int:pk>/contacts/", detail.contacts, name="notice-contacts"),
    path("<int:pk>/openness/", detail.openness, name="notice-openness"),
    path("<int:pk>/withdraw/", detail.withdraw, name="notice-withdraw"),
    path("<int:pk>/graph/", graph.graph, name="notice-graph"),
    path("<int:pk>/issue/", issuing.issue, name="notice-issue"),
    path("<int:pk>/send/", issuing.send, name="notice-send"),
    path("<int:pk>/offices/", issuing.offices, name="notice-offices"),
    path("<int:pk>/forward/", issuing.forward, name="notice-forward"),
    path("<int:pk>/review/", review.review, name="notice-review"),
    path("<int:pk>/review/finish/", review.finish, name="notice-finish"),
    path("<int:pk>/review/reopen/", review.reopen, name="notice-reopen"),
    path("<int:pk>/review/confirm-dated/", review.confirm_dated, name="notice-confirm-dated"),
    path("<int:pk>/review/add/", review.add, name="notice-duty-add"),
    path("<int:pk>/review/place/<int:index>/", review.suspect, name="notice-suspect"),
    path("<int:pk>/field/<slug:name>/", parts.field, name="notice-field"),
    path("clause/<int:pk>/", parts.clause, name="notice-clause"),
    path("citation/<int:pk>/", parts.citation, name="notice-citation"),
    path("duty/<int:pk>/", parts.duty, name="duty-edit"),
    path("duty/<int:pk>/date/", parts.date, name="duty-date"),
    path("duty/<int:pk>/confirm/", parts.confirm, name="duty-confirm"),
    path("duty/<int:pk>/drop/", parts.drop, name="duty-drop"),
    path("duty/<int:pk>/restore/", parts.restore, name="duty-restore"),
    path("duty/<int:pk>/split/", parts.split, name="duty-split"),
]
