"""The answer to one case, with everything one may ask about it. Words are made when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from chunfeng_rules import wording
from chunfeng_rules.measure import (
    Clause,
    Condition,
    Measure,
    Outcome,
    Step,
    Value,
)
from chunfeng_rules.texts import Text


@dataclass(frozen=True, slots=True)
class Checked:
    """One condition of a case: `value` True, False or None (unknown); `applies` whether it is demanded here and now."""

    condition: Condition
    value: bool | None
    applies: bool
    env: dict[str, Any] = field(repr=False)
    measure: Measure = field(repr=False)

    @property
    def name(self) -> str:
        """Its name in the file."""
        return self.condition.name

    @property
    def says(self) -> Text:
        """The condition in plain words, its values filled in."""
        return wording.filled(self.condition.says, self.measure, self.env)

    @property
    def sum(self) -> Text:
        """The comparison with this case's values: "11人 ÷ 200人 ≤ 5.5%"."""
        return wording.said(self.condition.node, self.measure, self.env)

    @property
    def clause(self) -> Clause:
        """Where it is written."""
        return self.condition.clause


@dataclass(frozen=True, slots=True)
class Reckoned:
    """One step of a case; `value` is exact, None for unknown."""

    step: Step
    value: Any
    env: dict[str, Any] = field(repr=False)
    measure: Measure = field(repr=False)

    @property
    def sum(self) -> Text:
        """How it was reckoned, in words."""
        return wording.sum_of(self.step.node, self.value, self.step.unit, self.measure, self.env)


@dataclass(frozen=True, slots=True)
class Given:
    """One outcome of a case: whole fen, a count, a date, a truth or a code; None where nothing is given or known."""

    outcome: Outcome
    value: Any
    env: dict[str, Any] = field(repr=False)
    measure: Measure = field(repr=False)

    @property
    def name(self) -> str:
        """Its name in the file."""
        return self.outcome.name

    @property
    def words(self) -> Text:
        """The value in words."""
        return wording.value_words(self.value, self.outcome.unit, self.outcome.options)

    @property
    def sum(self) -> Text:
        """How it was reckoned, in words: "18,000.01元 × 50% = 9,000.01元（四舍五入到分）"."""
        return wording.outcome_sum(self.outcome, self.value, self.measure, self.env)


@dataclass(frozen=True, slots=True)
class Won:
    """A parameter on which texts differ: the value that holds and those that gave way."""

    parameter: str
    value: Value
    over: tuple[Value, ...]


@dataclass(frozen=True)
class Explanation:
    """The whole answer. `asks` would decide; `asks_outcome` is still needed for what is given."""

    measure: Measure
    on: date
    area: str | None
    state: str
    env: dict[str, Any] = field(repr=False)
    facts: Mapping[str, Any] = field(repr=False)
    conditions: tuple[Checked, ...] = ()
    steps: tuple[Reckoned, ...] = ()
    gives: tuple[Given, ...] = ()
    asks: tuple[str, ...] = ()
    asks_outcome: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    gave_way: str = ""
    force_unknown: bool = False

    @property
    def failed(self) -> tuple[Checked, ...]:
        """The conditions that are not met."""
        return tuple(c for c in self.conditions if c.value is False)

    @property
    def unknown(self) -> tuple[Checked, ...]:
        """The conditions nobody can decide yet."""
        return tuple(c for c in self.conditions if c.value is None)

    @property
    def without_value(self) -> tuple[str, ...]:
        """Parameters for which no text has a value on that day in that area."""
        return tuple(n for n in self.measure.parameters if self.env.get(n, 0) is None)

    @property
    def won(self) -> tuple[Won, ...]:
        """Where several texts set a parameter: which one holds, and which gave way."""
        if len(self.measure.texts) < 2:
            return ()
        found = []
        for parameter in self.measure.parameters.values():
            day = self.env.get(parameter.as_of)
            held = [
                v
                for v in parameter.values
                if day is not None and v.span.holds(day) and (self.area or "").startswith(v.area)
            ]
            firsts: dict[str, Value] = {}
            for value in held:
                firsts.setdefault(value.text, value)
            if len(firsts) > 1:
                found.append(Won(parameter.name, held[0], tuple(firsts.values())[1:]))
        return tuple(found)

    @property
    def answer(self) -> Text:
        """One sentence: the result, and what would decide it."""
        return wording.answer(self)

    def lines(self, language: str) -> list[str]:
        """The whole explanation in plain lines of one language."""
        return wording.lines(self, language)

    def as_data(self) -> dict[str, Any]:
        """For JSON, complete enough to show the explanation years later without the measure."""
        return {
            "measure": self.measure.code,
            "version": self.measure.version,
            "title": self.measure.title.as_data(),
            "on": self.on.isoformat(),
            "area": self.area,
            "state": self.state,
            "answer": self.answer.as_data(),
            "facts": {
                k: _plain(v)
                for k, v in self.facts.items()
                if k in self.measure.facts or k in self.measure.groups
            },
            "conditions": [
                {
                    "name": c.name,
                    "value": c.value,
                    "says": c.says.as_data(),
                    "sum": c.sum.as_data(),
                    "clause": str(c.clause),
                    "text": c.condition.text,
                }
                for c in self.conditions
                if c.applies
            ],
            "steps": [
                {
                    "name": s.step.name,
                    "value": _plain(s.value),
                    "sum": s.sum.as_data(),
                    "clause": str(s.step.clause),
                }
                for s in self.steps
            ],
            "gives": [
                {
                    "name": g.name,
                    "value": _plain(g.value),
                    "label": g.outcome.label.as_data(),
                    "words": g.words.as_data(),
                    "sum": g.sum.as_data(),
                    "clause": str(g.outcome.clause),
                }
                for g in self.gives
            ],
            "asks": list(self.asks),
            "asks_outcome": list(self.asks_outcome),
            "odd": list(self.odd),
            "won": [
                {"parameter": w.parameter, "text": w.value.text, "over": [v.text for v in w.over]}
                for w in self.won
            ],
            "gave_way": self.gave_way,
        }


def reasons(measure: Measure, mask: int) -> tuple[Condition, ...]:
    """The conditions a mask of the batch evaluator names; bit 0 (being in force) is no condition."""
    return tuple(c for n, c in enumerate(measure.conditions, 1) if mask >> n & 1)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, list | tuple):
        return [{k: _plain(v) for k, v in row.items()} for row in value]
    return value
