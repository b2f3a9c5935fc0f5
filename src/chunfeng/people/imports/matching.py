"""Which rows of a chunk are people the register knows, and what each row adds to them. Reads, never writes.

The same document is the same person: gaps are filled, what is stated stays. A row without a document is a
known person only when that record has no document either and agrees in everything the row states; the
weaker keys (phone, birth, village) make pairs for a decision, see `pairs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from chunfeng.core import crypto
from chunfeng.people import keys
from chunfeng.people.choices import Verdict
from chunfeng.people.imports.rows import Given

_FILLED = ("sex", "birth", "current_area", "work_area", "employer", "occupation", "note")
_TOLD_AS = {"current_area": "current", "work_area": "work"}


@dataclass(slots=True)
class Record:
    """A person as the chunk leaves them: known ones with what is to be filled, fresh ones as they are entered."""

    pk: int
    fresh: bool
    name: str
    sex: str
    birth: date | None
    area_code: str
    current_area: str
    work_area: str
    employer: str
    occupation: str
    note: str
    household: str = ""
    has_document: bool = False
    in_dataset: bool = False
    phones: set[str] = field(default_factory=set)
    categories: dict[str, date | None] = field(default_factory=dict)
    facts: set[tuple[str, str]] = field(default_factory=set)
    filled: dict[str, Any] = field(default_factory=dict)
    first: Given | None = None
    more_phones: list[tuple[str, str]] = field(default_factory=list)
    more_categories: list[tuple[str, date | None]] = field(default_factory=list)
    more_facts: list[tuple[str, str]] = field(default_factory=list)
    joined: bool = False
    """Whether the row brings a known person into the dataset."""
    place: tuple[str, str, str, str] | None = None
    """Household to be in: area, number, cell, address."""


@dataclass(slots=True)
class Settled:
    """A row with its verdict; `record` is None for a rejected one."""

    given: Given
    verdict: str
    record: Record | None = None

    @property
    def reasons(self) -> list[str]:
        """Why, as codes."""
        return [self.given.rejected] if self.given.rejected else self.given.reasons


class Matcher:
    """Settles the rows of one chunk against the register as it stands in this transaction."""

    def __init__(self, *, dataset_id: int, sha256: str, run_id: int, fact_key: str) -> None:
        self.dataset_id, self.sha256, self.run_id, self.fact_key = dataset_id, sha256, run_id, fact_key
        self.by_hash: dict[str, Record] = {}
        self.by_home: dict[tuple[str, str], list[Record]] = {}
        self.by_row: dict[int, Record] = {}
        self.records: dict[int, Record] = {}

    def settle(self, given: Sequence[Given], serials: Iterable[int]) -> list[Settled]:
        """Every row with its verdict; `serials` gives out the keys of new people."""
        self._load([row for row in given if not row.rejected])
        numbers = iter(serials)
        return [
            Settled(row, Verdict.REJECTED.value) if row.rejected else self._row(row, numbers) for row in given
        ]

    def _row(self, row: Given, serials: Any) -> Settled:
        record = self._known(row)
        if record is None:
            record = self._enter(row, next(serials))
            return Settled(row, Verdict.ADDED.value, record)
        if record.first is not None:
            row.reasons.append(f"same_as:{record.first.number}")
        changed = self._fill(record, row)
        return Settled(row, (Verdict.MERGED if changed else Verdict.UNCHANGED).value, record)

    def _known(self, row: Given) -> Record | None:
        if row.id_hash:
            return self.by_hash.get(row.id_hash)
        for record in self.by_home.get((row.name, row.area_code), ()):
            if _same_without_document(record, row):
                return record
        return self.by_row.get(row.number)

    def _enter(self, row: Given, serial: int) -> Record:
        record = Record(
            serial, True, row.name, row.sex, row.birth, row.area_code, row.current_area, row.work_area,
            row.employer, row.occupation, row.note,
            has_document=bool(row.id_hash), first=row,
        )  # fmt: skip
        self._fill_parts(record, row)
        self.records[serial] = record
        if row.id_hash:
            self.by_hash[row.id_hash] = record
        else:
            self.by_home.setdefault((row.name, row.area_code), []).append(record)
        return record

    def _fill(self, record: Record, row: Given) -> bool:
        """Fill gaps of the record from the row; note what differs. Whether anything is new."""
        changed = False
        if row.name != record.name:
            row.reasons.append("differs:name")
        for key in _FILLED:
            value = getattr(row, key)
            if not value:
                continue
            held = getattr(record, key)
            if not held:
                setattr(record, key, value)
                record.filled[key] = value
                changed = True
            elif held != value:
                row.reasons.append(f"differs:{_TOLD_AS.get(key, key)}")
        if row.area_code != record.area_code and "home_assumed" not in row.reasons:
            if _more_exact(record.area_code, row.area_code):
                record.filled.setdefault("area_was", record.area_code)
                record.filled["area_code"] = record.area_code = row.area_code
                changed = True
            elif not _more_exact(row.area_code, record.area_code):
                row.reasons.append("differs:home")
        return self._fill_parts(record, row) or changed

    def _fill_parts(self, record: Record, row: Given) -> bool:
        """Phones, categories, statements, household, place in the dataset."""
        changed = not record.in_dataset
        record.joined |= changed
        record.in_dataset = True
        for number, hashed in zip(row.phones, row.phone_hashes, strict=True):
            if hashed not in record.phones:
                record.phones.add(hashed)
                record.more_phones.append((number, hashed))
                changed = True
        for key in row.categories:
            if key not in record.categories:
                record.categories[key] = row.since
                record.more_categories.append((key, row.since))
                changed = True
            elif row.since and record.categories[key] and record.categories[key] != row.since:
                row.reasons.append("differs:since")
        for fact in row.facts:
            if fact not in record.facts:
                record.facts.add(fact)
                record.more_facts.append(fact)
                changed = True
        if row.household:
            if not record.household:
                record.household = row.household
                record.place = (record.area_code, row.household, row.cell, row.address)
                changed = True
            elif record.household != row.household:
                row.reasons.append("differs:household")
        return changed

    def _load(self, given: Sequence[Given]) -> None:
        other = self._other_hashes(given)
        found = _people_by_hash([row.id_hash for row in given if row.id_hash] + list(other))
        for hashed, record in found:
            self.by_hash[other.get(hashed, hashed)] = record
            self.records[record.pk] = record
        bare = [row for row in given if not row.id_hash]
        if bare:
            for record in _people_by_home({(row.name, row.area_code) for row in bare}):
                record = self.records.setdefault(record.pk, record)
                self.by_home.setdefault((record.name, record.area_code), []).append(record)
            earlier = _people_of_rows(self.sha256, self.run_id, [row.number for row in bare])
            for number, record in earlier:
                self.by_row[number] = self.records.setdefault(record.pk, record)
        self._load_parts()

    @staticmethod
    def _other_hashes(given: Sequence[Given]) -> dict[str, str]:
        """Hashes as they stood before a change of the cipher: what was entered then is still found."""
        rows = [row for row in given if row.id_hash]
        hashes = crypto.lookup_all([row.id_number for row in rows], keys.DOCUMENT, other=True)
        return {hashed: row.id_hash for hashed, row in zip(hashes, rows, strict=True)}

    def _load_parts(self) -> None:
        pks = list(self.records)
        if not pks:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT person_id, number_hash FROM people_personphone WHERE person_id = ANY(%s)", [pks]
            )
            for pk, hashed in cursor.fetchall():
                self.records[pk].phones.add(hashed)
            cursor.execute(
                "SELECT person_id, category, valid_from FROM people_personcategory WHERE person_id = ANY(%s)",
                [pks],
            )
            for pk, category, start in cursor.fetchall():
                self.records[pk].categories[category] = start
            cursor.execute(
                "SELECT person_id FROM people_persondataset WHERE dataset_id = %s AND person_id = ANY(%s)",
                [self.dataset_id, pks],
            )
            for (pk,) in cursor.fetchall():
                self.records[pk].in_dataset = True
            cursor.execute(
                "SELECT person_id, kind, value FROM people_fact WHERE person_id = ANY(%s) AND starts_with(key, %s)",
                [pks, self.fact_key],
            )
            for pk, kind, value in cursor.fetchall():
                self.records[pk].facts.add((kind, value))


_COLUMNS = """p.id, p.name, p.sex, p.birth, p.area_code, p.current_area, p.work_area, p.employer, p.occupation,
p.note, coalesce(h.number, ''), p.id_hash"""
_FROM = "FROM people_person p LEFT JOIN people_household h ON h.id = p.household_id"


def _people_by_hash(hashes: list[str]) -> list[tuple[str, Record]]:
    if not hashes:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} {_FROM} WHERE p.id_hash = ANY(%s::text[]) AND p.merged_into_id IS NULL",
            ["{" + ",".join(hashes) + "}"],  # hex digits: nothing to be quoted in ten thousand of them
        )
        return [(row[-1], _record(row)) for row in cursor.fetchall()]


def _people_by_home(homes: set[tuple[str, str]]) -> list[Record]:
    """People without a document by name and home area."""
    names, areas = zip(*homes, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {_COLUMNS} {_FROM}
            JOIN unnest(%s::text[], %s::text[]) AS w(name, area) ON p.name = w.name AND p.area_code = w.area
            WHERE p.id_hash IS NULL AND p.merged_into_id IS NULL ORDER BY p.id""",
            [list(names), list(areas)],
        )
        return [_record(row) for row in cursor.fetchall()]


def _people_of_rows(sha256: str, run_id: int, numbers: list[int]) -> list[tuple[int, Record]]:
    """Whom the same rows of the same file became when it was taken in before; merged records lead on."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.id FROM people_importrun r JOIN core_storedfile f ON f.id = r.file_id
            WHERE f.sha256 = %s AND r.id <> %s ORDER BY r.id DESC LIMIT 10""",
            [sha256, run_id],
        )
        runs = [pk for (pk,) in cursor.fetchall()]
        if not runs:
            return []
        cursor.execute(
            f"""SELECT {_COLUMNS}, w.number
            FROM people_importrow w
            JOIN people_person o ON o.id = w.person_id
            JOIN people_person p ON p.id = coalesce(o.merged_into_id, o.id)
            LEFT JOIN people_household h ON h.id = p.household_id
            WHERE w.run_id = ANY(%s) AND w.number = ANY(%s) AND p.merged_into_id IS NULL
            ORDER BY w.run_id""",  # noqa: S608
            [runs, numbers],
        )
        return [(row[-1], _record(row[:-1])) for row in cursor.fetchall()]


def _record(row: Sequence[Any]) -> Record:
    found = Record(row[0], False, *row[1:11])
    found.has_document = row[11] is not None
    return found


def _same_without_document(record: Record, row: Given) -> bool:
    """Whether a row without a document tells nothing but what this record without one says."""
    if record.has_document or record.birth != row.birth or record.phones != set(row.phone_hashes):
        return False
    return all(
        not getattr(row, key) or not getattr(record, key) or getattr(row, key) == getattr(record, key)
        for key in ("sex", "employer", "occupation", "household")
    )


def _more_exact(known: str, given: str) -> bool:
    """Whether the given area lies inside the known one."""
    stem = known.rstrip("0")
    return known != given and len(stem) >= 2 and given.startswith(stem) and len(given.rstrip("0")) > len(stem)
