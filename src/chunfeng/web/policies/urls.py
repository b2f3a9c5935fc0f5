"""Routes of the public catalogue: no log-in; nothing is stored but a question somebody sends."""

from django.urls import path

from chunfeng.web.policies import ask, calendar, check, home, pay

urlpatterns = [
    path("", home.home, name="policies"),
    path("calendar/", calendar.year, name="policy-calendar"),
    path("calendar/change/", calendar.change, name="calendar-change"),
    path("pay/", pay.cases, name="policy-pay"),
    path("questions/<str:key>/", ask.ticket, name="policy-ticket"),
    path("<slug:code>/", home.policy, name="policy"),
    path("<slug:code>/check/", check.check, name="policy-check"),
    path("<slug:code>/ask/", ask.ask, name="policy-ask"),
]
