"""Both walls for every scoped table: rows in two areas, every role, raw SQL through the application role."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from chunfeng.areas import codes
from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import scope, walls
from chunfeng.core.actor import Actor
from chunfeng.offices.choices import Role
from tests.builder import Builder

HERE, THERE = "220184000000", "220381000000"

SHARED = {
    "offices.office",  # the directory: everybody must be able to address everybody
    "areas.area",
    "areas.areachange",
}
"""Tables with an area code that are reference data for all."""


def ours():
    return [m for m in apps.get_models() if m.__module__.startswith("chunfeng.")]


def test_every_table_with_an_area_is_walled():
    bare = [
        m._meta.label_lower
        for m in ours()
        if any(isinstance(f, AreaCodeField) or f.name == "area_code" for f in m._meta.concrete_fields)
        and m not in walls.walled_models()
        and m._meta.label_lower not in SHARED
    ]
    assert bare == []


def actor(area: str, role: str) -> Actor:
    lo, hi = codes.code_range(area)
    return Actor(name="测试员", role=role, user_id=-1, area_code=area, lo=lo, hi=hi, above=tuple(codes.ancestors(area)))


@pytest.mark.django_db
@pytest.mark.parametrize("model", walls.walled_models(), ids=lambda m: m._meta.label_lower)
def test_no_role_sees_another_area(model):
    near, far = Builder(HERE).make(model), Builder(THERE).make(model)
    table = model._meta.db_table
    seen_by_somebody = False
    for role in Role.values:
        with scope.applied(actor(HERE, role)), connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {table}")
            seen = {row[0] for row in cursor.fetchall()}
        assert far.pk not in seen, f"{role} at {HERE} sees a row of {THERE}"
        seen_by_somebody |= near.pk in seen
    own_rows_only = "chunfeng.user" in model.wall.read and "chunfeng.lo" not in model.wall.read
    assert seen_by_somebody or own_rows_only, "the wall hides the own rows too"


@pytest.mark.django_db
@pytest.mark.parametrize("model", walls.walled_models(), ids=lambda m: m._meta.label_lower)
def test_force_is_on_and_an_empty_scope_sees_nothing(model):
    Builder(HERE).make(model)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table]
        )
        assert cursor.fetchone() == (True, True)
    with scope.applied(Actor(name="", user_id=-1)), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
        assert cursor.fetchone() == (0,)
