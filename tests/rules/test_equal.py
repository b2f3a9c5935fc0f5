"""Plain Python, DuckDB, PostgreSQL and Spark give equal answers, to the fen and to the last bit of the masks."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from chunfeng_rules.texts import BadMeasure
from tests.rules import engines, making

FEW = settings(
    max_examples=8,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)


def _made(conditions, steps, gives):
    """The measure, leaving out parts that the reader rightly refuses (numbers that could overflow)."""
    while True:
        try:
            return making.measure(
                steps={f"step_{n}": s for n, s in enumerate(steps)},
                conditions={f"condition_{n}": c for n, c in enumerate(conditions)},
                gives={f"amount_{n}": ("fen", g, way) for n, (g, way) in enumerate(gives)},
            )
        except BadMeasure as bad:
            text = making.text(
                steps={f"step_{n}": s for n, s in enumerate(steps)},
                conditions={f"condition_{n}": c for n, c in enumerate(conditions)},
                gives={f"amount_{n}": ("fen", g, way) for n, (g, way) in enumerate(gives)},
            ).splitlines()
            names = {text[f.place.line - 1].split(":")[0].strip() for f in bad.findings}
            assert all(n.rpartition("_")[0] in ("step", "condition", "amount") for n in names), bad
            assert all(
                "64" in f.says.en or "too large" in f.says.en or "zero" in f.says.en for f in bad.findings
            ), bad
            steps = [s for n, s in enumerate(steps) if f"step_{n}" not in names]
            conditions = [c for n, c in enumerate(conditions) if f"condition_{n}" not in names]
            gives = [g for n, g in enumerate(gives) if f"amount_{n}" not in names]
            assume(conditions)


@pytest.mark.django_db
@FEW
@given(
    conditions=st.lists(making.truths, min_size=6, max_size=10),
    steps=st.lists(st.one_of(making.persons, making.money, making.truths, making.dates), max_size=3),
    gives=st.lists(
        st.tuples(making.amounts, st.sampled_from(["half_up", "down", "up"])), min_size=1, max_size=3
    ),
    rows=st.lists(making.rows, min_size=8, max_size=8),
    seed=st.integers(0, 10**6),
)
def test_random_measures(conditions, steps, gives, rows, seed):
    measure = _made(conditions, steps, gives)
    easy = (
        making.measure(
            code="easy",
            conditions={"always": "staff >= 0 or first"},
            gives={"amount": ("fen", gives[0][0], gives[0][1])},
        )
        if measure.gives and measure.gives[0].written == gives[0][0]
        else measure
    )
    measures = [measure] if easy is measure else [measure, easy]
    rows += making.seeded_rows(seed, 80)
    expected = engines.in_python(measures, rows)
    assert engines.in_duckdb(measures, rows) == expected
    assert engines.in_postgres(connection, measures, rows) == expected
