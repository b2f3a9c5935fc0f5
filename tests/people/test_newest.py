"""The newest people of a range, found code by code: always those the plain order gives."""

from __future__ import annotations

import itertools
import random

import pytest
from django.db import connection

from chunfeng.core import scope
from chunfeng.people.models import Person
from chunfeng.people.queries import register
from chunfeng.people.queries.newest import newest
from tests import factories as f
from tests.people import builders as b

pytestmark = pytest.mark.django_db
INSIDE = (b.NEAR, "220184100000", "220184100201", "220184100202", "220184103201")
OUTSIDE = (b.FAR, b.FAR_VILLAGE, "")


@pytest.fixture
def crowd():
    """Ninety people with their three areas anywhere; some stand for nobody any more."""
    dice = random.Random(7)
    people = [
        Person(
            name=f"测试{n}",
            sex=dice.choice("mf"),
            area_code=dice.choice(INSIDE + OUTSIDE[:2]),
            current_area=dice.choice(INSIDE + OUTSIDE * 3),
            work_area=dice.choice(INSIDE + OUTSIDE * 3),
            made_at=f.NOW,
            changed_at=f.NOW,
        )
        for n in range(90)
    ]
    Person.objects.bulk_create(people)
    for person in people[10::9]:
        person.merged_into = people[0]
        person.save(update_fields=["merged_into"])
    return people


@pytest.mark.parametrize("sex", ["", "m"])
@pytest.mark.parametrize("columns", [register.AREAS, ("work_area",)])
def test_pages_are_those_of_the_plain_order(crowd, columns, sex):
    actor = f.actor(f.office(b.NEAR))
    with scope.applied(actor, read_only=True):
        rows = register.people(actor)
        if sex:
            rows = rows.filter(sex=sex)
        if columns != register.AREAS:
            rows = rows.filter(work_area__gte=actor.lo, work_area__lt=actor.hi)
        wanted = list(rows.order_by("-pk").values_list("pk", flat=True))
        assert len(wanted) > 10
        for before, count in itertools.product((None, *wanted[::3], wanted[-1]), (1, 4, 200)):
            found = newest(rows, lo=actor.lo, hi=actor.hi, columns=columns, before=before, count=count)
            older = [pk for pk in wanted if before is None or pk < before]
            assert found == older[:count]


def test_one_person_in_three_places_takes_no_room_of_others(crowd):
    """Whoever lives, stays and works in three codes tops three of them."""
    actor = f.actor(f.office(b.NEAR))
    Person.objects.filter(pk__gte=crowd[40].pk).update(
        area_code=INSIDE[2], current_area=INSIDE[3], work_area=INSIDE[4], merged_into=None
    )
    with scope.applied(actor, read_only=True):
        rows = register.people(actor)
        found = newest(rows, lo=actor.lo, hi=actor.hi, columns=register.AREAS, before=None, count=60)
        assert found == list(rows.order_by("-pk").values_list("pk", flat=True)[:60])


def test_the_planner_is_left_as_it_was(crowd):
    actor = f.actor(f.office(b.NEAR))
    with scope.applied(actor, read_only=True), connection.cursor() as cursor:
        newest(register.people(actor), lo=actor.lo, hi=actor.hi, columns=register.AREAS, before=None, count=5)
        cursor.execute("SHOW enable_bitmapscan")
        assert cursor.fetchone() == ("on",)
