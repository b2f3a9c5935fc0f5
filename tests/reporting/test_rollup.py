"""The roll-up against what plain Python reckons; completeness; divisions of today; ratios; who sees what."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunfeng.areas import codes
from chunfeng.areas.models import BEGINNING, Area, AreaChange
from chunfeng.core import scope
from chunfeng.core.actor import Actor
from chunfeng.offices.models import Office
from chunfeng.reporting import values
from chunfeng.reporting.models import Obligation
from chunfeng.reporting.queries import figure, levels, rollup, series
from tests import factories
from tests.reporting import builders

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)
NOW = datetime(2020, 3, 1, 4, tzinfo=UTC)
FILED = datetime(2020, 2, 1, 8, tzinfo=UTC)
TOP = "220000000000"
PROVINCE = Actor(name="t", role="officer", area_code=TOP, lo="22", hi="23", above=(codes.COUNTRY,))
WAYS = ("sum", "last", "max", "mean", "none")
ALL_WAYS = [
    {"code": way, "label": {"zh": way, "en": way}, "unit": "人", "aggregate": way, "required": False}
    for way in WAYS
]
PLACES = [
    TOP,  # the province's own office
    "220100000000",
    "220101000000",
    "220101001000",
    "220101001001",
    "220101001002",
    "220101001002A01",  # a block
    "220101001002A01B02",  # a cell
    "220200003000",  # a township directly under a prefecture
    "220200003007",
    "22A100000000",  # a local area with a letter
    "22A101A01001",
    "220001000000",  # a county directly under the province
]


def form_of_all_ways(top, **changes):
    return builders.form(top, at=NOW, indicators=ALL_WAYS, checks=[], **changes)


@st.composite
def reports(draw):
    """Rows (place, day, state, numbers): at most one for each place and day."""
    number = st.none() | st.integers(0, 10**6)
    one = st.tuples(
        st.sampled_from(PLACES),
        st.integers(0, 2),
        st.sampled_from(["filed", "filed", "zero", "due", "returned", "exempt"]),
        st.fixed_dictionaries(dict.fromkeys(WAYS, number)),
    )
    return draw(st.lists(one, max_size=25, unique_by=lambda row: row[:2]))


def place(form, version, offices, row):
    code, back, state, numbers = row
    answered = state in ("filed", "zero")
    day = DAY + timedelta(days=back)
    due = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    said = dict.fromkeys(WAYS, 0) if state == "zero" else numbers
    return Obligation(
        form=form, version=version, office=offices[code], area_code=code, period_start=day, period_end=day,
        due_at=due, closes_at=due + timedelta(hours=1), state=state, revision=int(answered),
        numbers=values.in_slots(said, form.slots) if state not in ("due", "exempt") else None,
        first_filed_at=FILED if answered else None, filed_at=FILED if answered else None,
        exempt_reason="no need" if state == "exempt" else "",
    )  # fmt: skip


def reference(rows, first, last):
    """Figures of these rows together, reckoned the long way."""
    rows = [row for row in rows if first <= DAY + timedelta(days=row[1]) <= last]
    stands = sorted((r for r in rows if r[2] in ("filed", "zero")), key=lambda r: r[1])
    said = [(code, dict.fromkeys(WAYS, 0) if s == "zero" else n) for code, _d, s, n in stands]
    known = {way: [n[way] for _code, n in said if n[way] is not None] for way in WAYS}
    stock = {code: n["last"] for code, n in said if n["last"] is not None}  # later days overwrite
    return {
        "due": sum(r[2] != "exempt" for r in rows),
        "answered": len(stands),
        "sum": sum(known["sum"]) if known["sum"] else None,
        "last": sum(stock.values()) if stock else None,
        "max": max(known["max"], default=None),
        "mean": Fraction(sum(known["mean"]), len(known["mean"])) if known["mean"] else None,
        "none": None,
    }


def told(row):
    return {"due": row.due, "answered": row.answered} | dict(row.numbers)


def below(code, area):
    """Which line of the table of `area` a place belongs to, by its code alone."""
    chain = [*codes.ancestors(code), code]
    at = chain.index(area)
    return (area, True) if code == area else (chain[at + 1], False)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=reports(), several=st.booleans(), today=st.booleans())
def test_the_same_figures_as_plain_python(db, rows, several, today):
    with transaction.atomic():
        top = factories.office(TOP)
        form = form_of_all_ways(top)
        version = form.versions.get()
        offices = {
            code: Office.objects.create(
                code=code, name=code, level="village", line="employment", area_code=code
            )
            for code in PLACES
        }
        Obligation.objects.bulk_create(place(form, version, offices, row) for row in rows)
        last = DAY + timedelta(days=2) if several else DAY
        inside = [row for row in rows if DAY + timedelta(days=row[1]) <= last]

        for area in (TOP, "220100000000", "220101001002"):
            found = rollup(PROVINCE, form, DAY, last, at=NOW, area=area, today=today)
            here = [row for row in inside if codes.contains(area, row[0])]
            by_line = defaultdict(list)
            for row in here:
                by_line[below(row[0], area)].append(row)
            assert {(row.code, row.own): told(row) for row in found.rows} == {
                line: reference(some, DAY, last) for line, some in by_line.items()
            }
            assert told(found.total) == reference(here, DAY, last)
        for level, table in levels(PROVINCE, form, DAY, last, at=NOW, area=TOP).items():
            by_area = defaultdict(list)
            for row in inside:
                by_area[row[0][: (0, 2, 4, 6, 9)[level]].ljust(12, "0")].append(row)
            assert {row.code: told(row) for row in table.rows} == {
                code: reference(some, DAY, last) for code, some in by_area.items()
            }
            assert told(table.total) == reference(inside, DAY, last)
        whole = reference(inside, DAY, last)
        for way in WAYS:
            assert figure(form, way, TOP, DAY, last, NOW).value == whole[way]
        days = dict(series(form, ["sum"], TOP, DAY, last)["sum"])
        for day in {DAY + timedelta(days=row[1]) for row in inside}:
            assert days[day] == reference(inside, day, day)["sum"]
        transaction.set_rollback(True)


def test_a_silent_area_shows_a_dash_and_how_the_rest_stands():
    top = factories.office(TOP)
    form = builders.form(top, at=NOW)
    late = builders.filed(form, factories.office("220101001001"), DAY, FILED, checked=5)
    Obligation.objects.filter(pk=late.pk).update(first_filed_at=late.closes_at + timedelta(minutes=1))
    builders.filed(form, factories.office("220101001002"), DAY, FILED, checked=7)
    builders.obligation(form, factories.office("220301001001"), DAY)
    builders.obligation(form, factories.office("220301001002"), DAY, state="returned", numbers=[99])
    builders.obligation(form, factories.office("220301001003"), DAY, state="exempt", exempt_reason="closed")
    above = builders.filed(form, factories.office("220101000000"), DAY, FILED, checked=1000)
    Obligation.objects.filter(pk=above.pk).update(counts=False)
    found = rollup(PROVINCE, form, DAY, DAY, at=NOW)
    one, three = found.rows
    assert (one.numbers["checked"], one.due, one.answered, one.late) == (12, 2, 2, 1)
    assert three.numbers["checked"] is None
    assert (three.due, three.missing, three.returned, three.exempt, three.per_cent) == (2, 1, 1, 1, 0)
    before_the_close = rollup(PROVINCE, form, DAY, DAY, at=FILED)
    assert before_the_close.total.missing == 0
    cited = figure(form, "checked", TOP, DAY, DAY, NOW)
    assert (cited.shown, cited.source, cited.as_of) == ("12人", form.source, NOW)
    assert figure(form, "checked", "220300000000", DAY, DAY, NOW).shown == "—"


def area(code, name, kind, parent):
    return Area.objects.create(
        code=code, name=name, kind=kind, level=codes.level(code), parent_code=parent, valid_from=BEGINNING,
        source="made up",
    )  # fmt: skip


def test_groupings_are_stepped_over_and_odd_townships_stand_in_their_own_rows():
    area("930000000000", "测试直辖市", "municipality", codes.COUNTRY)
    area("930100000000", "市辖区", "grouping", "930000000000")
    area("930101000000", "东区", "district", "930100000000")
    area("930102000000", "西区", "district", "930100000000")
    area("940000000000", "测试省", "province", codes.COUNTRY)
    area("940100000000", "不设区市", "city", "940000000000")
    area("940100003000", "直管镇", "town", "940100000000")
    wide = Actor(name="t", role="officer", area_code="930000000000", lo="93", hi="95")
    top = factories.office("930000000000")
    form = builders.form(top, at=NOW)
    for code in ("930101001001", "930102000000", "930000000000", "940100003001", "940100003000"):
        builders.filed(form, factories.office(code), DAY, FILED, checked=1)
    found = rollup(wide, form, DAY, DAY, at=NOW)
    assert [(r.name, r.own, r.numbers["checked"]) for r in found.rows] == [
        ("测试直辖市", True, 1),
        ("东区", False, 1),
        ("西区", False, 1),
    ]
    city = rollup(wide, form, DAY, DAY, at=NOW, area="940100000000")
    assert [(r.name, r.numbers["checked"]) for r in city.rows] == [("直管镇", 2)]


def test_ratios_come_from_the_sums_and_their_units():
    top = factories.office(TOP)
    form = builders.form(top, at=NOW, checks=[], indicators=[
        {"code": "trained", "label": {"zh": "培训", "en": "Trained"}},
        {"code": "inpost", "label": {"zh": "在岗", "en": "In post"}, "type": "number", "decimals": 1},
        {"code": "share", "label": {"zh": "率", "en": "Share"}, "type": "ratio", "of": "trained", "to": "inpost"},
    ])  # fmt: skip
    builders.filed(form, factories.office("220101001001"), DAY, FILED, trained=1, inpost=100)
    builders.filed(form, factories.office("220102001001"), DAY, FILED, trained=29, inpost=300)
    found = rollup(PROVINCE, form, DAY, DAY, at=NOW)
    assert found.total.numbers["share"] == Fraction(75)  # 30 of 40.0, not the mean of 10 % and 97 %
    assert figure(form, "share", TOP, DAY, DAY, NOW).shown == "75.0%"
    assert series(form, ["share"], TOP, DAY, DAY) == {"share": [(DAY, 75.0)]}


def change(old, new, kind, *, share=None, on=date(2020, 2, 10)):
    AreaChange.objects.create(
        old_code=old,
        new_code=new,
        old_name=old,
        new_name=new,
        on=on,
        kind=kind,
        share=share,
        source="made up",
    )


def test_as_of_todays_divisions_the_sum_stays_the_same():
    top = factories.office(TOP)
    form = builders.form(top, at=NOW)
    for code, checked in (
        ("220101001001", 5),
        ("220201001001", 7),
        ("220301001001", 11),
        ("220401001001", 3),
    ):
        builders.filed(form, factories.office(code), DAY, FILED, checked=checked, still=checked)
    builders.filed(form, Obligation.objects.first().office, date(2020, 2, 12), FILED, checked=100)
    change("220100000000", "220200000000", "merge")
    change("220301000000", "220402000000", "recode")
    change("220401001001", "220401001002", "split")
    change("220401001001", "220401001003", "split")
    reported = rollup(PROVINCE, form, DAY, DAY, at=NOW)
    now = rollup(PROVINCE, form, DAY, DAY, at=NOW, today=True)
    assert {r.code: r.numbers["checked"] for r in reported.rows} == {
        "220100000000": 5, "220200000000": 7, "220300000000": 11, "220400000000": 3,
    }  # fmt: skip
    assert {r.code: r.numbers["checked"] for r in now.rows} == {"220200000000": 12, "220400000000": 14}
    assert now.total.numbers == reported.total.numbers and now.total.counts == reported.total.counts
    township = rollup(PROVINCE, form, DAY, DAY, at=NOW, today=True, area="220401001000")
    assert [(r.own, r.numbers["checked"], r.kept["checked"]) for r in township.rows] == [(True, 3, 3)]
    moved_in = rollup(PROVINCE, form, DAY, DAY, at=NOW, today=True, area="220200000000")
    assert moved_in.total.numbers["checked"] == 12
    both = rollup(PROVINCE, form, DAY, date(2020, 2, 12), at=NOW, today=True)
    assert both.total.numbers["checked"] == 126
    assert {r.code: r.numbers["checked"] for r in both.rows}[
        "220100000000"
    ] == 100  # reported after the merge


def test_a_split_with_shares_is_divided_into_whole_parts():
    top = factories.office(TOP)
    form = builders.form(top, at=NOW)
    builders.filed(form, factories.office("220101000000"), DAY, FILED, checked=101)
    change("220101000000", "220102000000", "split", share="0.5")
    change("220101000000", "220202000000", "split", share="0.5")
    now = rollup(PROVINCE, form, DAY, DAY, at=NOW, today=True)
    assert sorted(r.numbers["checked"] for r in now.rows) == [50, 51]


def test_nobody_sums_up_more_than_they_see():
    top = factories.office(TOP)
    county = factories.office("220101000000")
    form = builders.form(top, at=NOW)
    builders.filed(form, factories.office("220101001001"), DAY, FILED, checked=5)
    builders.filed(form, factories.office("220102001001"), DAY, FILED, checked=7)
    actor = factories.actor(county)
    for where in ("", TOP, "220101000000"):
        assert rollup(actor, form, DAY, DAY, at=NOW, area=where).total.numbers["checked"] == 5
    assert rollup(actor, form, DAY, DAY, at=NOW, area="220102000000").total.due == 0
    with scope.applied(actor):  # the second wall says the same
        assert figure(form, "checked", TOP, DAY, DAY, NOW).value == 5
        assert rollup(PROVINCE, form, DAY, DAY, at=NOW).total.numbers["checked"] == 5


@pytest.mark.django_db
def test_figures_beyond_what_a_column_holds_are_told_exactly():
    top = factories.office("220184000000")
    form = builders.form(top, at=factories.NOW)
    day = date(2020, 2, 1)
    for n in range(3):
        village = factories.office(f"22018410020{n}", parent=top)
        builders.filed(form, village, day, factories.NOW, checked=9 * 10**18)
    whole = rollup(factories.actor(top), form, day, day, at=factories.NOW).total
    assert whole.numbers["checked"] == 27 * 10**18
