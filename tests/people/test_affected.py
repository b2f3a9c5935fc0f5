"""Which areas count as affected on a day, and who came from one of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunfeng.core import scope
from chunfeng.people import actions
from chunfeng.people.queries import affected
from tests import factories as f
from tests.people.builders import CITY, FAR, NEAR, VILLAGE, dataset, person
from tests.people.isolating import HIT, HIT_CITY, HIT_VILLAGE, hit, rule

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)
PROVINCE = "220000000000"


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county)


def came(row, on=DAY, **more):
    found = affected.traces(row, on, **more)
    assert bool(found) == (affected.came_from_affected(row, on, **more) is not None)
    return [(trace.code, trace.on, trace.field) for trace in found]


def say(row, by, kind, value, day, place=""):
    actions.state_fact(person=row, kind=kind, value=value, said="self", on=day, place=place, by=by, at=f.NOW)


def test_an_area_counts_from_its_day_to_its_day_with_all_inside(county):
    row = hit(county, valid_to=date(2020, 3, 1))
    for code, on, counts in [
        (HIT, date(2020, 1, 22), False), (HIT, date(2020, 1, 23), True), (HIT_VILLAGE, date(2020, 2, 29), True),
        (HIT, date(2020, 3, 1), False), ("430000000000", DAY, False), ("000000000000", DAY, False),
    ]:  # fmt: skip
        assert (affected.is_affected(code, VILLAGE, on) == row) is counts, (code, on)
    assert affected.is_affected(HIT, FAR, DAY) is None  # the neighbour did not declare it


def test_offices_above_declare_for_those_below_and_the_nearer_one_stands(county):
    above, own = hit(f.office(PROVINCE)), hit(county, risk="高")
    assert affected.affected_codes(VILLAGE, DAY) == [(HIT, own)]
    assert affected.affected_codes(FAR, DAY) == [(HIT, above)]
    assert affected.affected_codes(f.actor(f.office(CITY)), DAY) == [(HIT, own)]
    with scope.applied(f.actor(f.office(VILLAGE))):
        assert affected.is_affected(HIT, VILLAGE, DAY) == own


def test_fields_of_the_record_place_a_person_while_nothing_else_is_known(county, by):
    hit(county)
    row = person(by, dataset(county), work_area=HIT_CITY)
    assert came(row) == [(HIT_CITY, None, "work_area")]
    say(row, by, "whereabouts", "here", date(2020, 1, 2))  # at home since long ago, never left since
    assert came(row, days=14) == []


@pytest.mark.parametrize(
    ("kind", "value", "place", "counts"),
    [
        ("whereabouts", "elsewhere", HIT_VILLAGE, True),
        ("whereabouts", "here", "", False),
        ("intention", "stays", HIT_CITY, True),
        ("intention", "leaves", HIT_CITY, False),
        ("return", "returned", "", True),
        ("return", "away", "", True),
        ("return", "on_way", "", False),
    ],
)
def test_statements_place_a_person(county, by, kind, value, place, counts):
    hit(county)
    row = person(by, dataset(county), work_area=HIT_CITY)
    say(row, by, "whereabouts", "here", date(2019, 12, 1))
    say(row, by, kind, value, date(2020, 1, 25), place)
    assert bool(came(row, days=14)) is counts
    still_there = value in ("elsewhere", "stays", "away")
    assert came(row, days=5) == ([(place or HIT_CITY, date(2020, 1, 27), "")] if still_there else [])


def test_the_rule_names_the_days(county, by):
    hit(county)
    row = person(by, dataset(county))
    say(row, by, "whereabouts", "elsewhere", date(2020, 1, 24), HIT_CITY)
    say(row, by, "whereabouts", "here", date(2020, 1, 25))
    assert affected.look_back(VILLAGE, DAY) == 0 and came(row) == []
    rule(county, days=7)
    assert came(row) == []
    rule(f.office(PROVINCE), days=14)
    assert affected.look_back(VILLAGE, DAY) == 14 and came(row) == [(HIT_CITY, date(2020, 1, 24), "")]


def test_records_merged_into_the_person_count(county, by):
    hit(county)
    into = dataset(county)
    stays, goes = person(by, into), person(by, into, name="王册市")
    say(goes, by, "whereabouts", "elsewhere", date(2020, 1, 28), HIT_CITY)
    goes.merged_into = stays
    goes.save()
    assert came(stays, days=14) == [(HIT_CITY, date(2020, 1, 28), "")]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 20), st.integers(0, 20), st.integers(-20, 20), st.integers(1, 30))
def test_a_stay_counts_exactly_within_the_look_back_and_the_declaration(ago, days, begins, lasts):
    from unittest.mock import patch

    from chunfeng.people.models import AffectedArea, Fact, Person

    since = DAY + timedelta(begins)
    declared = AffectedArea(area_code=NEAR, place=HIT, valid_from=since, valid_to=since + timedelta(lasts))
    fact = Fact(kind="whereabouts", value="elsewhere", place=HIT, on=DAY - timedelta(ago), at=f.NOW)
    covering = affected._covering([declared], HIT, fact.on, DAY)
    held = [
        day for day in (fact.on + timedelta(n) for n in range(ago + 1)) if since <= day < declared.valid_to
    ]
    assert bool(covering) is bool(held)
    with (
        patch.object(affected, "_rows", lambda *_: [declared]),
        patch.object(affected.register, "family", lambda _: []),
        patch.object(affected.Fact.objects, "filter", lambda **_: _Ordered([fact])),
    ):
        found = affected.traces(Person(area_code=VILLAGE), DAY, days=days)
    told = [trace for trace in found if trace.fact is not None]
    assert bool(told) is (bool(held) and ago <= days)


class _Ordered(list):
    def order_by(self, *_):
        return self
