"""Routes of the public catalogue: no log-in, nothing stored."""

from django.urls import path

from chunfeng.web.policies import check, home

urlpatterns = [
    path("", home.home, name="policies"),
    path("<slug:code>/", home.policy, name="policy"),
    path("<slug:code>/check/", check.check, name="policy-check"),
]
