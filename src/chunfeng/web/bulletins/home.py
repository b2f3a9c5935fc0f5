"""The room's first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chunfeng.web.guards import guarded


@guarded("bulletin.read")
def home(request: HttpRequest) -> HttpResponse:
    """The room's first page."""
    return render(request, "web/base.html")
