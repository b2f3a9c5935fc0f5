"""When a duty is due, in local time. Pure: no database, no clock.

A day without a clock time ends at 23:59:59. 前 ("2月5日前") is read by the end of that day, or, where an
office has chosen the strict reading, by the end of the day before. Repeated duties carry the reader's
words: day, week, month, quarter, half, year, with a day after a colon (week:1 is Monday, month:5,
month:start, month:end, quarter:start, quarter:end), or "10 days". A period without a named day is due on
its last day.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused

END_OF_DAY = time(23, 59, 59)
_DAYS = re.compile(r"(\d{1,3}) days?")
_KNOWN = re.compile(
    r"day|week(:[1-7])?|month(:(0?[1-9]|[12]\d|3[01]|start|end))?|quarter(:(start|end))?|half(:(start|end))?"
    r"|year(:(start|end|(0?[1-9]|1[0-2])(-(0?[1-9]|[12]\d|3[01]))?))?|[1-9]\d{0,2} days?"
)
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_LIMIT = 400
"""Steps until the next occurrence is certainly past: more than a year of days."""


class BadRhythm(Refused):
    """A repetition that this module does not know; the message says which words it knows."""


def due_at(day: date, clock: time | None, *, text: str, strict: bool, zone: ZoneInfo) -> datetime:
    """The moment a dated duty is due.

    With `strict`, 前 in the deadline's words excludes the day itself; a printed clock time always holds.
    """
    if clock is None and strict and text.rstrip("，。；、 ").endswith("前"):
        day -= timedelta(days=1)
    return at(day, clock, zone)


def at(day: date, clock: time | None, zone: ZoneInfo) -> datetime:
    """A local day and clock time as a moment; no clock time means the end of the day."""
    return datetime.combine(day, clock or END_OF_DAY, tzinfo=zone)


def next_occurrence(
    every: str, after: datetime, clock: time | None, *, zone: ZoneInfo, anchor: date | None = None
) -> datetime:
    """The first due moment strictly later than `after`.

    `anchor` is the day from which "10 days" counts (the last due day); without it the day of `after`.
    """
    check_rhythm(every)
    local = after.astimezone(zone)
    step = _DAYS.fullmatch(every)
    if step:
        return _every_days(max(int(step[1]), 1), anchor or local.date(), after, clock, zone)
    day = due_day(every, local.date())
    for _step in range(_LIMIT):
        moment = at(day, clock, zone)
        if moment > after:
            return moment
        day = due_day(every, _start_of_next(every, day))
    raise AssertionError(f"no occurrence of {every!r} within {_LIMIT} periods after {after.isoformat()}")


def _every_days(step: int, anchor: date, after: datetime, clock: time | None, zone: ZoneInfo) -> datetime:
    behind = max((after.astimezone(zone).date() - anchor).days, 0)
    day = anchor + timedelta(days=step * max(behind // step, 1))
    while at(day, clock, zone) <= after:
        day += timedelta(days=step)
    return at(day, clock, zone)


def due_day(every: str, day: date) -> date:
    """The due day of the period that holds `day`."""
    unit, _, named = every.partition(":")
    if unit == "day":
        return day
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return monday + timedelta(days=int(named or 7) - 1)
    start = _period_start(unit, day)
    if named == "start":
        return start
    end = _period_start(unit, start + timedelta(days=31 * _MONTHS[unit] + 1)) - timedelta(days=1)
    if named in ("", "end"):
        return end
    if unit == "month":
        return start.replace(day=min(int(named), end.day))
    month, _, of_month = named.partition("-")
    last = calendar.monthrange(start.year, int(month))[1]
    return date(start.year, int(month), min(int(of_month or last), last))


def check_rhythm(every: str) -> str:
    """The repetition itself when this module can reckon with it, else `BadRhythm`."""
    if not _KNOWN.fullmatch(every):
        raise BadRhythm(
            _(
                "“%(every)s” is no repetition known here. Write day, week, week:1 … week:7, month, month:15, "
                "month:start, month:end, quarter, quarter:end, half, year or 10 days."
            )
            % {"every": every}
        )
    return every


def period_name(every: str, due: datetime, zone: ZoneInfo) -> str:
    """The period a due moment closes: 2020-02-03, 2020-W06, 2020-02, 2020-Q1, 2020-H1, 2020."""
    day = due.astimezone(zone).date()
    match every.partition(":")[0]:
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02d}"
        case "month":
            return f"{day:%Y-%m}"
        case "quarter":
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case "half":
            return f"{day.year}-H{1 if day.month <= 6 else 2}"
        case "year":
            return str(day.year)
    return day.isoformat()


def _period_start(unit: str, day: date) -> date:
    size = _MONTHS[unit]
    return date(day.year, (day.month - 1) // size * size + 1, 1)


def _start_of_next(every: str, day: date) -> date:
    unit = every.partition(":")[0]
    if unit == "day":
        return day + timedelta(days=1)
    if unit == "week":
        return day - timedelta(days=day.weekday()) + timedelta(days=7)
    return _period_start(unit, _period_start(unit, day) + timedelta(days=31 * _MONTHS[unit] + 1))
