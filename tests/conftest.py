"""A hostile harness around every test; the throw-away cluster is made by `tests.home`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SEEDS = Path(os.environ.get("CHUNFENG_SEEDS", Path(__file__).resolve().parents[2] / "shared" / "seeds"))


@pytest.fixture
def seeds() -> Path:
    """The folder with real pages, where it exists beside the checkout."""
    if not SEEDS.is_dir():
        pytest.skip("the folder of real pages is not here (set CHUNFENG_SEEDS)")
    return SEEDS


@pytest.fixture(autouse=True)
def _fast_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
