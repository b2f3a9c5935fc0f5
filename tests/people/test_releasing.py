"""The end of an isolation: release when the days are full, moves, hand-over; two people at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.actions import erasing, health, isolation, releasing
from chunfeng.people.models import HealthRecord, Isolation, IsolationStock, Person
from chunfeng.people.queries import isolation as queries
from tests import factories as f
from tests.people.builders import CITY, FAR, NEAR, VILLAGE, dataset, person
from tests.people.isolating import CLAUSE, days, look, opened, rule, well

DAY = date(2020, 2, 1)
LAST = DAY + days(14)
pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def home(county):
    return rule(county)


@pytest.fixture
def row(county, by, home):
    return opened(person(by, dataset(county)), by, place="三组12号")


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def release(row, by, *, after=14, **more):
    given = {"handed_to": "community", "handed_name": "三合村委会"} | more
    return releasing.release(isolation=row, by=by, at=f.NOW + days(after), **given)


def test_full_days_release_with_clause_and_taker(row, by):
    well(row, by, LAST - days(1))
    with scope.applied(by):
        done = release(row, by)
        assert release(row, by) == done  # decided once
    assert done.state == "released" and CLAUSE in done.decision and done.ended_by_name == by.name
    assert (done.handed_to, done.handed_name, done.handed_at) == ("community", "三合村委会", None)
    releasing.confirm_hand_over(isolation=done, by=by, at=f.NOW + days(15))
    again = releasing.confirm_hand_over(isolation=done, by=by, at=f.NOW + days(16))
    assert again.handed_at == f.NOW + days(15)
    with pytest.raises(Refused, match="signed"):
        releasing.hand_over(isolation=done, to="employer", name="演示厂", by=by, at=f.NOW)


def test_what_is_missing_is_said(row, by):
    well(row, by, LAST - days(1), without=(DAY + days(3),))
    look(row, by, DAY + days(1), ill=True)
    with pytest.raises(Refused) as refused:
        release(row, by)
    assert str(refused.value) == (
        "Not yet: 11 of 14 full days without symptoms. Symptoms on 2020-02-02 set the count back. "
        "Without a record, so not counted: 2020-02-04. Release at the earliest on 2020-02-18."
    )
    assert Isolation.objects.get().state == "open"


def test_who_may_decide(row, by, county):
    well(row, by, LAST - days(1))
    for actor in (f.actor(county, "caller"), f.actor(f.office(FAR))):
        with pytest.raises(NotAllowed):
            release(row, actor)
    for more, said in [({"handed_to": ""}, "who takes over"), ({"handed_name": " "}, "empty")]:
        with pytest.raises(Refused, match=said):
            release(row, by, **more)


def test_nobody_is_held_without_a_ground(row, by):
    with pytest.raises(Refused, match="empty"):
        releasing.lift(isolation=row, reason="", by=by, at=f.NOW)
    done = releasing.lift(isolation=row, reason="排查为阴性", by=by, at=f.NOW)
    assert done.state == "released" and "排查为阴性" in done.decision
    with pytest.raises(Refused, match="ended"):
        releasing.move(isolation=row, rule=row.rule, reason="换地方", by=by, at=f.NOW)


def test_symptoms_lead_to_hospital_and_the_days_begin_anew(row, by, county):
    ward = rule(county, "hospital", symptoms=True)
    well(row, by, DAY + days(3))
    look(row, by, DAY + days(4), ill=True)
    caller = f.actor(county, "caller")  # a stricter place needs no officer
    at = f.NOW + days(4)
    with scope.applied(caller):
        made = releasing.move(isolation=row, rule=ward, reason="发热", place="市医院", by=caller, at=at)
        assert releasing.move(isolation=row, rule=ward, reason="发热", by=caller, at=at) == made
    old = Isolation.objects.get(pk=row.pk)
    assert (old.state, old.moved_to, made.placement, made.place) == ("moved", made, "hospital", "市医院")
    assert (made.starts_on, made.ends_on) == (DAY + days(4), DAY + days(18))
    assert not made.records.exists()
    with pytest.raises(Refused, match="went on elsewhere"):
        release(old, by)
    with pytest.raises(NotAllowed):  # back to a milder place: an officer's decision
        releasing.move(isolation=made, rule=row.rule, reason="排除", by=caller, at=at)
    assert releasing.move(isolation=made, rule=row.rule, reason="排除", by=by, at=at).placement == "home"


def test_another_place_keeps_the_days_and_what_was_recorded_today(row, by, county):
    site = rule(county, "central")
    well(row, by, DAY + days(5))
    made = releasing.move(
        isolation=row, rule=site, reason="居家条件不够", area_code="220184100000", by=by, at=f.NOW + days(5)
    )
    assert (made.ends_on - made.starts_on).days == 9 and made.records.get().on == DAY + days(5)
    assert Person.objects.get().current_area == "220184100000"
    well(made, by, LAST - days(1), without=(DAY + days(5),))
    assert release(made, by).state == "released"


def test_moves_that_are_refused(row, by, county):
    out, far = rule(county, "central", valid_to=DAY), rule(f.office(FAR), "central")
    free = rule(county, "enter")
    for target, said in [(out, "not in force"), (far, "not in force"), (free, "released, not moved")]:
        with pytest.raises(Refused, match=said):
            releasing.move(isolation=row, rule=target, reason="换", by=by, at=f.NOW)
    with pytest.raises(NotAllowed, match="outside your area"):
        releasing.move(isolation=row, rule=row.rule, reason="换", area_code=FAR, by=by, at=f.NOW)


def test_to_another_county_only_by_a_rule_that_is_in_force_there(row, by):
    city = f.actor(f.office(CITY))
    there = f.office(FAR)
    with pytest.raises(Refused, match="not in force"):
        releasing.move(isolation=row, rule=row.rule, reason="投亲", area_code=FAR, by=city, at=f.NOW)
    made = releasing.move(isolation=row, rule=rule(there), reason="投亲", area_code=FAR, by=city, at=f.NOW)
    for actor, sees in ((f.actor(there), made), (by, row)):
        with scope.applied(actor):
            assert [each.pk for each in queries.isolations(actor)] == [sees.pk]
    with scope.applied(by), pytest.raises(Refused, match="went on elsewhere"):
        releasing.move(isolation=row, rule=row.rule, reason="投亲", by=by, at=f.NOW)


def test_the_person_erased_takes_all_of_it_along(row, by, county):
    well(row, by, DAY + days(2))
    wrong = look(row, by, DAY + days(3), ill=True)
    right = look(row, by, DAY + days(3), corrects=wrong, key="right")
    look(row, by, DAY + days(3), corrects=right, key="right after all")
    releasing.move(isolation=row, rule=rule(county, "central"), reason="换", by=by, at=f.NOW + days(3))
    IsolationStock.objects.create(
        area_code=VILLAGE, day=DAY, opened=1, released=0, moved=0, still=1, at=f.NOW
    )
    erasing.expire(now=f.NOW + days(400))
    assert (
        not Isolation.objects.exists() and not HealthRecord.objects.exists() and not Person.objects.exists()
    )
    assert IsolationStock.objects.count() == 1  # a number tells nothing about anybody


def at_once(*works):
    def run(work):
        try:
            return work()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [job.result() for job in [pool.submit(run, work) for work in works]]


@pytest.mark.django_db(transaction=True)
def test_two_at_once(county, by, home):
    """Two openings give one isolation, two records under one key one record, two releases one decision."""
    other, who = f.actor(f.office(VILLAGE), "officer"), person(by, dataset(county))

    def place(actor):
        with scope.applied(actor):
            return isolation.place(
                person=who, exposure="area", symptoms=False, since=DAY, by=actor, at=f.NOW
            ).isolation

    first, second = at_once(lambda: place(by), lambda: place(other))
    assert first == second and Isolation.objects.count() == 1

    def write(actor):
        with scope.applied(actor):
            return health.record_health(isolation=first, on=DAY, symptoms=[], key="same", by=actor, at=f.NOW)

    assert sorted(new for _row, new in at_once(lambda: write(by), lambda: write(other))) == [False, True]
    well(first, by, LAST - days(1), without=(DAY,))

    def leave(actor):
        with scope.applied(actor):
            return release(first, actor).ended_by_name

    one, two = at_once(lambda: leave(by), lambda: leave(other))
    assert one == two
    assert queries.numbers(by, LAST).open == 0
