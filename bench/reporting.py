"""Roll-ups over a province of 18,943 offices, 20 indicators and 30 days, beside three other ways to reckon them;
filing over HTTP beside a bare insert; the page of figures for four levels of office.

Every way must give the same figures in the same run, else the run stops. Ours runs through `levels`, as the
province's officer, behind row-level security; its peers run without that wall.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

from bench.results import Found

ROLES = ("province", "prefecture", "county", "township")
SIZES = {"full": (18_943, 30), "small": (1_200, 10)}


def run(*, size: str, say: Callable[[str], None]) -> Found:
    """Fill a throw-away database, measure, and remove it."""
    home = tempfile.mkdtemp(prefix="chunfeng-bench-")
    os.environ["CHUNFENG_HOME"] = home
    os.environ.setdefault("CHUNFENG_PG_CONF", "shared_buffers=256MB")
    os.environ["DJANGO_SETTINGS_MODULE"] = "chunfeng.config.settings"
    from chunfeng.core import embedded

    try:
        return _measure(size, say)
    finally:
        embedded.stop()
        shutil.rmtree(home, ignore_errors=True)


def _measure(size: str, say: Callable[[str], None]) -> Found:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.urls import get_resolver

    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    call_command("migrate", verbosity=0, interactive=False)
    get_resolver().url_patterns  # noqa: B018  (routes are loaded before anything is timed)
    from bench import reporting_peers as peers
    from bench import reporting_server as server
    from bench.reporting_world import AGGREGATES, World

    offices, days = SIZES[size]
    began = time.perf_counter()
    world = World(offices, days)
    world.fill()
    say(f"reporting: {offices:,} offices, {offices * days:,} reports in {time.perf_counter() - began:.0f} s")
    figures: dict[str, Any] = {}
    table = [["what", "median ms", "times ours"]]
    ours = timed(world.roll_up_day, 15)
    figures["rollup_day_ms"] = round(statistics.median(ours) * 1000, 1)
    table.append(["roll-up of a day, province to townships", f"{figures['rollup_day_ms']:.1f}", "1"])
    say(f"reporting: a day {figures['rollup_day_ms']} ms")
    figures["rollup_month_s"] = round(statistics.median(timed(world.roll_up_month, 3)), 2)
    table.append([f"roll-up of {days} days", f"{figures['rollup_month_s'] * 1000:.0f}", ""])
    say(f"reporting: {days} days {figures['rollup_month_s']} s")
    wanted = world.flat(world.roll_up_day())
    for name, label, way in peers.WAYS:
        if way(world) != wanted:
            raise SystemExit(f"{name} gives other figures than the roll-up")
        taken = statistics.median(timed(lambda way=way: way(world), 3, warm=False))
        figures[f"vs_{name}"] = round(taken / statistics.median(ours), 1)
        table.append([label, f"{taken * 1000:.1f}", f"{figures[f'vs_{name}']:.1f}"])
        say(f"reporting: {label} {taken * 1000:.0f} ms, the same figures")
    pages(world, 100 if size == "full" else 30, figures, table, say)
    filed, bare = server.measure(world, 400 if size == "full" else 80)
    figures["filings_per_s"] = round(filed, 1)
    figures["filing_vs_bare_insert"] = round(bare / filed, 2)
    table.append(["filing over HTTP, a second", f"{filed:.0f}", ""])
    table.append(["peer: the same request with one insert, a second", f"{bare:.0f}", ""])
    say(f"reporting: {filed:.0f} filings a second, {bare:.0f} bare inserts")
    remarks = [
        f"{offices:,} offices, {len(AGGREGATES)} indicators (sum, last, max, mean), {days} days; one day is read "
        "by `levels` as the province behind row-level security, province to townships.",
        f"{server.CLIENTS} clients file over HTTP with tokens; server, database and clients share the machine. "
        "`filing_vs_bare_insert`: how many times as long a filing takes as the bare insert.",
    ]
    return Found(figures=figures, table=table, remarks=remarks)


def pages(
    world: Any, count: int, figures: dict[str, Any], table: list[list[str]], say: Callable[[str], None]
) -> None:
    """The page of the roll-up for an officer of each level, through the whole stack of the test client."""
    from django.urls import reverse

    from tests.factories import browse, posting

    p95: dict[str, float] = {}
    for role in ROLES:
        client = browse(posting(world.some(role, 1)[0], "officer"))
        day = world.days[-1].isoformat()
        url = reverse("rollup", args=[world.form.pk]) + f"?first={day}&last={day}"
        assert client.get(url).status_code == 200, role
        taken = sorted(timed(lambda client=client, url=url: client.get(url), count))
        p95[role] = taken[int(count * 0.95) - 1] * 1000
        table.append([f"page of figures, {role}, p95", f"{p95[role]:.1f}", ""])
        say(
            f"reporting: page as {role}: median {statistics.median(taken) * 1000:.0f}, p95 {p95[role]:.0f} ms"
        )
        figures[f"page_p95_ms_{role}"] = round(p95[role], 1)
    figures["slowest_role_ratio"] = round(max(p95.values()) / min(p95.values()), 2)


def timed(what: Callable[[], Any], rounds: int, *, warm: bool = True) -> list[float]:
    """Seconds of each round, after one to warm up unless it ran before."""
    if warm:
        what()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        what()
        taken.append(time.perf_counter() - began)
    return taken
