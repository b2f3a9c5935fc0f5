"""A real worker in a process of its own, killed in the middle of a job."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from chunfeng.tasking import jobs
from chunfeng.tasking.models import Assignment, Task
from tests import factories as f
from tests.tasking.builders import CITY, environment, issued

_WORKER = """
import sys, time
sys.path[:0] = ["src", "."]
import django; django.setup()
from procrastinate.contrib.django import app
from chunfeng.tasking.actions import assigning
assigning.BATCH = 20
if sys.argv[1] == "slow":
    write = assigning._write_plain
    def slow(*arguments):
        write(*arguments); print("wrote", flush=True); time.sleep(0.5)
    assigning._write_plain = slow
app.periodic_registry.periodic_tasks.clear()  # only the job of the test
real = app.with_connector(app.connector.get_worker_connector())
real.run_worker(queues=["tasks"], wait=False, install_signal_handlers=False, update_heartbeat_interval=0.5,
                stalled_worker_timeout=1.0)
"""


def worker(pace: str) -> subprocess.Popen[str]:
    env = os.environ | {"PYTHONUNBUFFERED": "1"} | environment()
    return subprocess.Popen(
        [sys.executable, "-c", _WORKER, pace],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
        cwd=Path.cwd(),
    )


@pytest.fixture(autouse=True)
def _empty_queue(db):
    """The queue's tables are not Django's, so the test database keeps them between tests."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def states() -> list[tuple[str, str]]:
    return list(ProcrastinateJob.objects.order_by("pk").values_list("task_name", "status"))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_no_work_and_doubles_none(monkeypatch):
    city = f.office(CITY)
    issued(city, [f.office(f"220102{n:03d}000") for n in range(1, 41)], duties=5)
    jobs.assign.defer()
    first = worker("slow")
    assert first.stdout
    for _ in range(3):
        line = first.stdout.readline()
        assert line == "wrote\n", first.stderr and first.stderr.read()
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=10)
    half = Task.objects.count()
    assert 0 < half < 200
    assert states() == [("tasking.assign", "doing")]

    monkeypatch.setattr(jobs, "STALLED_AFTER", 1)
    time.sleep(2)
    assert put_back() == 1
    assert states() == [("tasking.assign", "todo")]
    second = worker("fast")
    _out, err = second.communicate(timeout=60)
    assert second.returncode == 0, err
    assert states() == [("tasking.assign", "succeeded")], err
    assert Task.objects.count() == 200
    assert Assignment.objects.get().dispatches == 40
    assert put_back() == 0


def put_back() -> int:
    async def run() -> int:
        try:
            return await jobs.retry_stalled.func()
        finally:
            await sync_to_async(lambda: connection.close())()

    # in a thread of its own: a browser journey before this test keeps an event loop running in this one
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(run())).result()


@pytest.mark.django_db
def test_every_job_is_periodic_and_has_a_known_queue():
    mine = {name: task for name, task in app.tasks.items() if name.startswith("tasking.")}
    jobs_here = {"assign", "chase", "clear", "deliver", "retry_stalled"}
    assert set(mine) == {f"tasking.{name}" for name in jobs_here}
    assert {task.queue for task in mine.values()} == {"tasks", "outbox", "upkeep"}
    periodic = {name for name, _id in app.periodic_registry.periodic_tasks}
    assert set(mine) <= periodic


@pytest.mark.django_db(transaction=True)
def test_a_job_waiting_is_not_queued_twice():
    from procrastinate.exceptions import AlreadyEnqueued

    jobs.chase.defer()
    with pytest.raises(AlreadyEnqueued):
        jobs.chase.defer()
    connection.close()
