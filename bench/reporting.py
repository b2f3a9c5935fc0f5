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

    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    call_command("migrate", verbosity=0, interactive=False)
    from bench import reporting_peers as peers
    from bench.reporting_world import World

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
        taken = statistics.median(timed(lambda way=way: way(world), 3))
        figures[f"vs_{name}"] = round(taken / statistics.median(ours), 1)
        table.append([label, f"{taken * 1000:.1f}", f"{figures[f'vs_{name}']:.1f}"])
        say(f"reporting: {label} {taken * 1000:.0f} ms, the same figures")
    return Found(figures=figures, table=table, remarks=[])


def timed(what: Callable[[], Any], rounds: int) -> list[float]:
    """Seconds of each round after one to warm up."""
    what()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        what()
        taken.append(time.perf_counter() - began)
    return taken
