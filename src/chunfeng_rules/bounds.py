"""What every expression can be at most: proof that no database overflows, and parts that can never be reached.

Ranges of facts and values of parameters are carried through the same whole-number steps as in a database. A measure
whose numbers could leave 62 bits is refused, so are divisors and rounded amounts that could be negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from chunfeng_rules.lowering import Exact, Lowering
from chunfeng_rules.measure import Column, Measure, Parameter, Step
from chunfeng_rules.texts import Finding, Place, Trouble
from chunfeng_rules.tree import Arithmetic, Choose, Extreme, Look, Member, Name, Node
from chunfeng_rules.units import FIRST_DAY, LAST_DAY

LIMIT = 2**62


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers from lo to hi (days as ordinals)."""

    lo: int
    hi: int


Truth = frozenset[bool]
BOTH: Truth = frozenset({True, False})


def whole(node: Node, steps: dict[str, Step]) -> bool:
    """Whether a number is whole by its form: no rate and no division in it."""
    match node:
        case Arithmetic(op="/"):
            return False
        case Arithmetic(left=left, right=right):
            return whole(left, steps) and whole(right, steps)
        case Choose(then=then, other=other):
            return whole(then, steps) and whole(other, steps)
        case Extreme(items=items):
            return all(whole(i, steps) for i in items)
        case Name(kind="step", name=name) if name in steps:
            return bool(steps[name].round) or whole(steps[name].node, steps)
    return node.unit.scale == 1


def check(measure: Measure) -> list[Finding]:
    """Errors: overflow, divisors and rounded amounts that may be negative, numbers that are not whole."""
    found: list[Finding] = []
    ranges = Ranges(measure)

    def note(place: Place | None, trouble: Trouble) -> None:
        found.append(Finding(trouble.says, place or measure.place))

    for fact in measure.facts.values():
        if fact.aggregate is None:
            continue
        inner = Ranges(measure, fact.aggregate.group)
        for node in (fact.aggregate.where, fact.aggregate.value):
            try:
                value = inner.lower(node) if node is not None else None
                if isinstance(value, Exact) and node is not None and not whole(node, {}):
                    raise Trouble("组内相加的应为整数", "what is added up in a group must be whole")
            except Trouble as trouble:
                note(fact.place, trouble)
    for step in measure.steps.values():
        try:
            ranges.steps[step.name] = _rounded(ranges, ranges.lower(step.node), step.round, step.to)
        except Trouble as trouble:
            note(step.place, trouble)
            return found
    for condition in measure.conditions:
        try:
            ranges.lower(condition.node)
        except Trouble as trouble:
            note(condition.place, trouble)
    for outcome in measure.gives:
        try:
            for node in (outcome.node, outcome.cap):
                if node is None:
                    continue
                value = ranges.lower(node)
                if isinstance(value, Exact):
                    if not outcome.round and outcome.unit.scale == 1 and not whole(node, measure.steps):
                        raise Trouble(
                            "结果可能有零头，须写明取整方式（round）",
                            "this may have a fraction: say how it is rounded (round)",
                        )
                    if outcome.unit.scale != 1:
                        raise Trouble("结果不能是比率", "an outcome cannot be a rate")
                    _rounded(ranges, value, outcome.round, outcome.to)
        except Trouble as trouble:
            note(outcome.place, trouble)
    return found


def _rounded(ranges: Ranges, value: Any, rounding: str, to: int) -> Any:
    if not rounding or not isinstance(value, Exact):
        return value
    if value.num.lo < 0:
        raise Trouble("取整的数可能为负，请用 max(0, …)", "what is rounded may be negative: use max(0, …)")
    return Exact(ranges.rounded(value, rounding, to))


class Ranges(Lowering):
    """The algebra of ranges; for truths, the set of outcomes that can occur."""

    def __init__(self, measure: Measure, group: str = "") -> None:
        self.measure, self.steps = measure, dict[str, Any]()
        self.columns: dict[str, Column] = {c.name: c for c in measure.groups[group].columns} if group else {}
        self.tests: dict[int, Truth] = {}

    def const(self, value: Any) -> Any:
        if isinstance(value, bool):
            return frozenset({value})
        if isinstance(value, int):
            return Range(value, value)
        return Range(value.toordinal(), value.toordinal()) if isinstance(value, date) else value

    def name(self, node: Name) -> Any:
        if node.kind == "step":
            return self.steps[node.name]
        if node.unit.kind == "yes_no":
            return BOTH
        if node.unit.kind == "date":
            return Range(FIRST_DAY.toordinal(), LAST_DAY.toordinal())
        if node.unit.kind != "number":
            return None
        if node.kind == "parameter":
            return self._values(self.measure.parameters[node.name])
        held = self.columns[node.name] if node.kind == "column" else self.measure.facts[node.name]
        return Exact(Range(held.least, held.most), node.unit.scale)

    def _values(self, parameter: Parameter) -> Any:
        worth = [
            w
            for v in parameter.values
            for w in (v.value.values() if isinstance(v.value, dict) else [v.value])
        ]
        if parameter.unit.kind == "date":
            return Range(min(worth).toordinal(), max(worth).toordinal())
        if parameter.unit.kind == "number":
            return Exact(Range(min(worth), max(worth)), parameter.unit.scale)
        return BOTH if parameter.unit.kind == "yes_no" else None

    def look(self, node: Look) -> Any:
        self.lower(node.key)
        return self._values(self.measure.parameters[node.parameter])

    def member(self, node: Member) -> Truth:
        self.lower(node.item)
        return BOTH

    def _checked(self, lo: int, hi: int) -> Range:
        if max(abs(lo), abs(hi)) > LIMIT:
            raise Trouble(
                "数值可能超出64位：请缩小事项范围（most）或分步取整",
                "a number here could leave 64 bits: narrow the range of a fact (most) or round on the way",
            )
        return Range(lo, hi)

    def add(self, left: Range, right: Range) -> Range:
        return self._checked(left.lo + right.lo, left.hi + right.hi)

    def sub(self, left: Range, right: Range) -> Range:
        return self._checked(left.lo - right.hi, left.hi - right.lo)

    def mul(self, left: Range, right: Range) -> Range:
        corners = [a * b for a in (left.lo, left.hi) for b in (right.lo, right.hi)]
        return self._checked(min(corners), max(corners))

    def divisor(self, value: Range, at: int) -> Range:
        if value.lo < 0:
            raise Trouble("除数可能为负，请用 max(0, …)", "the divisor may be negative: use max(0, …)", at)
        if value.hi == 0:
            raise Trouble("除数总是零", "the divisor is always zero", at)
        return Range(max(1, value.lo), value.hi)

    def floor(self, num: Range, den: Range) -> Range:
        return self._checked(num.lo // den.hi, num.hi // den.lo)

    def compare(self, op: str, left: Any, right: Any, at: int) -> Truth:
        if not isinstance(left, Range) or not isinstance(right, Range):
            return BOTH
        below, above = left.hi < right.lo, left.lo > right.hi
        point = left.lo == left.hi == right.lo == right.hi
        match op:
            case "<":
                certain, never = below, left.lo >= right.hi
            case "<=":
                certain, never = left.hi <= right.lo, above
            case ">":
                certain, never = above, left.hi <= right.lo
            case ">=":
                certain, never = left.lo >= right.hi, below
            case "==":
                certain, never = point, below or above
            case _:
                certain, never = below or above, point
        return frozenset({True}) if certain else frozenset({False}) if never else BOTH

    def every(self, items: list[Truth]) -> Truth:
        if any(i == {False} for i in items):
            return frozenset({False})
        return frozenset({True}) if all(i == {True} for i in items) else BOTH

    def some(self, items: list[Truth]) -> Truth:
        if any(i == {True} for i in items):
            return frozenset({True})
        return frozenset({False}) if all(i == {False} for i in items) else BOTH

    def negate(self, item: Truth) -> Truth:
        return frozenset(not x for x in item)

    def test(self, value: Truth, node: Node) -> Truth:
        self.tests[id(node)] = value
        return value

    def choose(self, test: Truth, then: Any, other: Any) -> Any:
        if isinstance(then, Range) and isinstance(other, Range):
            return Range(min(then.lo, other.lo), max(then.hi, other.hi))
        return then | other if isinstance(then, frozenset) else None

    def within(self, inside: Any, parameter: str) -> Truth:
        return BOTH

    def pick(self, least: bool, first: Truth, one: Any, other: Any) -> Any:
        """Narrower than a choice: the greater of 0 and something is not negative."""
        found = self._choose(first, one, other)
        if not isinstance(found, Exact):
            ends = (one, other)
            return (
                Range(min(e.lo for e in ends), min(e.hi for e in ends))
                if least
                else Range(max(e.lo for e in ends), max(e.hi for e in ends))
            )
        left, right, _ = self._scaled(one, other)
        if found.den is not None:
            positive = max(left.lo, right.lo) >= 0 and not least
            return Exact(
                Range(max(0, found.num.lo), found.num.hi) if positive else found.num, found.scale, found.den
            )
        ends = (left, right)
        pick = min if least else max
        return Exact(Range(pick(e.lo for e in ends), pick(e.hi for e in ends)), found.scale)

    def call(self, function: str, arguments: list[Any], at: int) -> Any:
        match function:
            case "year":
                return Range(date.fromordinal(arguments[0].lo).year, date.fromordinal(arguments[0].hi).year)
            case "plus_days" | "plus_months":
                day, count = arguments
                step = 1 if function == "plus_days" else 31
                lo, hi = day.lo + min(0, count.lo) * step, day.hi + max(0, count.hi) * step
                if lo < 1 or hi > date.max.toordinal():
                    raise Trouble("日期可能超出范围", "the day could leave the calendar", at)
                return Range(lo, hi)
        first, second = arguments
        lo, hi = second.lo - first.hi, second.hi - first.lo
        if function == "days":
            return Range(lo, hi)
        each = 28 if function == "months" else 365
        return Range(min(lo // each - 1, 0), max(hi // each + 1, 0))
