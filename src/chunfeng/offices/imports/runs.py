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
from chunfeng.offices.actions.moving import move_rows
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
    """Write the rows that differ, offices above before those below; one event for each office."""
    todo = [row for row in rows if row.refused is None and row.state in (State.ADDED, State.CHANGED)]
    wanted = {row.values["parent_code"] for row in todo if "parent_code" in row.values}
    keys = dict(Office.objects.filter(code__in=wanted).values_list("code", "pk"))
    waiting = [row for row in todo if row.state == State.ADDED]
    done: list[tuple[Row, Office]] = []
    while waiting:
        ready = [row for row in waiting if row.values.get("parent_code") in {None, *keys}]
        if not ready:
            raise RuntimeError(f"rows {[row.line for row in waiting]} wait for each other")
        made = [(row, _filled(row, Office(), keys)) for row in ready]
        Office.objects.bulk_create([office for _row, office in made], batch_size=2000)
        keys |= {office.code: office.pk for _row, office in made}
        done += made
        entered = {row.line for row in ready}
        waiting = [row for row in waiting if row.line not in entered]
    changed = [(row, row.office) for row in todo if row.office is not None]
    for row, office in changed:
        row.moved = office.area_code != row.values.get("area_code", office.area_code)
        _filled(row, office, keys)
    fields = ["name", "agency_code", "level", "line", "area_code", "is_partner", "parent"]
    Office.objects.bulk_update([office for _row, office in changed], fields, batch_size=500)
    for row, office in changed:
        if row.moved:
            move_rows(office)
    _write_contacts([*done, *changed], contacts)
    for row, office in [*done, *changed]:
        verb = "office.add" if row.state == State.ADDED else "office.change"
        record(verb, by=by, on=office, at=at, detail={"import": True, "row": row.line})


def _filled(row: Row, office: Office, keys: dict[str, int]) -> Office:
    for key, value in row.values.items():
        if key == "parent_code":
            office.parent_id = keys[value]
        else:
            setattr(office, key, value)
    return office


def _write_contacts(pairs: list[tuple[Row, Office]], contacts: dict[int, dict[str, OfficeContact]]) -> None:
    fresh: list[OfficeContact] = []
    for row, office in pairs:
        known = contacts.get(office.pk, {})
        if not row.contact or not _contact_differs(row, known):
            continue
        contact = known.get(str(row.contact["name"])) or OfficeContact(office=office)
        contact.area_code = office.area_code
        for key, value in row.contact.items():
            if value is not None:
                setattr(contact, key, value)
        if contact.pk is None:
            fresh.append(contact)
        else:
            contact.save()
    OfficeContact.objects.bulk_create(fresh, batch_size=2000)


def _verdict(row: Row, letters: dict[str, str]) -> Verdict:
    code, name = row.cells["code"], row.cells.get("name", "")
    if row.refused is None:
        return Verdict(row.line, code, name, row.state)
    at = letters.get(row.refused.column, letters["code"])
    return Verdict(row.line, code, name, State.REFUSED, f"{at}{row.line}", row.refused.why)
