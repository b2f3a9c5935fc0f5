"""How fast and how right measures are: eight over ten million rows, beside openfisca-core, ZEN, pandas and Spark.

The same made-up rows and the same rules for everybody, one engine after another, each in a process of its own with its
own peak of memory: Parquet in, Parquet out. We write two masks of reasons a measure and row, the others only who is
eligible and how much. The answers of the first rows are held against exact fractions (`rules_exact`).
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from bench import child, peers_env, rules_judge, rules_postgres, rules_report, rules_spark
from bench.results import Found
from bench.rules_judge import Truth
from bench.rules_world import ON, make_rows

ROWS = {"full": 10_000_000, "small": 200_000}
JUDGED = {"full": 100_000, "small": 20_000}
"""The first rows, whose answers are compared with the exact ones."""
SCALAR = {"full": 20_000, "small": 4_000}
"""The first rows, compared with the scalar evaluator and PostgreSQL to the last bit of the masks."""
ZEN_ROWS = {"full": 200_000, "small": 10_000}
"""Rows for ZEN, which decides row by row; its time is scaled to all rows."""
RUNS = {"full": 3, "small": 2}
PEER_RUNS = {"full": 2, "small": 1}
MEMORY, TIGHT = "900MB", "280MB"
Say = Callable[[str], None]


def run(*, size: str, say: Say) -> Found:
    """Make the rows, let every engine answer, judge the answers, and explain single persons."""
    rows = ROWS[size]
    python = peers_env.python()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "facts.parquet"
        say(f"rules: making {rows:,} rows")
        make_rows(source, rows)
        ours = _ours(source, folder, size, say)
        peers = _peers(python, source, folder, size, say)
        spark = _spark(python, source, folder, say)
        say("rules: judging")
        right = rules_judge.truths(source, JUDGED[size])
        files = {"chunfeng": folder / "ours.parquet", **{n: folder / f"{n}.parquet" for n in peers}}
        verdicts = {
            n: rules_judge.judge(f, _first(right, ZEN_ROWS[size]) if n == "zen" else right)
            for n, f in files.items()
        }
        same = _identical(source, folder, _first(right, SCALAR[size]))
    bare, told, count = one_person()
    return rules_report.found(
        rows, rows == ROWS["full"], ours, peers, spark, verdicts, same, (bare, told, count)
    )


def _first(right: dict[int, Truth], rows: int) -> dict[int, Truth]:
    return {subject: truth for subject, truth in right.items() if subject < rows}


def _best(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The fastest run, with the highest peak of all of them."""
    best = min(runs, key=lambda r: r["seconds"])
    return {**best, "peak_mb": max(r["peak_mb"] for r in runs)}


def _ours(source: Path, folder: Path, size: str, say: Say) -> dict[str, dict[str, Any]]:
    """Best of some runs with room, one that is told to stay small, and one with a day of each row's own."""
    ways = {
        "free": ("ours.parquet", MEMORY, ON.isoformat(), RUNS[size]),
        "tight": ("tight.parquet", TIGHT, ON.isoformat(), 1),
        "own_days": ("own.parquet", MEMORY, "on_day", 1),
    }
    found = {}
    for way, (name, memory, day, times) in ways.items():
        runs = [child.run("bench.rules_ours", source, folder / name, memory, day) for _ in range(times)]
        found[way] = _best(runs)
        say(f"rules: ours, {way}: {found[way]['seconds']:.1f} s, {found[way]['peak_mb']:.0f} MB")
    return found


def _peers(python: Path, source: Path, folder: Path, size: str, say: Say) -> dict[str, dict[str, Any]]:
    found = {}
    for name in ("openfisca", "pandas", "zen"):
        given: tuple[object, ...] = (source, folder / f"{name}.parquet")
        if name == "zen":
            given = (*given, ZEN_ROWS[size])
        times = 1 if name == "zen" else PEER_RUNS[size]
        found[name] = _best([child.run(f"bench.rules_{name}", *given, python=python) for _ in range(times)])
        say(f"rules: {name}: {found[name]['seconds']:.1f} s, {found[name]['peak_mb']:.0f} MB")
    return found


def _spark(python: Path, source: Path, folder: Path, say: Say) -> dict[str, Any]:
    """Seconds of both ways, and whether each wrote the same bytes as DuckDB did; nothing where there is no Java."""
    if shutil.which("java") is None:
        say("rules: no Java, Spark is left out")
        return {}
    text = folder / "spark.sql"
    text.write_text(rules_spark.text(source))
    rows, wanted = rules_judge.digest(str(folder / "ours.parquet"))
    found: dict[str, Any] = {"rows": rows, "digest": wanted}
    for way in ("local", "cluster"):
        target = folder / f"answers-{way}"
        with rules_spark.master(way, python, folder) as address:
            done = child.run("bench.rules_spark", address, source, target, text, python=python)
        found[way] = {**done, "same": rules_judge.digest(f"{target}/*.parquet") == (rows, wanted)}
        say(f"rules: Spark, {way}: {done['seconds']:.1f} s, same bytes: {found[way]['same']}")
    return found


def _identical(source: Path, folder: Path, right: dict[int, Truth]) -> dict[str, int]:
    """Differences between our own engines, to the last bit of the masks, and what was compared."""
    wrong, compared = rules_judge.against_scalar(folder / "ours.parquet", right, ON)
    own, more = rules_judge.against_scalar(folder / "own.parquet", right, "on_day")
    served = rules_postgres.differing(source, folder / "ours.parquet", right)
    return {"scalar": wrong + own, "compared": compared + more, "postgres": served, "rows": len(right)}


def one_person() -> tuple[float, float, int]:
    """Median milliseconds to explain all shipped measures for one person, bare and in words, and their number."""
    from chunfeng_rules.library import shipped
    from chunfeng_rules.scalar import explain

    held = list(shipped().values())
    people: list[tuple[dict[str, Any], date, str | None]] = [
        (case.given, case.on, case.area) for m in held for case in m.cases
    ]
    together: dict[str, Any] = {}
    for given, _, _ in people:
        together |= given
    people.append((together, date(2020, 3, 1), None))
    times: dict[bool, list[float]] = {False: [], True: []}
    for words in (False, True):
        for _ in range(5):
            for given, on, area in people:
                began = time.perf_counter()
                for measure in held:
                    told = explain(measure, given, on=on, area=area)
                    if words:
                        told.as_data()
                times[words].append((time.perf_counter() - began) * 1_000)
    return statistics.median(times[False]), statistics.median(times[True]), len(held)
