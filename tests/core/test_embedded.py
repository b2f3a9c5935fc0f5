"""The embedded server: made once, reused, recovered after a crash, and honest about a broken folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import psycopg
import pytest

from chunfeng.core import embedded
from chunfeng.core.errors import Refused

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path_factory, monkeypatch):
    # the socket's path must stay short, and the server's own user must reach the folder
    folder = tmp_path_factory.mktemp("h")
    for parent in [folder, *folder.parents][:4]:
        if parent.stat().st_uid == os.getuid():
            parent.chmod(parent.stat().st_mode | 0o055)
    monkeypatch.setenv("CHUNFENG_HOME", str(folder))
    monkeypatch.delenv("CHUNFENG_PG_CONF")  # a crash must find the real settings
    yield folder
    embedded.stop()


def ask(address: embedded.Address, sql: str):
    with psycopg.connect(
        host=address["host"], port=address["port"], user=address["user"], dbname="postgres", autocommit=True
    ) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchone() if cursor.description else None


def test_it_is_made_once_and_reused(home):
    first = embedded.ensure()
    ask(first, "CREATE TABLE kept AS SELECT 1 AS one")
    assert embedded.ensure()["pid"] == first["pid"]
    assert embedded.stop()
    assert embedded.running(home / "pg") is None
    assert ask(embedded.ensure(), "SELECT one FROM kept") == (1,)


def test_after_kill_9_what_was_committed_is_there(home):
    first = embedded.ensure()
    ask(first, "CREATE TABLE kept AS SELECT 1 AS one")
    family = [psutil.Process(first["pid"]), *psutil.Process(first["pid"]).children(recursive=True)]
    for process in family:
        process.send_signal(signal.SIGKILL)
    psutil.wait_procs(family, timeout=10)
    assert ask(embedded.ensure(), "SELECT one FROM kept") == (1,)


def test_an_interrupted_first_start_leaves_nothing_behind(home):
    half = home / "pg.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18")
    assert ask(embedded.ensure(), "SELECT 1") == (1,)
    assert not half.exists()


def test_a_half_written_cluster_is_reported_with_the_fix(home):
    (home / "pg").mkdir()
    (home / "pg" / "PG_VERSION").write_text("18")
    with pytest.raises(Refused, match=r"not a complete database.*mv .*pg\.broken"):
        embedded.ensure()


def test_a_pid_file_of_a_dead_server_is_no_server(home):
    (home / "pg").mkdir()
    lines = ["999999", str(home / "pg"), "0", "5432", "/tmp", "", "0", "ready"]
    (home / "pg" / "postmaster.pid").write_text("\n".join(lines))
    assert embedded.running(home / "pg") is None
    lines[0] = str(os.getpid())  # the number was given to another program
    (home / "pg" / "postmaster.pid").write_text("\n".join(lines))
    assert embedded.running(home / "pg") is None


def test_two_first_starts_at_once_agree_on_one_server(home):
    code = "from chunfeng.core import embedded; print(embedded.ensure()['pid'])"
    both = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    began = time.monotonic()
    pids = {p.communicate(timeout=120)[0].strip() for p in both}
    assert len(pids) == 1 and pids != {""}, time.monotonic() - began
