"""A throw-away embedded cluster for the whole run, and a hostile harness around every test."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

if "CHUNFENG_TEST_HOME" not in os.environ:
    # set once in the first process; parallel workers inherit it
    home = tempfile.mkdtemp(prefix="chunfeng-test-")
    os.environ["CHUNFENG_TEST_HOME"] = home
    owner = os.getpid()

    def _remove() -> None:
        if os.getpid() != owner:
            return
        from chunfeng.core import embedded

        embedded.stop()
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(_remove)

os.environ["CHUNFENG_HOME"] = os.environ["CHUNFENG_TEST_HOME"]
os.environ.setdefault("CHUNFENG_PG_CONF", "fsync=off;synchronous_commit=off;full_page_writes=off")
os.environ["CHUNFENG_EMAIL_BACKEND"] = "django.core.mail.backends.locmem.EmailBackend"

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
