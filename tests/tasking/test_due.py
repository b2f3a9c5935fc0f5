from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.tasking import due

CN = ZoneInfo("Asia/Shanghai")
RHYTHMS = [
    "day",
    "week",
    *(f"week:{n}" for n in range(1, 8)),
    "month",
    "month:1",
    "month:15",
    "month:31",
    "month:start",
    "month:end",
    "quarter",
    "quarter:start",
    "quarter:end",
    "half",
    "year",
    "3 days",
    "10 days",
]
moments = st.datetimes(min_value=datetime(2003, 1, 1), max_value=datetime(2030, 1, 1)).map(  # noqa: DTZ001
    lambda d: d.replace(tzinfo=UTC)
)
clocks = st.none() | st.times().map(lambda t: t.replace(microsecond=0))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CN)


@pytest.mark.parametrize(
    ("day", "clock", "text", "strict", "expected"),
    [
        ("2020-02-05", None, "2月5日前", False, "2020-02-05T23:59:59"),
        ("2020-02-05", None, "2月5日前", True, "2020-02-04T23:59:59"),
        ("2020-03-01", None, "3月1日前", True, "2020-02-29T23:59:59"),
        ("2020-02-05", time(17), "2月5日17时前", True, "2020-02-05T17:00:00"),
        ("2020-02-29", None, "2月底", True, "2020-02-29T23:59:59"),
    ],
)
def test_dated(day, clock, text, strict, expected):
    found = due.due_at(date.fromisoformat(day), clock, text=text, strict=strict, zone=CN)
    assert found == local(expected)


@pytest.mark.parametrize(
    ("every", "after", "clock", "expected"),
    [
        ("day", "2020-01-28T09:00:00", time(16), "2020-01-28T16:00:00"),
        ("day", "2020-01-28T16:00:00", time(16), "2020-01-29T16:00:00"),
        ("day", "2020-02-29T20:00:00", time(16), "2020-03-01T16:00:00"),
        ("week:1", "2020-01-28T09:00:00", None, "2020-02-03T23:59:59"),
        ("week", "2020-01-28T09:00:00", None, "2020-02-02T23:59:59"),
        ("month:31", "2020-02-01T00:00:00", None, "2020-02-29T23:59:59"),
        ("month:end", "2019-02-28T23:59:59", None, "2019-03-31T23:59:59"),
        ("month:5", "2020-12-05T23:59:59", None, "2021-01-05T23:59:59"),
        ("quarter", "2020-02-01T00:00:00", None, "2020-03-31T23:59:59"),
        ("half", "2020-07-01T00:00:00", None, "2020-12-31T23:59:59"),
        ("year:12-20", "2020-12-21T00:00:00", None, "2021-12-20T23:59:59"),
        ("year:2-29", "2020-03-01T00:00:00", None, "2021-02-28T23:59:59"),
        ("10 days", "2020-02-20T08:00:00", None, "2020-03-01T23:59:59"),
    ],
)
def test_next_occurrence(every, after, clock, expected):
    assert due.next_occurrence(every, local(after), clock, zone=CN) == local(expected)


@given(st.sampled_from(RHYTHMS), moments, clocks)
def test_next_lies_ahead_and_leaves_none_out(every, after, clock):
    first = due.next_occurrence(every, after, clock, zone=CN)
    assert first > after
    # asking a second before the answer gives the answer again: nothing lies between
    if "days" not in every:
        assert due.next_occurrence(every, first - timedelta(seconds=1), clock, zone=CN) == first
    second = due.next_occurrence(every, first, clock, zone=CN)
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "half": 184, "year": 366}
    most = longest.get(every.partition(":")[0]) or int(every.split()[0])
    # a day that moves with the month (15th after 31st of January) never skips a period
    assert timedelta(0) < second - first <= timedelta(days=most)


@given(st.sampled_from(RHYTHMS), moments)
def test_periods_follow_one_another(every, after):
    names = []
    for _ in range(5):
        after = due.next_occurrence(every, after, None, zone=CN)
        names.append(due.period_name(every, after, CN))
    assert len(set(names)) == 5
    assert names == sorted(names)


@given(st.sampled_from(["day", "week:1", "month:end"]), moments)
def test_time_zone_decides_the_day(every, after):
    far = ZoneInfo("America/New_York")
    found = due.next_occurrence(every, after, None, zone=far)
    assert found.astimezone(far).time() == due.END_OF_DAY


@pytest.mark.parametrize("every", ["hour", "week:8", "month:0", "days", ""])
def test_unknown_rhythm_says_which_are_known(every):
    with pytest.raises(due.BadRhythm, match="week:1"):
        due.check_rhythm(every)


@pytest.mark.parametrize("every", RHYTHMS)
def test_known_rhythms(every):
    assert due.check_rhythm(every) == every
