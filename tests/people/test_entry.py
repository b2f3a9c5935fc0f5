"""Decisions at the gate: enter, monitor, isolate or hospital."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.actions import entry
from chunfeng.people.models import ContactRecord, FollowUp, Isolation
from tests import factories as f
from tests.people.builders import FAR, NEAR, dataset, person
from tests.people.isolating import CLAUSE, HIT_CITY, hit, rule

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county, "caller")


@pytest.fixture
def wang(by, county):
    """Everything a gate needs: an affected area and rules for every case."""
    hit(county)
    rule(county, "home", symptoms=False, fever_above="37.3")
    rule(county, "central", exposure="contact", symptoms=False)
    rule(county, "enter", exposure="none", symptoms=False)
    for exposure in ("area", "contact", "none"):
        rule(county, "hospital", exposure=exposure, symptoms=True)
    return person(by, dataset(county))


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def decide(who, by, key="gate-1", **more):
    given = {"symptoms": [], "temperature": "36.4"} | more
    with scope.applied(by):
        return entry.decide_entry(person=who, key=key, by=by, at=f.NOW, **given)


@pytest.mark.parametrize(
    ("given", "exposure", "placement"),
    [
        ({}, "none", "enter"),
        ({"origin": "310000000000"}, "none", "enter"),
        ({"origin": HIT_CITY}, "area", "home"),
        ({"origin": HIT_CITY, "left_on": DAY - timedelta(14)}, "area", "home"),
        ({"origin": HIT_CITY, "left_on": DAY - timedelta(15)}, "none", "enter"),
        ({"near_case": True}, "contact", "central"),
        ({"temperature": "37.4"}, "none", "hospital"),
        ({"symptoms": ["cough"], "origin": HIT_CITY}, "area", "hospital"),
        ({"near_case": True, "symptoms": ["breath"]}, "contact", "hospital"),
    ],
)
def test_the_decision_follows_origin_exposure_and_symptoms(wang, by, given, exposure, placement):
    done = decide(wang, by, **given)
    assert (done.exposure, done.placed.placement) == (exposure, placement)
    assert CLAUSE in done.placed.why
    row = Isolation.objects.first()
    assert (row.placement if row else "enter") == placement
    answers = json.loads(ContactRecord.objects.get(pk=done.contact.pk).answers)
    assert (answers["placement"], answers["exposure"]) == (placement, exposure)
    assert done.contact.branch == placement
    assert done.contact.source == CLAUSE and (row is None or row.contact == done.contact)
    assert FollowUp.objects.count() == (placement == "hospital")


def test_what_the_register_knows_counts_where_nothing_is_said(wang, by):
    wang.work_area = HIT_CITY
    wang.save()
    assert decide(wang, by).exposure == "area"
    assert decide(wang, by, key="gate-2", origin="310000000000").exposure == "none"


def test_monitoring_opens_a_follow_up(county, by):
    rule(county, "watch")
    hit(county)
    done = decide(person(by, dataset(county)), by, origin=HIT_CITY)
    assert done.placed.isolation.placement == "watch" and FollowUp.objects.get().reason == "watch"


def test_who_enters_is_handed_over(wang, by):
    done = decide(wang, by, handed_to="employer", handed_name="演示电子装配厂")
    assert done.contact.place == "演示电子装配厂" and '"handed_to": "employer"' in done.contact.answers


def test_sent_again_it_stands_once(wang, by):
    first, again = decide(wang, by, origin=HIT_CITY), decide(wang, by, origin=HIT_CITY)
    assert first.contact == again.contact and first.placed.isolation == again.placed.isolation
    assert ContactRecord.objects.count() == Isolation.objects.count() == 1


def test_refusals(wang, by):
    for more, said in [
        ({"symptoms": None, "temperature": ""}, "temperature"),
        ({"left_on": DAY + timedelta(1)}, "future"),
        ({"kind": "call"}, "gate"),
        ({"temperature": "50"}, "not a body"),
    ]:
        with pytest.raises(Refused, match=said):
            decide(wang, by, **more)
    with pytest.raises(NotAllowed):
        entry.decide_entry(person=wang, symptoms=[], key="k", by=f.actor(f.office(FAR)), at=f.NOW)
    assert not ContactRecord.objects.exists()
