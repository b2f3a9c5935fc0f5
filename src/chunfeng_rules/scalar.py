"""One case in plain Python: exact fractions, three-valued, every reason kept.

Expressions become nested functions once per measure; a case is then a few hundred calls. Nothing here is shared with
the batch evaluator but the tree and the dated values, so that the comparison of both in the tests means something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from chunfeng_rules.asking import smallest
from chunfeng_rules.explanation import Checked, Explanation, Given, Reckoned
from chunfeng_rules.functions import Env, Run, compiled
from chunfeng_rules.measure import (
    ASK,
    ELIGIBLE,
    NOT_ELIGIBLE,
    NOT_IN_FORCE,
    Aggregate,
    Column,
    Condition,
    Fact,
    Group,
    Measure,
    Outcome,
    Parameter,
    Value,
)
from chunfeng_rules.texts import BadFacts
from chunfeng_rules.units import FIRST_DAY, LAST_DAY, Unit

_TYPES: dict[str, tuple[type, str, str]] = {
    "number": (int, "整数", "a whole number"),
    "date": (date, "日期", "a date"),
    "yes_no": (bool, "是否", "True or False"),
    "choice": (str, "选项代码", "the code of a choice"),
    "area": (str, "区划代码", "an area code"),
}


def explain(measure: Measure, facts: Mapping[str, Any], *, on: date, area: str | None = None) -> Explanation:
    """Decide one case and keep every reason.

    `facts` holds fen, parts per ten thousand, counts as int, dates, bools, codes, for a group a list of rows; what is
    missing or None is unknown. `area` is the subject's code of twelve characters. Raises BadFacts for the wrong kind.
    """
    plan = _plan(measure)
    env, odd = plan.env(facts, on, area)
    force = plan.in_force(on, area)
    if force is False:
        way = next((w for w in measure.gives_way if w[1].holds(on) and (area or "").startswith(w[2])), None)
        return Explanation(
            measure, on, area, NOT_IN_FORCE, env, facts, odd=odd, gave_way=way[0] if way else ""
        )
    for name, run in plan.steps:
        env[name] = run(env)
    checked = tuple(_check(c, run, env, measure) for c, run in plan.conditions)
    values = [c.value for c in checked]
    if False in values:
        state = NOT_ELIGIBLE
    else:
        state = ASK if None in values or force is None else ELIGIBLE
    gives = tuple(Given(o, run(env) if state == ELIGIBLE else None, env, measure) for o, run in plan.gives)
    asks, later = smallest(measure, env, state, checked, gives, force is None)
    steps = tuple(Reckoned(s, env[n], env, measure) for n, s in measure.steps.items())
    return Explanation(
        measure,
        on,
        area,
        state,
        env,
        facts,
        checked,
        steps,
        gives,
        asks,
        later,
        odd,
        force_unknown=force is None,
    )


def masks(explanation: Explanation) -> tuple[int, int]:
    """(failed, open) as the batch evaluator writes them: bit 0 for being in force, bit n for the nth condition."""
    if explanation.state == NOT_IN_FORCE:
        return 1, 0
    failed = sum(1 << n for n, c in enumerate(explanation.conditions, 1) if c.applies and c.value is False)
    unknown = sum(1 << n for n, c in enumerate(explanation.conditions, 1) if c.applies and c.value is None)
    return failed, unknown | (1 if explanation.force_unknown else 0)


def _check(condition: Condition, run: Run, env: Env, measure: Measure) -> Checked:
    """A condition of this case; one of another time or area is not demanded and counts as met."""
    area, applies = env["area"], condition.span.holds(env["on"])
    if applies and condition.area and area is not None:
        applies = area.startswith(condition.area)
    value = run(env) if applies else True
    if applies and value is False and condition.area and area is None:
        value = None
    return Checked(condition, value, applies, env, measure)


def chosen(parameter: Parameter, env: Env) -> Value | None:
    """The dated value that holds; None where there is none or it cannot be told."""
    day, area = env.get(parameter.as_of), env["area"]
    if day is None:
        return None
    for value in parameter.values:
        if value.span.holds(day):
            if not value.area:
                return value
            if area is None:
                return None
            if area.startswith(value.area):
                return value
    return None


def _exact(value: Any, unit: Unit) -> Any:
    if value is None or unit.scale == 1 or unit.kind != "number":
        return value
    return Fraction(value, unit.scale)


@dataclass(frozen=True)
class _Plan:
    """A measure made ready to run."""

    measure: Measure
    facts: tuple[Fact, ...]
    parameters: tuple[tuple[Parameter, dict[int, Any]], ...]
    steps: tuple[tuple[str, Run], ...]
    conditions: tuple[tuple[Condition, Run], ...]
    gives: tuple[tuple[Outcome, Run], ...]
    aggregates: tuple[tuple[Fact, Aggregate, Callable[[Env, Sequence[Mapping[str, Any]]], Any]], ...]

    def in_force(self, on: date, area: str | None) -> bool | None:
        """Whether the measure holds on that day in that area; None when the area is needed and not known."""
        measure = self.measure
        if not measure.span.holds(on):
            return False
        found: bool | None = True
        if measure.area:
            found = None if area is None else area.startswith(measure.area)
        for _, span, prefix in measure.gives_way:
            if span.holds(on):
                if area is None and prefix:
                    found = found and None
                elif (area or "").startswith(prefix):
                    return False
        return found

    def env(self, facts: Mapping[str, Any], on: date, area: str | None) -> tuple[Env, tuple[str, ...]]:
        """Every name with its value, and the facts that were out of range."""
        env: Env = {"on": on, "area": area}
        odd: list[str] = []
        for fact in self.facts:
            stated = facts.get(fact.name)
            if stated is None:
                env[fact.name] = None
                continue
            value = _checked(fact, fact.name, stated)
            if value is None:
                odd.append(fact.name)
            env[fact.name] = _exact(value, fact.unit)
        for parameter, exact in self.parameters:
            value = chosen(parameter, env)
            env[parameter.name] = None if value is None else exact[id(value)]
        for fact, aggregate, run in self.aggregates:
            rows = facts.get(aggregate.group)
            if facts.get(fact.name) is not None or rows is None:
                continue
            value = run(env, rows)
            if value is not None and fact.unit.kind == "number" and not fact.least <= value <= fact.most:
                odd.append(fact.name)
                value = None
            env[fact.name] = value
        return env, tuple(odd)


def _plan(measure: Measure) -> _Plan:
    """The plan of a measure, made once and kept with it."""
    found: _Plan | None = measure.__dict__.get("_plan")
    if found is None:
        found = _Plan(
            measure,
            tuple(measure.facts.values()),
            tuple((p, _worths(p)) for p in measure.parameters.values()),
            tuple(
                (s.name, _rounding(compiled(s.node), s.round, s.to, s.unit)) for s in measure.steps.values()
            ),
            tuple((c, compiled(c.node)) for c in measure.conditions),
            tuple((o, _outcome(o)) for o in measure.gives),
            tuple(
                (f, f.aggregate, _aggregate(f.aggregate, measure.groups[f.aggregate.group]))
                for f in measure.facts.values()
                if f.aggregate is not None
            ),
        )
        measure.__dict__["_plan"] = found
    return found


def _worths(parameter: Parameter) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for value in parameter.values:
        worth = value.value
        if isinstance(worth, dict):
            found[id(value)] = {k: _exact(v, parameter.unit) for k, v in worth.items()}
        else:
            found[id(value)] = worth if isinstance(worth, tuple) else _exact(worth, parameter.unit)
    return found


def _checked(held: Fact | Column, name: str, value: Any) -> Any:
    """The value if it is of the right kind and in its range, None if it is out of range."""
    if value is None:
        return None
    kind, zh, en = _TYPES[held.unit.kind]
    if (
        not isinstance(value, kind)
        or (kind is int and isinstance(value, bool))
        or isinstance(value, datetime)
    ):
        raise BadFacts(f"“{name}”应为{zh}", f"“{name}” should be {en}, not {value!r}")
    inside: dict[str, Callable[[Any], bool]] = {
        "number": lambda v: held.least <= v <= held.most,
        "date": lambda v: FIRST_DAY <= v <= LAST_DAY,
        "choice": lambda v: v in held.unit.options,
    }
    test = inside.get(held.unit.kind)
    return value if test is None or test(value) else None


def _aggregate(aggregate: Aggregate, group: Group) -> Callable[[Env, Sequence[Mapping[str, Any]]], Any]:
    where = compiled(aggregate.where) if aggregate.where is not None else None
    reckon = compiled(aggregate.value) if aggregate.value is not None else None

    def run(env: Env, rows: Sequence[Mapping[str, Any]]) -> Any:
        taken: list[Any] = []
        for row in rows:
            inner = dict(env)
            for column in group.columns:
                inner[column.name] = _exact(_checked(column, column.name, row.get(column.name)), column.unit)
            holds = True if where is None else where(inner)
            if holds is None:
                return None
            if holds:
                value = 1 if reckon is None else reckon(inner)
                if value is None:
                    return None
                taken.append(value)
        match aggregate.kind:
            case "count" | "sum":
                return sum(taken)
            case "least":
                return min(taken, default=None)
        return max(taken, default=None)

    return run


def rounded(value: Any, rounding: str, to: int) -> int:
    """A number that is not negative, rounded half_up, down or up to a multiple of `to`, by whole numbers."""
    exact = Fraction(value) / to
    num, den = exact.numerator, exact.denominator
    if rounding == "down":
        return num // den * to
    if rounding == "up":
        return -(-num // den) * to
    return (2 * num + den) // (2 * den) * to


def _rounding(run: Run, rounding: str, to: int, unit: Unit) -> Run:
    if not rounding or unit.kind != "number":
        return run

    def rounding_run(env: Env) -> Any:
        value = run(env)
        return None if value is None else rounded(value, rounding, to)

    return rounding_run


def _outcome(outcome: Outcome) -> Run:
    run = compiled(outcome.node)
    if outcome.cap is not None:
        value, cap = run, compiled(outcome.cap)

        def capped(env: Env) -> Any:
            one, most = value(env), cap(env)
            return None if one is None or most is None else min(one, most)

        run = capped
    final = _rounding(run, outcome.round, outcome.to, outcome.unit)
    if outcome.unit.kind != "number" or outcome.round:
        return final

    def as_int(env: Env) -> Any:
        value = final(env)
        return None if value is None else int(value)

    return as_int
