"""The newest people of a county, found village by village.

In the order of entry a county's people may stand anywhere among millions, and no index holds a range of areas in
that order. But each single area code stands in that order in the indexes of the register, and a county has some
hundreds of them: the newest of each code says which codes can hold the newest of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from chunfeng.people.models import Person

_LAST = 2**63 - 1


def newest(
    rows: QuerySet[Person], *, lo: str, hi: str, columns: Sequence[str], before: int | None, count: int
) -> list[int]:
    """The `count` highest serial numbers below `before` of the rows with one of the areas in `[lo, hi)`.

    `rows` must be narrowed by plain conditions on its own columns; its order is left aside. The work grows
    with the codes in the range, not with the people: for ranges of a county or smaller.
    """
    person, below = "people_person", _LAST if before is None else before
    walks, found = [], []
    walking: list[Any] = []
    finding: list[Any] = []
    for column in columns:
        chosen, narrowed = rows.order_by().values_list(column, "pk").query.sql_with_params()
        one = f"{chosen} AND {person}.{column} <> '' AND {person}.id < %s"
        next_code = f"ORDER BY {person}.{column} DESC, {person}.id DESC LIMIT 1"
        walks.append(
            f"""of_{column}(code, pk) AS (
            ({one} AND {person}.{column} >= %s AND {person}.{column} < %s {next_code}) UNION ALL
            SELECT n.* FROM of_{column} o CROSS JOIN LATERAL (
                {one} AND {person}.{column} >= %s AND {person}.{column} < o.code {next_code}) n)"""  # noqa: S608  (names of ours)
        )
        walking += [*narrowed, below, lo, hi, *narrowed, below, lo]
        found.append(
            f"""SELECT n.pk FROM of_{column} o CROSS JOIN least_top l CROSS JOIN LATERAL (
                {one} AND {person}.{column} = o.code AND {person}.id >= l.pk
                ORDER BY {person}.id DESC LIMIT %s) n
            WHERE o.pk >= l.pk"""  # noqa: S608
        )
        finding += [*narrowed, below, count]
    tops = " UNION ALL ".join(f"SELECT pk FROM of_{column}" for column in columns)  # noqa: S608
    sql = f"""WITH RECURSIVE {", ".join(walks)},
        least_top AS MATERIALIZED (  -- as many people are at least that new: nobody older is asked for
            SELECT CASE count(*) WHEN %s THEN min(pk) ELSE 0 END AS pk
            FROM (SELECT DISTINCT pk FROM ({tops}) t ORDER BY pk DESC LIMIT %s) t)
        SELECT DISTINCT pk FROM ({" UNION ALL ".join(found)}) f ORDER BY pk DESC LIMIT %s"""  # noqa: S608
    asked = [*walking, count, count, *finding, count]
    with connection.cursor() as cursor:
        # it expects few rows and would gather all of a county to sort them, once for each code
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(sql, asked)
        pks = [pk for (pk,) in cursor.fetchall()]
        cursor.execute("RESET enable_bitmapscan")
    return pks
