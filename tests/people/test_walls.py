"""Both walls around a person who lives in one county and works in another, in raw SQL and in queries."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection

from chunfeng.core import scope
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people import actions
from chunfeng.people.models import PossibleDuplicate
from chunfeng.people.queries import duplicates, register
from tests import factories as f
from tests.people.builders import CITY, FAR, FAR_VILLAGE, NEAR, THIRD, VILLAGE, dataset, person

pytestmark = pytest.mark.django_db
PARTS = ("people_personphone", "people_personcategory", "people_persondataset", "people_fact")


@pytest.fixture
def cast():
    offices = {
        "home": NEAR, "village": VILLAGE, "work": FAR, "town": "220122100000", "city": CITY, "province": "220000000000",
        "third": THIRD, "neighbour": "220184100202", "elsewhere": "440300000000",
    }  # fmt: skip
    return {name: f.actor(f.office(code), "caller") for name, code in offices.items()}


@pytest.fixture
def mover(cast):
    """Lives in one county, works in a township of another; the third county knows nothing of them."""
    by = cast["home"]
    row = person(by, dataset(f.office(NEAR)), phones=("13912345678",), work_area="220122100000")
    actions.set_category(person=row, category="outgoing", by=by, at=f.NOW)
    actions.state_fact(
        person=row, kind="return", value="away", said="family", on=date(2020, 1, 31), by=by, at=f.NOW
    )
    return row


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def test_both_counties_see_the_person_and_nobody_else(cast, mover):
    seen = {}
    for name, actor in cast.items():
        with scope.applied(actor):
            raw = {count(table) for table in ("people_person", *PARTS)}
            assert len(raw) == 1, f"{name} sees a part without the person or the person without a part"
            seen[name] = (raw == {1}, register.people(actor).count() == 1)
        # the first wall alone, without the database's
        assert (register.people(actor).count() == 1) == seen[name][0], name
    inside = {name for name, (raw, first) in seen.items() if raw and first}
    outside = {name for name, (raw, first) in seen.items() if not raw and not first}
    assert inside == {"home", "village", "work", "town", "city", "province"}
    assert outside == {"third", "neighbour", "elsewhere"}


def test_the_current_area_counts_like_the_others(cast, mover):
    with scope.applied(cast["third"]):
        assert count("people_person") == 0
    actions.change_person(
        person=mover, version=1, values={"current_area": "220182100201"}, by=cast["home"], at=f.NOW
    )
    with scope.applied(cast["third"]):
        assert count("people_person") == 1


def test_no_area_is_not_every_area(cast):
    row = person(cast["work"], dataset(f.office(FAR)), area_code=FAR_VILLAGE)
    assert row.current_area == row.work_area == ""
    with scope.applied(cast["elsewhere"]):
        assert count("people_person") == 0


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE people_person SET note = 'x'",
        "DELETE FROM people_personphone",
        "DELETE FROM people_person",
        "UPDATE people_person SET current_area = '220182000000'",
        "UPDATE people_personcategory SET source = 'x'",
    ],
)
def test_a_third_county_touches_nothing(cast, mover, sql):
    with scope.applied(cast["third"]), connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount == 0


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO people_persondataset (person_id, dataset_id, since) SELECT %s, id, now() FROM people_dataset",
        "INSERT INTO people_personphone (person_id, number, number_hash, position) VALUES (%s, '', 'h', 1)",
        'INSERT INTO people_fact (person_id, kind, value, place, "on", said, source, key, by_name, at)'
        " VALUES (%s, 'return', 'away', '', now(), 'self', '', '', '', now())",
    ],
)
def test_a_third_county_hangs_nothing_on_the_person(cast, mover, sql):
    dataset(f.office(THIRD))
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        scope.applied(cast["third"]),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, [mover.pk])


def test_the_work_area_may_write_but_not_take_the_person_away(cast, mover):
    by = cast["work"]
    with scope.applied(by):
        changed = actions.change_person(person=mover, version=1, values={"employer": "乙厂"}, by=by, at=f.NOW)
        actions.state_fact(
            person=mover, kind="job", value="has_job", said="employer", on=date(2020, 1, 31), by=by, at=f.NOW
        )
        with pytest.raises(Refused):
            actions.change_person(person=changed, version=2, values={"work_area": ""}, by=by, at=f.NOW)
        assert register.household_of(changed) is None and not register.places_in_datasets(changed)
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        scope.applied(by),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE people_person SET work_area = ''")


def test_the_household_is_seen_by_the_home_area_only(cast, mover):
    actions.change_person(
        person=mover,
        version=1,
        values={"household_number": "7", "address": "一组7号"},
        by=cast["home"],
        at=f.NOW,
    )
    for name, rows in (("home", 1), ("village", 1), ("city", 1), ("work", 0), ("third", 0)):
        with scope.applied(cast[name]):
            assert count("people_household") == rows, name
            row = register.person(cast[name], mover.pk)
            assert bool(row and register.household_of(row)) == bool(rows)


def test_a_person_added_from_the_work_side(cast):
    with scope.applied(cast["work"]):
        row = person(cast["work"], dataset_in(cast["work"]), area_code=VILLAGE, work_area=FAR)
    assert register.people(cast["village"]).get() == row
    with pytest.raises(NotAllowed):
        person(cast["third"], dataset(f.office(THIRD)), area_code=VILLAGE, work_area=FAR)


def dataset_in(actor):
    from chunfeng.core.actor import SYSTEM
    from chunfeng.offices.models import Office

    with scope.applied(SYSTEM):
        return actions.make_dataset(
            name="用工", purpose="用工登记", source="第一条", keep_until=date(2020, 12, 31),
            owner=Office.objects.get(pk=actor.office_id), by=SYSTEM, at=f.NOW,
        )  # fmt: skip


def test_pairs_are_seen_by_their_area_and_shown_where_both_records_are(cast, mover):
    other = person(cast["work"], dataset(f.office(FAR)), area_code=FAR_VILLAGE)
    pair = PossibleDuplicate.objects.create(
        kept=mover, other=other, area_code=NEAR, keys=["name"], found_at=f.NOW
    )
    for name, listed, shown in (
        ("home", 1, False),
        ("city", 1, True),
        ("work", 0, True),
        ("third", 0, False),
    ):
        with scope.applied(cast[name]):
            assert count("people_possibleduplicate") == listed, name
            assert duplicates.pairs(cast[name]).count() == listed
            assert (duplicates.side_by_side(cast[name], pair) is not None) == shown, name


def test_the_first_wall_is_one_query(cast, mover, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [row.pk for row in register.people(cast["work"])] == [mover.pk]
