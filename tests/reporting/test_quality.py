"""The score of an office: reckoned as documented, comparable with the level below."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from chunfeng.core.actor import Actor
from chunfeng.reporting.models import Obligation
from chunfeng.reporting.queries import Axis, behind, pivot, quality
from chunfeng.reporting.queries.grouping import Span
from chunfeng.reporting.queries.pivot import BadAxes
from chunfeng.reporting.queries.quality import inconsistent
from tests import factories
from tests.reporting import builders

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)
NOW = datetime(2020, 3, 1, 4, tzinfo=UTC)
FILED = datetime(2020, 2, 1, 8, tzinfo=UTC)
PROVINCE = Actor(name="t", role="officer", area_code="220000000000", lo="22", hi="23")


@pytest.fixture
def form():
    return builders.form(factories.office("220000000000"), at=NOW)


def scores(form, last=DAY):
    return {row.pk: row for row in quality(PROVINCE, form, DAY, last, at=NOW)}


def test_each_fault_costs_what_the_page_says(form):
    office = factories.office("220101001001")
    for back, fault in enumerate(({}, {"corrections": 1}, {"warnings": 2}, {"late": True})):
        row = builders.filed(form, office, DAY + timedelta(days=back), FILED, checked=1)
        if fault.pop("late", False):
            fault = {"first_filed_at": row.closes_at + timedelta(seconds=1)}
        Obligation.objects.filter(pk=row.pk).update(**fault)
    builders.obligation(form, office, DAY + timedelta(days=4))
    builders.obligation(form, office, DAY + timedelta(days=5), state="exempt", exempt_reason="closed")
    found = scores(form, DAY + timedelta(days=5))[office.pk]
    assert (found.owed, found.answered, found.late, found.missing) == (5, 4, 1, 1)
    assert (found.corrected, found.implausible) == (1, 1)
    assert found.score == (100 + 80 + 90 + 70 + 0) // 5


def test_what_is_not_yet_to_be_judged_is_left_out(form):
    waiting, sent_back = factories.office("220101001001"), factories.office("220101001002")
    builders.obligation(form, waiting, DAY, closes_at=NOW + timedelta(days=1))
    builders.obligation(form, sent_back, DAY, state="returned")
    found = scores(form)
    assert waiting.pk not in found and found[sent_back.pk].score == 0


def test_a_consolidation_that_differs_from_below_is_told(form):
    below = [factories.office(f"22010100100{n}") for n in (1, 2)]
    above = [factories.office("220101001000"), factories.office("220101000000")]
    for office in below:
        builders.filed(form, office, DAY, FILED, checked=5)
    for office, checked in zip(above, (10, 11), strict=True):
        row = builders.filed(form, office, DAY, FILED, checked=checked)
        Obligation.objects.filter(pk=row.pk).update(counts=False)
    assert inconsistent(form, Span(form.pk, DAY, DAY, "22", "23")) == {above[1].pk: 1}
    found = scores(form)
    assert (found[above[0].pk].score, found[above[1].pk].score) == (100, 80)


def test_the_rows_behind_a_figure(form):
    village, seat = factories.office("220101001001"), factories.office("220101000000")
    mine = builders.filed(form, village, DAY, FILED, checked=5)
    own = builders.filed(form, seat, DAY, FILED, checked=6)
    rows = behind(PROVINCE, form, DAY, DAY, at=NOW, area="220101000000")
    assert {row.pk for row in rows} == {mine.pk, own.pk}
    assert [row.pk for row in behind(PROVINCE, form, DAY, DAY, at=NOW, area="220101000000", own=True)] == [
        own.pk
    ]


def test_a_pivot_reckons_totals_from_the_reports(form):
    one, two = factories.office("220101001001"), factories.office("220201001001")
    for office, back, checked, still in ((one, 0, 3, 9), (one, 1, 4, 8), (two, 1, 10, 2)):
        builders.filed(form, office, DAY + timedelta(days=back), FILED, checked=checked, still=still)
    last = DAY + timedelta(days=1)
    asked = {"rows": Axis.PREFECTURE, "columns": Axis.DAY, "at": NOW}
    flow = pivot(PROVINCE, form, DAY, last, cells=["checked"], **asked)
    assert list(flow.row_totals.values()) == [7, 10] and flow.total == 17
    assert list(flow.column_totals.values()) == [3, 14]
    stock = pivot(PROVINCE, form, DAY, last, cells=["still"], **asked)
    assert list(stock.row_totals.values()) == [8, 2] and stock.total == 10
    assert [stock.numbers[row, last] for row, _label in stock.rows] == [8, 2]
    turned = pivot(
        PROVINCE, form, DAY, last, rows=Axis.INDICATOR, columns=Axis.WEEK, cells=["checked", "still"], at=NOW
    )
    monday = date(2020, 1, 27)
    assert {row: turned.numbers[row, monday] for row, _label in turned.rows} == {"checked": 17, "still": 10}
    with pytest.raises(BadAxes):
        pivot(PROVINCE, form, DAY, last, rows=Axis.DAY, columns=Axis.WEEK, cells=["checked"], at=NOW)
