"""Stored files: once under their digest, and never served changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import translation

from chunfeng.core import actions
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import Refused

NOW = datetime(2020, 2, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def put(data: bytes, name: str = "../a.txt"):
    return actions.store_file(
        data=data, name=name, media_type="text/plain", area_code="220000000000", by=SYSTEM, at=NOW
    )


def test_the_same_bytes_lie_once_and_the_name_is_no_path():
    one, two = put(b"same"), put(b"same")
    assert actions.file_path(one.sha256) == actions.file_path(two.sha256)
    assert one.name == "a.txt"
    assert actions.read_file(one) == b"same"


def test_empty_and_over_large_files_are_refused(monkeypatch):
    with pytest.raises(Refused, match=r"a\.txt"):
        put(b"", "a.txt")
    monkeypatch.setattr(actions, "MAX_FILE", 3)
    with pytest.raises(Refused, match="20 MB"):
        put(b"four")


def test_a_file_changed_on_the_disk_is_not_served():
    stored = put(b"true bytes")
    actions.file_path(stored.sha256).write_bytes(b"false bytes")
    with pytest.raises(Refused, match="changed on the disk"):
        actions.read_file(stored)
    actions.file_path(stored.sha256).unlink()
    with pytest.raises(Refused, match="missing from the store"):
        actions.read_file(stored)
