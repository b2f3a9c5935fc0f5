"""The eight measures as they are often written over a pandas frame: nullable columns, floats for shares, `round`.

    .venv-bench/bin/python -m bench.rules_pandas SOURCE TARGET

Whole fen are kept as Int64 and truths as boolean, so that a missing fact stays <NA> and `&` and `|` are three-valued.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset  # loaded here so that it is not counted
import pyarrow.parquet as pq

from bench.child import peak_mb
from bench.rules_world import CODES, amount_columns, column

NULLABLE = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}

Rule = tuple[Any, Any]


def read(source: Path) -> pd.DataFrame:
    """The file as a frame: choices as categories, days as datetime64, numbers and truths nullable."""
    names = [f.name for f in pq.read_schema(source) if f.name != "on_day"]
    texts = [f.name for f in pq.read_schema(source) if pa.types.is_string(f.type)]
    table = pq.read_table(source, columns=names, read_dictionary=texts)
    return table.to_pandas(types_mapper=NULLABLE.get, date_as_object=False, self_destruct=True)


def equals(values: Any, *codes: str) -> Any:
    """Whether a choice is one of the codes; <NA> where it is missing."""
    return values.isin(codes).astype("boolean").mask(values.isna())


def between(days: Any, first: str, last: str) -> Any:
    """Whether a day lies in a span; <NA> where it is missing."""
    return days.between(first, last).astype("boolean").mask(days.isna())


def pick(test: Any, yes: Any, no: Any) -> Any:
    """yes where the test holds, no where it does not, <NA> where it is missing."""
    return pd.Series(np.where(test.fillna(False), yes, no), index=test.index, dtype="Float64").mask(
        test.isna()
    )


def refund(f: pd.DataFrame) -> Rule:
    limit = pick(f.insured_staff <= 30, 0.2, 0.055)
    eligible = equals(f.firm_size, "small", "medium") & (f.months_paid >= 12)
    eligible &= f.laid_off / f.insured_staff <= limit
    return eligible, (f.contributions_paid * 0.5).round()


def holiday(f: pd.DataFrame) -> Rule:
    statutory = between(f.worked_on, "2020-01-25", "2020-01-27")
    eligible = between(f.worked_on, "2020-01-24", "2020-02-02") & (statutory | ~f.time_off)
    return eligible, f.daily_wage * pick(statutory, 3, 2)


def internship(f: pd.DataFrame) -> Rule:
    born, began = f.born_on.dt, f.began_on.dt
    before = (began.month * 100 + began.day) < (born.month * 100 + born.day)
    age = (began.year - born.year - before).astype("Int64")
    eligible = (age >= 16) & (age <= 24) & f.unemployed & (f.months_served >= 3)
    eligible &= area(f, "6202")
    kept = (f.interns_kept / f.interns_finished.replace(0, pd.NA)) >= 0.5
    return eligible, f.months_served.clip(upper=12) * pick(kept, 120_000, 100_000)


def bonus(f: pd.DataFrame) -> Rule:
    eligible = area(f, "9908") & f.institution_staff & ~f.rewarded_for_cause
    eligible &= equals(f.reward, "commendation", "merit", "great_merit")
    sums = {"commendation": 150_000, "merit": 300_000, "great_merit": 600_000, "title": 0}
    return eligible, f.reward.map(sums).astype("Int64")


def grant(f: pd.DataFrame) -> Rule:
    eligible = area(f, "9905") & equals(f.incubator_level, "provincial", "city") & (f.grant_years_before < 3)
    provincial = equals(f.incubator_level, "provincial")
    return eligible, f.grant_approved.clip(upper=60_000_000).where(provincial.fillna(False), 30_000_000)


def relief(f: pd.DataFrame) -> Rule:
    since = (f.contribution_month.dt.year - 2020) * 12 + f.contribution_month.dt.month - 2
    since = since.astype("Int64")
    whole = area(f, "42") | equals(f.firm_size, "small", "medium")
    eligible = ~f.public_body & (since >= 0) & (since < pick(whole, 5, 3))
    return eligible, (f.employer_contributions_due * pick(whole, 1.0, 0.5)).round()


def overtime(f: pd.DataFrame) -> Rule:
    eligible = (f.overtime > 0) & ~(equals(f.day_kind, "rest") & f.time_off)
    share = f.day_kind.map({"working": 1.5, "rest": 2.0, "statutory": 3.0}).astype("Float64")
    return eligible, np.ceil(f.hourly_wage * f.overtime * share)


def isolation(f: pd.DataFrame) -> Rule:
    eligible = f.firm_staff & equals(f.absence_ground, "patient", "suspected", "contact", "measure")
    return eligible, f.daily_pay * f.days_missed


def area(f: pd.DataFrame, prefix: str) -> Any:
    """Whether the area lies in one; <NA> where it is missing."""
    inside = [code for code in f.area.cat.categories if code.startswith(prefix)]
    return equals(f.area, *inside)


RULES = (refund, holiday, internship, bonus, grant, relief, overtime, isolation)
"""In the order of CODES: who is eligible, and the amount in fen."""


def main(source: Path, target: Path) -> None:
    """Read, reckon, write; prints the figures."""
    began = time.perf_counter()
    frame = read(source)
    found = pd.DataFrame({"subject": frame.subject})
    for code, name, rule in zip(CODES, amount_columns(), RULES, strict=True):
        eligible, amount = rule(frame)
        found[f"{column(code)}__pays"] = eligible
        found[name] = amount.astype("Int64").where(eligible.fillna(False))
    found.to_parquet(target, index=False)
    print(json.dumps({"seconds": time.perf_counter() - began, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
