"""The shipped areas, loaded once for the tests of this folder and removed after them."""

from __future__ import annotations

import pytest
from django.utils import translation

from chunfeng.areas import loading


@pytest.fixture(scope="package")
def china(django_db_setup, django_db_blocker):
    """All of China to township, and the villages of one county; tests change it inside transactions."""
    with django_db_blocker.unblock():
        loading.load(villages_within="220105")
    yield
    with django_db_blocker.unblock():
        from chunfeng.areas.models import Area, AreaChange

        Area.objects.all().delete()
        AreaChange.objects.all().delete()


@pytest.fixture(autouse=True)
def _english():
    """Sentences are compared in English, whatever the catalogues say."""
    with translation.override("en"):
        yield
