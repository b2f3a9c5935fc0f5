"""Dated rules of this room that are data: each names its clause, and whether somebody compared it with the print.

`grounds.yaml`: on what ground people register or are recognised, with the papers asked for. `rights.yaml`: by
when a request about own data is answered. `departure.yaml`: what is advised to those who want to leave.
`fields.yaml`: which figures the dashboard of four fields shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from chunfeng.people.choices import RegistrationKind

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Ground:
    """On what ground somebody applies. `ages`: from which age on, by sex, where the ground is one of age."""

    code: str
    kind: str
    label: str
    source: str
    proofs: Mapping[str, str] = field(default_factory=dict)
    ages: Mapping[str, int] = field(default_factory=dict)
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """By when a request is answered: days after it was made."""

    since: date
    days: int
    source: str
    verified: bool

    def due(self, asked_on: date) -> date:
        """The last day of the term."""
        return asked_on + timedelta(self.days)


@dataclass(frozen=True, slots=True)
class Clause:
    """A rule without a number: from when it holds, and where it stands."""

    since: date
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure of the dashboard: a `list` of the register, or a `cell` of a form; else nothing is held yet."""

    label: Mapping[str, str]
    list: str = ""
    form: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One of the four fields with its figures."""

    code: str
    label: Mapping[str, str]
    figures: tuple[Shown, ...]


@lru_cache(maxsize=1)
def grounds() -> tuple[Ground, ...]:
    """Every ground, in the order of the file."""
    return tuple(Ground(**{**row, "kind": RegistrationKind(row["kind"]).value}) for row in _file("grounds"))


def grounds_of(kind: str) -> list[Ground]:
    """The grounds of one kind of application."""
    return [each for each in grounds() if each.kind == kind]


def ground(kind: str, code: str) -> Ground | None:
    """One of them."""
    return next((each for each in grounds_of(kind) if each.code == code), None)


def term(on: date) -> Term:
    """The term for requests made on a day."""
    rows = [Term(row["from"], row["days"], row["source"], row["verified"]) for row in _file("rights")]
    return max((row for row in rows if row.since <= on), key=lambda row: row.since, default=rows[0])


def departure(on: date) -> Clause:
    """Where the advice to those who want to leave stands, on a day."""
    rows = [Clause(row["from"], row["source"], row["verified"]) for row in _file("departure")]
    return max((row for row in rows if row.since <= on), key=lambda row: row.since, default=rows[0])


@lru_cache(maxsize=1)
def fields() -> tuple[Field, ...]:
    """The four fields, in the order of the file."""
    return tuple(
        Field(row["code"], row["label"], tuple(Shown(**each) for each in row["figures"]))
        for row in _file("fields")
    )


@lru_cache(maxsize=8)
def _file(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return found
