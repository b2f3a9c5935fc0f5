"""How fast measures are: ten million rows Parquet to Parquet with reason masks, and one person explained.

Made-up rows hold a column for every fact of the shipped measures that give money, a twentieth of them unknown, with
days around the changes of parameters. The batch runs in a child process of its own, so that its peak memory is its
own; a sample of its rows is compared with the scalar evaluator, to the fen and to the last bit of the masks.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from bench.results import Found

ROWS = {"full": 10_000_000, "small": 200_000}
SAMPLE = 20_000
MOST = 8
TARGET = {"batch_10m_s": 10, "batch_10m_peak_mb": 1_000, "one_person_ms": 2}


def run(*, size: str, say: Callable[[str], None]) -> Found:
    """Make the rows, evaluate them in a child, compare a sample, and explain single persons."""
    rows = ROWS[size]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "facts.parquet", Path(folder) / "answers.parquet"
        say(f"rules: making {rows:,} rows of {len(chosen())} measures")
        make_rows(source, rows)
        runs = []
        for memory in ("900MB", "900MB", "280MB") if size == "full" else ("900MB", "280MB"):
            runs.append((memory, child(source, target, memory)))
            say(f"rules: {memory}, {runs[-1][1]['seconds']:.1f} s, peak {runs[-1][1]['peak_mb']:.0f} MB")
        wrong, compared = compare(source, target)
    free = [r for memory, r in runs if memory == "900MB"]
    tight = runs[-1][1]
    best = min(free, key=lambda r: r["seconds"])
    bare, told, count = one_person()
    return Found(
        figures={
            "batch_10m_s": round(best["seconds"], 2) if size == "full" else None,
            "batch_10m_peak_mb": round(max(r["peak_mb"] for r in free)) if size == "full" else None,
            "batch_rows_per_s": round(rows / best["seconds"]),
            "batch_tight_s": round(tight["seconds"], 2),
            "batch_tight_peak_mb": round(tight["peak_mb"]),
            "compile_s": round(best["compile"], 2),
            "one_person_ms": round(bare, 3),
            "one_person_words_ms": round(told, 3),
            "measures": count,
            "wrong_fen": wrong,
            "compared": compared,
        },
        table=[
            ["what", "measured", "target"],
            [
                f"{rows:,} rows, {len(chosen())} measures, Parquet → Parquet with masks",
                f"{best['seconds']:.1f} s",
                "10 s",
            ],
            ["peak memory", f"{max(r['peak_mb'] for r in free):.0f} MB", "1000 MB"],
            ["the same told to stay small", f"{tight['seconds']:.1f} s, {tight['peak_mb']:.0f} MB", "300 MB"],
            [f"one person, all {count} shipped measures, every reason", f"{bare:.2f} ms", "2 ms"],
            ["… with every sentence and sum in two languages", f"{told:.2f} ms", "–"],
            [f"answers that differ from the scalar evaluator, of {compared:,}", str(wrong), "0"],
        ],
        remarks=[
            "The SQL is compiled before the clock starts, as at a release; `compile_s` says how long that takes."
        ],
    )


def chosen() -> list[Any]:
    """The first eight shipped measures that give money."""
    from chunfeng_rules.library import shipped
    from chunfeng_rules.whatif import money

    return [m for m in shipped().values() if money(m)][:MOST]


def make_rows(path: Path, count: int) -> None:
    """A Parquet file with every fact of the measures; the same rows every time."""
    import duckdb

    facts = {f.name: f for m in chosen() for f in m.facts.values()}
    areas = sorted({m.area.ljust(12, "0") for m in chosen() if m.area} | {"220184000000", "110101000000"})
    columns = [
        "i::BIGINT AS subject",
        f"{_pick(areas, 'area')} AS area",
        f"DATE '2018-06-01' + {_whole('on_day', 1_200)}::INTEGER AS on_day",
    ]
    for name, fact in facts.items():
        made = _fact(name, fact)
        columns.append(f'CASE WHEN {_whole(name + "?", 20)} > 0 THEN {made} END AS "{name}"')
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT {', '.join(columns)} FROM range({count}) t(i)) TO '{path}' (FORMAT parquet)"
        )


def _whole(salt: str, below: int) -> str:
    """A whole number from 0 to below − 1 that looks random and is the same every time."""
    return f"(hash(i, '{salt}') % {below})::BIGINT"


def _pick(values: list[str], salt: str) -> str:
    return f"{values!r}[1 + {_whole(salt, len(values))}]"


def _fact(name: str, fact: Any) -> str:
    match fact.unit.kind:
        case "yes_no":
            return f"{_whole(name, 2)} = 0"
        case "date":
            return f"DATE '1960-01-01' + {_whole(name, 22_000)}::INTEGER"
        case "choice":
            return _pick(list(fact.unit.options), name)
        case "area":
            return "'220184000000'"
    usual = 10_000_000 if ("fen", 1) in fact.unit.dims else 300 if ("persons", 1) in fact.unit.dims else 40
    usual = 10_001 if fact.unit.scale != 1 else usual
    return f"{fact.least} + {_whole(name, min(usual, fact.most - fact.least + 1))}"


def child(source: Path, target: Path, memory: str) -> dict[str, float]:
    """One run in a process of its own: {"seconds", "compile", "peak_mb"}."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.rules", str(source), str(target), memory],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def in_child(source: Path, target: Path, memory: str) -> None:
    """Compile, then read, evaluate and write; prints the figures."""
    import resource

    from chunfeng_rules import batch, running

    began = time.perf_counter()
    with running.opened(source, memory=memory) as connection:
        held = running.columns(connection, "facts")
        clean = running.clean_columns(connection, source, chosen())
        text = batch.sql(chosen(), held, table="facts", on="on_day", dialect="duckdb", clean=clean)
        compiled = time.perf_counter()
        connection.execute(f"COPY ({text}) TO '{target}' (FORMAT parquet)")
        ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": ended - compiled, "compile": compiled - began, "peak_mb": peak}))


def compare(source: Path, target: Path) -> tuple[int, int]:
    """(answers that differ, answers compared) between the batch and the scalar evaluator over a sample."""
    import duckdb

    from chunfeng_rules.scalar import explain, masks

    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT f.*, a.* EXCLUDE (subject) FROM '{source}' f JOIN '{target}' a USING (subject)"
            f" WHERE subject < {SAMPLE}"
        )
        heads = [c[0] for c in found.description]
        lines = [dict(zip(heads, line, strict=True)) for line in found.fetchall()]
    wrong = compared = 0
    for line in lines:
        for measure in chosen():
            told = explain(measure, line, on=line["on_day"], area=line["area"])
            given = {g.name: g.value for g in told.gives}
            got = [line[f"{measure.column}__failed"], line[f"{measure.column}__open"]]
            got += [line[f"{measure.column}__{o.name}"] for o in measure.gives]
            want = [*masks(told), *(given.get(o.name) for o in measure.gives)]
            wrong += got != want
            compared += 1
    return wrong, compared


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


if __name__ == "__main__":
    in_child(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
