"""What is legal to read and yet wrong to ship: conditions nobody can fail or meet, gaps in time, untested branches.

Errors make a measure wrong (a failing case, a condition nobody can meet); warnings are for its author. A shipped
measure has neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from chunfeng_rules import cases
from chunfeng_rules.bounds import Ranges
from chunfeng_rules.functions import compiled
from chunfeng_rules.lowering import Exact
from chunfeng_rules.measure import ELIGIBLE, NOT_IN_FORCE, Measure, Parameter, version_key
from chunfeng_rules.texts import Finding, Place, Text
from chunfeng_rules.tree import Choose, Node, names, walk

_DAY = timedelta(days=1)


def lint(measure: Measure) -> list[Finding]:
    """Everything there is to say about a measure, in the order of the file."""
    results = cases.run(measure)
    found = [
        *_cases(results),
        *_reach(measure),
        *_dates(measure),
        *_unused(measure),
        *_untested(measure, results),
        *_versions(measure),
    ]
    return sorted(found, key=lambda f: (f.place.file, f.place.line, f.place.column))


def _warning(zh: str, en: str, place: Place | None, measure: Measure) -> Finding:
    return Finding(Text(zh, en), place or measure.place, error=False)


def _cases(results: list[cases.Result]) -> Iterator[Finding]:
    for result in results:
        for differs in result.differs:
            name = result.case.name
            yield Finding(
                Text(f"案例“{name.zh}”：{differs.zh}", f"case “{name.en}”: {differs.en}"), result.case.place
            )


def _parts(measure: Measure) -> list[tuple[str, Node, Place | None]]:
    """Every expression with its name and place."""
    found: list[tuple[str, Node, Place | None]] = [(s.name, s.node, s.place) for s in measure.steps.values()]
    found += [(c.name, c.node, c.place) for c in measure.conditions]
    for outcome in measure.gives:
        found.append((outcome.name, outcome.node, outcome.place))
        if outcome.cap is not None:
            found.append((outcome.name, outcome.cap, outcome.place))
    return found


def _reach(measure: Measure) -> Iterator[Finding]:
    """Conditions and branches that the ranges of the facts decide once and for all."""
    ranges = Ranges(measure)
    for step in measure.steps.values():
        value = ranges.lower(step.node)
        ranges.steps[step.name] = Exact(ranges.rounded(value, step.round, step.to)) if step.round else value
    seen: dict[Node, str] = {}
    for condition in measure.conditions:
        truth = ranges.lower(condition.node)
        if truth == {False}:
            says = Text(
                f"条件“{condition.name}”永远不能满足", f"the condition “{condition.name}” can never be met"
            )
            yield Finding(says, condition.place or measure.place)
        elif truth == {True}:
            yield _warning(
                f"条件“{condition.name}”永远满足",
                f"the condition “{condition.name}” can never fail",
                condition.place,
                measure,
            )
        if not condition.span.meets(measure.span):
            yield _warning(
                f"条件“{condition.name}”的日期不在措施执行期内",
                f"the condition “{condition.name}” holds on no day of the measure",
                condition.place,
                measure,
            )
        if condition.node in seen and condition.text == measure.code:
            other = seen[condition.node]
            yield _warning(
                f"条件“{condition.name}”与“{other}”相同",
                f"“{condition.name}” says the same as “{other}”",
                condition.place,
                measure,
            )
        seen[condition.node] = condition.name
    for outcome in measure.gives:
        ranges.lower(outcome.node)
    for name, node, place in _parts(measure):
        for each in walk(node):
            if isinstance(each, Choose) and len(ranges.tests.get(id(each.test), {True, False})) == 1:
                yield _warning(
                    f"“{name}”中有永远走不到的分支",
                    f"a branch of “{name}” can never be reached",
                    place,
                    measure,
                )


def _dates(measure: Measure) -> Iterator[Finding]:
    """Days of the measure on which a parameter has no value, and values on none of its days."""
    for parameter in measure.parameters.values():
        own = [v for v in parameter.values if v.text == measure.code]
        for value in own:
            if parameter.as_of == "on" and not value.span.meets(measure.span):
                yield _warning(
                    f"“{parameter.name}”的这个值在执行期内用不到",
                    f"this value of “{parameter.name}” holds on no day of the measure",
                    value.place,
                    measure,
                )
        if parameter.as_of == "on" and (gap := _gap(measure, parameter)):
            yield _warning(
                f"“{parameter.name}”在{gap}没有值",
                f"“{parameter.name}” has no value on {gap}",
                parameter.place,
                measure,
            )


def _gap(measure: Measure, parameter: Parameter) -> date | None:
    """The first day of the measure on which no value of its own text holds."""
    spans = [v.span for v in parameter.values if not v.area or v.area == measure.area]
    day = measure.span.first
    if day is None:
        return None
    while measure.span.holds(day):
        holding = [s for s in spans if s.holds(day)]
        if not holding:
            return day
        if any(s.last is None for s in holding):
            return None
        day = max(s.last for s in holding if s.last) + _DAY
    return None


def _unused(measure: Measure) -> Iterator[Finding]:
    nodes = [node for _, node, _ in _parts(measure)]
    for fact in measure.facts.values():
        if fact.aggregate is not None:
            nodes += [n for n in (fact.aggregate.where, fact.aggregate.value) if n is not None]
    said = " ".join(c.says.zh + c.says.en for c in measure.conditions)
    as_of = {p.as_of for p in measure.parameters.values()}
    kinds: list[tuple[str, dict[str, Any], str, str]] = [
        ("parameter", measure.parameters, "参数", "parameter"),
        ("fact", measure.facts, "事项", "fact"),
        ("step", measure.steps, "步骤", "step"),
    ]
    for kind, held, zh, en in kinds:
        used = {n for node in nodes for n in names(node, kind)} | as_of
        for name, part in held.items():
            if name not in used and f"<{name}>" not in said:
                yield _warning(f"{zh}“{name}”没有用到", f"the {en} “{name}” is not used", part.place, measure)


def _untested(measure: Measure, results: list[cases.Result]) -> Iterator[Finding]:
    """Conditions, branches and outcomes that no case meets both ways."""
    live = [r.explanation for r in results if r.explanation.state != NOT_IN_FORCE]
    for number, condition in enumerate(measure.conditions):
        met = {e.conditions[number].value for e in live if e.conditions[number].applies}
        for want, zh, en in ((True, "满足", "met"), (False, "不满足", "not met")):
            if want not in met:
                yield _warning(
                    f"没有案例使条件“{condition.name}”{zh}",
                    f"in no case is the condition “{condition.name}” {en}",
                    condition.place,
                    measure,
                )
    for name, node, place in _parts(measure):
        for each in walk(node):
            if not isinstance(each, Choose):
                continue
            run = compiled(each.test)
            ways = {run(e.env) for e in live}
            if not {True, False} <= ways:
                yield _warning(
                    f"案例没有走遍“{name}”的两个分支",
                    f"the cases do not take both branches of “{name}”",
                    place,
                    measure,
                )
    for outcome in measure.gives:
        given = [g for e in live if e.state == ELIGIBLE for g in e.gives if g.name == outcome.name]
        stated = any(outcome.name in r.case.gives for r in results)
        if not stated or all(g.value is None for g in given):
            yield _warning(
                f"没有案例写明结果“{outcome.name}”",
                f"no case states the outcome “{outcome.name}”",
                outcome.place,
                measure,
            )


def _versions(measure: Measure) -> Iterator[Finding]:
    latest = max((v for v, _ in measure.changes), key=version_key, default=measure.version)
    if latest != measure.version:
        yield _warning(
            f"版本说明中有更高的版本 {latest}",
            f"the changes name a later version, {latest}",
            measure.place,
            measure,
        )
