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

_CHINESE = {each.value: each.chinese for each in chinese_calendar.Holiday}


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


def holiday(day: date) -> tuple[str, str] | None:
    """The holiday a day belongs to by the yearly arrangement, in Chinese and English; also of a day worked instead."""
    try:
        _rests, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return None
    return (_CHINESE.get(name, name), name) if name else None


def special_rows(area_code: str, above: tuple[str, ...], first: date, last: date) -> list[SpecialDay]:
    """What notices changed for an area, of its own and of those above, by day; the smallest area last."""
    rows = SpecialDay.objects.filter(area_code__in=[*above, area_code], day__gte=first, day__lte=last)
    order = {code: n for n, code in enumerate([*above, area_code])}
    return sorted(rows, key=lambda row: (row.day, order[row.area_code]))


def areas_changed(first: date, last: date) -> list[str]:
    """Codes of the areas in sight whose days a notice changed."""
    rows = SpecialDay.objects.filter(day__gte=first, day__lte=last)
    return list(rows.values_list("area_code", flat=True).distinct().order_by("area_code"))


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
