"""What a measure is, once read: plain frozen records. `reading` makes them, the evaluators walk them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chunfeng_rules.texts import NOWHERE, Place, Text
from chunfeng_rules.tree import Node
from chunfeng_rules.units import Unit

SUBJECTS = ("person", "employer", "group", "claim")
PERIODS = ("once", "day", "month", "year", "event", "case")
ELIGIBLE, NOT_ELIGIBLE, ASK, NOT_IN_FORCE = "eligible", "not eligible", "ask", "not in force"
STATES = (ELIGIBLE, NOT_ELIGIBLE, ASK, NOT_IN_FORCE)


@dataclass(frozen=True, slots=True)
class Source:
    """A text that orders something: an official notice, a law."""

    key: str
    title: str
    number: str = ""
    issuer: str = ""
    date: date | None = None
    note: Text | None = None

    def __str__(self) -> str:
        return f"《{self.title}》" + (f"（{self.number}）" if self.number else "")


@dataclass(frozen=True, slots=True)
class Clause:
    """One place in a text."""

    source: Source
    at: str

    def __str__(self) -> str:
        return f"{self.source}{self.at}"


@dataclass(frozen=True, slots=True)
class Span:
    """Days from first to last, both included; None is open."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a day lies within."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)

    def meets(self, other: Span) -> bool:
        """Whether both share a day."""
        return not (
            (self.first and other.last and self.first > other.last)
            or (self.last and other.first and other.first > self.last)
        )


@dataclass(frozen=True, slots=True)
class Value:
    """What a parameter is worth over a span. `value` is int, date, bool, str, for a table a dict, for a list a tuple.

    `area` is the prefix of the codes it holds for ("" all); `text` the measure or refinement that sets it.
    """

    span: Span
    value: Any
    clause: Clause
    text: str
    area: str = ""
    level: int = 0
    note: Text | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of the policy. `values` stand in the order of precedence: the first that holds is taken."""

    name: str
    label: Text
    unit: Unit
    values: tuple[Value, ...]
    by: Unit | None = None
    of: str = ""
    labels: tuple[tuple[str, Text], ...] = ()
    is_list: bool = False
    as_of: str = "on"
    local: str = "fixed"
    stricter: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a group's rows."""

    name: str
    label: Text
    unit: Unit
    least: int
    most: int
    options: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong to the subject, each one thing that happened."""

    name: str
    label: Text
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """A column by name."""
        return next(c for c in self.columns if c.name == name)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """How a fact is reckoned from a group. `kind`: count, sum, least, greatest."""

    group: str
    kind: str
    value: Node | None
    where: Node | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that must be known. Numbers outside least…most count as unknown."""

    name: str
    label: Text
    unit: Unit
    ask: Text
    least: int = 0
    most: int = 0
    proof: Text | None = None
    register: str = ""
    options: tuple[tuple[str, Text], ...] = ()
    aggregate: Aggregate | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """A figure reckoned on the way; `round` is "" for exact."""

    name: str
    label: Text
    node: Node
    unit: Unit
    clause: Clause
    written: str
    round: str = ""
    to: int = 1
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold within its span and area; `text` is the measure or refinement that demands it."""

    name: str
    node: Node
    says: Text
    clause: Clause
    written: str
    text: str
    span: Span = Span()
    area: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the eligible get. `round` is "" where the form alone makes it whole; `to` in smallest units."""

    name: str
    label: Text
    node: Node
    unit: Unit
    clause: Clause
    written: str
    round: str = ""
    to: int = 1
    cap: Node | None = None
    cap_clause: Clause | None = None
    options: tuple[tuple[str, Text], ...] = ()
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Case:
    """A named case: its facts, its day, and what must come out. None in `fails` and `asks` means not stated."""

    name: Text
    on: date
    area: str | None
    given: dict[str, Any]
    expect: str
    gives: dict[str, Any]
    fails: tuple[str, ...] | None
    asks: tuple[str, ...] | None
    place: Place


@dataclass(frozen=True)
class Measure:
    """A measure, or one with the local texts that refine it (`texts`: code → title)."""

    code: str
    version: str
    confidence: str
    title: Text
    summary: Text
    subject: str
    area: str
    span: Span
    family: str
    once_per: str
    sources: tuple[Source, ...]
    parameters: dict[str, Parameter]
    facts: dict[str, Fact]
    groups: dict[str, Group]
    steps: dict[str, Step]
    conditions: tuple[Condition, ...]
    gives: tuple[Outcome, ...]
    cases: tuple[Case, ...]
    changes: tuple[tuple[str, Text], ...]
    excludes: tuple[str, ...] = ()
    paid_to: Text | None = None
    paid_from: Text | None = None
    trigger: Text | None = None
    estimate: Text | None = None
    says_yes: Text | None = None
    says_no: Text | None = None
    """What stands for "eligible" and "not eligible" where the measure orders rather than grants."""
    local: str = "fixed"
    place: Place = NOWHERE
    written: str = field(default="", repr=False)
    texts: tuple[tuple[str, Text], ...] = ()
    gives_way: tuple[tuple[str, Span, str], ...] = ()
    """Where a higher or later text of the family holds instead: (its code, its span, its area)."""

    @property
    def column(self) -> str:
        """What its result columns begin with: the code with underscores."""
        return self.code.replace("-", "_")


@dataclass(frozen=True)
class Refinement:
    """A local text that sets values or adds conditions to a measure; `values` by parameter."""

    code: str
    refines: str
    version: str
    title: Text
    area: str
    span: Span
    sources: tuple[Source, ...]
    values: dict[str, tuple[Value, ...]]
    conditions: tuple[Condition, ...]
    cases: tuple[Case, ...]
    changes: tuple[tuple[str, Text], ...]
    place: Place = NOWHERE
    written: str = field(default="", repr=False)


def area_prefix(code: str) -> str:
    """What all codes inside an area begin with: "220100000000" → "2201"; "" for the whole country."""
    if not code:
        return ""
    cuts = (2, 4, 6, 9, 12, 15, 18)
    end = 0
    for start, cut in zip((0, *cuts), cuts, strict=False):
        if code[start:cut].strip("0"):
            end = cut
    return code[:end]


def area_level(prefix: str) -> int:
    """0 national, 1 province, 2 prefecture, 3 county, 4 township, 5 village."""
    return (0, 2, 4, 6, 9, 12, 15, 18).index(len(prefix))


def version_key(version: str) -> tuple[int, ...]:
    """For ordering versions: "1.10.0" → (1, 10, 0)."""
    return tuple(int(x) for x in version.split("."))
