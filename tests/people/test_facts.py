"""Statements with who, when and source; two sources compared; categories with their days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people import actions
from chunfeng.people.choices import VALUES, FactKind, FactValue
from chunfeng.people.models import Fact
from chunfeng.people.queries import register
from tests import factories as f
from tests.people.builders import FAR, NEAR, VILLAGE, dataset, person

pytestmark = pytest.mark.django_db
DAY = date(2020, 1, 31)


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county, "caller")


@pytest.fixture
def wang(by, county):
    return person(by, dataset(county))


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def state(person, by, value="returned", kind="return", said="family", on=DAY, **more):
    return actions.state_fact(
        person=person, kind=kind, value=value, said=said, on=on, by=by, at=f.NOW, **more
    )


def test_every_value_belongs_to_exactly_one_kind():
    listed = [value for values in VALUES.values() for value in values]
    assert sorted(listed) == sorted(FactValue) and set(VALUES) == set(FactKind)


def test_family_and_village_are_kept_and_compared(by, wang):
    assert register.compared(wang, "return").agrees is None
    state(wang, by)
    assert register.compared(wang, "return").agrees is None
    state(wang, by, "away", said="village")
    side = register.compared(wang, "return")
    assert (side.own.value, side.village.value, side.agrees) == ("returned", "away", False)
    state(wang, by, "returned", said="village", on=DAY + timedelta(1))
    assert register.compared(wang, "return").agrees is True
    state(wang, by, "away", said="family", on=DAY - timedelta(9))  # told later, but of an earlier day
    assert register.compared(wang, "return").own.value == "returned"
    assert register.facts(wang).count() == 4


def test_places_are_compared(by, wang):
    state(wang, by, "leaves", "intention", said="self", place="440300000000")
    state(wang, by, "leaves", "intention", said="village")
    assert register.compared(wang, "intention").agrees is True
    state(wang, by, "leaves", "intention", said="village", place="310000000000")
    assert register.compared(wang, "intention").agrees is False
    assert [side.kind for side in register.all_compared(wang)] == ["intention"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"value": "fever"}, "says nothing about"),
        ({"value": "nonsense"}, "is not a value"),
        ({"kind": "mood"}, "is not a value"),
        ({"said": "neighbour"}, "is not a value"),
        ({"on": date(2020, 2, 2)}, "future"),
        ({"place": VILLAGE}, "whereabouts"),
        ({"kind": "whereabouts", "value": "elsewhere", "place": "there"}, "Check the code"),
        ({"detail": "很" * 501}, "501 characters"),
    ],
)
def test_what_is_refused(by, wang, values, said):
    with pytest.raises(Refused, match=said):
        state(wang, by, **values)
    assert not Fact.objects.exists()


def test_sent_again_under_its_key_it_stands_once(by, wang):
    first = state(wang, by, key="phone-7:12", detail="已电话告知居家隔离")
    assert state(wang, by, key="phone-7:12", detail="已电话告知居家隔离") == first
    with pytest.raises(Refused, match="same key"):
        state(wang, by, "away", key="phone-7:12")
    assert Fact.objects.count() == 1


def test_the_detail_is_sealed(by, wang):
    state(wang, by, "fever", "symptoms", detail="三十八度")
    with connection.cursor() as cursor:
        cursor.execute("SELECT detail FROM people_fact")
        assert "三十八度".encode() not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(
    "sql", ["UPDATE people_fact SET value = 'away'", "DELETE FROM people_fact", "TRUNCATE people_fact"]
)
def test_the_database_keeps_statements_from_everybody_in_office(by, wang, sql):
    state(wang, by)
    try:
        with scope.applied(by), connection.cursor() as cursor:
            cursor.execute(sql)
            assert cursor.rowcount == 0
    except DatabaseError as error:
        assert "permission denied" in str(error)
    assert Fact.objects.get().value == "returned"


def test_the_system_may_not_change_a_statement_either(by, wang):
    state(wang, by)
    with pytest.raises(DatabaseError, match="permission denied"), scope.applied(SYSTEM):
        Fact.objects.update(value="away")


def test_only_an_office_in_sight_states(wang):
    with pytest.raises(NotAllowed):
        state(wang, f.actor(f.office(FAR)))
    with pytest.raises(NotAllowed):
        state(wang, f.actor(f.office(VILLAGE), "auditor"))


def categorise(wang, by, category="poor", **more):
    return actions.set_category(person=wang, category=category, by=by, at=f.NOW, **more)


def test_categories_have_days_and_a_source(by, wang):
    first = categorise(wang, by, valid_from=date(2019, 1, 1), source="扶贫台账")
    assert categorise(wang, by, valid_from=date(2019, 6, 1), source="另一台账") == first
    actions.end_category(category=first, on=date(2019, 12, 31), by=by, at=f.NOW)
    again = categorise(wang, by, valid_from=date(2020, 1, 15))
    assert again != first
    assert [row.pk for row in register.categories(wang, date(2019, 7, 1))] == [first.pk]
    assert [row.pk for row in register.categories(wang, date(2020, 2, 1))] == [again.pk]
    assert not register.categories(wang, date(2018, 1, 1))
    with pytest.raises(Refused, match="cannot end before"):
        actions.end_category(category=again, on=date(2020, 1, 1), by=by, at=f.NOW)
    with pytest.raises(Refused, match="last day"):
        categorise(wang, by, "student", valid_from=date(2020, 1, 2), valid_to=date(2020, 1, 1))
    with pytest.raises(Refused, match="is not a value"):
        categorise(wang, by, "rich")


def test_an_unknown_first_day_is_filled_in(by, wang):
    first = categorise(wang, by)
    assert categorise(wang, by) == first
    filled = categorise(wang, by, valid_from=date(2020, 1, 1), source="核查")
    assert (filled.pk, filled.valid_from, filled.source) == (first.pk, date(2020, 1, 1), "核查")


days = st.dates(date(2019, 1, 1), date(2020, 1, 31))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(days, st.sampled_from(VALUES["return"]), st.sampled_from(["family", "village"])), max_size=6
    )
)
def test_the_newest_day_of_each_side_counts_whatever_the_order_of_telling(by, wang, told):
    with scope.applied(SYSTEM):
        Fact.objects.all().delete()
    for on, value, said in told:
        state(wang, by, value, said=said, on=on)
    side = register.compared(wang, "return")
    for fact, name in ((side.own, "family"), (side.village, "village")):
        mine = [(on, place, value) for place, (on, value, said) in enumerate(told) if said == name]
        assert (fact.value if fact else None) == (max(mine)[2] if mine else None)
