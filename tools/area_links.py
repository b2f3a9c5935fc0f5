"""Which code became which: the reviewed changes, and pairs the tables themselves make plain."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from area_spans import Row

from chunfeng.areas import codes
from chunfeng.areas.kinds import short_name

KINDS = ("merge", "split", "rename", "recode", "found")
CONFIDENCE = ("day", "month", "table")
NEAR_DAYS = 400  # two tables may show the two ends of one change a year apart


@dataclass(frozen=True)
class Change:
    """One change: what became what, on which day or, when the day is unknown, after which day.

    `on` None means "as the tables show"; it is filled in by `settle`.
    """

    on: date | None
    after: date | None
    kind: str
    old: str
    old_name: str
    new: str
    new_name: str
    share: str
    basis: str


def read_changes(path: Path) -> list[Change]:
    """The reviewed file, checked line by line."""
    changes = []
    with path.open(encoding="utf-8", newline="") as lines:
        for number, line in enumerate(csv.DictReader(lines), start=2):
            on = date.fromisoformat(line["on"]) if line["on"] else None
            after = date.fromisoformat(line["after"]) if line["after"] else None
            exact = line["confidence"] == "day"
            fits = on is not None and after is None if exact else (on is None) == (after is None)
            if line["kind"] not in KINDS or line["confidence"] not in CONFIDENCE or not fits:
                raise SystemExit(f"{path.name}, line {number}: kind, days and confidence do not fit")
            old = codes.pad(line["old"]) if line["old"] else ""
            changes.append(
                Change(on, after, line["kind"], old, line["old_name"], codes.pad(line["new"]),
                       line["new_name"], line["share"], line["basis"])
            )  # fmt: skip
    return changes


def settle(rows: list[Row], changes: list[Change], days: list[date]) -> tuple[list[Row], list[Change]]:
    """Give both ends of every change one day: the reviewed one, else the first any table shows."""
    rows = list(rows)
    settled = []
    for group in _by_new(changes):
        olds = [_find(rows, change.old, change.old_name, ends=True, near=change.on) for change in group]
        new = _find(rows, group[0].new, group[0].new_name, ends=False, near=group[0].on)
        seen = [row.valid_to for row in olds if row and row.valid_to]
        if new and new.valid_from and (not seen or abs((new.valid_from - min(seen)).days) <= NEAR_DAYS):
            seen.append(new.valid_from)
        else:
            new = None
        on = group[0].on or min(day for day in seen)
        after = group[0].after if group[0].on else max(day for day in days if day < on)
        source = "r" if group[0].on else "g"
        for old in olds:
            if old:
                rows[rows.index(old)] = replace(old, valid_to=on)
        if new:
            rows[rows.index(new)] = replace(new, valid_from=on, changed_after=after, source=source)
        settled += [replace(change, on=on, after=after) for change in group]
    return rows, settled


def by_name(rows: list[Row], reviewed: list[Change], *, since: date) -> tuple[list[Change], list[Row]]:
    """Renames (one code, two names) and recodes (one short name, one province, about one time).

    A pair counts only when it is the only one. Second: the rows that ended without a successor.
    """
    told = {(change.old, change.old_name) for change in reviewed}
    begun = {(row.code, row.valid_from): row for row in rows if row.valid_from}
    found, unmatched = [], []
    for row in rows:
        if row.valid_to is None or row.valid_to <= since or (row.code, row.name) in told:
            continue
        # a code given to another place (Hainan, 2007) is no rename: look for the name first
        moved = _partner(row, rows)
        partner = moved or begun.get((row.code, row.valid_to))
        if partner is None:
            unmatched.append(row)
        else:
            kind = "recode" if moved else "rename"
            found.append(
                Change(None, None, kind, row.code, row.name, partner.code, partner.name, "", "same name")
            )
    return found, unmatched


def _by_new(changes: Iterable[Change]) -> list[list[Change]]:
    """Changes that made one new area belong together: they have one day."""
    groups: dict[tuple[str, str, date | None], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.new, change.new_name, change.on), []).append(change)
    return list(groups.values())


def _find(rows: list[Row], code: str, name: str, *, ends: bool, near: date | None) -> Row | None:
    """The row of this code and name that ends (or begins) near the day; None if it does neither."""
    for row in reversed(rows):  # a name may come back: the links speak of its latest time
        day = row.valid_to if ends else row.valid_from
        if (row.code, row.name) != (code, name) or day is None:
            continue
        if near is None or abs((day - near).days) <= NEAR_DAYS:
            return row
    return None


def _partner(row: Row, rows: list[Row]) -> Row | None:
    """The one place of this short name that began elsewhere in the province at about that time."""
    assert row.valid_to is not None
    near = [
        other
        for other in rows
        if other.code[:2] == row.code[:2]
        and other.code != row.code
        and other.valid_from is not None
        and abs((other.valid_from - row.valid_to).days) <= NEAR_DAYS
        and codes.level(other.code) == codes.level(row.code)
        and short_name(other.name) == short_name(row.name)
    ]
    return near[0] if len(near) == 1 else None
