"""How fast the notice reader is: characters a second on one core after start, and the cold start of the command."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.results import Found

FIXTURES = Path(__file__).resolve().parents[1] / "tests" / "notices" / "fixtures"
TARGET = {"chars_per_s": 500_000, "cold_start_s": 1.5}


def run(*, size: str, say: Callable[[str], None]) -> Found:
    """Read all fixture notices again and again; then start the command afresh and read one."""
    from opencc import OpenCC

    from chunfeng.notices.reader import read_text

    texts = [(p.name, p.read_text(encoding="utf-8")) for p in sorted(FIXTURES.glob("*.txt"))]
    rounds = 20 if size == "full" else 3
    characters = sum(len(text) for _, text in texts)
    for name, text in texts:
        read_text(text, name)
    speeds = []
    for n in range(rounds):
        began = time.perf_counter()
        for name, text in texts:
            read_text(text, name)
        speeds.append(characters / (time.perf_counter() - began))
        say(f"reader: round {n + 1} of {rounds}, {speeds[-1]:,.0f} characters a second")
    converter = OpenCC("tw2s")
    began = time.perf_counter()
    for _, text in texts:
        converter.convert(text)
    plain = characters / (time.perf_counter() - began)

    shortest = min(FIXTURES.glob("*.txt"), key=lambda p: p.stat().st_size)
    starts = []
    for _ in range(7 if size == "full" else 3):
        began = time.perf_counter()
        subprocess.run(
            [str(Path(sys.executable).with_name("chunfeng")), "notice", "read", str(shortest), "--json"],
            check=True,
            capture_output=True,
        )
        starts.append(time.perf_counter() - began)
    speed, cold = statistics.median(speeds), statistics.median(starts)
    return Found(
        figures={
            "chars_per_s": round(speed),
            "cold_start_s": round(cold, 3),
            "vs_opencc_tw2s": round(speed / plain, 1),
        },
        table=[
            ["what", "measured", "target"],
            ["whole reading, one core, median", f"{speed:,.0f} characters/s", f"≥ {TARGET['chars_per_s']:,}"],
            [
                "`chunfeng notice read FILE --json`, cold, median",
                f"{cold:.2f} s",
                f"< {TARGET['cold_start_s']} s",
            ],
            [
                "OpenCC tw2s alone on the same texts",
                f"{plain:,.0f} characters/s",
                "the peer: one step of the repair",
            ],
        ],
        remarks=[f"{len(texts)} notices, {characters:,} characters, {rounds} rounds."],
    )
