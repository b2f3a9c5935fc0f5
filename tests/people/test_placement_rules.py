"""Rules and affected areas taken into use, put right and ended; the library that ships with them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people.actions import placement
from chunfeng.people.choices import ISOLATING
from chunfeng.people.models import AffectedArea, PlacementRule
from chunfeng.people.placement import library
from chunfeng.people.queries import affected, placing
from tests import factories as f
from tests.people.builders import CITY, FAR, NEAR, VILLAGE, dataset, person
from tests.people.isolating import CLAUSE, HIT, HIT_CITY, emergency, hit, opened, rule

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def make(by, **more):
    values = {
        "name": "返乡人员居家隔离", "exposure": "area", "symptoms": False, "placement": "home", "days": 14,
        "source": CLAUSE, "valid_from": DAY, "emergency": emergency(),
    }  # fmt: skip
    return placement.make_rule(by=by, at=f.NOW, **(values | more))


@pytest.mark.parametrize("each", library.rules(), ids=lambda each: each.code)
def test_every_shipped_rule_can_be_taken_into_use(by, each):
    event = emergency()
    with scope.applied(by):
        made = placement.take_from_library(code=each.code, emergency=event, valid_from=DAY, by=by, at=f.NOW)
        again = placement.take_from_library(code=each.code, emergency=event, valid_from=DAY, by=by, at=f.NOW)
    assert again == made and PlacementRule.objects.count() == 1
    assert made.source and each.checked == ("依据待核" not in made.source)
    assert made.placement not in ISOLATING or made.days > 0
    with translation.override("zh-hans"):
        assert each.name == made.name
    assert each.name != made.name


def test_the_library_covers_every_exposure_with_and_without_symptoms():
    told = {(each.exposure, each.symptoms) for each in library.rules()}
    assert told == {(e, s) for e in ("contact", "area", "none") for s in (True, False)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "unknown entries"),
        ("{code: a}", "missing"),
        ("{code: a, title: {zh: 甲}, exposure: moon, placement: home, source: {title: 乙}}", "vocabulary"),
        ("{code: a, title: {zh: 甲}, exposure: area, placement: home, days: 0, source: {title: 乙}}", "days"),
        (
            "{code: a, title: {zh: 甲}, exposure: none, placement: home, days: 9, source: {title: 乙}}",
            "ground",
        ),
        ("{code: a, title: {en: a}, exposure: area, placement: enter, source: {title: 乙}}", "Chinese"),
        ("{code: a, title: {zh: 甲}, exposure: area, placement: enter, source: {}}", "title"),
    ],
)
def test_files_that_are_no_rule(text, said):
    with pytest.raises(library.BadRule, match=said):
        library.read(text, "a.yaml")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"exposure": "none"}, "no legal ground"),
        ({"exposure": "none", "symptoms": None}, "no legal ground"),
        ({"days": 0}, "full days"),
        ({"days": 91}, "full days"),
        ({"placement": "watch", "days": 0}, "full days"),
        ({"source": " "}, "empty"),
        ({"name": ""}, "empty"),
        ({"placement": "moon"}, "from the lists"),
        ({"valid_to": DAY}, "after the first day"),
        ({"fever_above": "99"}, "between 36 and 40"),
        ({"fever_above": "hot"}, "between 36 and 40"),
    ],
)
def test_what_is_no_rule(by, more, said):
    with pytest.raises(Refused, match=said):
        make(by, **more)


def test_a_rule_is_changed_in_place_until_somebody_was_placed_by_it(county, by):
    row = make(by)
    assert make(by) == row
    with pytest.raises(Refused, match="there already"):
        make(by, days=7)
    same = placement.change_rule(rule=row, days=10, fever_above="37.3", by=by, at=f.NOW)
    assert (same.pk, same.days, str(same.fever_above)) == (row.pk, 10, "37.3")
    held = opened(person(by, dataset(county)), by)
    with pytest.raises(Refused, match="later first day"):
        placement.change_rule(rule=same, days=21, by=by, at=f.NOW)
    later = DAY + timedelta(3)
    new = placement.change_rule(rule=same, days=21, valid_from=later, by=by, at=f.NOW)
    same.refresh_from_db()
    assert (new.days, same.days, same.valid_to, held.rule) == (21, 10, later, same)
    assert [r.days for r in placing.in_force(VILLAGE, later)] == [21]


def test_a_rule_ends_on_its_day(by):
    row = make(by)
    placement.end_rule(rule=row, on=DAY + timedelta(5), by=by, at=f.NOW)
    assert placing.in_force(VILLAGE, DAY + timedelta(4)).count() == 1
    assert not placing.in_force(VILLAGE, DAY + timedelta(5)).exists()
    with pytest.raises(Refused, match="after the first day"):
        placement.end_rule(rule=row, on=DAY, by=by, at=f.NOW)


def test_rules_are_read_below_and_changed_by_their_own(county, by):
    row, area = make(by), hit(county)
    village, far, caller = (
        f.actor(f.office(VILLAGE)), f.actor(f.office(FAR)), f.actor(county, "caller"),
    )  # fmt: skip
    for actor, sees in ((village, 1), (far, 0), (f.actor(f.office(CITY)), 1)):
        with scope.applied(actor):
            assert PlacementRule.objects.count() == AffectedArea.objects.count() == sees
            assert placing.rules(actor).count() == affected.declared(actor).count() == sees
    for actor in (village, far, caller):
        with pytest.raises(NotAllowed), scope.applied(actor):
            placement.end_rule(rule=row, on=DAY + timedelta(1), by=actor, at=f.NOW)
        with pytest.raises(NotAllowed), scope.applied(actor):
            placement.end_affected(area=area, on=DAY + timedelta(1), by=actor, at=f.NOW)


def declare(by, **more):
    values = {"place": HIT, "source": CLAUSE, "valid_from": DAY, "emergency": emergency()}
    return placement.declare_affected(by=by, at=f.NOW, **(values | more))


def test_an_area_is_declared_once_and_ended(by):
    row = declare(by, risk="高")
    assert declare(by, risk="高") == row
    with pytest.raises(Refused, match="declared from that day"):
        declare(by)
    for more, said in [
        ({"source": ""}, "empty"),
        ({"place": "nowhere"}, "code"),
        ({"valid_to": DAY}, "after"),
    ]:
        with pytest.raises(Refused, match=said):
            declare(by, **more)
    placement.end_affected(area=row, on=DAY + timedelta(30), by=by, at=f.NOW)
    assert affected.is_affected(HIT_CITY, VILLAGE, DAY + timedelta(29)) == row
    assert affected.is_affected(HIT_CITY, VILLAGE, DAY + timedelta(30)) is None


def test_the_page_can_say_which_rule_applies_and_which_lost(county, by):
    hit(county)
    near, far_off = rule(county), rule(f.office(CITY), "central")
    sick, free = rule(county, "hospital", symptoms=True), rule(county, "enter", exposure="none")
    row = person(by, dataset(county), work_area=HIT_CITY)
    with scope.applied(by):
        found = placing.explain(row, by, DAY)
    assert (found.area, found.exposure, found.symptoms, found.rule) == (VILLAGE, "area", None, near)
    assert [(each.rule, each.lost) for each in found.weighed] == [
        (near, None), (far_off, "farther"), (sick, "symptoms"), (free, "exposure"),
    ]  # fmt: skip
    assert placing.explain(row, by, DAY, exposure="none").rule == free
    assert placing.explain(row, by, DAY, symptoms=True).rule in (sick, near)
