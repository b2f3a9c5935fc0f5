"""The same rows through every engine: plain Python, DuckDB, PostgreSQL and, where it is installed, Spark."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
from django.db import transaction

from chunfeng_rules import batch
from chunfeng_rules.columns import TYPES
from chunfeng_rules.measure import Measure
from chunfeng_rules.scalar import explain, masks

ARROW = {
    "int64": pa.int64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "string": pa.string(),
}
POSTGRES = {"int64": "bigint", "date": "date", "boolean": "boolean", "string": "text"}


def schema(measures: list[Measure]) -> dict[str, str]:
    """Column → Ibis type of a table with the facts of all measures."""
    found = {"subject": "int64", "on_day": "date", "area": "string"}
    for measure in measures:
        found |= {f.name: TYPES[f.unit.kind] for f in measure.facts.values()}
    return found


def group_schemas(measures: list[Measure]) -> dict[str, dict[str, str]]:
    return {
        g.name: {"subject": "int64", **{c.name: TYPES[c.unit.kind] for c in g.columns}}
        for m in measures
        for g in m.groups.values()
    }


def _lines(measures: list[Measure], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = schema(measures)
    return [{**{n: row.get(n) for n in names}, "subject": n} for n, row in enumerate(rows)]


def _group_lines(name: str, columns: dict[str, str], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**{c: each.get(c) for c in columns}, "subject": n}
        for n, row in enumerate(rows)
        for each in row.get(name) or ()
    ]


def in_python(measures: list[Measure], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the scalar evaluator says, laid out as the batch does. A row's groups are lists in the row."""
    found = []
    for row in rows:
        line: dict[str, Any] = {}
        for measure in measures:
            told = explain(measure, row, on=row["on_day"], area=row.get("area"))
            failed, unknown = masks(told)
            line[f"{measure.column}__failed"], line[f"{measure.column}__open"] = failed, unknown
            given = {g.name: g.value for g in told.gives}
            for outcome in measure.gives:
                line[f"{measure.column}__{outcome.name}"] = given.get(outcome.name)
        found.append(line)
    return found


def in_duckdb(
    measures: list[Measure], rows: list[dict[str, Any]], *, on: date | str = "on_day"
) -> list[dict[str, Any]]:
    names, groups = schema(measures), group_schemas(measures)
    tables = {"facts": (names, _lines(measures, rows))}
    tables |= {n: (c, _group_lines(n, c, rows)) for n, c in groups.items()}
    with duckdb.connect() as connection:
        for name, (columns, lines) in tables.items():
            arrow = pa.Table.from_pylist(lines, schema=pa.schema([(c, ARROW[t]) for c, t in columns.items()]))
            connection.register(name, arrow)
        text = batch.sql(measures, names, table="facts", on=on, dialect="duckdb", groups=groups)
        found = connection.execute(f"SELECT * FROM ({text}) ORDER BY subject")
        heads = [c[0] for c in found.description]
        return [_plain(dict(zip(heads, line, strict=True))) for line in found.fetchall()]


def in_postgres(connection: Any, measures: list[Measure], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names, groups = schema(measures), group_schemas(measures)
    text = batch.sql(
        measures, names, table="facts", on="on_day", dialect="postgres", groups=groups, keep=("subject",)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        tables = {"facts": (names, _lines(measures, rows))}
        tables |= {n: (c, _group_lines(n, c, rows)) for n, c in groups.items()}
        for name, (columns, lines) in tables.items():
            made = ", ".join(f'"{c}" {POSTGRES[t]}' for c, t in columns.items())
            cursor.execute(f'DROP TABLE IF EXISTS "{name}"')
            cursor.execute(f'CREATE TEMP TABLE "{name}" ({made})')
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f'INSERT INTO "{name}" VALUES ({marks})', [[line[c] for c in columns] for line in lines]
            )
        cursor.execute(text.replace("%", "%%"), [])
        heads = [c.name for c in cursor.description]
        found = [dict(zip(heads, line, strict=True)) for line in cursor.fetchall()]
    return [_plain(line) for line in sorted(found, key=lambda line: line["subject"])]


def _plain(line: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in line.items() if k != "subject"}


def in_spark(session: Any, measures: list[Measure], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    from pyspark.sql import types

    kinds = {
        "int64": types.LongType(),
        "date": types.DateType(),
        "boolean": types.BooleanType(),
        "string": types.StringType(),
    }
    names, groups = schema(measures), group_schemas(measures)
    tables = {"facts": (names, _lines(measures, rows))}
    tables |= {n: (c, _group_lines(n, c, rows)) for n, c in groups.items()}
    for name, (columns, lines) in tables.items():
        shape = types.StructType([types.StructField(c, kinds[t]) for c, t in columns.items()])
        session.createDataFrame([tuple(line.values()) for line in lines], shape).createOrReplaceTempView(name)
    text = batch.sql(measures, names, table="facts", on="on_day", dialect="pyspark", groups=groups)
    found = [row.asDict() for row in session.sql(text).collect()]
    return [_plain(line) for line in sorted(found, key=lambda line: line["subject"])]
