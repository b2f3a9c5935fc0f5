"""A month of work that is paid by the day: every day by the measure of a day, the days summed.

A claim from a monthly list holds one fact, `days`: rows of {"on", "role", "work_class", "minutes"}. Facts of a
measure are known by their names in its file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from chunfeng.benefits import bank, engine, force
from chunfeng.benefits.models import MeasureVersion

DAYS = "days"
ROLE, CLASS, ON, MINUTES = "epidemic_role", "work_class", "worked_on", "minutes_worked"
FACTS = frozenset({ROLE, CLASS, ON, MINUTES})
"""A measure with these facts can be paid by a monthly list."""


def payable(version: MeasureVersion) -> bool:
    """Whether a measure is about one person's work on one day."""
    return set(engine.questions(version)) >= FACTS


def day_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of one day as the measure names them."""
    return {ROLE: row["role"], CLASS: row["work_class"], ON: row["on"], MINUTES: row["minutes"]}


def evaluated(
    *,
    version: MeasureVersion,
    refined_by: Sequence[int] = (),
    days: Sequence[Mapping[str, Any]],
    on: date,
    area: str,
) -> engine.Evaluation:
    """What the rules say of a person's month. `amount` is the sum of the days that are paid, in fen.

    Eligible with one paid day; days that are not paid stand in the explanation with the condition they miss.
    """
    local = force.texts_of(refined_by)
    rows = sorted(days, key=lambda row: str(row["on"]))
    found = [_day(version.text, local, on, area, tuple(sorted(day_facts(row).items()))) for row in rows]
    paid = [each for each in found if each.eligible and not each.asks]
    asks = tuple(dict.fromkeys(name for each in found for name in each.asks if not _fails(each)))
    outcome = engine.ASK if asks else engine.ELIGIBLE if paid else engine.NOT_ELIGIBLE
    amount = sum(each.amount or 0 for each in paid) if paid else None
    explanation = _explained(outcome, found, rows, amount)
    return engine.Evaluation(
        outcome=outcome,
        amount=amount,
        gives={},
        asks=asks,
        explanation=explanation,
        lines=_lines(explanation),
    )


@lru_cache(maxsize=4096)
def _day(
    text: str, local: tuple[str, ...], on: date, area: str, facts: tuple[tuple[str, Any], ...]
) -> engine.Evaluation:
    """One kind of day; the same for everybody who worked so. Its lines are in whatever language came first."""
    return engine.evaluate_text(text, local=local, facts=dict(facts), on=on, area=area)


def _fails(each: engine.Evaluation) -> bool:
    return each.outcome in (engine.NOT_ELIGIBLE, engine.NOT_IN_FORCE)


def _explained(
    outcome: str, found: Sequence[engine.Evaluation], rows: Sequence[Mapping[str, Any]], amount: int | None
) -> dict[str, Any]:
    """As the explanation of one case, with a row a day; in both languages, since it is kept for years."""
    like = next((each for each in found if each.outcome == outcome), found[0] if found else None)
    if like is None:
        raise ValueError("a month without a day")
    kept = dict(like.explanation)
    rates = Counter(each.amount or 0 for each in found if each.eligible)
    terms = " + ".join(f"{n} × {bank.yuan(fen)}" for fen, n in sorted(rates.items(), reverse=True))
    total = bank.yuan(amount or 0)
    if outcome == engine.ELIGIBLE:
        n = rates.total()
        kept["answer"] = {"zh": f"符合条件，{n}天共{total}元。", "en": f"Eligible: {n} days, {total} yuan."}
    money = [given for given in kept["gives"] if given["value"] == like.amount and outcome == engine.ELIGIBLE]
    kept["gives"] = [
        given
        | {
            "label": {"zh": f"{given['label']['zh']}合计", "en": f"{given['label']['en']}, all days"},
            "value": amount,
            "words": {"zh": f"{total}元", "en": f"{total} yuan"},
            "sum": dict.fromkeys(("zh", "en"), f"{terms} = {total}"),
        }
        for given in money[:1]
    ]
    kept["days"] = [
        {
            "on": str(row["on"]),
            "work_class": row["work_class"],
            "minutes": row["minutes"],
            "amount": (each.amount or 0) if each.eligible else 0,
            "clause": next((given["clause"] for given in each.explanation["gives"]), ""),
            "why": _missed(each),
        }
        for row, each in zip(rows, found, strict=True)
    ]
    kept["facts"] = {DAYS: [dict(row) for row in rows]}
    kept["steps"] = []
    return kept


def _missed(each: engine.Evaluation) -> dict[str, str] | None:
    """The condition a day does not meet, in words."""
    for row in each.explanation["conditions"]:
        if row["value"] is False:
            says: dict[str, str] = row["says"]
            return says
    return None if each.eligible else dict(each.explanation["answer"])


def _lines(kept: Mapping[str, Any]) -> tuple[str, ...]:
    tongue = engine.language()
    lines = [kept["answer"][tongue]]
    lines += [
        f"{given['label'][tongue]}: {given['sum'][tongue]} ({given['clause']})" for given in kept["gives"]
    ]
    lines += [f"{day['on']}: {day['why'][tongue]}" for day in kept["days"] if day["why"]]
    return tuple(lines)
