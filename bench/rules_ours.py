"""Our batch evaluator in a process of its own: Parquet to Parquet with DuckDB, reason masks on.

    python -m bench.rules_ours SOURCE TARGET MEMORY DAY

DAY is a day or the name of the column that holds each row's own.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path

from bench.child import peak_mb
from bench.rules_world import chosen


def main(source: Path, target: Path, memory: str, day: str) -> None:
    """Compile as at a release, then read, evaluate and write; prints the figures."""
    from chunfeng_rules import batch, running

    on = day if day == "on_day" else date.fromisoformat(day)
    measures = chosen()
    began = time.perf_counter()
    with running.opened(source, memory=memory) as connection:
        held = running.columns(connection, "facts")
        clean = running.clean_columns(connection, source, measures)
        text = batch.sql(measures, held, table="facts", on=on, dialect="duckdb", clean=clean)
        compiled = time.perf_counter()
        connection.execute(f"COPY ({text}) TO '{target}' (FORMAT parquet)")
        ended = time.perf_counter()
    print(json.dumps({"seconds": ended - compiled, "compile": compiled - began, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4])
