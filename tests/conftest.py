"""A hostile harness around every test; the throw-away cluster is made by `tests.home`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

SEEDS = Path(os.environ.get("CHUNFENG_SEEDS", Path(__file__).resolve().parents[2] / "shared" / "seeds"))


@pytest.fixture
def seeds() -> Path:
    """The folder with real pages, where it exists beside the checkout."""
    if not SEEDS.is_dir():
        pytest.skip("the folder of real pages is not here (set CHUNFENG_SEEDS)")
    return SEEDS


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """End the sessions that a server's threads or a killed child left open, so that the database can be dropped."""
    yield
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _fast_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
