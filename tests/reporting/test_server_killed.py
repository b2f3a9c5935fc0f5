"""Two hundred villages file at once over HTTP while the server is killed twice (kill -9): nothing is lost,
nothing stands twice. A real server process, real connections, clients that time out and try again.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.conf import settings
from django.utils import timezone

from chunfeng.core.models import Event, IdempotencyKey
from chunfeng.reporting.models import Obligation, Revision
from tests import factories as f
from tests.api.test_read import token_for
from tests.reporting import builders as b
from tests.tasking.builders import environment

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CLIENTS = 200
GIVE_UP_S = 240
START_S = 120
"""Both are far beyond what an idle machine takes; they end a run that hangs."""
_COUNTY = "220102000000"


class Server:
    """`chunfeng serve` in a process group of its own."""

    def __init__(self, port: int) -> None:
        self.port, self.process = port, None
        self.log = Path(os.environ["CHUNFENG_HOME"]) / f"killed-{port}.log"

    def start(self) -> None:
        """Come up and answer."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    "from chunfeng.cli import app; app()",
                    "serve",
                    "--port",
                    str(self.port),
                    "--no-jobs",
                    "--no-migrate",
                ],
                env=os.environ
                | environment()
                | {"PYTHONPATH": "src", "CHUNFENG_KEY": settings.FIELD_KEY.hex()},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + START_S
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if send(self.port, "GET", "/api/v1/openapi.json", timeout=2)[0] < 500:
                    return
            assert self.process.poll() is None and time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9 for every process of the group; none of them lives on."""
        assert self.process
        family = [
            psutil.Process(self.process.pid),
            *psutil.Process(self.process.pid).children(recursive=True),
        ]
        assert len(family) >= 3, "the command, the server and its workers"
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)
        _gone, alive = psutil.wait_procs(family[1:], timeout=10)
        assert not alive

    def end(self) -> None:
        """Leave nothing running, whatever state it is in."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=10)


def send(
    port: int, method: str, path: str, *, body: bytes = b"", headers: dict[str, str] | None = None, timeout: float
) -> tuple[int, bytes]:  # fmt: skip
    """One request on a connection of its own."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        line.request(method, path, body, headers or {})
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


@dataclass
class Tally:
    """What the clients went through, counted under one lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    acknowledged: int = 0
    in_flight: int = 0
    refused: int = 0
    broken: int = 0
    timed_out: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def add(self, name: str, n: int = 1) -> None:
        with self.lock:
            setattr(self, name, getattr(self, name) + n)


@dataclass
class Village:
    """One client: its office's obligation, its token, what it has to say and what it was told."""

    obligation: int
    key: str
    port: int
    tally: Tally
    statements: list[dict[str, Any]]
    answers: list[dict[str, Any]] = field(default_factory=list)
    failure: str = ""

    def run(self) -> None:
        """File every statement in turn, each until it is acknowledged."""
        for n, statement in enumerate(self.statements):
            answer = self.file(f"{self.obligation}-{n}", json.dumps(statement).encode())
            if answer is None:
                return
            self.answers.append(answer)
            if random.random() < 0.2:  # the acknowledgement was lost on the way: the client asks again
                again = self.file(f"{self.obligation}-{n}", json.dumps(statement).encode())
                if again != answer:
                    self.failure = f"{answer} then {again}"

    def file(self, key: str, body: bytes) -> dict[str, Any] | None:
        """Send until an answer comes, with longer pauses and more patience each time."""
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        path, until = f"/api/v1/reports/{self.obligation}/file", time.monotonic() + GIVE_UP_S
        pause, patience = 0.1, 3.0
        while time.monotonic() < until and not self.tally.over.is_set():
            self.tally.add("in_flight")
            try:
                status, said = send(self.port, "POST", path, body=body, headers=headers, timeout=patience)
            except ConnectionRefusedError:
                self.tally.add("refused")
            except TimeoutError:
                self.tally.add("timed_out")
            except (OSError, http.client.HTTPException):
                self.tally.add("broken")
            else:
                if status == 200:
                    self.tally.add("acknowledged")
                    return json.loads(said)
                if status < 500:
                    self.failure = f"{status} {said.decode()}"
                    return None
            finally:
                self.tally.add("in_flight", -1)
            time.sleep(pause * random.uniform(0.5, 1.5))
            pause, patience = min(pause * 1.6, 2.0), min(patience * 1.5, 20.0)
        self.failure = "gave up"
        return None


def statement(n: int, round_: int) -> dict[str, Any]:
    """A village's figures, no two alike; a correction says why."""
    values = {
        "checked": 1000 + n,
        "isolated": 2,
        "released": 1 - round_ % 2,
        "still": n % 7,
        "remark": f"第{n}村",
    }
    return {"values": values, "comments": {"flow": "演示"}} | ({"reason": "核实后更正"} if round_ else {})


@pytest.fixture
def villages(transactional_db):
    """Make a form, villages that owe it today, and a token for each: (obligation, token)."""

    def made(many: int) -> list[tuple[int, str]]:
        now = timezone.now()
        form = b.form(f.office(_COUNTY), at=now, checks=[])
        times = {"due_at": now + timedelta(hours=1), "closes_at": now + timedelta(hours=2)}
        found = []
        for n in range(many):
            office = f.office(f"220102{100 + n // 50:03d}{200 + n % 50:03d}")
            owed = b.obligation(form, office, timezone.localdate(), **times)
            found.append((owed.pk, token_for(f.posting(office), "write")))
        return found

    return made


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("clients", "rounds"), [(CLIENTS, 1), (CLIENTS // 2, 2)], ids=["first filings", "corrections after them"]
)
def test_every_acknowledged_filing_stands_once_after_two_kills(villages, clients, rounds):
    random.seed(20200126)
    port, tally = free_port(), Tally()
    server = Server(port)
    clients = [
        Village(pk, key, port, tally, [statement(n, r) for r in range(rounds)])
        for n, (pk, key) in enumerate(villages(clients))
    ]
    threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
    try:
        server.start()
        began = time.monotonic()
        for thread in threads:
            thread.start()
        total, killed_in_flight = len(clients) * rounds, []
        for share in (0.25, 0.6):
            wait_for(lambda: tally.acknowledged >= total * share and tally.in_flight, server, clients)  # noqa: B023
            killed_in_flight.append(tally.in_flight)
            server.kill()
            server.start()
        for thread in threads:
            thread.join(GIVE_UP_S)
    finally:
        tally.over.set()
        server.end()
    print(
        f"{rounds} round(s): {time.monotonic() - began:.1f} s, {tally}, in flight at kills {killed_in_flight}"
    )

    assert [client.failure for client in clients if client.failure] == []
    assert tally.broken > 0, "a kill must hit requests that were under way"
    check_the_books(clients, rounds)


def wait_for(met: Any, server: Server, clients: list[Village]) -> None:
    until = time.monotonic() + GIVE_UP_S
    while not met():
        failed = [client.failure for client in clients if client.failure]
        assert not failed and time.monotonic() < until, (failed[:3], server.log.read_text()[-2000:])
        time.sleep(0.01)


def check_the_books(clients: list[Village], rounds: int) -> None:
    """What the clients were told against what the database holds."""
    assert Revision.objects.count() == len(clients) * rounds
    assert IdempotencyKey.objects.count() == len(clients) * rounds
    assert not IdempotencyKey.objects.exclude(status=200).exists()
    assert Event.objects.filter(verb="report.file").count() == len(clients) * rounds
    for client in clients:
        owed = Obligation.objects.select_related("form").get(pk=client.obligation)
        held = list(Revision.objects.filter(obligation=owed).order_by("number"))
        assert [row.number for row in held] == list(range(1, rounds + 1))
        assert len(client.answers) == rounds
        for row, answer, said in zip(held, client.answers, client.statements, strict=True):
            assert (answer["revision"], answer["digest"]) == (row.number, row.digest)
            for code, value in said["values"].items():
                slot = owed.form.slots.get(code)
                assert (row.texts[code] if slot is None else row.numbers[slot]) == value
            assert row.reason == said.get("reason", "")
        latest = held[-1]
        assert (owed.state, owed.revision) == ("filed", latest.number)
        assert (owed.numbers, owed.texts) == (latest.numbers, latest.texts)
        assert owed.filed_at == latest.at and owed.first_filed_at == held[0].at
