"""Filing through a real server process with API tokens, beside the same request doing one insert."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from bench.reporting_world import AGGREGATES, SEED, World

CLIENTS = 8
ROUNDS = 3


def measure(world: World, count: int) -> tuple[float, float]:
    """Requests a second: filings and bare inserts, the medians of alternating rounds of `count` each."""
    _bare_table()
    tokens = _tokens(world, min(count // 4, 60))
    owed = _owed(world, list(tokens), count * ROUNDS + CLIENTS)
    rates: dict[str, list[float]] = {"file": [], "bare": []}
    with _server() as port:
        _drive(port, "bare", owed[:CLIENTS], tokens)
        _drive(port, "file", owed[:CLIENTS], tokens)
        for n in range(ROUNDS):
            batch = owed[CLIENTS + n * count : CLIENTS + (n + 1) * count]
            for way in ("file", "bare"):
                rates[way].append(len(batch) / _drive(port, way, batch, tokens))
    _all_present(owed)
    return sorted(rates["file"])[ROUNDS // 2], sorted(rates["bare"])[ROUNDS // 2]


def _bare_table() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_bare (id bigserial, obligation_id bigint, numbers bigint[], at timestamptz)"
        )
        cursor.execute("GRANT INSERT ON bench_bare TO chunfeng_app")
        cursor.execute("GRANT USAGE ON bench_bare_id_seq TO chunfeng_app")


def _tokens(world: World, count: int) -> dict[int, str]:
    """A token that permits writing for an officer of each of some villages, by office."""
    from django.utils import timezone

    from chunfeng.core import accounts
    from chunfeng.core.models import ApiToken, User
    from chunfeng.offices.models import Posting

    found = {}
    for n, office in enumerate(world.some("village", count)):
        user = User(username=f"bench{n}", name="测试员")
        user.set_unusable_password()
        user.save()
        posting = Posting.objects.create(
            user=user, office=office, area_code=office.area_code, role="officer", valid_from=world.days[0]
        )
        key = f"cf_{random.Random(SEED + n).randbytes(24).hex()}"
        ApiToken.objects.create(
            user=user,
            posting_id_at=posting.pk,
            area_code=office.area_code,
            name="bench",
            key_hash=accounts.token_hash(key),
            key_start=key[:10],
            scope=ApiToken.Scope.WRITE,
            created_at=timezone.now(),
            expires_at=timezone.now() + timedelta(days=1),
        )
        found[office.pk] = key
    return found


def _owed(world: World, offices: Sequence[int], count: int) -> list[tuple[int, int]]:
    """Obligations (key, office) of further days, made now, still open."""
    from chunfeng.offices.models import Office
    from chunfeng.reporting.models import Obligation

    version = world.form.versions.get()
    areas = dict(Office.objects.filter(pk__in=offices).values_list("pk", "area_code"))
    rows = []
    for n in range(count):
        day = world.days[-1] + timedelta(days=1 + n // len(offices))
        due = datetime.fromisoformat(f"{day}T17:00+08:00")
        office = offices[n % len(offices)]
        rows.append(
            Obligation(
                form=world.form,
                version=version,
                office_id=office,
                area_code=areas[office],
                period_start=day,
                period_end=day,
                due_at=due,
                closes_at=due + timedelta(hours=1),
            )
        )
    return [(row.pk, row.office_id) for row in Obligation.objects.bulk_create(rows, batch_size=2000)]


@contextlib.contextmanager
def _server() -> Iterator[int]:
    """A granian process as `chunfeng serve` starts it, with the one route more."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--workers", "2", "--blocking-threads", "2", "--no-ws", "--log-level", "warning"]
    process = subprocess.Popen(
        [*command, "chunfeng.config.wsgi:application"],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "bench.bare_settings"},
    )
    try:
        until = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                line.request("GET", "/api/v1/openapi.json")
                if line.getresponse().status < 500:
                    break
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit("the server did not come up")
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _drive(port: int, way: str, owed: Sequence[tuple[int, int]], tokens: dict[int, str]) -> float:
    """Send one request for each obligation from parallel clients; seconds. Any refusal ends the run."""
    failures: list[Any] = []

    def client(mine: Sequence[tuple[int, int]]) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        some = random.Random(SEED)
        for pk, office in mine:
            values = {f"n{n}": some.randint(0, 500) for n in range(len(AGGREGATES))}
            headers = {
                "Authorization": f"Bearer {tokens[office]}",
                "Content-Type": "application/json",
                "Idempotency-Key": f"bench-{pk}",
            }
            path = f"/api/v1/reports/{pk}/file" if way == "file" else f"/api/bare/{pk}/"
            line.request("POST", path, json.dumps({"values": values}), headers)
            answer = line.getresponse()
            body = answer.read()
            if answer.status != 200:
                failures.append((answer.status, body[:300]))
                return
        line.close()

    threads = [threading.Thread(target=client, args=(owed[n::CLIENTS],)) for n in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - began
    if failures:
        raise SystemExit(f"{way}: {failures[0]}")
    return taken


def _all_present(owed: Sequence[tuple[int, int]]) -> None:
    """Every acknowledged filing stands, once."""
    from chunfeng.reporting.models import Revision

    keys = [pk for pk, _office in owed]
    if Revision.objects.filter(obligation__in=keys).count() != len(keys):
        raise SystemExit("filings were lost or stand twice")
