"""The eight measures as OpenFisca has them: variables and formulas over NumPy arrays, figures in a parameter tree.

    .venv-bench/bin/python -m bench.rules_openfisca SOURCE TARGET

Written as its country packages are: money is a float in yuan, a step of a rule is a variable of its own, a fact that is
missing takes the default of its variable (0, no, the neutral choice).
"""

from __future__ import annotations

import datetime
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset  # loaded here so that it is not counted
import pyarrow.parquet as pq
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from bench.child import peak_mb
from bench.rules_world import AREAS, CODES, ON, amount_columns, column

SUBJECT = build_entity(key="subject", plural="subjects", label="person or employer", is_person=True)
DAY = ON.isoformat()

FirmSize = Enum("FirmSize", {k: k for k in ("small", "medium", "large")})
Reward = Enum("Reward", {k: k for k in ("title", "commendation", "merit", "great_merit")})
Level = Enum("Level", {k: k for k in ("none", "provincial", "city")})
DayKind = Enum("DayKind", {k: k for k in ("working", "rest", "statutory")})
Ground = Enum("Ground", {k: k for k in ("other", "patient", "suspected", "contact", "measure")})
Place = Enum("Place", {"elsewhere": "elsewhere", **{f"a{code}": code for code in AREAS}})

MONEY = (
    "contributions_paid",
    "daily_wage",
    "grant_approved",
    "employer_contributions_due",
    "hourly_wage",
    "daily_pay",
)
COUNTS = (
    "insured_staff", "laid_off", "months_paid", "months_served", "interns_finished", "interns_kept",
    "grant_years_before", "overtime", "days_missed",
)  # fmt: skip
TRUTHS = ("time_off", "unemployed", "institution_staff", "rewarded_for_cause", "public_body", "firm_staff")
DAYS = ("worked_on", "born_on", "began_on", "contribution_month")
CHOICES = {
    "firm_size": FirmSize, "reward": Reward, "incubator_level": Level, "day_kind": DayKind, "absence_ground": Ground,
    "area": Place,
}  # fmt: skip

TREE: dict[str, Any] = {
    "retention": {
        "layoff_limit": 0.055,
        "small_firm_limit": 0.2,
        "small_firm_size": 30,
        "months_needed": 12,
        "share": 0.5,
    },
    "internship": {
        "youngest": 16,
        "oldest": 24,
        "shortest": 3,
        "longest": 12,
        "standard": 1000,
        "raised": 1200,
        "kept_share": 0.5,
    },
    "bonus": {"title": 0, "commendation": 1500, "merit": 3000, "great_merit": 6000},
    "incubator": {"provincial": 600000, "city": 300000, "years": 3},
    "relief": {
        "months": {"small": 5, "medium": 5, "large": 3},
        "share": {"small": 1, "medium": 1, "large": 0.5},
        "hit_months": 5,
        "hit_share": 1,
    },
    "overtime": {"working": 1.5, "rest": 2, "statutory": 3},
    "holiday": {"statutory": 3, "rest": 2},
}


def _dated(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _dated(each) for name, each in tree.items()}
    return {"values": {"2020-02-20": {"value": tree}}}


def _variable(name: str, type_: type, formula: Any = None, **more: Any) -> type[Variable]:
    body: dict[str, Any] = {
        "value_type": type_, "entity": SUBJECT, "definition_period": DateUnit.DAY, "label": name, **more,
    }  # fmt: skip
    if formula is not None:
        body["formula"] = formula
    return type(name, (Variable,), body)


def _years(first: Any, second: Any) -> Any:
    """Completed years, as the age of the country template."""

    def parts(day: Any) -> tuple[Any, Any, Any]:
        month = day.astype("datetime64[M]")
        number = month.astype(int)
        return number // 12, number % 12, (day - month).astype(int)

    (y1, m1, d1), (y2, m2, d2) = parts(first), parts(second)
    return y2 - y1 - ((m2 < m1) | ((m2 == m1) & (d2 < d1)))


# formulas: each takes the subjects, the period and the parameters


def layoff_rate(s, period):
    with np.errstate(divide="ignore", invalid="ignore"):
        return s("laid_off", period) / s("insured_staff", period)


def limit_for_firm(s, period, parameters):
    p = parameters(period).retention
    return np.where(s("insured_staff", period) <= p.small_firm_size, p.small_firm_limit, p.layoff_limit)


def refund_eligible(s, period, parameters):
    p, size = parameters(period).retention, s("firm_size", period)
    return (
        ((size == FirmSize.small) + (size == FirmSize.medium))
        * (s("months_paid", period) >= p.months_needed)
        * (s("layoff_rate", period) <= s("limit_for_firm", period))
    )


def refund(s, period, parameters):
    return np.round(s("contributions_paid", period) * parameters(period).retention.share, 2)


def statutory(s, period):
    day = s("worked_on", period)
    return (day >= np.datetime64("2020-01-25")) * (day <= np.datetime64("2020-01-27"))


def holiday_eligible(s, period):
    day = s("worked_on", period)
    inside = (day >= np.datetime64("2020-01-24")) * (day <= np.datetime64("2020-02-02"))
    return inside * (s("statutory", period) + np.logical_not(s("time_off", period)))


def holiday(s, period, parameters):
    p = parameters(period).holiday
    return s("daily_wage", period) * np.where(s("statutory", period), p.statutory, p.rest)


def internship_eligible(s, period, parameters):
    p = parameters(period).internship
    age = _years(s("born_on", period), s("began_on", period))
    return (
        (s("area", period) == Place.a620200000000)
        * (age >= p.youngest)
        * (age <= p.oldest)
        * s("unemployed", period)
        * (s("months_served", period) >= p.shortest)
    )


def internship(s, period, parameters):
    p = parameters(period).internship
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = s("interns_kept", period) / s("interns_finished", period) >= p.kept_share
    return np.where(kept, p.raised, p.standard) * np.minimum(s("months_served", period), p.longest)


def bonus_eligible(s, period):
    return (
        (s("area", period) == Place.a990800000000)
        * s("institution_staff", period)
        * np.logical_not(s("rewarded_for_cause", period))
        * (s("reward", period) != Reward.title)
    )


def bonus(s, period, parameters):
    return parameters(period).bonus[s("reward", period)]


def grant_eligible(s, period, parameters):
    return (
        (s("area", period) == Place.a990500000000)
        * (s("incubator_level", period) != Level.none)
        * (s("grant_years_before", period) < parameters(period).incubator.years)
    )


def grant(s, period, parameters):
    p = parameters(period).incubator
    most = np.minimum(s("grant_approved", period), p.provincial)
    return np.where(s("incubator_level", period) == Level.provincial, most, p.city)


def in_hit_province(s, period):
    return s("area", period) == Place.a420100000000


def relief_eligible(s, period, parameters):
    p, day = parameters(period).relief, s("contribution_month", period)
    since = day.astype("datetime64[M]").astype(int) - np.datetime64("2020-02").astype(int)
    allowed = np.where(s("in_hit_province", period), p.hit_months, p.months[s("firm_size", period)])
    return np.logical_not(s("public_body", period)) * (since >= 0) * (since < allowed)


def relief(s, period, parameters):
    p = parameters(period).relief
    share = np.where(s("in_hit_province", period), p.hit_share, p.share[s("firm_size", period)])
    return np.round(s("employer_contributions_due", period) * share, 2)


def overtime_eligible(s, period):
    rest = s("day_kind", period) == DayKind.rest
    return (s("overtime", period) > 0) * np.logical_not(rest * s("time_off", period))


def overtime_pay(s, period, parameters):
    share = parameters(period).overtime[s("day_kind", period)]
    pay = s("hourly_wage", period) * s("overtime", period) * share
    return np.ceil(np.round(pay * 100, 2)) / 100  # rounded first, or every other whole fen would go up


def isolation_eligible(s, period):
    return s("firm_staff", period) * (s("absence_ground", period) != Ground.other)


def isolation_pay(s, period):
    return s("daily_pay", period) * s("days_missed", period)


RULES = (
    (refund_eligible, refund), (holiday_eligible, holiday), (internship_eligible, internship), (bonus_eligible, bonus),
    (grant_eligible, grant), (relief_eligible, relief), (overtime_eligible, overtime_pay),
    (isolation_eligible, isolation_pay),
)  # fmt: skip
"""In the order of CODES: who is eligible, and the amount in yuan."""


def system() -> TaxBenefitSystem:
    """The variables and the parameters."""
    found = TaxBenefitSystem([SUBJECT])
    found.parameters = ParameterNode("", data=_dated(TREE))
    held = [_variable(name, float) for name in MONEY] + [_variable(name, int) for name in COUNTS]
    held += [_variable(name, bool) for name in TRUTHS]
    held += [_variable(name, datetime.date) for name in DAYS]
    held += [
        _variable(name, Enum, possible_values=kind, default_value=next(iter(kind)))
        for name, kind in CHOICES.items()
    ]
    held += [_variable(f.__name__, float, f) for f in (layoff_rate, limit_for_firm)]
    held += [_variable(f.__name__, bool, f) for f in (statutory, in_hit_province)]
    for eligible, amount in RULES:
        held += [_variable(eligible.__name__, bool, eligible), _variable(amount.__name__, float, amount)]
    found.add_variables(*held)
    return found


def given(source: Path, name: str) -> Any:
    """One column of the file as an array of OpenFisca; what is missing becomes the default."""
    dictionary = [name] if name in CHOICES else None
    values = pq.read_table(source, columns=[name], read_dictionary=dictionary)[name]
    if name in CHOICES:
        kind = CHOICES[name]
        order = {member.value: member.index for member in kind}
        parts = []
        for chunk in values.chunks:
            index = np.array([order.get(v, 0) for v in chunk.dictionary.to_pylist()] + [0])
            parts.append(index[pc.fill_null(chunk.indices, len(index) - 1).to_numpy()])
        return kind.encode(np.concatenate(parts))
    if name in MONEY:
        return pc.divide(pc.cast(pc.fill_null(values, 0), pa.float64()), 100.0).to_numpy()
    fill = {**dict.fromkeys(TRUTHS, False), **dict.fromkeys(DAYS, datetime.date(1970, 1, 1))}.get(name, 0)
    return pc.fill_null(values, fill).to_numpy()


def main(source: Path, target: Path) -> None:
    """Read, reckon, write; prints the figures."""
    began = time.perf_counter()
    count = pq.read_metadata(source).num_rows
    simulation = SimulationBuilder().build_default_simulation(system(), count)
    for name in (*MONEY, *COUNTS, *TRUTHS, *DAYS, *CHOICES):
        simulation.set_input(name, DAY, given(source, name))
    columns: dict[str, Any] = {"subject": pq.read_table(source, columns=["subject"])["subject"]}
    for code, name, (eligible, amount) in zip(CODES, amount_columns(), RULES, strict=True):
        pays = simulation.calculate(eligible.__name__, DAY)
        fen = np.rint(simulation.calculate(amount.__name__, DAY).astype("float64") * 100).astype("int64")
        columns[f"{column(code)}__pays"] = pa.array(pays)
        columns[name] = pa.array(fen, mask=~pays)
    pq.write_table(pa.table(columns), target)
    print(json.dumps({"seconds": time.perf_counter() - began, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
