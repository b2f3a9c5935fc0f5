"""Which rule places a person, and what it opens."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.people.actions import isolation
from chunfeng.people.choices import ISOLATING, Exposure, Placement
from chunfeng.people.models import Isolation, PlacementRule
from chunfeng.people.placement.choosing import Lost, applying, weigh
from tests import factories as f
from tests.people.builders import CITY, FAR, NEAR, VILLAGE, dataset, person
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
    return person(by, dataset(county), work_area=HIT_CITY)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def place(who, by, exposure="area", symptoms=False, since=DAY, **more):
    return isolation.place(
        person=who, exposure=exposure, symptoms=symptoms, since=since, by=by, at=f.NOW, **more
    )


def test_a_rule_opens_an_isolation_with_its_clause_and_its_end_once(county, by, wang):
    found = rule(county)
    with scope.applied(by):
        first = place(wang, by, place="三组12号")
        again = place(wang, by)
    row = Isolation.objects.get()
    assert (first.isolation, again.isolation, first.rule, first.placement) == (row, row, found, "home")
    assert (row.area_code, row.source, row.place) == (VILLAGE, CLAUSE, "三组12号")
    assert (row.starts_on, row.ends_on, row.office) == (DAY, DAY + timedelta(14), county)
    assert CLAUSE in first.why and "14" in first.why and again.why.startswith("Since 2020-02-01")
    with scope.applied(SYSTEM):
        assert [event.detail["rule"] for event in Event.objects.filter(verb="isolation.open")] == [found.pk]


def test_nearest_then_newest_then_strictest(county, by, wang):
    city = rule(f.office(CITY), "hospital", valid_from=date(2020, 1, 31))
    old = rule(county, "central", valid_from=date(2020, 1, 20))
    mild = rule(county, "watch")
    best = rule(county, "home")
    rule(county, "central", valid_from=date(2020, 2, 2))  # not yet
    rule(county, "central", valid_to=DAY)  # over
    rule(f.office(FAR), "central")  # the neighbour's
    assert place(wang, by).rule == best
    weighed = weigh(PlacementRule.objects.filter(pk__in=[city.pk, old.pk, mild.pk, best.pk]), "area", False)
    assert [(each.rule, each.lost) for each in weighed] == [
        (best, None), (mild, Lost.MILDER), (old, Lost.OLDER), (city, Lost.FARTHER),
    ]  # fmt: skip


@pytest.mark.parametrize("placement", ["enter", "watch", None])
def test_what_opens_nothing_or_only_monitoring(county, by, wang, placement):
    if placement:
        rule(county, placement)
    done = place(wang, by)
    assert done.placement == placement and done.why
    assert (done.isolation.placement if done.isolation else None) == (
        "watch" if placement == "watch" else None
    )


def test_people_without_symptoms_and_exposure_are_never_isolated(county, by, wang):
    with pytest.raises(Exception, match="no_isolation_without_cause"), scope.applied(SYSTEM):
        rule(county, exposure="none")
    for symptoms in (None, False):
        done = place(wang, by, "none", symptoms)
        assert done.isolation is None and "nobody is isolated" in done.why
    rule(county, "hospital", exposure="none", symptoms=True)
    assert place(wang, by, "none", None).isolation is None
    assert place(wang, by, "none", True).isolation.placement == "hospital"


def test_days_that_are_over_open_nothing_unless_there_are_symptoms(county, by, wang):
    rule(county)
    done = place(wang, by, since=DAY - timedelta(14))
    assert done.isolation is None and "over" in done.why
    assert place(wang, by, symptoms=True, since=DAY - timedelta(20)).isolation.starts_on == DAY


def test_who_came_back_is_at_home_though_the_record_still_says_elsewhere(county, by):
    hit(county)
    rule(county)
    row = person(by, dataset(county), current_area=HIT_CITY)
    assert place(row, by).isolation.area_code == VILLAGE


def test_refusals(county, by, wang):
    rule(county)
    for more, said in [({"exposure": "moon"}, "exposure"), ({"since": DAY + timedelta(1)}, "future")]:
        with pytest.raises(Refused, match=said):
            place(wang, by, **more)
    for at, role in [(FAR, "officer"), (NEAR, "auditor")]:
        with pytest.raises(NotAllowed):
            place(wang, f.actor(f.office(at), role))
    assert not Isolation.objects.exists()


def test_an_isolation_out_of_sight_is_not_opened_twice(county, by, wang):
    rule(county)
    other = f.office("420100000000")
    rule(other)
    stranger = f.actor(other)
    with scope.applied(stranger):
        assert place(wang, stranger).isolation.area_code == HIT_CITY
    with scope.applied(by):
        done = place(wang, by)
    assert done.isolation is None and "out of your sight" in done.why


_rules = st.builds(
    PlacementRule,
    area_code=st.sampled_from(["000000000000", "220000000000", CITY, NEAR, VILLAGE]),
    exposure=st.sampled_from(Exposure.values),
    symptoms=st.sampled_from([None, True, False]),
    placement=st.sampled_from(Placement.values),
    days=st.integers(1, 21),
    valid_from=st.dates(date(2020, 1, 1), date(2020, 1, 9)),
)


@given(st.lists(_rules, max_size=8), st.sampled_from(Exposure.values), st.sampled_from([None, True, False]))
def test_the_choice_is_lawful_total_and_the_best(rules, exposure, symptoms):
    weighed = weigh(rules, exposure, symptoms)
    best = applying(weighed)
    assert sorted(map(id, rules)) == sorted(id(each.rule) for each in weighed)
    fitting = [
        each for each in rules
        if each.exposure == exposure and (each.symptoms is None or each.symptoms is bool(symptoms))
        and not (exposure == "none" and not symptoms and each.placement in ISOLATING)
    ]  # fmt: skip
    assert (best is None) == (not fitting)
    strict = list(Placement.values)
    for each in fitting:
        mine = (len(best.area_code.rstrip("0")), best.valid_from, -strict.index(best.placement), best.days)
        theirs = (len(each.area_code.rstrip("0")), each.valid_from, -strict.index(each.placement), each.days)
        assert mine >= theirs
