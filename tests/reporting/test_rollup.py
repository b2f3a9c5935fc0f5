"""The roll-up against what plain Python reckons, and what it says about completeness."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from chunfeng.reporting.queries.rollup import figure, rollup, series
from tests import factories
from tests.reporting import builders

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)
FILED = datetime(2020, 2, 1, 8, tzinfo=UTC)
NOON = datetime(2020, 2, 2, 4, tzinfo=UTC)


def test_rows_add_up_and_a_silent_area_shows_a_dash():
    top = factories.office("220000000000")
    form = builders.form(top, at=NOON)
    for code, checked in (("220101001001", 5), ("220101001002", 7), ("220200000000", 1)):
        builders.filed(form, factories.office(code), DAY, FILED, checked=checked, still=2)
    builders.obligation(form, factories.office("220301001001"), DAY)
    found = rollup(factories.actor(top), form, DAY, DAY, at=NOON, area="220000000000")
    assert [(row.code, row.numbers["checked"], row.missing) for row in found.rows] == [
        ("220100000000", 12, 0),
        ("220200000000", 1, 0),
        ("220300000000", None, 1),
    ]
    assert (found.total.numbers["checked"], found.total.due, found.total.answered) == (13, 4, 3)
    one = figure(form, "checked", "220000000000", DAY, DAY, NOON)
    assert (one.value, one.shown, one.due, one.answered) == (13, "13人", 4, 3)
    assert series(form, ["checked"], "220000000000", DAY, DAY) == {"checked": [(DAY, 13.0)]}
    assert Fraction(1)
