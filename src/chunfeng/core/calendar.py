"""Working days and holidays of the People's Republic, with the days an emergency moved.

The yearly arrangements of the State Council come from the package chinesecalendar (2004 on). A year it does
not know falls back to weekends, and `known` says so. What a notice changes for an area (a lengthened
holiday, a later return to work) is a `SpecialDay`; the smallest area decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import chinese_calendar

from chunfeng.core.models import SpecialDay


def known(day: date) -> bool:
    """Whether the arrangement of this day's year is held; otherwise Saturday and Sunday are taken as rest."""
    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        return False
    return True


def works_by_arrangement(day: date) -> bool:
    """Whether the day is a working day by the yearly arrangement alone."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def special_days(area_code: str, above: tuple[str, ...], first: date, last: date) -> dict[date, bool]:
    """What notices changed for an area: day → works. One query; `above` are the codes of the areas above."""
    rows = SpecialDay.objects.filter(area_code__in=[*above, area_code], day__gte=first, day__lte=last)
    order = {code: n for n, code in enumerate([*above, area_code])}
    return {row.day: row.works for row in sorted(rows, key=lambda row: order[row.area_code])}


def is_working_day(day: date, special: Mapping[date, bool] | None = None) -> bool:
    """Whether people work on this day; `special` as from `special_days`."""
    if special and day in special:
        return special[day]
    return works_by_arrangement(day)


def next_working_day(day: date, special: Mapping[date, bool] | None = None) -> date:
    """The day itself if people work, else the first working day after it."""
    while not is_working_day(day, special):
        day += timedelta(days=1)
    return day
