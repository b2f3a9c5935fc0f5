"""Both walls for every scoped table: rows in two areas, every role, raw SQL through the application role."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import DatabaseError, connection

from chunfeng.areas import codes
from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import scope, walls
from chunfeng.core.actor import Actor
from chunfeng.offices.choices import Role
from tests.builder import Builder

HERE, THERE = "220184000000", "220381000000"

SHARED = {
    "areas.area",
    "areas.areachange",
}
"""Tables with an area code that are reference data for all."""

READ_BY_ALL = {
    "core.user",  # names stand beside acts
    "offices.office",  # the directory: everybody must be able to address everybody
    "notices.emergency",
}
"""Walled against writing only."""


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
    return Actor(
        name="测试员", role=role, user_id=-1, area_code=area, lo=lo, hi=hi, above=tuple(codes.ancestors(area))
    )


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
        if model._meta.label_lower not in READ_BY_ALL:
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
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass",
            [model._meta.db_table],
        )
        assert cursor.fetchone() == (True, True)
    if model._meta.label_lower in READ_BY_ALL:
        return
    with scope.applied(Actor(name="", user_id=-1)), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
@pytest.mark.parametrize("model", walls.walled_models(), ids=lambda m: m._meta.label_lower)
def test_no_role_changes_or_removes_a_row_of_another_area(model):
    far = Builder(THERE).make(model)
    table = model._meta.db_table
    for role in Role.values:
        if model._meta.label_lower == "core.user" and role in {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}:
            continue  # accounts have no area; their actions check the postings
        for sql in (f"UPDATE {table} SET id = id WHERE id = %s", f"DELETE FROM {table} WHERE id = %s"):
            assert _rows_touched(actor(HERE, role), sql, far.pk) == 0, f"{role} at {HERE}: {sql}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model", [m for m in ours() if getattr(m, "append_only", False)], ids=lambda m: m._meta.label_lower
)
def test_a_history_is_only_ever_added_to(model):
    near = Builder(HERE).make(model)
    table = model._meta.db_table
    for role in Role.values:
        for sql in (f"UPDATE {table} SET id = id WHERE id = %s", f"DELETE FROM {table} WHERE id = %s"):
            assert _rows_touched(actor(HERE, role), sql, near.pk) == 0


def _rows_touched(by: Actor, sql: str, pk: int) -> int:
    """Rows a raw statement changes under this actor; a refusal by the database counts as none."""
    try:
        with scope.applied(by), connection.cursor() as cursor:
            cursor.execute(sql, [pk])
            return cursor.rowcount
    except DatabaseError:
        return 0
