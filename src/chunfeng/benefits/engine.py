"""The only door to the rules library: measures as stored here, evaluated there.

Facts travel as JSON: money in fen, rates in parts per ten thousand, counts as whole numbers, days as 2020-02-03,
truths, codes; what is absent or null is unknown. Amounts are whole fen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chunfeng.benefits.force import texts_of
from chunfeng.benefits.models import MeasureVersion
from chunfeng.core.errors import Refused
from chunfeng_rules import library, precedence, reading, scalar
from chunfeng_rules.explanation import Explanation
from chunfeng_rules.measure import (
    ASK,
    ELIGIBLE,
    NOT_ELIGIBLE,
    NOT_IN_FORCE,
    Column,
    Fact,
    Measure,
    Refinement,
)
from chunfeng_rules.texts import BadFacts, BadMeasure
from chunfeng_rules.units import Unit

__all__ = ["ASK", "ELIGIBLE", "NOT_ELIGIBLE", "NOT_IN_FORCE"]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the rules say of one case: `outcome` is ELIGIBLE, NOT_ELIGIBLE, ASK or NOT_IN_FORCE.

    `amount` is the sum of the outcomes that are money, in fen; `gives` every outcome as JSON; `asks` the facts that
    would decide, else those still needed for what is given; `explanation` is complete for showing it years later.
    """

    outcome: str
    amount: int | None
    gives: dict[str, Any]
    asks: tuple[str, ...]
    explanation: dict[str, Any]
    lines: tuple[str, ...]

    @property
    def eligible(self) -> bool:
        """Every condition holds."""
        return self.outcome == ELIGIBLE


class Answer(NamedTuple):
    """What the rules say of one case, without words: as in `Evaluation`."""

    outcome: str
    amount: int | None
    asks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A fact as it is asked: `kind` is number, date, yes_no, choice or area; `unit` as shown.

    "fen" is money, also a day, a month or an hour: it is typed in yuan.
    """

    name: str
    label: str
    ask: str
    kind: str
    unit: str
    options: tuple[tuple[str, str], ...]
    proof: str
    register: str
    least: int
    most: int
    reckoned: bool
    """Counted from rows of a register; can be stated directly too."""


def evaluate(
    *,
    version: MeasureVersion,
    refined_by: Sequence[int] = (),
    facts: Mapping[str, Any],
    on: date,
    area: str,
) -> Evaluation:
    """Decide one case by a version of a measure, with the other texts (keys of versions) that matter for it.

    Raises Refused for a fact of the wrong kind.
    """
    return evaluate_text(version.text, local=texts_of(refined_by), facts=facts, on=on, area=area)


def evaluate_text(
    text: str, *, local: Sequence[str] = (), facts: Mapping[str, Any], on: date, area: str
) -> Evaluation:
    """The same by texts: for what-if runs."""
    found = _explained(parsed(text, *local), facts, on, area)
    data = found.as_data()
    return Evaluation(
        outcome=found.state,
        amount=_money(found),
        gives={given["name"]: given["value"] for given in data["gives"]},
        asks=found.asks or found.asks_outcome,
        explanation=data,
        lines=tuple(found.lines(language())),
    )


def answer(text: str, local: Sequence[str], facts: Mapping[str, Any], on: date, area: str) -> Answer:
    """The bare answer of one case by texts, words left out."""
    found = _explained(parsed(text, *local), facts, on, area)
    return Answer(found.state, _money(found), found.asks or found.asks_outcome)


@dataclass(frozen=True, slots=True)
class Batch:
    """A measure made ready for many cases at once: SQL over the table `facts` with the columns of `kinds`.

    `kinds` is name → Ibis type; `failed` and `open` are the bit masks of reasons (bit 0 of `failed`: not in force).
    """

    sql: str
    kinds: Mapping[str, str]
    failed: str
    open: str
    gives: tuple[str, ...]
    money: tuple[str, ...]


ROW = "row__"


@lru_cache(maxsize=128)
def batch(text: str, local: tuple[str, ...], names: tuple[str, ...]) -> Batch:
    """A measure's text with its other texts for tables that hold these facts; compiled once a process.

    The compiler takes seconds to load, so it is loaded by whoever has a table to judge and by nobody else.
    """
    from chunfeng_rules.batch import result_columns, sql
    from chunfeng_rules.columns import TYPES

    measure = parsed(text, *local)
    facts = {name: TYPES[measure.facts[name].unit.kind] for name in names if name in measure.facts}
    kinds = {ROW: "int64", "area": "string", "on": "date"} | facts
    text_ = sql([measure], kinds, table="facts", on="on", dialect="duckdb", subject=ROW, keep=(ROW,))
    failed, unknown, *gives = result_columns(measure)
    money = tuple(g for g, o in zip(gives, measure.gives, strict=True) if _is_money(o.unit))
    return Batch(text_, kinds, failed, unknown, tuple(gives), money)


def questions(version: MeasureVersion) -> dict[str, Question]:
    """Every fact of a measure by its name, in the order of the file, in the language of the page."""
    return {name: _question(fact) for name, fact in parsed(version.text).facts.items()}


@dataclass(frozen=True, slots=True)
class Group:
    """Rows a measure reckons facts from: each column as it is asked; `facts` are those reckoned from it."""

    name: str
    label: str
    columns: tuple[Question, ...]
    facts: tuple[str, ...]


def groups(version: MeasureVersion) -> dict[str, Group]:
    """The groups of rows a measure reckons facts from, by name, in the language of the page."""
    measure = parsed(version.text)
    return {
        name: Group(
            name,
            group.label[language()],
            tuple(_column(column) for column in group.columns),
            tuple(f.name for f in measure.facts.values() if f.aggregate and f.aggregate.group == name),
        )
        for name, group in measure.groups.items()
    }


@dataclass(frozen=True, slots=True)
class Spending:
    """A measure that judges what money was used for: purposes as (code, label), and how to ask it."""

    purposes: tuple[tuple[str, str], ...]
    received: str
    group: str
    columns: tuple[str, str]
    ask: Callable[[dict[str, Any]], Evaluation]

    def judge(self, received: int, rows: Sequence[tuple[str, int]]) -> Evaluation:
        """What the rules say of a sum received and of (purpose, fen) spent."""
        spent = [dict(zip(self.columns, row, strict=True)) for row in rows]
        return self.ask({self.received: received, self.group: spent})

    def allows(self, purpose: str, amount: int) -> bool:
        """Whether a sum may be used for this purpose at all."""
        return self.judge(amount, [(purpose, amount)]).outcome != NOT_ELIGIBLE


def spending(version: MeasureVersion, refined_by: Sequence[int], on: date, area: str) -> Spending | None:
    """The version as one that judges the use of money: a group with a purpose and an amount, and the sum received.

    None for a measure of another shape.
    """
    measure = parsed(version.text)
    for group in measure.groups.values():
        purpose = next((c for c in group.columns if c.unit.kind == "choice"), None)
        amount = next((c for c in group.columns if _is_money(c.unit)), None)
        sums = (f.name for f in measure.facts.values() if f.aggregate is None and _is_money(f.unit))
        received = next(sums, None)
        if purpose and amount and received:
            return Spending(
                tuple((code, text[language()]) for code, text in purpose.options),
                received,
                group.name,
                (purpose.name, amount.name),
                lambda facts: evaluate(version=version, refined_by=refined_by, facts=facts, on=on, area=area),
            )
    return None


def paid_to(version: MeasureVersion) -> str:
    """Who gets the money where it is not the subject; "" else."""
    found = parsed(version.text).paid_to
    return found[language()] if found else ""


def once_per(version: MeasureVersion) -> str:
    """Within what nobody is paid twice: once, year, month, day, event or case."""
    return parsed(version.text).once_per


def excludes(version: MeasureVersion) -> tuple[str, ...]:
    """Codes of the measures that are not paid together with this one, in the same period."""
    return parsed(version.text).excludes


def sums(version: MeasureVersion, explanation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What an amount is made of: {"label": {"zh", "en"}, "fen"} for each money outcome of a kept explanation."""
    money = {given.name for given in parsed(version.text).gives if _is_money(given.unit)}
    return [
        {"label": row["label"], "fen": row["value"]}
        for row in explanation.get("gives", [])
        if row["name"] in money and row["value"] is not None
    ]


def referrals(explanation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where a kept explanation sends somebody on to: its outcomes `refer_…` that are yes."""
    rows = explanation.get("gives", [])
    return [row for row in rows if row["name"].startswith("refer_") and row["value"] is True]


def parsed(text: str, *local: str) -> Measure:
    """The measure of a text with local texts worked in; read once a process. Raises Refused with what is wrong."""
    try:
        return _parsed(text, *local)
    except BadMeasure as bad:
        raise Refused(bad.findings[0].line(language())) from None


@lru_cache(maxsize=512)
def _parsed(text: str, *local: str) -> Measure:
    found = reading.read(text)
    if not isinstance(found, Measure):
        raise Refused(_("This file only refines another measure: it cannot be evaluated by itself."))
    others = [reading.read(each) for each in local]
    texts = [each for each in others if isinstance(each, Refinement)]
    put = [each for each in others if isinstance(each, Measure)]
    return in_family(precedence.refined(found, texts) if texts else found, put)


def in_family(measure: Measure, put: Sequence[Measure] = ()) -> Measure:
    """The measure as it gives way to higher and later texts of its family.

    These are the shipped ones, and those `put` in force by offices, which stand for the shipped ones of their code.
    """
    known = library.shipped() | {each.code: each for each in put}
    family = [each for each in known.values() if each.family == measure.family and each.code != measure.code]
    return precedence.settled([measure, *family])[0] if family else measure


def language() -> str:
    """The language of the page as the rules library names it."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def _explained(measure: Measure, facts: Mapping[str, Any], on: date, area: str) -> Explanation:
    try:
        return scalar.explain(measure, _typed(measure, facts), on=on, area=area or None)
    except BadFacts as wrong:
        raise Refused(wrong.says[language()]) from None


def _money(found: Explanation) -> int | None:
    money = [g.value for g in found.gives if _is_money(g.outcome.unit) and g.value is not None]
    return sum(money) if money else None


def _is_money(unit: Unit) -> bool:
    return dict(unit.dims) == {"fen": 1}


def _typed(measure: Measure, facts: Mapping[str, Any]) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for name, value in facts.items():
        if value is None or value == "":
            continue
        if name in measure.groups:
            columns = {column.name: column.unit.kind for column in measure.groups[name].columns}
            typed[name] = [{k: _day(v, columns.get(k, "")) for k, v in row.items()} for row in value]
        elif name in measure.facts:
            typed[name] = _day(value, measure.facts[name].unit.kind)
    return typed


def _day(value: Any, kind: str) -> Any:
    if kind != "date" or not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refused(_("“%(text)s” is not a day: write it like 2020-02-03.") % {"text": value}) from None


def _column(column: Column) -> Question:
    """A column of a group as it is asked."""
    label, options = (
        column.label[language()],
        tuple((code, text[language()]) for code, text in column.options),
    )
    unit = "fen" if _is_money(column.unit) else column.unit.name
    return Question(
        column.name, label, label, column.unit.kind, unit, options, "", "", column.least, column.most, False
    )


def _question(fact: Fact) -> Question:
    tongue = language()
    return Question(
        name=fact.name,
        label=fact.label[tongue],
        ask=fact.ask[tongue],
        kind=fact.unit.kind,
        unit="fen" if dict(fact.unit.dims).get("fen") == 1 else fact.unit.name,
        options=tuple((code, text[tongue]) for code, text in fact.options),
        proof=fact.proof[tongue] if fact.proof else "",
        register=fact.register,
        least=fact.least,
        most=fact.most,
        reckoned=fact.aggregate is not None,
    )
