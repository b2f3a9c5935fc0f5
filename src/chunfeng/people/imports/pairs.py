"""Pairs of records that may be one person: found by keys of the new ones only, each through an index.

Keys are name with phone, name with date of birth, name with village. No similarity of names, no cross join;
at most `MOST` candidates for each new person and key, so that a thousand homonyms make no million pairs.
Two people with different documents, both without doubt, are two people unless their phone is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from chunfeng.people.imports.matching import Record
from chunfeng.people.imports.writing import copied

MOST = 5
_DISTINCT = """(n.id_hash IS NOT NULL AND p.id_hash IS NOT NULL
    AND n.id_doubt IN ('', 'old') AND p.id_doubt IN ('', 'old'))"""
_FIND = f"""
WITH number AS MATERIALIZED (SELECT DISTINCT number_hash FROM pg_temp.fresh_phone),
holder AS MATERIALIZED (
    SELECT number_hash, p.id, p.name FROM number
    CROSS JOIN LATERAL (
        SELECT person_id FROM people_personphone t WHERE t.number_hash = number.number_hash OFFSET 0) t
    CROSS JOIN LATERAL (
        SELECT p.id, p.name FROM people_person p WHERE p.id = t.person_id AND p.merged_into_id IS NULL OFFSET 0) p)
SELECT id, other, 'phone' FROM (
    SELECT id, other, row_number() OVER (PARTITION BY id ORDER BY other) AS n FROM (
        SELECT DISTINCT n.id, h.id AS other FROM pg_temp.fresh n
        JOIN pg_temp.fresh_phone f ON f.id = n.id
        JOIN holder h ON h.number_hash = f.number_hash AND h.name = n.name AND h.id <> n.id) d) c
WHERE n <= {MOST}
UNION ALL
SELECT n.id, p.id, 'birth' FROM pg_temp.fresh n CROSS JOIN LATERAL (
    SELECT p.id FROM people_person p
    WHERE p.name = n.name AND p.birth = n.birth AND p.id <> n.id AND p.merged_into_id IS NULL
        AND NOT {_DISTINCT} LIMIT {MOST}) p
UNION ALL
SELECT n.id, p.id, 'village' FROM pg_temp.fresh n CROSS JOIN LATERAL (
    SELECT p.id FROM people_person p
    WHERE p.name = n.name AND p.birth IS NULL AND p.area_code = n.area_code AND p.id <> n.id
        AND p.merged_into_id IS NULL AND NOT {_DISTINCT} LIMIT {MOST}) p
WHERE n.in_village
UNION ALL
SELECT n.id, p.id, 'village' FROM pg_temp.fresh n CROSS JOIN LATERAL (
    SELECT p.id FROM people_person p
    WHERE p.name = n.name AND p.birth IS NOT NULL AND p.area_code = n.area_code AND p.id <> n.id
        AND p.merged_into_id IS NULL AND NOT {_DISTINCT} LIMIT {MOST}) p
WHERE n.in_village AND n.birth IS NULL
"""  # noqa: S608  (numbers and fragments of ours)


def queue(fresh: Sequence[Record], *, area_code: str, at: datetime) -> dict[int, set[str]]:
    """Put pairs of the new people with anybody in sight into the queue; the keys each new one shares."""
    if not fresh:
        return {}
    copied(
        "fresh",
        "id bigint, name text, birth date, area_code text, in_village bool, id_hash text, id_doubt text",
        [
            (r.pk, r.name, r.birth, r.area_code, bool(r.area_code[9:].strip("0")),
             "x" if r.has_document else None, r.first.id_doubt if r.first else "")
            for r in fresh
        ],
    )  # fmt: skip
    copied(
        "fresh_phone", "id bigint, number_hash text", [(r.pk, h) for r in fresh for _n, h in r.more_phones]
    )
    shared: dict[int, set[str]] = defaultdict(set)
    pairs: dict[tuple[int, int], set[str]] = defaultdict(set)
    homes = {r.pk: r.area_code for r in fresh}
    with connection.cursor() as cursor:
        cursor.execute(_FIND)
        for new, other, key in cursor.fetchall():
            shared[new].add(key)
            pairs[min(new, other), max(new, other)].add(key)
    if pairs:
        _write(pairs, homes, area_code, at)
    return shared


def _write(
    pairs: dict[tuple[int, int], set[str]], homes: dict[int, str], area_code: str, at: datetime
) -> None:
    """Pairs that were decided before stay decided."""
    copied(
        "found_pair",
        "kept bigint, other bigint, area_code text, keys text",
        [
            (kept, other, homes.get(other) or homes.get(kept) or area_code,
             '["' + '","'.join(sorted(keys)) + '"]')
            for (kept, other), keys in sorted(pairs.items())
        ],
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_possibleduplicate
            (kept_id, other_id, area_code, keys, state, found_at, decided_by_name, reason)
            SELECT kept, other, CASE WHEN area_code >= current_setting('chunfeng.lo')
                AND area_code < current_setting('chunfeng.hi') THEN area_code ELSE %s END,
                keys::jsonb, 'open', %s, '', ''
            FROM pg_temp.found_pair ON CONFLICT (kept_id, other_id) DO NOTHING""",
            [area_code, at],
        )
