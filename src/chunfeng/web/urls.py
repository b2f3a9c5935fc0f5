"""Screens, one folder per audience area."""

from django.urls import include, path

urlpatterns = [
    path("", include("chunfeng.web.accounts.urls")),
    path("desk/", include("chunfeng.web.desk.urls")),
    path("notices/", include("chunfeng.web.notices.urls")),
    path("people/", include("chunfeng.web.contacts.urls")),
    path("people/messages/", include("chunfeng.web.messages.urls")),
    path("people/ledgers/", include("chunfeng.web.ledgers.urls")),
    path("people/", include("chunfeng.web.registrations.urls")),
    path("people/", include("chunfeng.web.people.urls")),
    path("census/", include("chunfeng.web.census.urls")),
    path("isolation/", include("chunfeng.web.isolation.urls")),
    path("measures/", include("chunfeng.web.measures.urls")),
    path("policies/", include("chunfeng.web.policies.urls")),
    path("questions/", include("chunfeng.web.questions.urls")),
    path("training/", include("chunfeng.web.training.urls")),
    path("reports/", include("chunfeng.web.reports.urls")),
    path("figures/", include("chunfeng.web.figures.urls")),
    path("", include("chunfeng.web.phone.urls")),
    path("situations/", include("chunfeng.web.situations.urls")),
    path("bulletins/", include("chunfeng.web.bulletins.urls")),
    path("forms/", include("chunfeng.web.forms.urls")),
    path("", include("chunfeng.web.claims.urls")),
    path("payments/", include("chunfeng.web.payments.urls")),
    path("injuries/", include("chunfeng.web.injuries.urls")),
    path("worklists/", include("chunfeng.web.worklists.urls")),
    path("", include("chunfeng.web.places.urls")),
    path("", include("chunfeng.web.audit.urls")),
]
