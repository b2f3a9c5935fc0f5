"""Loading the shipped tables."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from chunfeng.areas import loading
from chunfeng.areas.models import Area, AreaChange
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM

pytestmark = pytest.mark.django_db


def test_loading_again_adds_nothing(china):
    before = (Area.objects.count(), AreaChange.objects.count())
    assert loading.load(villages_within="220105") == {"areas": 0, "changes": 0}
    assert (Area.objects.count(), AreaChange.objects.count()) == before


def test_every_shipped_row_has_a_kind_and_initials(china):
    assert Area.objects.exclude(level=5).filter(kind="other").count() < 1100
    assert set(Area.objects.filter(initials="").values_list("name", flat=True)) == set()
    assert Area.objects.filter(is_local=True).count() == 0


def test_shipped_changes_lead_to_areas(china):
    known = set(Area.objects.values_list("code", flat=True))
    linked = set(AreaChange.objects.values_list("old_code", flat=True))
    linked |= set(AreaChange.objects.values_list("new_code", flat=True))
    assert linked - known == set()


def test_local_changes_survive_loading_again(china):
    row = Area.objects.get(code="220105000000", valid_to=None)
    Area.objects.filter(pk=row.pk).update(valid_to=date(2024, 1, 1))
    assert loading.load()["areas"] == 0
    assert not Area.objects.filter(code="220105000000", valid_to=None).exists()


def test_loading_without_owning_the_table(china):
    Area.objects.filter(code__startswith="2201").delete()
    with scope.applied(SYSTEM):
        assert loading.load()["areas"] > 100


def test_a_wrong_level_is_named(china):
    with pytest.raises(ValueError, match="street"):
        loading.load("street")


def test_counties_only():
    Area.objects.all().delete()
    assert loading.load("county")["areas"] > 7000
    assert not Area.objects.filter(level__gt=3).exists()


def test_the_constraint_stands_after_loading(china):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE conname = 'area_no_overlap'")
        assert cursor.fetchone() == (1,)
