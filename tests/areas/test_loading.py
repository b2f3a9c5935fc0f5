"""Loading the shipped tables."""

from __future__ import annotations

import pytest

from chunfeng.areas import loading
from chunfeng.areas.models import Area, AreaChange

pytestmark = pytest.mark.django_db


def test_loading_again_adds_nothing(china):
    before = (Area.objects.count(), AreaChange.objects.count())
    assert loading.load(villages_within="220105") == {"areas": 0, "changes": 0}
    assert (Area.objects.count(), AreaChange.objects.count()) == before
