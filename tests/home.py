"""The folder of one test run: its own database, files and field key.

A plugin (`-p tests.home` in pyproject.toml), because the settings read the environment before any conftest.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

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
