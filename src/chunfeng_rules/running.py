"""Files in, files out: measures over a Parquet or CSV file with DuckDB, in bounded memory.

The SQL is compiled first and handed to DuckDB as text, so a run costs no more than the text does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from chunfeng_rules import batch, whatif
from chunfeng_rules.columns import TYPES
from chunfeng_rules.measure import Measure
from chunfeng_rules.texts import BadFacts
from chunfeng_rules.units import FIRST_DAY, LAST_DAY

_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_KINDS = {"DATE": "date", "BOOLEAN": "boolean", "VARCHAR": "string", **dict.fromkeys(_WHOLE, "int64")}


@contextmanager
def opened(
    source: Path, groups: Mapping[str, Path] | None = None, *, memory: str = "1GB", threads: int | None = None
) -> Iterator[Any]:
    """A DuckDB in memory with the view `facts` and one for each group; it loads nothing from the network.

    Raises BadFacts when a file cannot be read.
    """
    settings: dict[str, Any] = {
        "memory_limit": memory,
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(config=settings if threads is None else {**settings, "threads": threads})
    try:
        for name, path in {"facts": source, **(groups or {})}.items():
            how = "read_csv" if path.suffix.lower() == ".csv" else "read_parquet"
            try:
                rows = getattr(connection, how)(str(path))
            except (duckdb.Error, OSError) as error:
                says = str(error).splitlines()[0]
                raise BadFacts(f"文件 {path} 无法读取：{says}", f"{path} cannot be read: {says}") from None
            rows.create_view(name)
        yield connection
    finally:
        connection.close()


def columns(connection: Any, view: str) -> dict[str, str]:
    """Column → Ibis type of a view; columns of other types are left out."""
    rows = connection.execute(f'DESCRIBE "{view}"').fetchall()
    return {name: _KINDS[str(type_)] for name, type_, *_ in rows if str(type_) in _KINDS}


def check_columns(held: Mapping[str, str], measures: Sequence[Measure], needed: Iterable[str]) -> None:
    """Refuse a table whose columns do not fit. Raises BadFacts."""
    missing = [name for name in needed if name not in held]
    if missing:
        names = ", ".join(missing)
        raise BadFacts(f"表中缺少列：{names}", f"the table has no column {names}")
    for measure in measures:
        for fact in measure.facts.values():
            want = TYPES[fact.unit.kind]
            if held.get(fact.name, want) != want:
                raise BadFacts(
                    f"列“{fact.name}”的类型是 {held[fact.name]}，应为 {want}",
                    f"the column “{fact.name}” is {held[fact.name]} and should be {want}",
                )


def clean_columns(connection: Any, source: Path, measures: Sequence[Measure]) -> set[str]:
    """Facts of a Parquet file whose least and greatest value, as its footer says, lie within the range of the fact."""
    if source.suffix.lower() == ".csv":
        return set()
    rows = connection.execute(
        "SELECT path_in_schema, bool_and(stats_min_value IS NOT NULL AND stats_max_value IS NOT NULL),"
        " min(stats_min_value::VARCHAR), max(stats_max_value::VARCHAR),"
        " min(try_cast(stats_min_value AS BIGINT)), max(try_cast(stats_max_value AS BIGINT))"
        " FROM parquet_metadata(?) GROUP BY 1",
        [str(source)],
    ).fetchall()
    ends = {name: (first, last, low, high) for name, known, first, last, low, high in rows if known}
    found, unfit = set[str](), set[str]()
    for fact in (f for m in measures for f in m.facts.values()):
        first, last, low, high = ends.get(fact.name, (None, None, None, None))
        match fact.unit.kind:
            case "number":
                fits = low is not None and fact.least <= low and high <= fact.most
            case "date":  # ISO days in order of their text
                fits = first is not None and FIRST_DAY.isoformat() <= first and last <= LAST_DAY.isoformat()
            case _:
                fits = False
        (found if fits else unfit).add(fact.name)
    return found - unfit


def run_file(
    source: Path,
    target: Path,
    measures: Iterable[Measure],
    *,
    on: date | str,
    area: str | None = "area",
    subject: str = "subject",
    groups: Mapping[str, Path] | None = None,
    keep: Sequence[str] = (),
    memory: str = "1GB",
    threads: int | None = None,
) -> int:
    """Evaluate every row of `source` and write the answers to `target`, Parquet or CSV; returns the number of rows.

    Raises BadFacts when a column the call names is missing or a fact's column has another type.
    """
    chosen, kept = list(measures), [subject, *keep]
    with opened(source, groups, memory=memory, threads=threads) as connection:
        held = columns(connection, "facts")
        check_columns(held, chosen, [*kept, *([on] if isinstance(on, str) else [])])
        related = {name: columns(connection, name) for name in groups or {}}
        clean = clean_columns(connection, source, chosen)
        text = batch.sql(
            chosen,
            held,
            clean=clean,
            table="facts",
            on=on,
            dialect="duckdb",
            area=area,
            subject=subject,
            keep=kept,
            groups=related,
        )
        kind = "CSV" if target.suffix.lower() == ".csv" else "PARQUET"
        path = str(target).replace("'", "''")
        return int(connection.execute(f"COPY ({text}) TO '{path}' (FORMAT {kind})").fetchone()[0])


def simulate_file(
    source: Path,
    before: Measure,
    after: Measure,
    *,
    on: date | str,
    area: str | None = "area",
    subject: str = "subject",
    groups: Mapping[str, Path] | None = None,
    level: int = 6,
    memory: str = "1GB",
) -> list[dict[str, Any]]:
    """Rows of `whatif.compare` over a file. Raises BadFacts as `run_file`."""
    with opened(source, groups, memory=memory) as connection:
        held = columns(connection, "facts")
        check_columns(held, [before, after], [subject, *([on] if isinstance(on, str) else [])])
        related = {name: columns(connection, name) for name in groups or {}}
        text = whatif.sql(
            held,
            before,
            after,
            on=on,
            area=area,
            subject=subject,
            groups=related,
            level=level,
            dialect="duckdb",
        )
        cursor = connection.execute(text)
        heads = [c[0] for c in cursor.description]
        return [
            {k: int(v) if k not in ("area", "month") else v for k, v in zip(heads, line, strict=True)}
            for line in cursor.fetchall()
        ]
