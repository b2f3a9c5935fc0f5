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

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chunfeng.areas import codes
from chunfeng.benefits.choices import MeasureState
from chunfeng.benefits.models import MeasureVersion
from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import Refused
from chunfeng_rules import library, precedence, reading, scalar
from chunfeng_rules.explanation import Explanation
from chunfeng_rules.measure import ASK, ELIGIBLE, NOT_ELIGIBLE, NOT_IN_FORCE, Fact, Measure, Refinement
from chunfeng_rules.texts import BadFacts, BadMeasure

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
    """Decide one case by a version of a measure, with the local texts (keys of versions) that refine it.

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


def answers(
    version: MeasureVersion, refined_by: Sequence[int] = ()
) -> Callable[[Mapping[str, Any], date, str], Answer]:
    """A function of facts, day and area that gives the bare answer: for many cases, words left out."""
    measure = parsed(version.text, *texts_of(refined_by))

    def answer(facts: Mapping[str, Any], on: date, area: str) -> Answer:
        found = _explained(measure, facts, on, area)
        return Answer(found.state, _money(found), found.asks or found.asks_outcome)

    return answer


def questions(version: MeasureVersion) -> dict[str, Question]:
    """Every fact of a measure by its name, in the order of the file, in the language of the page."""
    return {name: _question(fact) for name, fact in parsed(version.text).facts.items()}


def groups(version: MeasureVersion) -> tuple[str, ...]:
    """Names of the groups of rows a measure reckons facts from."""
    return tuple(parsed(version.text).groups)


def once_per(version: MeasureVersion) -> str:
    """Within what nobody is paid twice: once, year, month, day, event or case."""
    return parsed(version.text).once_per


def excludes(version: MeasureVersion) -> tuple[str, ...]:
    """Codes of the measures that are not paid together with this one, in the same period."""
    return parsed(version.text).excludes


def sums(version: MeasureVersion, explanation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What an amount is made of: {"label": {"zh", "en"}, "fen"} for each money outcome of a kept explanation."""
    money = {given.name for given in parsed(version.text).gives if dict(given.unit.dims) == {"fen": 1}}
    return [
        {"label": row["label"], "fen": row["value"]}
        for row in explanation.get("gives", [])
        if row["name"] in money and row["value"] is not None
    ]


def referrals(explanation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where a kept explanation sends somebody on to: its outcomes `refer_…` that are yes."""
    rows = explanation.get("gives", [])
    return [row for row in rows if row["name"].startswith("refer_") and row["value"] is True]


def version_for(code: str, on: date, area: str) -> MeasureVersion | None:
    """The version of a measure that decides on a day in an area: the last one put in force for that day."""
    rows = _in_force(on, area).filter(measure__code=code, refines="").select_related("measure")
    return rows.order_by("-valid_from", "-put_at", "-pk").first()


def versions_on(on: date, area: str) -> list[MeasureVersion]:
    """Of every measure that decides on a day in an area the version that does, as `version_for`, in one query."""
    rows = _in_force(on, area).filter(refines="").select_related("measure__office")
    newest: dict[int, MeasureVersion] = {}
    for row in rows.order_by("-valid_from", "-put_at", "-pk"):
        newest.setdefault(row.measure_id, row)
    return list(newest.values())


def refinements(code: str, on: date, area: str) -> list[int]:
    """Keys of the versions of local texts that refine a measure in an area on a day, the highest level first."""
    rows = _in_force(on, area).filter(refines=code).order_by("measure__area_code", "measure_id", "-put_at")
    newest: dict[int, int] = {}
    for pk, measure in rows.values_list("pk", "measure_id"):
        newest.setdefault(measure, pk)
    return list(newest.values())


def texts_of(versions: Sequence[int]) -> tuple[str, ...]:
    """The texts of these versions, in their order, wherever they belong."""
    if not versions:
        return ()
    with scope.applied(SYSTEM):
        found = dict(MeasureVersion.objects.filter(pk__in=versions).values_list("pk", "text"))
    return tuple(found[pk] for pk in versions)


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
    texts = [each for each in map(reading.read, local) if isinstance(each, Refinement)]
    return in_family(precedence.refined(found, texts) if texts else found)


def in_family(measure: Measure) -> Measure:
    """The measure as it gives way to higher and later texts of its family that come with the programme."""
    others = [each for each in library.shipped().values() if each.code != measure.code]
    family = [each for each in others if each.family == measure.family]
    return precedence.settled([measure, *family])[0] if family else measure


def _in_force(on: date, area: str) -> QuerySet[MeasureVersion]:
    return MeasureVersion.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
        measure__area_code__in=[codes.COUNTRY, *codes.ancestors(area), area],
        state=MeasureState.IN_FORCE,
        valid_from__lte=on,
    )


def language() -> str:
    """The language of the page as the rules library names it."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def _explained(measure: Measure, facts: Mapping[str, Any], on: date, area: str) -> Explanation:
    try:
        return scalar.explain(measure, _typed(measure, facts), on=on, area=area or None)
    except BadFacts as wrong:
        raise Refused(wrong.says[language()]) from None


def _money(found: Explanation) -> int | None:
    money = [g.value for g in found.gives if dict(g.outcome.unit.dims) == {"fen": 1} and g.value is not None]
    return sum(money) if money else None


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


def _question(fact: Fact) -> Question:
    tongue = language()
    dims = dict(fact.unit.dims)
    return Question(
        name=fact.name,
        label=fact.label[tongue],
        ask=fact.ask[tongue],
        kind=fact.unit.kind,
        unit="fen" if dims.get("fen") == 1 else fact.unit.name,
        options=tuple((code, text[tongue]) for code, text in fact.options),
        proof=fact.proof[tongue] if fact.proof else "",
        register=fact.register,
        least=fact.least,
        most=fact.most,
        reckoned=fact.aggregate is not None,
    )
