"""The periods a form asks for. Pure: no database, no clock.

The rhythm (`tasking.due`) names the day on which a period ends: `week:5` runs from Saturday to Friday, `week`
from Monday to Sunday, `month:25` from the 26th to the 25th; "10 days" is counted from the form's first day,
in a peak period from its first day. A change of rhythm cuts the running period short, so that periods never
overlap and every day from the form's first to its last belongs to exactly one (with `working_days`, a daily
form leaves rest days out, and any cut-off that would fall on a rest day moves to the next working day).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from chunfeng.core import calendar
from chunfeng.reporting.definition import FormDefinition
from chunfeng.tasking import due

DAY = timedelta(days=1)
_DAYS = re.compile(r"(\d{1,3}) days?")
_LONGEST = {"week": 7, "month": 31, "quarter": 92, "half": 184, "year": 366}
Span = tuple[date, date]
"""First and last day, both included."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days to report on, the cut-off, and the end of the grace after it."""

    start: date
    end: date
    name: str
    due: datetime
    closes: datetime


def periods(
    definition: FormDefinition,
    first: date,
    last: date,
    zone: ZoneInfo,
    special: Mapping[date, bool] | None = None,
    peaks: Sequence[Span] = (),
    *,
    starts: date | None = None,
    ends: date | None = None,
) -> Iterator[Period]:
    """Every period that touches the days from `first` to `last`, in order.

    `special` as from `core.calendar.special_days`; `peaks` are stretches in which `peak_every` holds;
    `starts` and `ends` bound the form (`starts` also anchors "10 days"). A form on events has no periods.
    """
    if definition.every == "event":
        return
    starts = starts or first
    if definition.every == "once":
        until = max(ends or starts, starts)
        if starts <= last and first <= until:
            yield _period(definition, starts, until, zone, special)
        return
    day = max(first, starts)
    last = min(last, ends) if ends else last
    peaks = _merged(peaks) if definition.peak_every else []
    while day <= last:
        every, (start, end) = _span(definition, day, zone, peaks, starts, ends)
        on_working_days = definition.working_days and every == "day"
        if not on_working_days or calendar.is_working_day(start, special):
            yield _period(definition, start, end, zone, special)
        day = end + DAY


def name(start: date, end: date) -> str:
    """What a stretch of days is called: 2020-02-03, 2020-W06, 2020-02, 2020-Q1, 2020-H1, 2020, else both days."""
    if start == end:
        return start.isoformat()
    if start.weekday() == 0 and end - start == 6 * DAY:
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    if start.day == 1 and (end + DAY).day == 1:
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        if months == 1:
            return f"{start:%Y-%m}"
        if months in (3, 6, 12) and (start.month - 1) % months == 0:
            unit = {3: f"-Q{(start.month + 2) // 3}", 6: f"-H{1 if start.month == 1 else 2}", 12: ""}[months]
            return f"{start.year}{unit}"
    return f"{start.isoformat()}–{end.isoformat()}"


def _period(
    definition: FormDefinition, start: date, end: date, zone: ZoneInfo, special: Mapping[date, bool] | None
) -> Period:
    day = end + definition.days_after * DAY
    if definition.working_days:
        day = calendar.next_working_day(day, special)
    cut_off = due.at(day, definition.cut_off, zone)
    return Period(start, end, name(start, end), cut_off, cut_off + timedelta(minutes=definition.grace))


def _span(
    definition: FormDefinition,
    day: date,
    zone: ZoneInfo,
    peaks: Sequence[Span],
    starts: date,
    ends: date | None,
) -> tuple[str, Span]:
    """The rhythm on `day` and the period that holds it, cut at every change of rhythm."""
    low, high = starts, ends or date.max
    every, anchor = definition.every, starts
    for begin, finish in peaks:
        if finish < day:
            low = max(low, finish + DAY)
        elif begin > day:
            high = min(high, begin - DAY)
        else:
            low, high = max(low, begin), min(high, finish)
            every, anchor = definition.peak_every, low
    start, end = _by_rhythm(every, day, anchor, zone)
    return every, (max(start, low), min(end, high))


def _merged(peaks: Sequence[Span]) -> list[Span]:
    """Peaks that touch or overlap count as one."""
    found: list[Span] = []
    for begin, finish in sorted(peaks):
        if found and begin <= found[-1][1] + DAY:
            found[-1] = (found[-1][0], max(found[-1][1], finish))
        else:
            found.append((begin, finish))
    return found


def _by_rhythm(every: str, day: date, anchor: date, zone: ZoneInfo) -> Span:
    counted = _DAYS.fullmatch(every)
    if counted:
        size = int(counted[1])
        start = anchor + (day - anchor).days // size * size * DAY
        return start, start + (size - 1) * DAY
    if every == "day":
        return day, day
    end = _ends(every, day, zone)
    before = _ends(every, end - 2 * _LONGEST[every.partition(":")[0]] * DAY, zone)
    while (later := _ends(every, before + DAY, zone)) < end:
        before = later
    return before + DAY, end


def _ends(every: str, day: date, zone: ZoneInfo) -> date:
    """The first due day of the rhythm on or after this day."""
    return due.next_occurrence(every, due.at(day - DAY, None, zone), None, zone=zone).astimezone(zone).date()
