"""Figures are the lengths of named lists: the two counts, departures, returns; the lines add up to the whole."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunfeng.areas import codes
from chunfeng.core import scope
from chunfeng.people import actions, suggestions
from chunfeng.people.actions.follow_ups import open_follow_up
from chunfeng.people.queries import ledgers, lists
from chunfeng.people.queries.lists import LISTS, Asked
from chunfeng.reporting import suggestions as reporting
from tests import factories as f
from tests.people.builders import CITY, FAR, FAR_VILLAGE, NEAR, VILLAGE, dataset, person
from tests.people.isolating import HIT, HIT_VILLAGE, hit
from tests.reporting import builders as reports

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 1)
SEA, SEA_TOWN, SEA_CITY = "440000000000", "440305000000", "440300000000"


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    return f.actor(county)


@pytest.fixture
def held(county):
    return dataset(county)


def say(row, by, kind, value, day=DAY, place=""):
    actions.state_fact(person=row, kind=kind, value=value, said="self", on=day, place=place, by=by, at=f.NOW)


def names(name, by, area=NEAR, **more):
    asked = Asked(by, area, more.pop("on", DAY), **more)
    return sorted(row.name for row in lists.people(name, asked))


def test_the_two_counts(by, county, held):
    hit(county)
    person(by, held, name="甲在那", work_area=HIT_VILLAGE)
    back = person(by, held, name="乙已回", work_area=HIT)
    say(back, by, "return", "returned")
    person(by, held, name="丙在别处", work_area=SEA)
    person(by, held, name="丁来此", area_code=HIT_VILLAGE, work_area=VILLAGE)
    person(by, held, name="戊回家过年", area_code=HIT, work_area=VILLAGE, current_area=HIT)
    person(by, held, name="己不上班", area_code=HIT, current_area=VILLAGE)
    assert names("locals-there", by) == ["甲在那"]
    assert names("natives-here", by) == ["丁来此", "戊回家过年"]
    assert names("locals-there", by, on=date(2020, 1, 31)) == ["乙已回", "甲在那"]  # before the word came
    assert names("locals-hit-province", by) == ["甲在那"] and len(names("natives-hit-province", by)) == 2


def test_a_hit_town_is_no_hit_province_and_without_a_declaration_nobody_is_listed(by, county, held):
    person(by, held, name="甲", work_area=HIT_VILLAGE)
    assert names("locals-there", by) == []
    hit(county, place=HIT_VILLAGE)
    assert names("locals-there", by) == ["甲"] and names("locals-hit-province", by) == []


def test_where_the_area_itself_is_hit_those_at_home_do_not_work_away(by, county, held):
    hit(county, place=NEAR)
    person(by, held, name="甲", work_area=VILLAGE)
    assert names("locals-there", by) == names("natives-here", by) == []


def test_one_place_asked_for(by, county, held):
    hit(county)
    hit(county, place=SEA)
    person(by, held, name="甲", work_area=HIT_VILLAGE)
    person(by, held, name="乙", work_area=SEA_TOWN)
    assert names("locals-there", by) == ["乙", "甲"]
    assert names("locals-there", by, place=SEA) == names("locals-there", by, place=SEA_CITY) == ["乙"]
    assert names("locals-there", by, place="310000000000") == []


def test_departures_by_destination_and_job(by, county, held):
    def wants(name, place, job=""):
        row = person(by, held, name=name)
        say(row, by, "intention", "leaves", place=place)
        if job:
            say(row, by, "job", job)
        return row

    wants("甲", SEA_TOWN, "has_job")
    wants("乙", SEA_TOWN, "no_job")
    wants("丙", "441900000000")
    wants("丁", "310115000000", "has_job")
    wants("戊", "")
    stays = wants("己", SEA)
    say(stays, by, "intention", "stays", DAY - timedelta(1))  # an older day, though told later
    changed = wants("庚", SEA)
    say(changed, by, "intention", "stays")
    asked = Asked(by, NEAR, DAY)
    lines = [(d.code[:4], d.people, d.with_job, d.no_job, d.job_open) for d in ledgers.by_destination(asked)]
    assert lines == [("4400", 4, 1, 1, 2), ("3100", 1, 1, 0, 0), ("", 1, 0, 0, 1)]
    inside = ledgers.by_destination(Asked(by, NEAR, DAY, place=SEA))
    assert [(d.code[:4], d.people) for d in inside] == [("4403", 2), ("4400", 1), ("4419", 1)]
    assert names("leaving", by, place=SEA_CITY) == ["乙", "甲"]
    assert names("leaving-no-job", by) == ["乙"] and names("leaving-job-open", by) == ["丙", "己", "戊"]
    assert names("leaving-with-job", by, place=SEA) == ["甲"]


def test_returns_of_a_period_and_those_still_away(by, county, held):
    early, late, away = (person(by, held, name=n, work_area=SEA) for n in ("早", "晚", "外"))
    say(early, by, "return", "returned", date(2020, 1, 20))
    say(late, by, "return", "returned", date(2020, 1, 30))
    assert names("returned", by, since=date(2020, 1, 27)) == ["晚"] and names("returned", by) == ["早", "晚"]
    assert names("away", by) == ["外"] and names("away", by, on=date(2020, 1, 25)) == ["外", "晚"]
    say(early, by, "return", "away", date(2020, 1, 31))
    assert names("away", by) == ["外", "早"] and away.name == "外"


def test_the_watch_list_knows_of_work_stay_and_arrival(by, county, held):
    hit(county)
    rows = {n: person(by, held, name=n) for n in ("工作", "停留", "登记", "别处", "没回", "随访")}
    actions.change_person(person=rows["工作"], version=1, values={"work_area": HIT}, by=by, at=f.NOW)
    actions.change_person(person=rows["没回"], version=1, values={"work_area": HIT}, by=by, at=f.NOW)
    say(rows["停留"], by, "whereabouts", "elsewhere", date(2020, 1, 25), HIT_VILLAGE)
    actions.record_contact(person=rows["登记"], kind="file", origin=HIT_VILLAGE, key="k1", by=by, at=f.NOW)
    for n in ("工作", "停留", "登记", "别处"):
        say(rows[n], by, "return", "returned")
    open_follow_up(person=rows["随访"], reason="watch", by=by, at=f.NOW)
    assert names("watch", by) == sorted(["工作", "停留", "登记", "随访"])
    done = ledgers.done_with(rows.values())
    assert done[rows["登记"].pk].contacts == {"file": 1} and done[rows["工作"].pk].nothing
    assert done[rows["随访"].pk].follow_ups == {"watch": date(2020, 2, 2)}


@given(st.lists(st.sampled_from([VILLAGE, "220184100202", "220184101000", NEAR, FAR_VILLAGE]), max_size=8))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_lines_of_the_areas_add_up_to_the_whole(city_by, homes):
    by, held = city_by
    for n, home in enumerate(homes):
        row = person(by, held, name=f"测{n}{home[:6]}{len(homes)}", area_code=home, work_area=SEA)
        say(row, by, "intention", "leaves")
    for area in (CITY, NEAR, VILLAGE):
        asked = Asked(by, area, DAY)
        lines, totals = ledgers.by_area(["leaving", "away"], asked)
        for name in ("leaving", "away"):
            assert sum(line.counts.get(name, 0) for line in lines) == totals[name]
            assert totals[name] == lists.people(name, asked).count()


@pytest.fixture
def city_by():
    from chunfeng.areas.models import Area

    for code, level, parent in [
        (CITY, 2, "220000000000"), (NEAR, 3, CITY), (FAR, 3, CITY), ("220184100000", 4, NEAR),
        ("220184101000", 4, NEAR), (VILLAGE, 5, "220184100000"), ("220184100202", 5, "220184100000"),
        (FAR_VILLAGE, 5, "220122100000"),
    ]:  # fmt: skip
        Area.objects.create(
            code=code, name=f"测试{code}", level=level, parent_code=parent, kind="other",
            valid_from=date(2000, 1, 1),
        )  # fmt: skip
    office = f.office(CITY)
    return f.actor(office), dataset(office)


def test_nobody_beyond_the_wall_is_counted(by, county, held):
    far = f.office(FAR)
    there = f.actor(far)
    row = person(there, dataset(far), name="外县", area_code=FAR_VILLAGE, work_area=SEA)
    say(row, there, "intention", "leaves")
    for name in LISTS:
        assert names(name, by, area=CITY) == []
        with scope.applied(by):
            assert lists.people(name, Asked(there, FAR, DAY)).count() == 0


def test_a_report_is_offered_the_figure_whose_list_leads_to_the_people(by, county, held):
    form = reports.form(
        county,
        at=f.NOW,
        code="two-counts",
        indicators=[
            {"code": "there", "label": "在外", "prefill": "below, register:people:locals_hit_province"},
            {"code": "back", "label": "返乡", "prefill": "register:people:returned"},
            {"code": "kept", "label": "其他", "prefill": "register:people:nothing"},
        ],
        checks=[],
    )
    owed = reports.obligation(form, county, DAY)
    row = person(by, held, name="甲", work_area=HIT_VILLAGE)
    early = person(by, held, name="乙")
    say(early, by, "return", "returned", DAY)
    say(row, by, "return", "returned", DAY - timedelta(9))
    with scope.applied(by):
        assert {code: offer.value for code, offer in reporting.offered(owed, f.NOW).items()} == {"back": 1}
    hit(county)
    say(row, by, "return", "away", DAY - timedelta(1))
    with scope.applied(by):
        offers = reporting.offered(owed, f.NOW)
        asked = suggestions.asked_by(owed, DAY)
        for cell, name in (("there", "locals-hit-province"), ("back", "returned")):
            assert offers[cell].value == lists.people(name, asked).count() == 1
    assert suggestions.list_behind(("below", "register:people:returned")) == "returned"
    assert suggestions.list_behind(("below",)) == suggestions.list_behind(("register:people:x",)) == ""


def test_every_list_says_whom_it_holds():
    for named in LISTS.values():
        assert str(named.label) and str(named.holds) and named.column in ("area_code", "work_area")
    assert set(suggestions.FIGURES.values()) <= set(LISTS)
    assert codes.level(HIT) == 1
