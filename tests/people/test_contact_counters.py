"""Figures offered to reports: people once, visits each, on the days of the report, in the office's area."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chunfeng.people import actions
from chunfeng.people.actions.contacts import record_contact
from chunfeng.people.contact_counters import FIGURES, PREFIX
from chunfeng.people.kinds import KINDS
from chunfeng.reporting.models import Obligation
from chunfeng.reporting.suggestions import COUNTERS
from tests import factories as f
from tests.people.builders import CITY, FAR, NEAR, VILLAGE, dataset, person
from tests.people.isolating import HIT_CITY, hit

pytestmark = pytest.mark.django_db
TODAY = date(2020, 2, 1)


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def people(by, county):
    into = dataset(county)
    return [person(by, into, name=f"甲{n}", work_area=HIT_CITY) for n in range(3)]


def owed(office, first=TODAY, last=TODAY, area="") -> Obligation:
    return Obligation(
        area_code=area or office.area_code, office=office, period_start=first, period_end=last, form_id=0
    )


def offer(figure, of):
    found = COUNTERS[PREFIX + figure](of, f.NOW)
    return None if found is None else found.value


def met(person, by, kind="visit", n=0, days_ago=0, **more):
    record_contact(
        person=person, kind=kind, key=f"{person.pk}-{kind}-{n}-{days_ago}", by=by,
        at=f.NOW - timedelta(days_ago), received_at=f.NOW, **more,
    )  # fmt: skip


def test_people_once_visits_each_on_the_days_of_the_report(by, county, people):
    assert offer("visits", owed(county)) is None  # nobody keeps the register: not known is not zero
    for n in range(2):
        met(people[0], by, n=n)
    met(people[1], by)
    met(people[1], by, n=1, outcome="no_answer")
    met(people[2], by, days_ago=1)
    met(people[2], by, kind="call")
    assert (offer("visits", owed(county)), offer("visited", owed(county))) == (3, 2)
    week = owed(county, TODAY - timedelta(6))
    assert (offer("visits", week), offer("visited", week)) == (4, 3)
    assert offer("visits", owed(county, area=CITY)) == 3
    assert offer("visits", owed(f.office(FAR))) is None
    assert offer("visits", owed(county, area=VILLAGE)) == 3
    assert offer("visits", owed(county, TODAY + timedelta(1), TODAY + timedelta(1))) == 0


def test_only_the_results_a_figure_means(by, county, people):
    for row, where in zip(people, ("campus", "campus", "post"), strict=True):
        answers = {"campus": "测试技校", "where": where, "symptoms": "none", "told": ["phone"], "need": "no"}
        answers |= {"at": NEAR} if where == "post" else {}
        met(row, by, "student", script=KINDS["student"].script, answers=answers)
    assert (offer("students", owed(county)), offer("students_on_campus", owed(county))) == (3, 2)


def test_every_figure_means_branches_its_questions_have():
    for name, figure in FIGURES.items():
        assert set(figure.branches) <= set(KINDS[figure.kind].script.branches), name


def test_not_visited_needs_a_declaration(by, county, people):
    actions.state_fact(
        person=people[0], kind="return", value="returned", said="self", on=TODAY, by=by, at=f.NOW
    )
    assert offer("not_visited", owed(county)) is None
    hit(county)
    assert offer("not_visited", owed(county)) == 1
    met(people[0], by)
    assert offer("not_visited", owed(county)) == 0
