"""Working days: the yearly arrangement, what notices changed, and the years nobody has arranged yet."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.core import calendar
from chunfeng.core.models import SpecialDay


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2020, 1, 19), True),  # a Sunday worked before Spring Festival
        (date(2020, 1, 24), False),
        (date(2020, 2, 2), False),  # the lengthened holiday
        (date(2020, 2, 3), True),
        (date(2020, 2, 8), False),
        (date(2003, 5, 4), False),  # not arranged in the tables: a Sunday
        (date(2003, 5, 5), True),
    ],
)
def test_working_days(day, works):
    assert calendar.is_working_day(day) is works


def test_years_without_an_arrangement_are_told():
    assert calendar.known(date(2020, 1, 24)) and not calendar.known(date(2003, 5, 4))


@given(st.dates(date(2004, 1, 1), date(2030, 12, 1)))
def test_the_next_working_day_is_the_first(day):
    found = calendar.next_working_day(day)
    assert found >= day and calendar.is_working_day(found)
    between = [date.fromordinal(n) for n in range(day.toordinal(), found.toordinal())]
    assert not any(calendar.is_working_day(each) for each in between)


@pytest.mark.django_db
def test_the_smallest_area_decides():
    day = date(2020, 2, 3)
    for code, works in (("220000000000", False), ("220184000000", True), ("220300000000", False)):
        SpecialDay.objects.create(area_code=code, day=day, works=works, source="测发〔2020〕1号")
    above = ("000000000000", "220000000000")
    inside = calendar.special_days("220184000000", above, day, day)
    assert inside == {day: True} and calendar.is_working_day(day, inside)
    assert calendar.special_days("220200000000", above, day, day) == {day: False}
    assert calendar.next_working_day(day, {day: False}) == date(2020, 2, 4)


@pytest.mark.django_db
def test_one_special_day_per_area_and_day():
    SpecialDay.objects.create(area_code="220000000000", day=date(2020, 2, 3), works=False, source="甲")
    with pytest.raises(IntegrityError, match="special_day_once"), transaction.atomic():
        SpecialDay.objects.create(area_code="220000000000", day=date(2020, 2, 3), works=True, source="乙")
