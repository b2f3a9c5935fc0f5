"""The eight measures as one decision graph of the ZEN engine, which decides row by row, here in its batches.

    .venv-bench/bin/python -m bench.rules_zen SOURCE TARGET ROWS

ZEN reckons in decimals and raises where a fact is missing, which would lose the whole row. So each rule first asks
whether all its facts are there, as its authors do, and gives null where one is not.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset  # loaded here so that it is not counted
import pyarrow.parquet as pq
import zen

from bench.child import peak_mb
from bench.rules_exact import RULES as NEEDED
from bench.rules_world import CODES, amount_columns, column

BATCH = 10_000
RULES = {
    "job-retention-refund": (
        "firm_size in ['small', 'medium'] and months_paid >= 12"
        " and laid_off / insured_staff <= (insured_staff <= 30 ? 0.2 : 0.055)",
        "round(contributions_paid * 0.5)",
    ),
    "holiday-work-2020": (
        "d(worked_on) >= d('2020-01-24') and d(worked_on) <= d('2020-02-02')"
        " and ((d(worked_on) >= d('2020-01-25') and d(worked_on) <= d('2020-01-27')) or not time_off)",
        "daily_wage * (d(worked_on) >= d('2020-01-25') and d(worked_on) <= d('2020-01-27') ? 3 : 2)",
    ),
    "internship-subsidy": (
        "startsWith(area, '6202') and d(began_on).diff(d(born_on), 'year') >= 16"
        " and d(began_on).diff(d(born_on), 'year') <= 24 and unemployed and months_served >= 3",
        "interns_finished == 0 ? null"
        " : min([months_served, 12]) * (interns_kept / interns_finished >= 0.5 ? 120000 : 100000)",
    ),
    "institution-reward-bonus": (
        "startsWith(area, '9908') and institution_staff and not rewarded_for_cause"
        " and reward in ['commendation', 'merit', 'great_merit']",
        "reward == 'commendation' ? 150000 : reward == 'merit' ? 300000 : 600000",
    ),
    "incubator-grant": (
        "startsWith(area, '9905') and incubator_level in ['provincial', 'city'] and grant_years_before < 3",
        "incubator_level == 'provincial' ? min([grant_approved, 60000000]) : 30000000",
    ),
    "social-insurance-relief-2020": (
        "not public_body and d(contribution_month) >= d('2020-02-01')"
        " and d(contribution_month).diff(d('2020-02-01'), 'month')"
        " < (startsWith(area, '42') or firm_size != 'large' ? 5 : 3)",
        "round(employer_contributions_due * (startsWith(area, '42') or firm_size != 'large' ? 1 : 0.5))",
    ),
    "overtime-pay": (
        "overtime > 0 and not (day_kind == 'rest' and time_off)",
        "ceil(hourly_wage * overtime * (day_kind == 'working' ? 1.5 : day_kind == 'rest' ? 2 : 3))",
    ),
    "pay-in-isolation": (
        "firm_staff and absence_ground in ['patient', 'suspected', 'contact', 'measure']",
        "daily_pay * days_missed",
    ),
}
"""Code → who is eligible, and the amount in fen, in the language of the engine."""


def graph() -> str:
    """The decision graph: one node of expressions a measure, all of them between the input and the output."""
    nodes: list[dict[str, Any]] = [
        {"id": "in", "type": "inputNode", "name": "facts"},
        {"id": "out", "type": "outputNode", "name": "answers"},
    ]
    edges = []
    for code, name in zip(CODES, amount_columns(), strict=True):
        eligible, amount = RULES[code]
        there = " and ".join(f"{fact} != null" for fact in NEEDED[code][1])
        pays = f"{column(code)}__pays"
        expressions = [
            {"id": f"{code}-1", "key": pays, "value": f"({there}) ? ({eligible}) : null"},
            {"id": f"{code}-2", "key": name, "value": f"$.{pays} == true ? ({amount}) : null"},
        ]
        content = {
            "expressions": expressions,
            "passThrough": False,
            "inputField": None,
            "outputPath": None,
            "executionMode": "single",
        }
        nodes.append({"id": code, "type": "expressionNode", "name": code, "content": content})
        edges.append({"id": f"{code}-in", "type": "edge", "sourceId": "in", "targetId": code})
        edges.append({"id": f"{code}-out", "type": "edge", "sourceId": code, "targetId": "out"})
    return json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges})


def main(source: Path, target: Path, rows: int) -> None:
    """Read the first rows, decide, write; prints the figures."""
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"measures": json.loads(graph())}}})
    began = time.perf_counter()
    needed = sorted({"subject"}.union(*(facts for _, facts in NEEDED.values())))
    table = next(pq.ParquetFile(source).iter_batches(rows, columns=needed))
    days = [f.name for f in table.schema if pa.types.is_date(f.type)]
    texts = {name: table[name].cast(pa.string()) for name in days}
    facts = pa.table({**{n: table[n] for n in needed}, **texts}).to_pylist()
    names = [
        n for code, fen in zip(CODES, amount_columns(), strict=True) for n in (f"{column(code)}__pays", fen)
    ]
    found: dict[str, list[Any]] = {name: [] for name in ("subject", *names)}
    for start in range(0, len(facts), BATCH):
        asked = [{"key": "measures", "context": row} for row in facts[start : start + BATCH]]
        for request, told in zip(asked, engine.evaluate_batch(asked), strict=True):
            found["subject"].append(request["context"]["subject"])
            answer = told["data"]["result"]
            for name in names:
                value = answer.get(name)  # a null is left out
                found[name].append(value if value is None or isinstance(value, bool) else int(value))
    pq.write_table(pa.table(found), target)
    print(json.dumps({"seconds": time.perf_counter() - began, "peak_mb": peak_mb(), "rows": len(facts)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
