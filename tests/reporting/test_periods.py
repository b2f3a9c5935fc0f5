"""Periods of forms: no day twice, no day forgotten, cut-offs on working days (C1, M7)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chunfeng.core import calendar
from chunfeng.reporting import definition
from chunfeng.reporting.periods import DAY, name, periods
from tests.reporting import builders

ZONE = ZoneInfo("Asia/Shanghai")
RHYTHMS = (
    "day", "week", "week:1", "week:5", "month", "month:start", "month:15", "month:31", "quarter",
    "quarter:start", "half", "year", "year:02-29", "2 days", "10 days",
)  # fmt: skip
days = st.dates(date(2019, 1, 1), date(2022, 12, 31))
spans = st.tuples(days, st.integers(0, 40)).map(lambda pair: (pair[0], pair[0] + pair[1] * DAY))


def form(**changes):
    return definition.parse(builders.DAILY | changes)


def laid(asked, first, last, peaks=(), special=None, **bounds):
    return list(periods(asked, first, last, ZONE, special, peaks, **bounds))


@settings(max_examples=150, deadline=None)
@given(
    every=st.sampled_from(RHYTHMS),
    peak_every=st.sampled_from(["", "day", "2 days", "week:3"]),
    starts=days,
    length=st.integers(0, 200),
    peaks=st.lists(spans, max_size=4),
)
def test_every_day_belongs_to_exactly_one_period(every, peak_every, starts, length, peaks):
    ends = starts + length * DAY
    asked = form(every=every, peak_every=peak_every)
    found = laid(asked, starts, ends, peaks, starts=starts, ends=ends)
    assert (found[0].start, found[-1].end) == (starts, ends)
    for a, b in pairwise(found):
        assert b.start == a.end + DAY
    assert all(p.start <= p.end and p.due <= p.closes for p in found)


@settings(max_examples=100, deadline=None)
@given(
    every=st.sampled_from(RHYTHMS),
    starts=days,
    offset=st.integers(0, 300),
    length=st.integers(0, 60),
    peaks=st.lists(spans, max_size=3),
)
def test_a_window_shows_the_same_periods_as_the_whole(every, starts, offset, length, peaks):
    """Making obligations from any day on gives the rows a single run would have given."""
    asked = form(every=every, peak_every="day")
    first = starts + offset * DAY
    last = first + length * DAY
    whole = laid(asked, starts, last, peaks, starts=starts)
    assert laid(asked, first, last, peaks, starts=starts) == [p for p in whole if p.end >= first]


@settings(max_examples=60, deadline=None)
@given(every=st.sampled_from(RHYTHMS), starts=days, after=st.integers(0, 20))
def test_cut_offs_never_fall_on_rest_days_where_working_days_are_asked(every, starts, after):
    asked = form(every=every, working_days=True, days_after=after)
    for period in laid(asked, starts, starts + 80 * DAY, starts=starts):
        local = period.due.astimezone(ZONE)
        assert calendar.is_working_day(local.date()) and local.time() == time(17)
        assert local.date() >= period.end + after * DAY


@pytest.mark.parametrize(
    ("every", "start", "end"),
    [
        ("day", (2, 5), (2, 5)),
        ("week", (2, 3), (2, 9)),
        ("week:1", (2, 4), (2, 10)),
        ("week:5", (2, 1), (2, 7)),
        ("month", (2, 1), (2, 29)),
        ("month:25", (1, 26), (2, 25)),
        ("month:start", (2, 2), (3, 1)),
        ("quarter", (1, 1), (3, 31)),
        ("half", (1, 1), (6, 30)),
        ("year", (1, 1), (12, 31)),
        ("10 days", (1, 31), (2, 9)),
    ],
)
def test_the_period_around_the_fifth_of_february(every, start, end):
    period = next(
        p for p in laid(form(every=every), date(2020, 2, 5), date(2020, 2, 5), starts=date(2020, 1, 1))
    )
    assert (period.start, period.end) == (date(2020, *start), date(2020, *end))


def test_cut_off_days_after_and_grace():
    period = laid(form(cut_off="09:30", days_after=1, grace=45), date(2020, 2, 5), date(2020, 2, 5))[0]
    assert period.due == datetime(2020, 2, 6, 9, 30, tzinfo=ZONE)
    assert period.closes == period.due + timedelta(minutes=45)


def test_a_daily_form_on_working_days_leaves_the_lengthened_holiday_out():
    found = laid(form(working_days=True), date(2020, 1, 22), date(2020, 2, 4))
    assert [p.start.day for p in found] == [22, 23, 3, 4]


def test_a_notice_moves_working_days():
    special = {date(2020, 2, 3): False, date(2020, 2, 8): True}
    found = laid(form(working_days=True), date(2020, 2, 1), date(2020, 2, 9), special=special)
    assert [p.start.day for p in found] == [4, 5, 6, 7, 8]


def test_once_runs_from_the_first_to_the_last_day():
    asked = form(every="once", cut_off="18:00")
    found = laid(asked, date(2020, 2, 4), date(2020, 2, 20), starts=date(2020, 2, 3), ends=date(2020, 2, 7))
    assert [(p.start, p.end, p.due) for p in found] == [
        (date(2020, 2, 3), date(2020, 2, 7), datetime(2020, 2, 7, 18, tzinfo=ZONE))
    ]
    assert (
        laid(asked, date(2020, 2, 8), date(2020, 2, 9), starts=date(2020, 2, 3), ends=date(2020, 2, 7)) == []
    )


def test_events_have_no_periods():
    assert laid(form(every="event"), date(2020, 1, 1), date(2020, 12, 31)) == []


def test_a_weekly_form_becomes_daily_in_a_peak():
    peak = (date(2020, 1, 29), date(2020, 1, 31))
    found = laid(form(every="week", peak_every="day"), date(2020, 1, 27), date(2020, 2, 9), [peak])
    assert [(p.start.day, p.end.day) for p in found] == [
        (27, 28),
        (29, 29),
        (30, 30),
        (31, 31),
        (1, 2),
        (3, 9),
    ]


@pytest.mark.parametrize(
    ("start", "end", "called"),
    [
        (date(2020, 2, 3), date(2020, 2, 3), "2020-02-03"),
        (date(2020, 2, 3), date(2020, 2, 9), "2020-W06"),
        (date(2019, 12, 30), date(2020, 1, 5), "2020-W01"),
        (date(2020, 2, 1), date(2020, 2, 29), "2020-02"),
        (date(2020, 4, 1), date(2020, 6, 30), "2020-Q2"),
        (date(2020, 7, 1), date(2020, 12, 31), "2020-H2"),
        (date(2020, 1, 1), date(2020, 12, 31), "2020"),
        (date(2020, 2, 1), date(2020, 4, 30), "2020-02-01–2020-04-30"),
        (date(2020, 2, 3), date(2020, 2, 4), "2020-02-03–2020-02-04"),
    ],
)
def test_names(start, end, called):
    assert name(start, end) == called
