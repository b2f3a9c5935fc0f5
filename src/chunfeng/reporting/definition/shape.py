"""The shape of a form: indicators, cells, reporters, checks. Frozen values, made by `parsing.parse`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from functools import cached_property
from itertools import product

from django.utils.translation import get_language

from chunfeng.reporting.definition.expressions import Expression


class Type(StrEnum):
    """What a cell holds. The first five are numbers and roll up; `NAME`, `PHONE` and `ID` are personal data."""

    COUNT = "count"
    NUMBER = "number"
    MONEY = "money"
    YESNO = "yesno"
    RATIO = "ratio"
    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"
    DATE = "date"
    TIME = "time"
    URL = "url"
    NAME = "name"
    PHONE = "phone"
    ID = "id"


NUMERIC = frozenset({Type.COUNT, Type.NUMBER, Type.MONEY, Type.YESNO})
"""Types that are filled in and have a slot. RATIO is reckoned, never filled in."""
PERSONAL = frozenset({Type.NAME, Type.PHONE, Type.ID})
"""Types kept sealed and shown masked."""


class Aggregate(StrEnum):
    """How a cell comes together over offices and over periods.

    SUM adds both. LAST adds over offices what each stated last (a stock). MAX and MEAN go over both. NONE
    stays with the office.
    """

    SUM = "sum"
    LAST = "last"
    MAX = "max"
    MEAN = "mean"
    NONE = "none"


class Strength(StrEnum):
    """A hard check refuses the filing; a soft one demands a comment."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True)
class Text:
    """A text in Chinese and English; either stands in for the other."""

    zh: str
    en: str = ""

    def __str__(self) -> str:
        if (get_language() or "zh").startswith("zh"):
            return self.zh or self.en
        return self.en or self.zh

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


@dataclass(frozen=True)
class Source:
    """The clause that orders something: the notice's number and title, the clause's label."""

    number: str = ""
    title: str = ""
    clause: str = ""
    date: str = ""

    def __str__(self) -> str:
        name = f"《{self.title}》" if self.title else ""
        number = f"（{self.number}）" if name and self.number else self.number
        return f"{name}{number}{self.clause}"


@dataclass(frozen=True)
class Dimension:
    """A breakdown: its categories by code, in order."""

    code: str
    label: Text
    categories: Mapping[str, Text]


@dataclass(frozen=True)
class Indicator:
    """One question.

    `decimals` digits after the point (money has two, yuan and fen). `by` names dimensions; the cells then are
    `code.category`, and `code` itself is their sum. A ratio divides the cells `of` by `to`, `target` in per
    cent is what it should reach. `jump` is the change against the previous period, in per cent, from which on
    a comment is demanded (with `jump_from`, only when the change is at least that large).
    """

    code: str
    label: Text
    type: Type
    unit: str = ""
    decimals: int = 0
    aggregate: Aggregate = Aggregate.SUM
    required: bool = True
    by: tuple[str, ...] = ()
    choices: Mapping[str, Text] = field(default_factory=dict)
    of: str = ""
    to: str = ""
    target: int | None = None
    jump: int | None = None
    jump_from: int = 0
    help: Text = field(default_factory=lambda: Text(""))
    source: Source | None = None
    prefill: str = ""

    @property
    def prefills(self) -> tuple[str, ...]:
        """The ways to count it, the first that knows a figure wins."""
        return tuple(way.strip() for way in self.prefill.split(",")) if self.prefill else ()

    @property
    def numeric(self) -> bool:
        """Filled in as a number, so it has a slot and rolls up."""
        return self.type in NUMERIC

    @property
    def personal(self) -> bool:
        """Kept sealed."""
        return self.type in PERSONAL

    @property
    def scale(self) -> int:
        """Whole numbers stored for one unit: money 100, a temperature with one decimal 10."""
        return 10**self.decimals


@dataclass(frozen=True)
class Cell:
    """One place to fill in. A total of a breakdown is not `entered` but summed from its parts."""

    code: str
    indicator: Indicator
    categories: tuple[str, ...] = ()
    label: Text = field(default_factory=lambda: Text(""))
    entered: bool = True
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reporter:
    """Who reports: offices of a level, in a line of business, inside an area; empty means any.

    `within` is the number of minutes after the form's cut-off that this level has (C8), for levels that
    gather before they file.
    """

    level: str = ""
    line: str = ""
    area: str = ""
    offices: tuple[str, ...] = ()
    within: int = 0


@dataclass(frozen=True)
class Check:
    """A statement that must hold (hard) or be explained (soft); `identity` marks stock-flow identities."""

    code: str
    rule: Expression
    strength: Strength
    message: Text
    identity: bool = False
    source: Source | None = None


@dataclass(frozen=True)
class FormDefinition:
    """Everything a version of a form says.

    `every` is a rhythm of `tasking.due` (day, week:1, month:end, 10 days …), `once` or `event`. Within peak
    periods `peak_every` holds instead where given. `figures` is "own" (each office states what happens at
    itself; all are added) or "area" (each states its whole area; the lowest reporting office of an area
    counts). The cut-off is a local clock time `days_after` the period's last day, grace in minutes.
    """

    code: str
    title: Text
    source: Source
    every: str
    cut_off: time
    reporters: tuple[Reporter, ...]
    indicators: tuple[Indicator, ...]
    grace: int = 0
    days_after: int = 0
    working_days: bool = False
    peak_every: str = ""
    figures: str = "area"
    zero: bool = True
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    note: Text = field(default_factory=lambda: Text(""))

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Every cell by code, in the order of the page; totals stand before their parts."""
        found: dict[str, Cell] = {}
        for indicator in self.indicators:
            for cell in self._cells_of(indicator):
                found[cell.code] = cell
        return found

    @cached_property
    def number_cells(self) -> tuple[Cell, ...]:
        """The cells that have a slot."""
        return tuple(cell for cell in self.cells.values() if cell.indicator.numeric)

    @cached_property
    def ratios(self) -> tuple[Indicator, ...]:
        """The indicators that are reckoned."""
        return tuple(each for each in self.indicators if each.type is Type.RATIO)

    def indicator(self, code: str) -> Indicator | None:
        """The indicator with this code, or None."""
        return next((each for each in self.indicators if each.code == code), None)

    def _cells_of(self, indicator: Indicator) -> list[Cell]:
        if indicator.type is Type.RATIO:
            return []
        if not indicator.by:
            return [Cell(indicator.code, indicator, label=indicator.label)]
        several = [self.dimensions[code].categories for code in indicator.by]
        parts = [
            Cell(
                ".".join((indicator.code, *chosen)),
                indicator,
                categories=chosen,
                label=Text(
                    "·".join(each[c].zh for each, c in zip(several, chosen, strict=True)),
                    " · ".join(each[c].en for each, c in zip(several, chosen, strict=True)),
                ),
            )
            for chosen in product(*several)
        ]
        total = Cell(
            indicator.code,
            indicator,
            label=indicator.label,
            entered=False,
            parts=tuple(p.code for p in parts),
        )
        return [total, *parts]
