"""Every measure that is shipped: its cases pass, pin down every number and day of the policy, and agree in DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from chunfeng_rules import cases, lint
from chunfeng_rules.library import shipped
from chunfeng_rules.measure import ASK, ELIGIBLE, NOT_ELIGIBLE, Measure, Parameter, Span, Value
from chunfeng_rules.scalar import explain
from chunfeng_rules.units import RATE
from tests.rules import engines

MEASURES = shipped()
COARSE = {"small_firm_limit": 400, "hire_share": 30, "load": 100}
"""Rates over few people, in parts per ten thousand: of thirty staff the next share above 20 % is 23.3 %, of a hundred
the next below 25 % is 24.7 %, of 53 seats the next above 50 % is 50.9 %. Other rates move by a tenth of a percent."""
EXAMPLE = "99"
"""What the codes of examples begin with: no place of GB/T 2260 has it."""


@pytest.fixture(params=sorted(MEASURES))
def measure(request: pytest.FixtureRequest) -> Measure:
    return MEASURES[request.param]


def test_nothing_to_say(measure: Measure) -> None:
    """No failing case, no branch untested, no warning of any kind."""
    assert [f.line() for f in lint.lint(measure)] == []


def test_a_yes_a_no_and_an_open_case(measure: Measure) -> None:
    assert {c.expect for c in measure.cases} >= {ELIGIBLE, NOT_ELIGIBLE, ASK}


def test_each_condition_fails_by_name(measure: Measure) -> None:
    """A "no" names the conditions that fail, so that each reason is tested and not only the answer."""
    named = {name for c in measure.cases if c.expect == NOT_ELIGIBLE for name in c.fails or ()}
    assert named == {c.name for c in measure.conditions}
    assert all(c.fails for c in measure.cases if c.expect == NOT_ELIGIBLE)


def _passes(measure: Measure) -> bool:
    return all(r.passed for r in cases.run(measure))


def _moved(worth: Any, by: int) -> Any:
    """The next value of the same kind; None where there is none (a list, a truth, an area)."""
    if isinstance(worth, bool | str | tuple):
        return None
    if isinstance(worth, date):
        return worth + timedelta(days=by)
    return max(0, worth + by)


def _step(parameter: Parameter) -> int:
    return COARSE.get(parameter.name, 10) if parameter.unit.scale == RATE else 1


def _changed(parameter: Parameter, number: int) -> Iterator[tuple[str, Parameter]]:
    """The parameter with one value a little more or less, or with its first day a day off."""
    value = parameter.values[number]

    def put(**new: Any) -> Parameter:
        values = [*parameter.values]
        values[number] = replace(value, **new)
        return replace(parameter, values=tuple(values))

    for by in (-_step(parameter), _step(parameter)):
        if isinstance(value.value, dict):
            for key, worth in value.value.items():
                if worth and (moved := _moved(worth, by)) != worth:
                    yield f"{key} {by:+}", put(value={**value.value, key: moved})
        elif (moved := _moved(value.value, by)) not in (None, value.value):
            yield f"{by:+}", put(value=moved)


def _days(parameter: Parameter, measure: Measure) -> Iterator[tuple[str, Parameter]]:
    """The parameter with the boundary between two of its values a day earlier or later."""
    dated = sorted(
        (v for v in parameter.values if v.text == measure.code), key=lambda v: v.span.first or date.min
    )
    for before, after in pairwise(dated):
        for by in (-1, 1):
            day = after.span.first + timedelta(days=by)
            new = {
                id(after): Span(day, after.span.last),
                id(before): Span(before.span.first, day - timedelta(days=1)),
            }
            values = tuple(_respanned(v, new) for v in parameter.values)
            yield f"from {after.span.first} {by:+}", replace(parameter, values=values)


def _respanned(value: Value, new: dict[int, Span]) -> Value:
    return replace(value, span=new[id(value)]) if id(value) in new else value


def test_each_number_and_day_is_pinned(measure: Measure) -> None:
    """Whatever number of the policy is changed by a small step, or comes a day earlier or later, a case notices.

    Numbers that an area sets are pinned by the text that sets them; a nought in a table stands for "not paid".
    """
    loose = []
    for name, parameter in measure.parameters.items():
        set_below = parameter.local == "sets" and any(v.text != measure.code for v in parameter.values)
        numbers = [n for n, v in enumerate(parameter.values) if not set_below or v.text != measure.code]
        changed = [c for n in numbers for c in _changed(parameter, n)]
        for what, other in [*changed, *_days(parameter, measure)]:
            if _passes(replace(measure, parameters={**measure.parameters, name: other})):
                loose.append(f"{name} {what}")
    for what, span in _spans(measure.span):
        if _passes(replace(measure, span=span)):
            loose.append(f"in force {what}")
    assert loose == []


def _spans(span: Span) -> Iterator[tuple[str, Span]]:
    for by in (-1, 1):
        if span.first:
            yield f"from {by:+}", Span(span.first + timedelta(days=by), span.last)
        if span.last:
            yield f"until {by:+}", Span(span.first, span.last + timedelta(days=by))


def test_examples_are_in_force_nowhere() -> None:
    """The text of a place that is not named stands under a code of no place until an office takes it over."""
    examples = [m for m in MEASURES.values() if m.area.startswith(EXAMPLE)]
    assert examples
    for measure in examples:
        assert all(c.area and c.area.startswith(EXAMPLE) for c in measure.cases if c.expect != "not in force")
        assert len(measure.area) == 4


def test_what_is_excluded_is_shipped() -> None:
    assert {code for m in MEASURES.values() for code in m.excludes} <= set(MEASURES)


def test_every_fact_that_must_be_proved_says_how() -> None:
    missing = {f"{m.code}.{f.name}" for m in MEASURES.values() for f in m.facts.values() if f.proof is None}
    assert missing == set()


def _disturbed(given: dict[str, Any], chance: Random) -> dict[str, Any]:
    """The facts of a case with one of them gone or moved by the smallest step."""
    name = chance.choice(sorted(given)) if given else None
    value = given.get(name)
    if name is None or isinstance(value, list):
        return given
    if isinstance(value, str | bool) or chance.random() < 0.4:
        return {k: v for k, v in given.items() if k != name}
    return {**given, name: _moved(value, chance.choice((-1, 1)))}


def test_all_of_them_agree_in_duckdb() -> None:
    """Each case and its neighbours explained alone and reckoned as one table of all measures: equal to fen and bit."""
    measures, chance = [*MEASURES.values()], Random(20200205)
    none = {
        name: [] for m in measures for name in m.groups
    }  # a table that is there and has no row counts nought
    rows = []
    for measure in measures:
        for case in measure.cases:
            for given in (case.given, *(_disturbed(case.given, chance) for _ in range(3))):
                day = case.on + timedelta(days=chance.choice((-1, 0, 0, 1)) if given is not case.given else 0)
                rows.append((measure, {**none, **given, "on_day": day, "area": case.area}))
    found = engines.in_duckdb(measures, [row for _, row in rows])
    for (measure, row), line in zip(rows, found, strict=True):
        (alone,) = engines.in_python([measure], [row])
        assert {name: line[name] for name in alone} == alone, (measure.code, row)


def test_a_measure_that_orders_says_so() -> None:
    fever = MEASURES["station-fever"]
    day = date(2020, 2, 11)
    assert explain(fever, {"temperature": 374}, on=day).answer.zh == "移交卫生健康部门。"
    assert explain(fever, {"temperature": 373}, on=day).answer.en.startswith("Not handed over. Not met: ")
