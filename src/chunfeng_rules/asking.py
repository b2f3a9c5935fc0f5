"""Which facts to ask for: the smallest set that would decide, and what the outcome needs after that.

Every unknown expression is taken apart into the ways in which it could become known (or true): "a and b" needs both,
"a or b" one of them. Among the ways by which all open conditions could come true, the one with the fewest facts wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

from chunfeng_rules.explanation import Checked, Given
from chunfeng_rules.functions import Run, compiled
from chunfeng_rules.measure import ASK, ELIGIBLE, Measure
from chunfeng_rules.tree import All, Choose, Look, Member, Name, Node, Not, Some, children

Way = frozenset[tuple[str, bool | None]]
_NOTHING: list[Way] = [frozenset()]
MAX_WAYS = 64


def smallest(
    measure: Measure,
    env: dict[str, Any],
    state: str,
    checked: Sequence[Checked],
    gives: Sequence[Given],
    area_needed: bool,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(facts that would decide, further facts the outcome needs), each in the order of the file.

    "area" stands for the area of the subject. Both are empty where nothing could help: a parameter without a value.
    """
    if state not in (ASK, ELIGIBLE):
        return (), ()
    if state == ELIGIBLE and all(g.value is not None for g in gives):
        return (), ()
    asking = _Asking(measure, env)
    ways = [asking.area()] if area_needed else []
    for each in checked:
        if each.value is None:
            found = asking.ways(each.condition.node, True)
            ways.append(
                _together([found, asking.area()]) if each.condition.area and env["area"] is None else found
            )
    decide = asking.best(_together(ways))
    wanted = [asking.ways(g.outcome.node, None) for g in gives if g.value is None]
    wanted += [
        asking.ways(g.outcome.cap, None) for g in gives if g.value is None and g.outcome.cap is not None
    ]
    later = asking.best(_together(wanted))
    return decide, tuple(n for n in later if n not in decide)


def _together(parts: Iterable[list[Way]]) -> list[Way]:
    """Ways to have all of these; a way that needs a truth to be both yes and no is none."""
    found = _NOTHING
    for part in parts:
        if part == _NOTHING or found == _NOTHING:
            found = found if part == _NOTHING else part
            continue
        joined = []
        for one, other in product(found, part):
            way = one | other
            if not any((name, not want) in way for name, want in way if want is not None):
                joined.append(way)
        found = _fewest(joined)
    return found


def _fewest(ways: Iterable[Way]) -> list[Way]:
    """The smallest ways first, without those that contain another."""
    several = list(ways)
    if len(several) < 2:
        return several
    kept: list[Way] = []
    for way in sorted(
        set(several), key=lambda w: (len({n for n, _ in w}), sorted((n, str(x)) for n, x in w))
    ):
        if not any(k <= way for k in kept):
            kept.append(way)
    return kept[:MAX_WAYS]


class _Asking:
    def __init__(self, measure: Measure, env: dict[str, Any]) -> None:
        self.measure, self.env = measure, env
        # Compiled once and kept with the measure, whose nodes live as long.
        self.runs: dict[int, Run] = measure.__dict__.setdefault("_runs", {})
        self.order = {name: n for n, name in enumerate([*measure.facts, "area"])}

    def area(self) -> list[Way]:
        return [frozenset({("area", None)})] if self.env["area"] is None else _NOTHING

    def best(self, ways: list[Way]) -> tuple[str, ...]:
        """Names of the way with the fewest, the earliest in the file between equals."""
        sets = [sorted({n for n, _ in way}, key=lambda n: self.order.get(n, 0)) for way in ways]
        if not sets:
            return ()
        best = min(sets, key=lambda s: (len(s), [self.order.get(n, 0) for n in s]))
        return tuple(best)

    def ways(self, node: Node, want: bool | None) -> list[Way]:
        """Ways in which an expression could become known; with `want`, could become that truth."""
        run = self.runs.get(id(node))
        if run is None:
            run = self.runs[id(node)] = compiled(node)
        value = run(self.env)
        if value is not None:
            return _NOTHING if want is None or value is want else []
        match node:
            case Name():
                return self.name(node, want)
            case Not(item=item):
                return self.ways(item, None if want is None else not want)
            case All(items=items) | Some(items=items):
                decisive = isinstance(node, Some)
                each = [self.ways(i, decisive) for i in items]
                one = _fewest(way for ways in each for way in ways)
                every = _together(self.ways(i, not decisive) for i in items)
                if want is None:
                    return _fewest([*one, *every])
                return one if want is decisive else every
            case Choose(test=test, then=then, other=other):
                yes = _together([self.ways(test, True), self.ways(then, want)])
                no = _together([self.ways(test, False), self.ways(other, want)])
                return _fewest([*yes, *no])
            case Look(parameter=parameter) | Member(parameter=parameter) if parameter:
                held = [] if self.env[parameter] is not None else [self.parameter(parameter)]
                return _together([*held, *(self.ways(c, None) for c in children(node))])
        return _together(self.ways(c, None) for c in children(node))

    def name(self, node: Name, want: bool | None) -> list[Way]:
        match node.kind:
            case "step":
                return self.ways(self.measure.steps[node.name].node, want)
            case "parameter":
                return self.parameter(node.name)
            case "area":
                return self.area()
        return [frozenset({(node.name, want)})]

    def parameter(self, name: str) -> list[Way]:
        """A value that depends on a day or area that is not known; without a value in force there is no way."""
        parameter = self.measure.parameters[name]
        if parameter.as_of != "on" and self.env[parameter.as_of] is None:
            return [frozenset({(parameter.as_of, None)})]
        local = any(v.area for v in parameter.values if v.span.holds(self.env[parameter.as_of]))
        return [frozenset({("area", None)})] if local and self.env["area"] is None else []
