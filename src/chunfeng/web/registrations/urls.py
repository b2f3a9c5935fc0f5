"""Routes of registrations, people who receive support, and requests about own data."""

from django.urls import path

from chunfeng.web.registrations import home, panel, registration, requests

urlpatterns = [
    path("registrations/", home.home, name="registrations"),
    path("registrations/support/", home.support, name="registrations-support"),
    path("registrations/<int:pk>/", registration.page, name="registration"),
    path("registrations/<int:pk>/<slug:move>/", registration.act, name="registration-act"),
    path("registrations/of/<int:pk>/<slug:what>/", registration.new, name="registration-new"),
    path("requests/", requests.home, name="data-requests"),
    path("requests/of/<int:pk>/", requests.new, name="data-request-new"),
    path("requests/<int:pk>/", requests.page, name="data-request"),
    path("requests/<int:pk>/answer/", requests.answer, name="data-request-answer"),
    path("requests/<int:pk>/erase/", requests.erase, name="data-request-erase"),
    path("referrals/of/<int:pk>/", panel.refer, name="person-refer"),
    path("referrals/<int:pk>/offer/", panel.offer, name="referral-offer"),
    path("referrals/<int:pk>/settle/", panel.settle, name="referral-settle"),
]
