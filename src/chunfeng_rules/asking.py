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
from chunfeng_rules.tree import (
    All,
    Arithmetic,
    Call,
    Choose,
    Compare,
    Extreme,
    Literal,
    Look,
    Member,
    Name,
    Node,
    Not,
    Some,
    children,
    names,
    walk,
)

Way = frozenset[tuple[str, bool | None]]
_NOTHING: list[Way] = [frozenset()]
MAX_WAYS = 64
_STRICT = (Compare, Arithmetic, Call, Extreme)
"""What is unknown as soon as one part is."""


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
        if len(found) == len(part) == 1:
            way = found[0] | part[0]
            if len({name for name, _ in way}) == len(way):  # nothing wanted twice
                found = [way]
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


class _Learnt:
    """What is found out about a measure once and kept with it, whose nodes live as long: by the id of a node."""

    def __init__(self, measure: Measure) -> None:
        self.runs: dict[int, Run] = {}
        self.strict: dict[int, tuple[tuple[str, ...], tuple[str, ...]] | None] = {}
        """Facts and parameters of a node that needs all of them; None for another."""
        self.order = {name: n for n, name in enumerate([*measure.facts, "area"])}


class _Asking:
    def __init__(self, measure: Measure, env: dict[str, Any]) -> None:
        self.measure, self.env = measure, env
        learnt: _Learnt | None = measure.__dict__.get("_learnt")
        if learnt is None:
            learnt = measure.__dict__["_learnt"] = _Learnt(measure)
        self.runs, self.strict, self.order = learnt.runs, learnt.strict, learnt.order

    def area(self) -> list[Way]:
        return [frozenset({("area", None)})] if self.env["area"] is None else _NOTHING

    def best(self, ways: list[Way]) -> tuple[str, ...]:
        """Names of the way with the fewest, the earliest in the file between equals."""
        sets = [sorted({n for n, _ in way}, key=lambda n: self.order.get(n, 0)) for way in ways]
        if len(sets) < 2:
            return tuple(sets[0]) if sets else ()
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
        if isinstance(node, _STRICT) and (all_of_it := self.all_of_it(node)) is not None:
            return all_of_it
        match node:
            case Name():
                return self.name(node, want)
            case Not(item=item):
                return self.ways(item, None if want is None else not want)
            case All(items=items) | Some(items=items):
                decisive = isinstance(node, Some)
                one = [] if want is not decisive and want is not None else self.any_of(items, decisive)
                if want is decisive:
                    return one
                every = _together(self.ways(i, not decisive) for i in items)
                return every if want is not None else _fewest([*one, *every])
            case Choose(test=test, then=then, other=other):
                yes = _together([self.ways(test, True), self.ways(then, want)])
                no = _together([self.ways(test, False), self.ways(other, want)])
                return _fewest([*yes, *no])
            case Look(parameter=parameter) | Member(parameter=parameter) if parameter:
                held = [] if self.env[parameter] is not None else [self.parameter(parameter)]
                return _together([*held, *(self.ways(c, None) for c in children(node))])
        return _together(self.ways(c, None) for c in children(node))

    def any_of(self, items: Iterable[Node], want: bool) -> list[Way]:
        """Ways in which one of several truths could become what is wanted."""
        return _fewest(way for item in items for way in self.ways(item, want))

    def all_of_it(self, node: Node) -> list[Way] | None:
        """The one way where a value needs every fact below it; None where it is not as simple as that."""
        if id(node) not in self.strict:
            below = tuple(walk(node))
            simple = all(
                isinstance(n, (*_STRICT, Literal))
                or (isinstance(n, Name) and n.kind in ("fact", "parameter", "on"))
                for n in below
            )
            self.strict[id(node)] = (names(node, "fact"), names(node, "parameter")) if simple else None
        needed = self.strict[id(node)]
        if needed is None or any(self.env[p] is None for p in needed[1]):
            return None
        return [frozenset([(fact, None) for fact in needed[0] if self.env[fact] is None])]

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
