"""Putting a settled chunk into the register: COPY into temporary tables, then one statement for each table.

COPY straight into a walled table is refused by PostgreSQL; by this way every row still passes the walls.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from chunfeng.core import crypto
from chunfeng.people.choices import Said
from chunfeng.people.imports.matching import Record, Settled
from chunfeng.people.models import Dataset, ImportRun

_PERSON = (
    "id bigint, area_code text, current_area text, work_area text, name text, sex text, birth date, "
    "id_kind text, id_number bytea, id_hash text, id_doubt text, household_id bigint, employer text, "
    "occupation text, note text"
)
_CHANGE = (
    "id bigint, sex text, birth date, current_area text, work_area text, employer text, occupation text, "
    "note text, area_was text, area_code text, household_id bigint"
)

_NEXT_PHONE = (
    "coalesce((SELECT max(position) + 1 FROM people_personphone o WHERE o.person_id = i.person_id), 0)"
)


def names(columns: str) -> str:
    """The names out of a list of columns with types."""
    return ", ".join(column.split()[0] for column in columns.split(", "))


def serials(count: int) -> list[int]:
    """New keys for people, in rising order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT nextval(s.id)
            FROM (SELECT pg_get_serial_sequence('people_person', 'id')::regclass AS id OFFSET 0) s  -- asked once
            CROSS JOIN generate_series(1, %s)""",
            [count],
        )
        return [number for (number,) in cursor.fetchall()]


def copied(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """The rows in a temporary table that ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        cursor.execute(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")
        with cursor.copy(f"COPY pg_temp.{table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def households(records: Iterable[Record]) -> dict[tuple[str, str], int]:
    """Keys of the households the records belong to, those not known yet made."""
    wanted = {record.place[:2]: record.place for record in records if record.place}
    if not wanted:
        return {}
    places = sorted(wanted.values())
    sealed = crypto.encrypt_all([place[3] for place in places])
    copied(
        "incoming_household",
        "area_code text, number text, cell_code text, address bytea",
        [(a, n, c, s if address else None) for (a, n, c, address), s in zip(places, sealed, strict=True)],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_household (area_code, number, cell_code, address)
            SELECT area_code, number, cell_code, address FROM pg_temp.incoming_household
            WHERE area_code >= current_setting('chunfeng.lo') AND area_code < current_setting('chunfeng.hi')
            ORDER BY area_code, number ON CONFLICT (area_code, number) DO NOTHING"""
        )
        cursor.execute(
            """SELECT h.area_code, h.number, h.id FROM people_household h
            JOIN pg_temp.incoming_household i ON i.area_code = h.area_code AND i.number = h.number"""
        )
        return {(area, number): pk for area, number, pk in cursor.fetchall()}


def enter(fresh: Sequence[Record], homes: dict[tuple[str, str], int], at: datetime) -> set[int]:
    """Insert new people; the keys of those entered. One whose document is known elsewhere is left out."""
    if not fresh:
        return set()
    first = [record.first for record in fresh if record.first is not None]
    sealed = crypto.encrypt_all([given.id_number for given in first])
    copied("incoming_person", _PERSON, [
        (
            r.pk, r.area_code, r.current_area, r.work_area, r.name, r.sex, r.birth,
            given.id_kind, box if given.id_number else None, given.id_hash or None, given.id_doubt,
            homes.get(r.place[:2]) if r.place else None, r.employer, r.occupation, r.note,
        )
        for r, given, box in zip(fresh, first, sealed, strict=True)
    ])  # fmt: skip
    columns = names(_PERSON)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO people_person ({columns}, version, made_at, changed_at)
            SELECT {columns}, 1, %s, %s FROM pg_temp.incoming_person ORDER BY id
            ON CONFLICT (id_hash) WHERE merged_into_id IS NULL DO NOTHING RETURNING id""",  # noqa: S608
            [at, at],
        )
        return {pk for (pk,) in cursor.fetchall()}


def fill(known: Sequence[Record], homes: dict[tuple[str, str], int], at: datetime) -> None:
    """Fill the gaps of known people; what is stated by now, by whomever, stays."""
    rows = [r for r in known if r.filled or r.place]
    if rows:
        copied("incoming_change", _CHANGE, [
            (
                r.pk, r.filled.get("sex", ""), r.filled.get("birth"), r.filled.get("current_area", ""),
                r.filled.get("work_area", ""), r.filled.get("employer", ""), r.filled.get("occupation", ""),
                r.filled.get("note", ""), r.filled.get("area_was", ""), r.filled.get("area_code", ""),
                homes.get(r.place[:2]) if r.place else None,
            )
            for r in rows
        ])  # fmt: skip
        gaps = ", ".join(
            f"{c} = CASE WHEN p.{c} = '' THEN i.{c} ELSE p.{c} END"
            for c in ("sex", "current_area", "work_area", "employer", "occupation", "note")
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"""UPDATE people_person p SET {gaps}, birth = coalesce(p.birth, i.birth),
                household_id = coalesce(p.household_id, i.household_id),
                area_code = CASE WHEN i.area_code <> '' AND p.area_code = i.area_was THEN i.area_code
                    ELSE p.area_code END
                FROM pg_temp.incoming_change i WHERE p.id = i.id"""  # noqa: S608
            )
    touched = [r.pk for r in known if r.filled or r.place or r.more_phones or r.more_categories]
    if touched:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE people_person SET version = version + 1, changed_at = %s WHERE id = ANY(%s)",
                [at, touched],
            )


def parts(records: Sequence[Record], *, run: ImportRun, dataset: Dataset, key: str, on: date) -> None:
    """Phones, categories, statements and the place in the dataset of these people."""
    for fresh in (True, False):
        some = [record for record in records if record.fresh is fresh]
        if some:
            _parts(some, fresh, run=run, dataset=dataset, key=key, on=on)


def _parts(
    records: Sequence[Record], fresh: bool, *, run: ImportRun, dataset: Dataset, key: str, on: date
) -> None:
    """The parts of new people, or of known ones: only those may have been given the same by somebody else.

    Nobody else sees a person who is entered in this transaction, and a record holds no part twice.
    """
    unless_there = "" if fresh else "ON CONFLICT DO NOTHING"
    _phones([(r.pk, number, hashed) for r in records for number, hashed in r.more_phones], fresh)
    categories = [(r.pk, c, start, dataset.name) for r in records for c, start in r.more_categories]
    facts = [(r.pk, kind, value, f"{key}{kind}-{value}") for r in records for kind, value in r.more_facts]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO people_persondataset (person_id, dataset_id, since)
            SELECT id, %s, %s FROM unnest(%s::bigint[]) id {unless_there}""",  # noqa: S608
            [dataset.pk, run.at, [r.pk for r in records]],
        )
        if categories:
            copied(
                "incoming_category",
                "person_id bigint, category text, valid_from date, source text",
                categories,
            )
            cursor.execute(
                f"""INSERT INTO people_personcategory (person_id, category, valid_from, source)
                SELECT person_id, category, valid_from, source FROM pg_temp.incoming_category
                {unless_there}"""  # noqa: S608
            )
        if facts:
            copied("incoming_fact", "person_id bigint, kind text, value text, key text", facts)
            cursor.execute(
                f"""INSERT INTO people_fact
                (person_id, kind, value, place, "on", said, source, key, office_id, by_name, at)
                SELECT person_id, kind, value, '', %s, %s, %s, key, %s, %s, %s FROM pg_temp.incoming_fact
                {unless_there}""",  # noqa: S608
                [on, Said.REGISTER.value, dataset.name, run.office_id, run.by_name, run.at],
            )


def _phones(rows: Sequence[tuple[int, str, str]], fresh: bool) -> None:
    if not rows:
        return
    sealed = crypto.encrypt_all([number for _pk, number, _hash in rows])
    copied(
        "incoming_phone",
        "person_id bigint, number bytea, number_hash text, at int",
        [(pk, box, hashed, at) for at, ((pk, _n, hashed), box) in enumerate(zip(rows, sealed, strict=True))],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO people_personphone (person_id, number, number_hash, position)
            SELECT i.person_id, i.number, i.number_hash,
                {"0" if fresh else _NEXT_PHONE} + row_number() OVER (PARTITION BY i.person_id ORDER BY i.at) - 1
            FROM pg_temp.incoming_phone i {"" if fresh else "ON CONFLICT (person_id, number_hash) DO NOTHING"}"""  # noqa: S608
        )


def verdicts(run: ImportRun, settled: Sequence[Settled]) -> None:
    """One row for each row of the file. Raises IntegrityError when one of them is settled already."""
    copied(
        "incoming_row",
        "number int, verdict text, person_id bigint, reasons text",
        [
            (
                s.given.number,
                s.verdict,
                s.record.pk if s.record else None,
                json.dumps(s.reasons) if s.reasons else "[]",
            )
            for s in settled
        ],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_importrow (run_id, number, verdict, person_id, reasons)
            SELECT %s, number, verdict, person_id, reasons::jsonb FROM pg_temp.incoming_row""",
            [run.pk],
        )
