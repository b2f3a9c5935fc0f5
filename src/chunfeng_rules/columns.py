"""The algebra of columns: every step of an expression as an Ibis expression over a table, one level after another.

A cell knows how to build itself on a table and from which level on it can be built. What is used more than once is
stored as a column of its level (`store`), so that no text is substituted into another: ten levels would reach
megabytes of SQL. Constants stay Python values as long as possible.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from typing import Any

import ibis

from chunfeng_rules.dialects import quotient
from chunfeng_rules.lowering import Exact, Lowering
from chunfeng_rules.measure import Measure, Parameter, Span, Value, area_prefix
from chunfeng_rules.tree import Call, Look, Member, Name, Node

TYPES = {"number": "int64", "date": "date", "yes_no": "boolean", "choice": "string", "area": "string"}
_DYNAMIC = object()


@dataclass(frozen=True)
class Cell:
    """A value of every row. `make` builds it on a table that has the columns of the levels below `level`.

    `uses` names the columns it reads; `plain` says it is one itself; `const` is its value where all rows share it.
    """

    make: Callable[[Any], Any]
    level: int = 0
    type: str = "int64"
    const: Any = _DYNAMIC
    uses: frozenset[str] = frozenset()
    plain: bool = False

    @property
    def fixed(self) -> bool:
        """Whether it is one constant (None: unknown) for all rows."""
        return self.const is not _DYNAMIC


def const(value: Any, type_: str) -> Cell:
    """The same value for every row."""
    return Cell(lambda table: ibis.literal(value, type=type_), 0, type_, value)


def column(name: str, level: int, type_: str) -> Cell:
    """A column of the table at hand."""
    return Cell(lambda table: table[name], level, type_, uses=frozenset({name}), plain=True)


@dataclass
class Levels:
    """The columns to be made, level by level."""

    made: list[dict[str, Cell]] = field(default_factory=list)
    keys: dict[Hashable, Cell] = field(default_factory=dict)
    count: int = 0

    def store(self, cell: Cell, key: Hashable = None) -> Cell:
        """The cell as a column that later levels read; the same key is made once."""
        if cell.fixed or cell.plain:
            return cell
        if key is not None and key in self.keys:
            return self.keys[key]
        self.count += 1
        name = f"x{self.count}"
        self.put(name, cell)
        found = column(name, cell.level + 1, cell.type)
        if key is not None:
            self.keys[key] = found
        return found

    def put(self, name: str, cell: Cell) -> None:
        """A column under a name of its own."""
        while len(self.made) <= cell.level:
            self.made.append({})
        self.made[cell.level][name] = cell

    def apply(self, table: Any, wanted: Sequence[str]) -> Any:
        """The wanted columns: every level one SELECT that carries only what later ones read."""
        live, plan = set(wanted), list[tuple[dict[str, Cell], set[str]]]()
        for level in reversed(self.made):
            made = {name: cell for name, cell in level.items() if name in live}
            carried = live - made.keys()
            plan.append((made, carried))
            live = carried.union(*(c.uses for c in made.values()))
        for made, carried in reversed(plan):
            if made:
                kept = [name for name in table.columns if name in carried]
                table = table.select(*kept, **{name: cell.make(table) for name, cell in made.items()})
        return table.select(*wanted)


def _level(cells: Iterable[Cell]) -> int:
    return max((c.level for c in cells), default=0)


def _uses(cells: Iterable[Cell]) -> frozenset[str]:
    return frozenset[str]().union(*(c.uses for c in cells))


def derived(type_: str, build: Callable[..., Any], *cells: Cell) -> Cell:
    """A cell built from others; one that is unknown for all rows makes it so."""
    if any(c.fixed and c.const is None for c in cells):
        return const(None, type_)
    return Cell(lambda table: build(*(c.make(table) for c in cells)), _level(cells), type_, uses=_uses(cells))


class Columns(Lowering):
    """Lowers the expressions of one measure; `names` gives the cell of a fact, column, "on" and "area"."""

    def __init__(self, measure: Measure, levels: Levels, names: Callable[[str, str], Cell]) -> None:
        self.measure, self.levels, self.names = measure, levels, names
        self.steps: dict[str, Any] = {}

    def const(self, value: Any) -> Cell:
        kinds = {bool: "boolean", int: "int64", str: "string", date: "date"}
        return const(value, kinds[type(value)])

    def lower(self, node: Node) -> Any:
        """Dates are dear to reckon with: what a call of a measure gives is made once, however often it is written."""
        if not isinstance(node, Call) or node.function == "within":
            return super().lower(node)
        key = (self.measure.code, "call", node)
        found = self.levels.keys.get(key)
        if found is None:
            value = super().lower(node)
            found = self.levels.store(value.num if isinstance(value, Exact) else value, key)
            self.levels.keys[key] = found
        return Exact(found) if node.unit.kind == "number" else found

    def name(self, node: Name) -> Any:
        if node.kind == "step":
            return self.steps[node.name]
        if node.kind == "parameter":
            return self.parameter(self.measure.parameters[node.name])
        cell = self.names(node.kind, node.name)
        return Exact(cell, node.unit.scale) if node.unit.kind == "number" else cell

    # parameters

    def parameter(self, parameter: Parameter) -> Any:
        """A parameter's value of each row."""
        key = (self.measure.code, "parameter", parameter.name)
        type_ = TYPES[parameter.unit.kind]
        cell = self.levels.store(self.dated(parameter, lambda v: const(v.value, type_), type_), key)
        return Exact(cell, parameter.unit.scale) if parameter.unit.kind == "number" else cell

    def dated(self, parameter: Parameter, worth: Callable[[Value], Cell], type_: str) -> Cell:
        """What is made of the value that holds on each row's day in each row's area, in order of precedence."""
        day = self.names("on" if parameter.as_of == "on" else "fact", parameter.as_of)
        area = self.names("area", "area")
        branches: list[tuple[Cell, Cell]] = []
        for value in parameter.values:
            holds = self._within_span(value, day, parameter.as_of == "on")
            if holds.fixed and not holds.const:
                continue
            if value.area:
                if area.fixed:
                    if area.const is None:
                        branches.append((holds, const(None, type_)))
                    elif area.const.startswith(value.area):
                        branches.append((holds, worth(value)))
                    continue
                missing = derived("boolean", lambda a: a.isnull(), area)
                inside = self.levels.store(
                    derived("boolean", lambda a, p=value.area: a.startswith(p), area), ("inside", value.area)
                )
                branches.append((self.every([holds, missing]), const(None, type_)))
                branches.append((self.every([holds, inside]), worth(value)))
            else:
                branches.append((holds, worth(value)))
                if holds.fixed:
                    break
        if not branches:
            return const(None, type_)
        if branches[0][0].fixed:
            return branches[0][1]
        return cases(branches, type_)

    def _within_span(self, value: Value, day: Cell, decided: bool) -> Cell:
        """Whether a value holds on each row's day. On days of a decision outside the measure nobody looks at it."""
        span, whole = value.span, self.measure.span if decided else Span()
        if day.fixed:
            return const(None if day.const is None else span.holds(day.const), "boolean")
        tests = []
        if span.first is not None and not (whole.first and whole.first >= span.first):
            tests.append(derived("boolean", lambda d: d >= ibis.literal(span.first), day))
        if span.last is not None and not (whole.last and whole.last <= span.last):
            tests.append(derived("boolean", lambda d: d <= ibis.literal(span.last), day))
        if not tests:
            return const(True, "boolean") if decided else derived("boolean", lambda d: d.notnull(), day)
        return self.every(tests)

    def look(self, node: Look) -> Any:
        parameter = self.measure.parameters[node.parameter]
        type_ = TYPES[parameter.unit.kind]
        key = self.levels.store(self.lower(node.key), (self.measure.code, node.key))

        def worth(value: Value) -> Cell:
            if key.fixed:
                return const(value.value.get(key.const) if key.const else None, type_)
            return cases(
                [
                    (derived("boolean", lambda k, c=code: k == c, key), const(each, type_))
                    for code, each in value.value.items()
                ],
                type_,
            )

        cell = self.levels.store(self.dated(parameter, worth, type_), (self.measure.code, node))
        return Exact(cell, parameter.unit.scale) if parameter.unit.kind == "number" else cell

    def member(self, node: Member) -> Cell:
        item = self.lower(node.item)
        if not node.parameter:
            return self._in(item, node.codes)
        parameter = self.measure.parameters[node.parameter]
        return self.dated(parameter, lambda v: self._in(item, v.value), "boolean")

    def _in(self, item: Cell, codes: tuple[str, ...]) -> Cell:
        if item.fixed:
            return const(None if item.const is None else item.const in codes, "boolean")
        return derived("boolean", lambda i: i.isin(list(codes)), item)

    def within(self, inside: Cell, parameter: str) -> Cell:
        def worth(value: Value) -> Cell:
            prefix = area_prefix(value.value)
            if inside.fixed:
                return const(None if inside.const is None else inside.const.startswith(prefix), "boolean")
            return derived("boolean", lambda i: i.startswith(prefix), inside)

        return self.dated(self.measure.parameters[parameter], worth, "boolean")

    # whole numbers

    def _number(self, build: Callable[[Any, Any], Any], left: Cell, right: Cell) -> Cell:
        if left.fixed and right.fixed and left.const is not None and right.const is not None:
            return const(build(left.const, right.const), "int64")
        return derived("int64", build, left, right)

    def add(self, left: Cell, right: Cell) -> Cell:
        if 0 in (left.const, right.const):
            return right if left.const == 0 else left
        return self._number(lambda a, b: a + b, left, right)

    def sub(self, left: Cell, right: Cell) -> Cell:
        return self._number(lambda a, b: a - b, left, right)

    def mul(self, left: Cell, right: Cell) -> Cell:
        return self._number(lambda a, b: a * b, left, right)

    def divisor(self, value: Cell, at: int) -> Cell:
        if value.fixed:
            return const(value.const or None, "int64")
        return self.levels.store(derived("int64", lambda v: v.nullif(0), value))

    def floor(self, num: Cell, den: Cell) -> Cell:
        if num.fixed and den.fixed and num.const is not None and den.const:
            return const(num.const // den.const, "int64")
        return derived("int64", quotient, num, den)

    # truths

    def compare(self, op: str, left: Cell, right: Cell, at: int) -> Cell:
        builds: dict[str, Callable[[Any, Any], Any]] = {
            "<": lambda a, b: a < b,
            "<=": lambda a, b: a <= b,
            "==": lambda a, b: a == b,
            "!=": lambda a, b: a != b,
            ">=": lambda a, b: a >= b,
            ">": lambda a, b: a > b,
        }
        if left.fixed and right.fixed:
            known = left.const is not None and right.const is not None
            return const(builds[op](left.const, right.const) if known else None, "boolean")
        return derived("boolean", builds[op], left, right)

    def every(self, items: list[Cell]) -> Cell:
        return self._junction(items, False, lambda a, b: a & b)

    def some(self, items: list[Cell]) -> Cell:
        return self._junction(items, True, lambda a, b: a | b)

    def _junction(self, items: list[Cell], decides: bool, join: Callable[[Any, Any], Any]) -> Cell:
        if any(i.fixed and i.const is decides for i in items):
            return const(decides, "boolean")
        left = [i for i in items if not (i.fixed and i.const is (not decides))]
        if not left:
            return const(not decides, "boolean")
        if all(i.fixed for i in left):
            return const(None, "boolean")
        if len(left) == 1:
            return left[0]
        return Cell(
            lambda table: reduce(join, [i.make(table) for i in left]),
            _level(left),
            "boolean",
            uses=_uses(left),
        )

    def negate(self, item: Cell) -> Cell:
        if item.fixed:
            return const(None if item.const is None else not item.const, "boolean")
        return derived("boolean", lambda i: ~i, item)

    def test(self, value: Cell, node: Node) -> Cell:
        return self.levels.store(value, (self.measure.code, "test", node))

    def operand(self, value: Any, node: Node) -> Any:
        if not isinstance(value, Exact):
            return self.levels.store(value)
        return Exact(
            self.levels.store(value.num),
            value.scale,
            None if value.den is None else self.levels.store(value.den),
        )

    def choose(self, test: Cell, then: Cell, other: Cell) -> Cell:
        if test.fixed:
            return const(None, then.type) if test.const is None else then if test.const else other
        test = self.levels.store(test)
        if other.fixed and other.const is None:
            return cases([(test, then)], then.type)
        return cases([(test, then), (self.negate(test), other)], then.type)

    # dates

    def call(self, function: str, arguments: list[Cell], at: int) -> Cell:
        match function:
            case "year":
                return derived("int64", lambda d: d.year().cast("int64"), arguments[0])
            case "plus_days":
                return derived("date", lambda d, n: _day(d + n.as_interval("D")), *arguments)
            case "plus_months":
                return derived("date", lambda d, n: _day(d + n.as_interval("M")), *arguments)
            case "days":
                return derived("int64", lambda a, b: b.delta(a, unit="day").cast("int64"), *arguments)
        first, second = (self.levels.store(a) for a in arguments)
        months = self._months(first, second)
        if function == "months":
            return months
        # Whole years rounded down, also before the first day: shifted so that nothing is negative.
        shifted = self.add(self.levels.store(months), const(_SHIFT * 12, "int64"))
        return self.sub(self.floor(shifted, const(12, "int64")), const(_SHIFT, "int64"))

    def _months(self, first: Cell, second: Cell) -> Cell:
        """The greatest count for which first plus so many months is not after second."""
        if any(c.fixed and c.const is None for c in (first, second)):
            return const(None, "int64")

        def count(a: Any, b: Any) -> Any:
            months = ((b.year() - a.year()) * 12 + b.month() - a.month()).cast("int64")
            tomorrow = _day(b + ibis.interval(days=1))
            short = ibis.cases(
                (b.day() >= a.day(), 0),
                (b.day() < 28, 1),  # the last day of a month is looked for only where it can be
                (tomorrow.month() == b.month(), 1),
                else_=0,
            )
            return months - short.cast("int64")

        return derived("int64", count, first, second)


_SHIFT = 400
"""More years than lie between the first and the last day a fact may name."""


def _day(moment: Any) -> Any:
    """A date: databases make a moment of a date and an interval, and Ibis takes it for a date already."""
    return moment.cast("timestamp").cast("date")


def bit(truth: Cell, wanted: bool | None, worth: int) -> Cell:
    """`worth` where a truth is what is wanted (None: unknown), else 0; never unknown."""
    if truth.fixed:
        return const(worth if truth.const is wanted else 0, "int64")

    test = derived("boolean", lambda t: t.isnull() if wanted is None else t if wanted else ~t, truth)
    return cases([(test, const(worth, "int64"))], "int64", 0)


def cases(branches: list[tuple[Cell, Cell]], type_: str, otherwise: Any = None) -> Cell:
    """The value of the first branch whose test is true, else `otherwise`."""
    cells = [c for branch in branches for c in branch]

    def make(table: Any) -> Any:
        pairs = [(test.make(table), value.make(table)) for test, value in branches]
        return ibis.cases(*pairs, else_=ibis.literal(otherwise, type=type_))

    return Cell(make, _level(cells), type_, uses=_uses(cells))
