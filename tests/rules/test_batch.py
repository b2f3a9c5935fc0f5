"""Each part of the language over a table, with a fixed set of rows: every engine as plain Python."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from itertools import product

import pytest
from django.db import connection

from chunfeng_rules.explanation import reasons
from chunfeng_rules.library import shipped
from chunfeng_rules.scalar import explain, masks
from tests.rules import engines, making
from tests.rules.test_scalar import GROUPS

RULES = {
    "ratio": "left / staff <= limit",
    "gap": "staff >= some_staff",
    "table": "money >= by_size[size]",
    "listed": 'size in listed or size not in ("large", "small")',
    "dated": "money > some_money",
    "months": "months(born, began) >= some_months",
    "years": "years(born, on) >= some_years",
    "days": "days(began, on) > some_days",
    "year": "year(began) == year(on) - 1",
    "plus": "plus_months(began, some_months) > on or plus_days(began, some_days) == on",
    "areas": "within(area, zone) or within(home, zone)",
    "branch": "first if second else not first",
    "step": "more > staff and later > began and both",
    "chain": "some_staff < staff <= more < 1 + max(1, more)",
}
STEPS = {
    "more": "staff + left * limit",
    "later": "min(plus_months(born, months_in), on)",
    "both": "first or second",
}
GIVES = {
    "half": ("fen", "money / (staff / left)", "half_up"),
    "down": ("fen", "money / (1 + share)", "down"),
    "up": ("fen", "(wage * months_in if first else money) * limit", "up, to: yuan"),
    "large": ("fen", "money * staff / left", "half_up"),
    "day": ("date", "plus_months(began, months_in)", ""),
    "sure": ("yes_no", "first and second", ""),
    "count": ("months", "min(months_in, some_months)", ""),
}
CAPPED = """
  capped:
    label: {zh: 封, en: cap}
    is: fen
    value: money * share
    round: half_up
    clause: 一
    cap: {value: some_money, clause: 二}"""


@pytest.fixture(scope="module")
def measures():
    capped = making.text(
        code="capped", conditions={"one": "first or not first"}, gives={"a": ("fen", "money", "")}
    )
    from chunfeng_rules.reading import read

    facts = making.facts_text() + "".join(
        f"\n  counted_{n}: {{is: {unit}, label: {{zh: 数, en: figure}}, ask: {{zh: 问, en: a}}, of: spells, {how}}}"
        for n, (unit, how) in enumerate(
            [
                ("persons", 'count: kind == "ill" and year(ended) == year(on)'),
                ("days", 'sum: "length if length > some_days else 0", where: "days(ended, on) > some_days"'),
                ("date", "greatest: ended"),
                ("days", "least: length"),
            ]
        )
    )
    grouped = making.measure(
        code="grouped",
        facts=facts,
        groups=GROUPS,
        conditions={
            "one": "counted_0 < some_staff",
            "two": "counted_1 > some_days",
            "three": "counted_2 < on",
        },
        gives={"least": ("days", "counted_3", ""), "counted": ("persons", "counted_0", "")},
    )
    return [
        making.measure(code="whole", conditions=RULES, steps=STEPS, gives=GIVES),
        making.measure(code="given", conditions={"any": "staff >= 0 or first"}, gives=GIVES),
        read(capped.replace("gives:", "gives:" + CAPPED)),
        grouped,
    ]


@pytest.fixture(scope="module")
def rows():
    found = making.seeded_rows(7, 300)
    days = [date(2020, 1, 31), date(2020, 2, 28), date(2020, 2, 29), date(2019, 2, 28), date(2000, 2, 29)]
    found += [
        {
            "on_day": on,
            "born": born,
            "began": began,
            "area": "220184000000",
            "staff": 31,
            "left": 1,
            "first": True,
        }
        for on, born, began in product(days, days, [*days, date(1899, 12, 31), date(2200, 12, 31), None])
    ]
    edges = (0, 1, 7, 4_999, 5_000, 10**12 - 1, 10**12, 10**12 + 1, -1)
    found += [
        {
            "on_day": days[0],
            "money": m,
            "share": s,
            "staff": n,
            "left": 3,
            "first": True,
            "began": days[0],
            "area": None,
        }
        for m, s, n in product(edges, (0, 1, 3_333, 10_000, 100_000), (0, 1, 7))
    ]
    # a quotient no binary float holds
    huge = {"money": 10**12 - 1, "staff": 999_999, "first": True, "began": days[0]}
    found += [{"on_day": days[0], "area": None, "left": left, **huge} for left in (1, 2, 7)]
    ends = [date(2019, 12, 31), date(2020, 1, 1), None, date(2004, 2, 29)]
    for n, row in enumerate(found):
        row["spells"] = [
            {
                "ended": ends[(n + k) % (4 if n % 5 == 0 else 2)],
                "kind": ["ill", "other", "huge"][(n * k) % (3 if n % 7 == 0 else 2)],
                "length": [5, 31, 40, -3][(n + 2 * k) % (4 if n % 11 == 0 else 3)],
            }
            for k in range(n % 4)
        ]
        if n % 9 == 0:
            row["counted_0"] = n % 40
    return found


def test_duckdb_as_python(measures, rows):
    expected = engines.in_python(measures, rows)
    assert engines.in_duckdb(measures, rows) == expected
    eligible = [r for r in expected if r["given__failed"] == r["given__open"] == 0]
    assert len(eligible) > 200
    assert len({r["whole__failed"] for r in expected}) > 30


@pytest.mark.django_db
def test_postgres_as_python(measures, rows):
    assert engines.in_postgres(connection, measures, rows) == engines.in_python(measures, rows)


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2020, 2, 1), date(2020, 7, 15)])
def test_a_fixed_day_as_a_column(measures, rows, day):
    same = [{**row, "on_day": day} for row in rows]
    assert engines.in_duckdb(measures, rows, on=day) == engines.in_python(measures, same)


@pytest.mark.django_db
def test_shipped_measures(rows):
    held = list(shipped().values())
    cases = []
    empty: dict[str, list[object]] = {group: [] for measure in held for group in measure.groups}
    for measure in held:
        cases += [{**empty, **case.given, "on_day": case.on, "area": case.area} for case in measure.cases]
    expected = engines.in_python(held, cases)
    assert engines.in_duckdb(held, cases) == expected
    assert engines.in_postgres(connection, held, cases) == expected


def test_a_quotient_larger_than_a_float_holds(measures, rows):
    given = [r["given__large"] for r in engines.in_duckdb(measures, rows)]
    assert 999_998_999_999_000_001 in given


def test_text_for_spark_is_made_without_spark(measures):
    from chunfeng_rules import batch

    text = batch.sql(measures, engines.schema(measures), table="facts", on="on_day", dialect="pyspark")
    assert " DIV " in text and "whole_quotient" not in text.lower()
    assert not re.search(r"[\w)`] / [\w(`]", text), "a division through floats"


@pytest.mark.slow
def test_spark_as_python(measures, rows):
    pytest.importorskip("pyspark", reason="the extra [spark] is not installed")
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        assert engines.in_spark(session, measures, rows) == engines.in_python(measures, rows)
    finally:
        session.stop()


def test_masks_name_their_conditions(measures, rows):
    measure, row = measures[0], rows[0]
    told = explain(measure, row, on=row["on_day"], area=row["area"])
    failed, unknown = masks(told)
    assert reasons(measure, failed) == tuple(c.condition for c in told.failed)
    assert reasons(measure, unknown) == tuple(c.condition for c in told.unknown)


def test_sql_stays_short(measures):
    from chunfeng_rules import batch

    text = batch.sql(measures, engines.schema(measures), table="facts", on="on_day", dialect="duckdb")
    assert len(text) < 40_000
    deep = {
        f"step_{n}": f"max(0, step_{n - 1} - left) if step_{n - 1} > left else left" for n in range(1, 12)
    }
    measure = making.measure(steps={"step_0": "staff", **deep}, conditions={"one": "step_11 > 0"})
    text = batch.sql([measure], engines.schema([measure]), table="facts", on="on_day", dialect="duckdb")
    assert len(text) < 20_000


def test_explaining_one_case_does_not_wait_for_the_batch_engine():
    code = (
        "import sys; from chunfeng_rules import library, scalar, lint, pages; library.shipped();"
        "print([m for m in ('ibis', 'duckdb', 'pandas', 'pyarrow', 'django') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
