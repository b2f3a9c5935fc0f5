"""Who below has set up the leading group, and how far each area is (A2)."""

from __future__ import annotations

from datetime import date

import pytest

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.offices import actions, queries
from tests.factories import NOW, office

pytestmark = pytest.mark.django_db
ON = date(2020, 2, 1)


@pytest.fixture
def city():
    """A city office over two counties with two township offices each."""
    seat = office("220100000000", line="hrss")
    for county in ("220184", "220183"):
        above = office(f"{county}000000", line="hrss", parent=seat)
        for town in ("100", "101"):
            office(f"{county}{town}000", line="hrss", parent=above)
    office("220184000000", line="finance")
    return seat


def set_up(code: str, since: date, until: date | None = None) -> None:
    from chunfeng.offices.models import Office

    with scope.applied(SYSTEM):
        where = Office.objects.get(area_code=code, line="hrss")
        group = actions.set_up_group(office=where, name="组", set_up_on=since, by=SYSTEM, at=NOW)
        if until:
            actions.dissolve_group(group=group, on=until, by=SYSTEM, at=NOW)


def test_only_a_group_in_force_on_the_day_counts(city):
    set_up("220184100000", date(2020, 1, 25))
    set_up("220184101000", date(2020, 1, 25), until=date(2020, 2, 1))
    set_up("220183100000", date(2020, 2, 2))
    with scope.applied(SYSTEM):
        missing = queries.without_leading_group(city, ON, level="township", line="hrss")
        assert list(missing.values_list("area_code", flat=True)) == [
            "220183100000",
            "220183101000",
            "220184101000",
        ]
        assert queries.without_leading_group(city, ON, line="finance").count() == 1
        rows = queries.group_progress(city, ON, level="township", line="hrss")
    assert [(row.code, row.done, row.due, row.percent) for row in rows] == [
        ("220183000000", 0, 2, 0),
        ("220184000000", 1, 2, 50),
    ]


def test_a_county_counts_its_own_townships(city):
    from chunfeng.offices.models import Office

    set_up("220184100000", date(2020, 1, 25))
    county = Office.objects.get(area_code="220184000000", line="hrss")
    with scope.applied(SYSTEM):
        rows = queries.group_progress(county, ON, line="hrss")
    assert [(row.code, row.done, row.due) for row in rows] == [("220184101000", 0, 1), ("220184100000", 1, 1)]


def test_progress_takes_the_same_queries_for_few_and_many(city, django_assert_num_queries):
    with scope.applied(SYSTEM):
        with django_assert_num_queries(2):
            queries.group_progress(city, ON)
        for n in range(3, 9):
            office(f"22018{n}102000", line="hrss", parent=city)
        with django_assert_num_queries(2):
            queries.group_progress(city, ON)
