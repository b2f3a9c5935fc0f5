"""The same roll-up of a day as others reckon it: path-LIKE joins, loops of the ORM, pandas.

Each way gives {(level, area code): figures in the form's order}, maxima and exact means included.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from bench.reporting_world import AGGREGATES, World

ENDS = {1: 2, 2: 4, 3: 6, 4: 9}
Figures = dict[tuple[int, str], list[Any]]


def path_like(world: World) -> Figures:
    """Areas and offices carry a path (/22/2201/…); a figure of an area is a join on the beginning of the path."""
    from django.db import connection

    chosen = ", ".join(
        {
            "max": f"max(o.numbers[{n}])",
            "mean": f"sum(o.numbers[{n}]), count(o.numbers[{n}])",
        }.get(each, f"sum(o.numbers[{n}])")
        for n, each in enumerate(AGGREGATES, start=1)
    )
    with connection.cursor() as cursor:
        if not getattr(world, "paths", False):
            _paths(cursor)
            world.paths = True  # type: ignore[attr-defined]
        cursor.execute(
            f"""SELECT parent.level, parent.code, {chosen}
                FROM bench_path parent JOIN bench_path child ON child.path LIKE parent.path || '%%'
                JOIN reporting_obligation o ON o.office_id = child.office_id
                WHERE o.form_id = %s AND o.period_start = %s AND o.state IN ('filed', 'zero') AND parent.level <= 4
                GROUP BY parent.level, parent.code""",
            [world.form.pk, world.days[-1]],
        )
        return {(level, code): _exact(row) for level, code, *row in cursor.fetchall()}


def _paths(cursor: Any) -> None:
    cursor.execute(
        """CREATE TABLE bench_path AS
           WITH RECURSIVE tree AS (
               SELECT id AS office_id, area_code AS code, 1 AS level, '/' || id AS path
               FROM offices_office WHERE parent_id IS NULL
               UNION ALL
               SELECT o.id, o.area_code, t.level + 1, t.path || '/' || o.id
               FROM offices_office o JOIN tree t ON o.parent_id = t.office_id)
           SELECT office_id, code, level, path || '/' AS path FROM tree"""
    )
    cursor.execute("CREATE INDEX ON bench_path (path text_pattern_ops)")
    cursor.execute("CREATE UNIQUE INDEX ON bench_path (office_id)")
    cursor.execute("ANALYZE bench_path")


def orm(world: World) -> Figures:
    """For each area one `aggregate` over the rows in its range."""
    from django.db.models import Count, Max, Sum

    from chunfeng.reporting.models import Obligation

    asked = {}
    for n, each in enumerate(AGGREGATES):
        asked[f"a{n}"] = (Max if each == "max" else Sum)(f"numbers__{n}")
        if each == "mean":
            asked[f"b{n}"] = Count(f"numbers__{n}")
    found = {}
    rows = Obligation.objects.filter(
        form=world.form, period_start=world.days[-1], state__in=("filed", "zero"), counts=True
    )
    for level, end in ENDS.items():
        for code in [
            c for c, _parent, _at in world.places if c[end:].strip("0") == "" and _level(c) == level
        ]:
            row = rows.filter(area_code__gte=code[:end], area_code__lt=_after(code[:end])).aggregate(**asked)
            found[level, code] = _exact(list(row.values()))
    return found


def pandas(world: World) -> Figures:
    """The day's rows into a frame, arrays into columns, one groupby a level."""
    import pandas as pd
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT area_code, numbers FROM reporting_obligation WHERE form_id = %s AND period_start = %s
               AND state IN ('filed', 'zero') AND counts""",
            [world.form.pk, world.days[-1]],
        )
        rows = cursor.fetchall()
    frame = pd.DataFrame([r[1] for r in rows], columns=range(len(AGGREGATES)), dtype="Int64")
    codes = pd.Series([r[0] for r in rows])
    ways: dict[Any, Any] = {}
    for n, each in enumerate(AGGREGATES):
        ways[n] = {"max": ["max"], "mean": ["sum", "count"]}.get(each, ["sum"])
    found: Figures = {}
    for level, end in ENDS.items():
        # an office above this level is nobody's part at it
        deep = codes.str[end - (3 if level == 4 else 2) : end].str.strip("0") != ""
        grouped = frame[deep].groupby(codes[deep].str[:end]).agg(ways)
        for code, values in zip(grouped.index, grouped.itertuples(index=False), strict=True):
            found[level, code.ljust(12, "0")] = _exact(list(values))
    return found


def _exact(row: list[Any]) -> list[Any]:
    values = iter(None if x is None else int(x) for x in row)
    out: list[Any] = []
    for each in AGGREGATES:
        value = next(values)
        if each == "mean":
            count = next(values)
            out.append(Fraction(value, count) if count else None)
        else:
            out.append(value)
    return out


def _level(code: str) -> int:
    return next((level for level, end in ENDS.items() if not code[end:].strip("0")), 5)


def _after(stem: str) -> str:
    return stem[:-1] + chr(ord(stem[-1]) + 1)


WAYS = (
    ("path_like", "peer: join on path LIKE", path_like),
    ("orm", "peer: one ORM aggregate an area", orm),
    ("pandas", "peer: pandas", pandas),
)
