"""Who is due: arrivals from affected areas, students, vulnerable households; nobody vanishes from a list unseen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chunfeng.core import scope
from chunfeng.people import actions
from chunfeng.people.actions.contacts import record_contact
from chunfeng.people.models import PossibleDuplicate
from chunfeng.people.queries import due
from tests import factories as f
from tests.people.builders import FAR, FAR_VILLAGE, NEAR, VILLAGE, dataset, person
from tests.people.isolating import HIT, HIT_CITY, hit

pytestmark = pytest.mark.django_db
TODAY, HIT_TOWN = date(2020, 2, 1), "420104001002"


@pytest.fixture
def county():
    return f.office(NEAR)


@pytest.fixture
def by(county):
    hit(county)
    return f.actor(county)


@pytest.fixture
def into(county):
    return dataset(county)


@pytest.fixture
def enter(by, into):
    def add(name, **values):
        return person(by, into, name=name, **values)

    return add


def said(person, by, value, days_ago=0, kind="return", place="", *, told=None):
    on = TODAY - timedelta(days_ago)
    actions.state_fact(
        person=person,
        kind=kind,
        value=value,
        said="family",
        on=on,
        place=place,
        by=by,
        at=f.NOW - timedelta(days_ago if told is None else told),
    )


def met(person, by, kind="visit", days_ago=0, **more):
    record_contact(
        person=person,
        kind=kind,
        key=f"{person.pk}-{kind}-{days_ago}",
        by=by,
        at=f.NOW - timedelta(days_ago),
        **more,
    )


def names(by, kind="visit", *, seen=False, on=TODAY, **more) -> list[str]:
    with scope.applied(by):
        rows = [row for row in due.group(by, kind, on, **more) if row.seen == seen]
        return sorted(person.name for person in due.people(rows))


def row(by, name, kind="visit", **more):
    return next(person for person in due.people(due.group(by, kind, TODAY, **more)) if person.name == name)


def test_back_from_an_affected_area_and_not_yet_visited(by, enter):
    back = enter("甲回来", work_area=HIT_CITY)
    said(back, by, "returned", 3)
    enter("乙没说", work_area=HIT_CITY)  # nobody said they are back: the call list asks
    away = enter("丙在外", work_area=HIT_CITY)
    said(away, by, "away", 1)
    way = enter("丁路上", work_area=HIT_CITY)
    said(way, by, "on_way", 1)
    other = enter("戊别处", work_area="310000000000")
    said(other, by, "returned", 2)
    stated = enter("己说过")
    said(stated, by, "elsewhere", 9, "whereabouts", HIT_TOWN)
    said(stated, by, "returned", 4)
    assert names(by) == ["己说过", "甲回来"]
    shown = row(by, "甲回来")
    assert (shown.since, shown.target, shown.spot) == (TODAY - timedelta(3), TODAY - timedelta(2), VILLAGE)
    met(back, by)
    assert names(by) == ["己说过"]
    assert names(by, seen=True) == ["甲回来"]


def test_only_a_visit_with_a_word_spoken_since_the_arrival_counts(by, enter):
    back = enter("甲回来", work_area=HIT_CITY)
    said(back, by, "returned", 3)
    met(back, by, days_ago=9)
    met(back, by, outcome="no_answer")
    met(back, by, kind="call")
    assert names(by) == ["甲回来"]
    met(back, by, days_ago=2)
    assert names(by) == []
    assert names(by, "file") == ["甲回来"]


def test_who_went_away_again_and_came_back_is_due_again(by, enter):
    back = enter("甲回来", work_area=HIT_CITY)
    said(back, by, "returned", 8)
    met(back, by, days_ago=7)
    said(back, by, "away", 5)
    assert names(by) == names(by, seen=True) == []
    said(back, by, "returned", 1)
    assert names(by) == ["甲回来"]


def test_who_tells_today_that_they_came_back_last_week_is_back(by, enter):
    back, gone = enter("甲回来", work_area=HIT_CITY), enter("乙又走", work_area=HIT_CITY)
    said(back, by, "away", 1)  # a ledger of yesterday
    said(back, by, "returned", 7, told=0)
    said(gone, by, "returned", 7)
    said(gone, by, "away", 9, told=0)  # told today, of a day before
    assert names(by) == ["乙又走", "甲回来"]
    assert row(by, "甲回来").since == TODAY - timedelta(7)
    said(gone, by, "away", 0)
    assert names(by) == ["甲回来"]


def test_a_ledger_that_lists_them_as_returning_is_enough(by, enter):
    listed = enter("甲台账", work_area=HIT_CITY)
    actions.set_category(person=listed, category="returning", valid_from=date(2020, 1, 28), by=by, at=f.NOW)
    open_ended = enter("乙台账", work_area=HIT_CITY)
    actions.set_category(person=open_ended, category="returning", by=by, at=f.NOW)
    assert names(by) == ["乙台账", "甲台账"]
    assert row(by, "甲台账").since == date(2020, 1, 28)
    assert row(by, "乙台账").since == TODAY
    said(listed, by, "away")
    assert names(by) == ["乙台账"]


def test_an_outsider_registered_from_there_is_visited_here(by, enter):
    guest = enter("外来人", area_code=HIT_TOWN, current_area=VILLAGE)
    met(guest, by, kind="outsider", origin=HIT_TOWN, days_ago=1)
    assert names(by) == ["外来人"]
    assert (row(by, "外来人").since, row(by, "外来人").spot) == (TODAY - timedelta(1), VILLAGE)
    guest = enter("别处来", area_code="310104001002", current_area=VILLAGE)
    met(guest, by, kind="outsider", origin="310000000000", days_ago=1)
    assert names(by) == ["外来人"]


def test_without_a_declaration_or_before_it_nobody_is_due(by, enter, county):
    early = enter("早回来", work_area=HIT_CITY)
    said(early, by, "returned", 40)
    assert names(by) == []
    edge = enter("那天", work_area=HIT_CITY)
    said(edge, by, "returned", (TODAY - date(2020, 1, 23)).days + due.LOOK_BACK)
    assert names(by) == ["那天"]
    assert names(by, on=date(2020, 1, 22)) == []
    assert names(f.actor(f.office(FAR))) == []


def test_a_merged_record_counts_for_the_one_that_stands(by, enter):
    one, two = enter("甲回来", work_area=HIT_CITY), enter("甲回来", note="二")
    said(one, by, "returned", 2)
    met(two, by, kind="outsider", origin=HIT, days_ago=2)
    met(two, by, days_ago=1)
    assert names(by) == ["甲回来"]
    pair = PossibleDuplicate.objects.create(
        kept=one, other=two, area_code=VILLAGE, keys=["name"], found_at=f.NOW
    )
    actions.merge(pair=pair, keep=one, by=by, at=f.NOW)
    assert names(by) == [] and names(by, seen=True) == ["甲回来"]


def test_the_share_of_every_village(by, enter):
    for n in range(3):
        back = enter(f"甲{n}", work_area=HIT_CITY, area_code=(VILLAGE, "220184100202")[n // 2])
        said(back, by, "returned", 1 if n else 5)
        if n == 2:
            met(back, by)
    rows = due.group(by, "visit", TODAY)
    assert due.shares(rows, TODAY) == [
        due.Share(VILLAGE, people=2, due=2, late=1),
        due.Share("220184100202", people=1, due=0, late=0),
    ]
    assert due.shares(rows, TODAY, 9) == [due.Share("220184100000", people=3, due=2, late=1)]


def test_a_student_is_due_some_days_after_the_last_visit(by, enter):
    students = [enter(f"学生{n}") for n in range(3)]
    for each in students:
        actions.set_category(person=each, category="student", valid_from=date(2019, 9, 1), by=by, at=f.NOW)
    enter("不是学生")
    met(students[1], by, "student", days_ago=2)
    met(students[2], by, "student", days_ago=7)
    assert names(by, "student") == ["学生0", "学生2"]
    assert names(by, "student", every=2) == ["学生0", "学生1", "学生2"]
    assert names(by, "student", every=14) == ["学生0"]
    shown = row(by, "学生2", "student")
    assert (shown.since, shown.target) == (TODAY - timedelta(7), TODAY)
    actions.end_category(category=students[0].categories.get(), on=date(2020, 1, 31), by=by, at=f.NOW)
    assert names(by, "student") == ["学生2"]


def test_help_for_one_of_a_household_counts_for_all_of_it(by, enter):
    poor = [enter(f"困难{n}", household_number="7" if n < 2 else "") for n in range(4)]
    for each, category in zip(poor, ("poor", "disabled", "hardship", "poor"), strict=True):
        actions.set_category(person=each, category=category, by=by, at=f.NOW)
    wife = enter("困难户家属", household_number="7")
    met(wife, by, "help", days_ago=1)
    met(poor[2], by, "help", days_ago=9)
    assert names(by, "help") == ["困难2", "困难3"]
    assert names(by, "help", seen=True) == ["困难0", "困难1"]
    assert row(by, "困难3", "help").since is None


def test_the_list_ends_at_the_offices_own_area(by, enter, county):
    back = enter("甲回来", work_area=HIT_CITY)
    said(back, by, "returned", 3)
    village, other = f.actor(f.office(VILLAGE), "caller"), f.actor(f.office("220184100202"), "caller")
    hit_county = f.actor(f.office(HIT_CITY))
    assert names(village) == ["甲回来"]
    assert names(other) == []
    hit(f.office(HIT_CITY))
    assert names(hit_county) == []  # they see the person by the work area, and nobody came there
    far = f.actor(f.office(FAR_VILLAGE))
    assert names(far) == []


def test_nobody_is_due_for_the_other_kinds(by):
    assert not due.has_group("outsider") and due.has_group("visit")
    with pytest.raises(KeyError):
        due.group(by, "outsider", TODAY)


def test_the_list_is_a_bounded_number_of_queries(by, enter, django_assert_num_queries):
    for n in range(3):
        said(enter(f"甲{n}", work_area=HIT_CITY), by, "returned", 1)
    with django_assert_num_queries(3):  # what is affected, the look-back of the rules, the group
        assert len(due.group(by, "visit", TODAY)) == 3
