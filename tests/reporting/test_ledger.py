"""Reading the ledger: how it stands by the clock, who sees what, what is offered."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices.models import Responsibility
from chunfeng.reporting import actions, suggestions
from chunfeng.reporting.choices import State
from chunfeng.reporting.models import Obligation, Suggestion
from chunfeng.reporting.queries import ledger
from tests import factories
from tests.reporting import builders

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2020, 2, 2)
DUE = datetime(2020, 2, 2, 17, tzinfo=ZONE)
CLOSE = DUE + timedelta(hours=1)
FIGURES = {"checked": 12, "isolated": 3, "released": 0, "still": 3}
moments = st.sampled_from([DUE - timedelta(hours=3), DUE, CLOSE, CLOSE + timedelta(microseconds=1)])


@pytest.fixture
def county(db):
    return factories.office("220184000000")


@pytest.fixture
def town(county):
    return factories.office("220184100000", parent=county)


@pytest.fixture
def village(town):
    return factories.office("220184100201", parent=town)


@pytest.fixture
def form(county):
    return builders.form(county, at=factories.NOW)


@pytest.mark.parametrize(
    ("state", "first", "now", "told"),
    [
        ("due", None, CLOSE, "due"),
        ("due", None, CLOSE + timedelta(seconds=1), "missing"),
        ("filed", CLOSE, CLOSE, "filed"),
        ("zero", CLOSE, CLOSE, "zero"),
        ("filed", CLOSE + timedelta(seconds=1), CLOSE, "late"),
        ("zero", CLOSE + timedelta(seconds=1), CLOSE, "late"),
        ("returned", DUE, CLOSE + timedelta(days=1), "returned"),
        ("exempt", None, CLOSE + timedelta(days=1), "exempt"),
    ],
)
def test_standing_is_told_by_the_clock(state, first, now, told):
    row = Obligation(state=state, first_filed_at=first, due_at=DUE, closes_at=CLOSE)
    assert ledger.standing(row, now) == told


@pytest.mark.django_db
def test_the_database_tells_the_same_standing_as_python(form, county):
    n = 200
    for state in State.values:
        for first in (None, DUE, CLOSE, CLOSE + timedelta(seconds=1)):
            answered = state in ("filed", "zero")
            if answered and first is None:
                continue
            n += 1
            builders.obligation(
                form, factories.office(f"220184100{n}", parent=county), DAY, state=state, first_filed_at=first,
                filed_at=first, revision=int(answered), exempt_reason="停" if state == "exempt" else "",
            )  # fmt: skip
    for now in (DUE, CLOSE, CLOSE + timedelta(seconds=1)):
        rows = ledger.with_standing(Obligation.objects.all(), now)
        assert {row.pk: row.standing for row in rows} == {
            row.pk: ledger.standing(row, now) for row in Obligation.objects.all()
        }
        missing = set(Obligation.objects.filter(ledger.is_missing(now)).values_list("pk", flat=True))
        assert missing == {row.pk for row in rows if row.standing == "missing"}
        late = set(Obligation.objects.filter(ledger.is_late()).values_list("pk", flat=True))
        assert late == {row.pk for row in rows if row.standing == "late"}


@pytest.mark.django_db
def test_my_reports_are_what_i_owe_now_then_what_i_answered(form, village, town):
    mine = [builders.obligation(form, village, DAY + timedelta(days=n)) for n in (-1, 0, 1)]
    builders.obligation(form, town, DAY)
    filed = builders.filed(form, village, DAY - timedelta(days=2), DUE, checked=1)
    builders.filed(form, village, DAY - timedelta(days=30), DUE, checked=1)
    clerk = factories.actor(village)
    with scope.applied(clerk):
        lines = ledger.my_reports(clerk, DUE)
    assert [line.obligation.pk for line in lines] == [mine[0].pk, mine[1].pk, filed.pk]
    assert [line.standing for line in lines] == ["missing", "due", "late"]
    assert [line.is_open for line in lines] == [True, True, False]


@pytest.mark.django_db
def test_the_ledger_of_a_form_ends_at_the_range_of_who_reads(form, county, town, village):
    for office in (town, village, factories.office("220184101000", parent=county)):
        builders.obligation(form, office, DAY)
    officer = factories.actor(town)
    for seen in (ledger.ledger(officer, form, DAY, CLOSE), ledger.silent(officer, form, DAY, CLOSE)):
        assert {row.office_id for row in seen} == {town.pk, village.pk}
    assert ledger.silent(officer, form, DAY, DUE).count() == 0


@pytest.mark.django_db
def test_the_period_before_is_the_offices_own(form, village, town):
    before = builders.filed(form, village, DAY - timedelta(days=1), DUE, still=3)
    builders.filed(form, town, DAY - timedelta(days=1), DUE, still=9)
    row = builders.obligation(form, village, DAY)
    assert ledger.previous(row) == before and ledger.previous(before) is None


@pytest.mark.django_db
def test_the_level_below_is_added_up_from_the_lowest_answers(county, town, village):
    form = builders.form(county, at=factories.NOW, figures="area")
    builders.filed(form, village, DAY, DUE, checked=3, still=1)
    other = builders.filed(
        form, factories.office("220184100202", parent=town), DAY, DUE, checked=4, still=None
    )
    builders.obligation(form, factories.office("220184100203", parent=town), DAY)
    consolidated = builders.filed(form, town, DAY, DUE, checked=100)
    Obligation.objects.filter(pk=consolidated.pk).update(counts=False)
    top = builders.obligation(form, county, DAY, counts=False)
    assert ledger.below_totals(top) == {"checked": 7, "isolated": None, "released": None, "still": 1}
    assert ledger.below_counts(top) == (3, 2)
    assert ledger.below_totals(other) == {}
    Obligation.objects.filter(pk=other.pk).update(state="returned")
    assert ledger.below_totals(top)["checked"] == 3


@given(moments, moments)
def test_late_never_turns_back(first, now):
    row = Obligation(state="filed", first_filed_at=first, due_at=DUE, closes_at=CLOSE)
    assert (ledger.standing(row, now) == "late") is (first > CLOSE)


# suggestions


def asked(county, **prefills):
    indicators = [
        {"code": code, "label": {"zh": code, "en": code}, "prefill": prefill, "required": False}
        for code, prefill in prefills.items()
    ]
    return builders.form(county, at=factories.NOW, code="prefilled", indicators=indicators, checks=[])


@pytest.mark.django_db
def test_figures_are_offered_from_below_yesterday_other_forms_and_registers(form, county, town, village):
    mine = asked(
        county,
        a="below",
        b="previous",
        c="form:station-daily:checked",
        d="register:directory:responsible",
        e="register:directory:offices",
        f="register:tasks:open",
        g="register:no:such",
    )
    builders.filed(mine, village, DAY, DUE, a=5)
    builders.filed(mine, town, DAY - timedelta(days=1), DUE, b=8)
    builders.filed(form, village, DAY, DUE, checked=12)
    Responsibility.objects.create(
        area_code=village.area_code, office=village, person="测试乙", valid_from=date(2020, 1, 1)
    )
    row = builders.obligation(mine, town, DAY, counts=False)
    officer = factories.actor(town)
    with scope.applied(officer):
        found = suggestions.offered(row, DUE)
    assert {code: offer.value for code, offer in found.items()} == {
        "a": 5, "b": 8, "c": 12, "d": 1, "e": 2, "f": 0
    }  # fmt: skip
    assert all(offer.source for offer in found.values())
    row.refresh_from_db()
    assert row.state == "due" and row.numbers is None


@pytest.mark.django_db
def test_the_pipeline_keeps_what_it_counted_for_reports_due_today(form, county, town, village):
    mine = asked(county, a="below", e="register:directory:offices")
    builders.filed(mine, village, DAY, DUE, a=5)
    row = builders.obligation(mine, town, DAY, counts=False)
    assert actions.pull_suggestions(now=DUE - timedelta(hours=2)) == 2
    assert actions.pull_suggestions(now=DUE - timedelta(hours=1)) == 2
    assert dict(row.suggestions.values_list("cell", "value")) == {"a": 5, "e": 2}
    assert actions.pull_suggestions(now=DUE + timedelta(days=1)) == 0


@pytest.mark.django_db
def test_a_register_suggests_and_nothing_is_filed(form, village, town):
    row = builders.obligation(form, village, DAY)
    by = factories.actor(village)
    for value in (5, "７"):
        actions.suggest(obligation_id=row.pk, cell="checked", value=value, source="登记簿", by=by, at=DUE)
    row.refresh_from_db()
    assert (row.suggestions.get().value, row.revision, row.numbers) == (7, 0, None)
    for cell, value, source in (
        ("remark", 1, "簿"),
        ("nope", 1, "簿"),
        ("checked", "many", "簿"),
        ("checked", 1, " "),
    ):
        with pytest.raises(Refused):
            actions.suggest(obligation_id=row.pk, cell=cell, value=value, source=source, by=by, at=DUE)
    stranger = factories.actor(factories.office("220184100202", parent=town))
    with pytest.raises(NotAllowed):
        actions.suggest(obligation_id=row.pk, cell="checked", value=1, source="簿", by=stranger, at=DUE)
    with pytest.raises(IntegrityError, match="one_suggestion_per_cell"), transaction.atomic():
        Suggestion.objects.create(
            obligation=row, area_code=row.area_code, cell="checked", value=1, source="簿", at=DUE
        )
