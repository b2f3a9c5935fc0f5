"""Old answers and ended sessions go; what may still be asked for stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chunfeng.core import upkeep
from chunfeng.core.models import IdempotencyKey, Session
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def key(n: int, age: timedelta) -> None:
    IdempotencyKey.objects.create(
        user_id_at=n, key=f"k{n}", route="POST /", body_sha256="", status=200, answer={}, at=NOW - age
    )


def test_old_keys_and_ended_sessions_are_cleared_once(monkeypatch):
    monkeypatch.setattr(upkeep, "BATCH", 2)
    for n in range(5):
        key(n, timedelta(days=31))
    key(9, timedelta(days=29))
    Session.objects.create(session_key="a", session_data="", expire_date=NOW - timedelta(minutes=1))
    Session.objects.create(session_key="b", session_data="", expire_date=NOW + timedelta(minutes=1))
    assert upkeep.clear(now=NOW) == upkeep.Cleared(keys=5, sessions=1)
    assert upkeep.clear(now=NOW) == upkeep.Cleared(keys=0, sessions=0)
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["k9"]
    assert list(Session.objects.values_list("session_key", flat=True)) == ["b"]
