"""Which code became which: the reviewed changes, and pairs the tables themselves make plain."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from area_spans import Row

from chunfeng.areas import codes
from chunfeng.areas.kinds import short_name

KINDS = ("merge", "split", "rename", "recode", "found")
NEAR_DAYS = 400  # two tables may show the two ends of one change a year apart


@dataclass(frozen=True)
class Reviewed:
    """One change: what became what, on which day or, when unknown, after which day."""

    on: date
    after: date | None
    kind: str
    old: str
    old_name: str
    new: str
    new_name: str
    share: str
    basis: str


@dataclass
class Links:
    """Links the tables make plain, and the rows that ended without one."""

    found: list[Reviewed] = field(default_factory=list)
    unmatched: list[Row] = field(default_factory=list)


def read_changes(path: Path) -> list[Reviewed]:
    """The reviewed file, checked line by line."""
    changes = []
    with path.open(encoding="utf-8", newline="") as lines:
        for number, line in enumerate(csv.DictReader(lines), start=2):
            after = date.fromisoformat(line["after"]) if line["after"] else None
            exact = line["confidence"] == "day"
            if line["kind"] not in KINDS or exact != (after is None):
                raise SystemExit(f"{path.name}, line {number}: kind, or day and confidence, do not fit")
            old = codes.pad(line["old"]) if line["old"] else ""
            changes.append(
                Reviewed(date.fromisoformat(line["on"]), after, line["kind"], old, line["old_name"],
                         codes.pad(line["new"]), line["new_name"], line["share"], line["basis"])
            )  # fmt: skip
    return changes


def by_name(rows: list[Row], reviewed: list[Reviewed], *, since: date) -> Links:
    """Renames (one code, two names) and recodes (one short name, one province, about one time).

    A pair counts only when it is the only one; everything else that ended is listed as unmatched.
    """
    links = Links([change for change in reviewed if change.kind != "found"])
    told = {change.old for change in links.found}
    begun = {(row.code, row.valid_from) for row in rows if row.valid_from}
    ended_codes = {(row.code, row.valid_to) for row in rows if row.valid_to}
    fresh = [row for row in rows if row.valid_from and (row.code, row.valid_from) not in ended_codes]
    for row in rows:
        if row.valid_to is None or row.valid_to <= since:
            continue
        if (row.code, row.valid_to) in begun:
            if (row.code, row.name) not in {(c.old, c.old_name) for c in links.found}:
                links.found.append(_renamed(row, rows))
            continue
        if row.code in told:
            continue
        partner = _partner(row, fresh)
        if partner is None:
            links.unmatched.append(row)
        else:
            links.found.append(_link("recode", row, partner))
    links.found.sort(key=lambda link: (link.on, link.old, link.new))
    return links


def _renamed(row: Row, rows: list[Row]) -> Reviewed:
    after = next(other for other in rows if other.code == row.code and other.valid_from == row.valid_to)
    return _link("rename", row, after)


def _partner(row: Row, fresh: list[Row]) -> Row | None:
    assert row.valid_to is not None
    stem = short_name(row.name)
    near = [
        other
        for other in fresh
        if other.code[:2] == row.code[:2]
        and short_name(other.name) == stem
        and abs((other.valid_from - row.valid_to).days) <= NEAR_DAYS  # type: ignore[operator]
    ]
    same_level = [other for other in near if codes.level(other.code) == codes.level(row.code)]
    choice = same_level or near
    return choice[0] if len(choice) == 1 else None


def _link(kind: str, old: Row, new: Row) -> Reviewed:
    assert old.valid_to is not None
    return Reviewed(old.valid_to, new.changed_after, kind, old.code, old.name, new.code, new.name, "", "same name")
