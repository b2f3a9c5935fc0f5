"""A request that ends in an error leaves nothing half done, whatever page is shown for it."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.urls import clear_url_caches, path

from chunfeng.config import urls
from chunfeng.core.errors import Refused
from chunfeng.offices.models import Office
from tests import factories


@pytest.fixture
def half_done(monkeypatch):
    """A route that writes an office and then ends as the test says."""
    endings: list[Exception] = []

    def view(request):
        factories.office("220184001000", code="HALF")
        raise endings[0]

    monkeypatch.setattr(urls, "urlpatterns", [path("half/", view), *urls.urlpatterns])
    clear_url_caches()
    yield endings
    clear_url_caches()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ending", [Http404("gone"), Refused("no"), RuntimeError("bug")])
def test_what_a_broken_off_request_wrote_is_undone(ending, half_done):
    half_done.append(ending)
    client = factories.browse(factories.posting(factories.office("220184000000")))
    client.raise_request_exception = False
    assert client.post("/half/").status_code >= 400
    assert not Office.objects.filter(code="HALF").exists()
