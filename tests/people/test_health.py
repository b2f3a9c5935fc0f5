"""Daily health records, and where an isolation stands by them: in the database as on paper."""

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
from chunfeng.people.actions import health
from chunfeng.people.models import FollowUp, HealthRecord, Isolation
from chunfeng.people.queries import isolation as queries
from tests import factories as f
from tests.people.builders import FAR, NEAR, VILLAGE, dataset, person
from tests.people.isolating import days, look, opened, rule, well

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county, "caller")


@pytest.fixture
def row(county, by):
    rule(county, fever_above="37.3")
    return opened(person(by, dataset(county)), by)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def write(row, by, *, on=DAY, key="k1", ago=0, **more):
    return health.record_health(isolation=row, on=on, key=key, by=by, at=f.NOW - days(ago), **more)


@pytest.mark.parametrize(
    ("given", "clear", "codes"),
    [
        ({"temperature": "36.5"}, True, []),
        ({"temperature": "３７，３ ℃"}, True, []),  # the threshold itself is no fever: above it is
        ({"temperature": "37.4"}, False, ["fever"]),
        ({"symptoms": []}, True, []),
        ({"symptoms": ["breath", "cough", "cough"], "temperature": "36.6"}, False, ["cough", "breath"]),
        ({"other": "头晕"}, False, ["other"]),
    ],
)
def test_what_a_record_says(row, by, given, clear, codes):
    with scope.applied(by):
        made, new = write(row, by, **given)
    assert new and made.clear is clear and health.said(made)[0] == codes
    assert FollowUp.objects.count() == (0 if clear else 1)


def test_the_threshold_is_data(county, by, row):
    row.rule.fever_above = "36.9"
    row.rule.save()
    assert not write(row, by, temperature="37.0")[0].clear
    row.rule.fever_above = None
    row.rule.save()
    assert write(row, by, temperature="39.0", key="k2")[0].clear  # no rule in force speaks of a fever
    rule(county, "central", exposure="contact", fever_above="37.5")
    assert not write(row, by, temperature="37.6", key="k3")[0].clear


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "temperature"),
        ({"temperature": "26.5"}, "not a body temperature"),
        ({"temperature": "365"}, "not a body temperature"),
        ({"temperature": "nan"}, "not a body temperature"),
        ({"symptoms": ["sad"]}, "not a symptom"),
        ({"symptoms": [], "on": DAY + timedelta(1)}, "future"),
        ({"symptoms": [], "on": DAY - timedelta(1)}, "began on"),
        ({"symptoms": [], "key": " "}, "empty"),
    ],
)
def test_what_is_refused(row, by, given, said):
    with pytest.raises(Refused, match=said):
        write(row, by, **given)
    assert not HealthRecord.objects.exists()


def test_sent_again_it_stands_once_and_another_is_refused(row, by):
    first, new = write(row, by, temperature="36.5", symptoms=[])
    assert new and write(row, by, temperature="36,5", symptoms=[]) == (first, False)
    with pytest.raises(Refused, match="same key"):
        write(row, by, temperature="36.6", symptoms=[])
    assert HealthRecord.objects.count() == 1


def test_a_mistake_is_put_right_by_a_further_record(row, by):
    wrong = write(row, by, temperature="38.5")[0]
    right = write(row, by, temperature="36.5", corrects=wrong, key="k2")[0]
    assert HealthRecord.objects.count() == 2
    assert queries.count(row, DAY + days(1)).full == 1
    with pytest.raises(Refused, match="corrected already"):
        write(row, by, temperature="36.7", corrects=wrong, key="k3")
    with pytest.raises(Refused, match="same day"):
        write(row, by, on=DAY, temperature="36.7", corrects=look(row, by, DAY + days(1)), key="k4")
    assert right.corrects == wrong


def test_what_is_kept_is_sealed_and_stays(row, by):
    write(row, by, temperature="38.8", other="头晕乏力")
    with connection.cursor() as cursor:
        cursor.execute("SELECT temperature, symptoms FROM people_healthrecord")
        for value in cursor.fetchone():
            assert b"38.8" not in bytes(value) and "头晕".encode() not in bytes(value)
    with pytest.raises(DatabaseError, match="permission denied"), scope.applied(by):
        HealthRecord.objects.update(clear=True)


def test_values_are_read_for_a_reason(row, by):
    write(row, by, temperature="36.5")
    with pytest.raises(Refused, match="empty"):
        health.show_health(isolation=row, reason="", by=by, at=f.NOW)
    assert [r.temperature for r in health.show_health(isolation=row, reason="核对", by=by, at=f.NOW)] == [
        "36.5"
    ]


def test_another_county_neither_sees_nor_writes(row, by):
    far = f.actor(f.office(FAR))
    write(row, by, symptoms=[])
    with pytest.raises(NotAllowed):
        write(row, far, symptoms=[], key="k2")
    with scope.applied(far):
        assert not HealthRecord.objects.exists() and queries.isolation(far, row.pk) is None
    with scope.applied(f.actor(f.office(VILLAGE))):
        assert HealthRecord.objects.count() == 1


def test_late_word_of_symptoms_reaches_an_ended_isolation_up_to_its_last_day(row, by):
    Isolation.objects.update(state="released", ended_at=f.NOW + days(14))
    assert not look(row, by, DAY + days(10), ill=True).clear
    with pytest.raises(Refused, match="ended on"):
        look(row, by, DAY + days(15))


def test_lists_of_what_waits(county, by, row):
    today = DAY + days(14)
    well(row, by, today - days(1))
    into = dataset(county)
    gap = opened(person(by, into, name="李缺测"), by)
    well(gap, by, today, without=(today - days(1),))
    sick = opened(person(by, into, name="张有恙"), by)
    well(sick, by, today - days(1))
    look(sick, by, today, ill=True)
    rows = queries.standing(queries.isolations(by), today)
    assert list(queries.due(rows, today)) == [row]
    assert list(queries.overdue(rows, today)) == [gap]
    assert list(queries.releasable(rows, today)) == [row]
    assert list(queries.ill(rows, today)) == [sick]
    assert queries.numbers(by, today) == queries.Numbers(open=3, due=1, overdue=1, releasable=1, ill=1)
    assert list(queries.silent(today - days(1))) == [gap]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.booleans(), st.one_of(st.none(), st.integers(0, 5))), max_size=12
    ),
    st.integers(0, 12),
    st.integers(1, 6),
)
def test_the_database_counts_as_the_pure_function_does(row, by, told, later, first):
    today = DAY + days(later)
    with scope.applied(SYSTEM):
        HealthRecord.objects.all()._raw_delete("default")
        Isolation.objects.update(ends_on=DAY + days(first))
    made: list[HealthRecord] = []
    for n, (day, clear, corrects) in enumerate(told):
        wrong = made[corrects] if corrects is not None and corrects < len(made) else None
        on = wrong.on if wrong else DAY + days(day)
        if on > today or (wrong and any(each.corrects_id == wrong.pk for each in made)):
            continue
        made.append(
            HealthRecord.objects.create(
                isolation=row,
                person_id=row.person_id,
                on=on,
                clear=clear,
                corrects=wrong,
                key=f"h{n}",
                at=f.NOW,
            )
        )
    held = queries.count(Isolation.objects.get(), today)
    found = queries.standing(Isolation.objects.all(), today).get()
    assert (found.full, found.needed, found.last_ill) == (held.full, held.needed, held.last_symptoms)
    assert found.gaps == len(held.missing)
    assert queries.releasable(queries.standing(Isolation.objects.all(), today), today).exists() is held.done
