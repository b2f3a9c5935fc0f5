"""Comparing a sheet with the directory and, when it is no dry run, carrying out the difference."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.offices import roles
from chunfeng.offices.actions.directory import move_rows
from chunfeng.offices.imports import sheets
from chunfeng.offices.imports.reading import Reader, Row
from chunfeng.offices.imports.verdicts import State, Verdict
from chunfeng.offices.models import Office, OfficeContact

_LOCK = 0x6F666669  # "offi": one import at a time


@dataclass(frozen=True, slots=True)
class Outcome:
    """Verdicts in the order of the sheet, and how many of each."""

    verdicts: list[Verdict]
    dry_run: bool

    @property
    def counts(self) -> dict[State, int]:
        """Rows by verdict, every verdict named."""
        found = Counter(verdict.state for verdict in self.verdicts)
        return {state: found[state] for state in State}


def import_offices(*, data: bytes, dry_run: bool, by: Actor, at: datetime) -> Outcome:
    """Read an xlsx of offices and say for every row what becomes of it; without `dry_run` also do it.

    All rows that are not refused are taken over in one transaction. The same file again: all unchanged.
    Raises Refused when the file as a whole cannot be read.
    """
    roles.require(by, "office.import")
    return run(sheets.read(data), digest=hashlib.sha256(data).hexdigest(), dry_run=dry_run, by=by, at=at)


@transaction.atomic
def run(sheet: sheets.Sheet, *, digest: str, dry_run: bool, by: Actor, at: datetime) -> Outcome:
    """The import of rows already read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    rows = [Row(line, cells) for line, cells in sheet.rows]
    given = [row.cells["code"] for row in rows]
    there = {o.code: o for o in Office.objects.filter(code__in=given).select_related("parent")}
    reader = Reader(rows, there, by, at)
    for row in rows:
        reader.take(row)
    reader.link(rows)
    contacts = _contacts(there.values())
    for row in rows:
        if row.refused is None:
            _compare(row, contacts)
    if not dry_run:
        _carry_out(rows, contacts, by, at)
        counts = Counter(str(row.state) for row in rows)
        record("office.import", by=by, at=at, detail={"sha256": digest, **counts})
    return Outcome([_verdict(row, sheet.letters) for row in rows], dry_run)


def _compare(row: Row, contacts: dict[int, dict[str, OfficeContact]]) -> None:
    office = row.office
    if office is None:
        row.state = State.ADDED
        return
    parent = row.values.get("parent_code")
    moved = parent is not None and (office.parent is None or office.parent.code != parent)
    differs = any(getattr(office, key) != value for key, value in row.values.items() if key != "parent_code")
    if differs or moved or _contact_differs(row, contacts.get(office.pk, {})):
        row.state = State.CHANGED


def _contact_differs(row: Row, known: dict[str, OfficeContact]) -> bool:
    if not row.contact:
        return False
    contact = known.get(str(row.contact["name"]))
    return contact is None or any(
        value is not None and getattr(contact, key) != value for key, value in row.contact.items()
    )


def _contacts(offices: Iterable[Office]) -> dict[int, dict[str, OfficeContact]]:
    found: dict[int, dict[str, OfficeContact]] = {}
    for contact in OfficeContact.objects.filter(office__in=[office.pk for office in offices]):
        found.setdefault(contact.office_id, {})[contact.name] = contact
    return found


def _carry_out(
    rows: list[Row], contacts: dict[int, dict[str, OfficeContact]], by: Actor, at: datetime
) -> None:
    """Write the rows that differ, then who reports to whom, then the contacts; one event for each office."""
    todo = [row for row in rows if row.refused is None and row.state in (State.ADDED, State.CHANGED)]
    for row in todo:
        office = row.office or Office()
        row.moved = row.office is not None and office.area_code != row.values.get(
            "area_code", office.area_code
        )
        for key, value in row.values.items():
            if key != "parent_code":
                setattr(office, key, value)
        row.office = office
    Office.objects.bulk_create(
        [r.office for r in todo if r.state == State.ADDED and r.office], batch_size=2000
    )
    wanted = {row.values["parent_code"] for row in todo if "parent_code" in row.values}
    keys = dict(Office.objects.filter(code__in=wanted).values_list("code", "pk"))
    for row in todo:
        if row.office is not None and "parent_code" in row.values:
            row.office.parent_id = keys[row.values["parent_code"]]
    fields = ["name", "agency_code", "level", "line", "area_code", "is_partner", "parent"]
    Office.objects.bulk_update([row.office for row in todo if row.office], fields, batch_size=1000)
    for row in todo:
        if row.office is None:
            continue
        if row.moved:
            move_rows(row.office)
        _write_contact(row, row.office, contacts.get(row.office.pk, {}))
        record(f"office.{'add' if row.state == State.ADDED else 'change'}", by=by, on=row.office, at=at,
               detail={"import": True, "row": row.line})  # fmt: skip


def _write_contact(row: Row, office: Office, known: dict[str, OfficeContact]) -> None:
    if not row.contact or not _contact_differs(row, known):
        return
    contact = known.get(str(row.contact["name"])) or OfficeContact(office=office)
    contact.area_code = office.area_code
    for key, value in row.contact.items():
        if value is not None:
            setattr(contact, key, value)
    contact.save()


def _verdict(row: Row, letters: dict[str, str]) -> Verdict:
    code, name = row.cells["code"], row.cells.get("name", "")
    if row.refused is None:
        return Verdict(row.line, code, name, row.state)
    at = letters.get(row.refused.column, letters["code"])
    return Verdict(row.line, code, name, State.REFUSED, f"{at}{row.line}", row.refused.why)
