"""The register's first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chunfeng.web.guards import guarded


@guarded("person.read")
def home(request: HttpRequest) -> HttpResponse:
    """The register's first page."""
    return render(request, "web/base.html")
