"""The second wall, the read-only GET and the append-only trail, at the database itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from chunfeng.core import actions, scope
from chunfeng.core.actor import SYSTEM, Actor
from chunfeng.core.models import Event, StoredFile, User

NOW = datetime(2020, 2, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def actor(code: str, role: str = "officer") -> Actor:
    prefix = code.rstrip("0")
    return Actor(
        name="测试员",
        role=role,
        user_id=7,
        area_code=code,
        lo=code,
        hi=prefix[:-1] + chr(ord(prefix[-1]) + 1),
    )


def put_file(code: str, by: Actor) -> StoredFile:
    return actions.store_file(
        data=code.encode(), name="a.txt", media_type="text/plain", area_code=code, by=by, at=NOW
    )


def test_a_scope_sees_its_own_range_only():
    with scope.applied(SYSTEM):
        put_file("220100000000", SYSTEM)
        put_file("220200000000", SYSTEM)
    with scope.applied(actor("220100000000")), connection.cursor() as cursor:
        cursor.execute("SELECT area_code FROM core_storedfile")
        assert cursor.fetchall() == [("220100000000",)]


def test_the_application_role_without_a_scope_sees_nothing():
    with scope.applied(SYSTEM):
        put_file("220100000000", SYSTEM)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {scope.APP_ROLE}")
        cursor.execute("SELECT count(*) FROM core_storedfile")
        assert cursor.fetchone() == (0,)


def test_a_row_cannot_be_put_into_another_area():
    with pytest.raises(DatabaseError, match="row-level security"), scope.applied(actor("220100000000")):
        put_file("220200000000", SYSTEM)


def test_scopes_nest_and_the_outer_one_comes_back():
    with scope.applied(SYSTEM):
        with scope.applied(actor("220100000000")):
            pass
        put_file("220200000000", SYSTEM)
        assert StoredFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_read_only_scope_refuses_writes():
    with pytest.raises(DatabaseError, match="read-only"), scope.applied(SYSTEM, read_only=True):
        put_file("220100000000", SYSTEM)


@pytest.mark.parametrize("sql", ["UPDATE core_event SET verb = 'x'", "DELETE FROM core_event"])
def test_events_are_append_only(sql):
    actions.record("test.act", by=SYSTEM, at=NOW)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_an_auditor_reads_the_trail_of_the_area_and_others_only_their_own():
    actions.record("test.act", by=SYSTEM, at=NOW, area_code="220100000000")
    own = actor("220100000000")
    with scope.applied(own):
        actions.record("test.mine", by=own, at=NOW)
        assert list(Event.objects.values_list("verb", flat=True)) == ["test.mine"]
    with scope.applied(actor("220100000000", "auditor")):
        assert Event.objects.count() == 2
    with scope.applied(actor("220200000000", "auditor")):
        assert Event.objects.filter(verb="test.act").count() == 0


def test_what_is_only_read_from_above_cannot_be_taken_over():
    from chunfeng.offices.models import OfficeContact
    from tests.builder import Builder

    upper = Builder("220100000000").make(OfficeContact)
    below = Actor(
        name="村",
        role="officer",
        user_id=9,
        area_code="220184001001",
        lo="220184001001",
        hi="220184001002",
        above=("220184001000", "220184000000", "220100000000", "220000000000"),
    )
    with scope.applied(below):
        assert OfficeContact.objects.filter(pk=upper.pk).exists()
        assert OfficeContact.objects.filter(pk=upper.pk).update(area_code="220184001001") == 0


def test_an_act_far_away_is_on_the_trail_of_the_actors_own_area():
    far = actor("220200000000")
    with scope.applied(far):
        actions.record("test.far", by=far, at=NOW, area_code="220100000000")
    for home in ("220100000000", "220200000000"):
        with scope.applied(actor(home, "auditor")):
            assert Event.objects.filter(verb="test.far").count() == 1


def test_nobody_writes_other_peoples_accounts():
    from tests.builder import Builder

    user = Builder("220100000000").make(User)
    with scope.applied(replace(actor("220100000000"), user_id=user.pk + 1)):
        assert User.objects.filter(pk=user.pk).update(name="别人") == 0
    with scope.applied(actor("220100000000", "system_admin")):
        assert User.objects.filter(pk=user.pk).update(name="自己人") == 1
