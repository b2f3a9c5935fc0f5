"""The count of full days without symptoms: examples, and what must hold of every course."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.people.isolation_days import Day, Look, count, in_force

START = date(2020, 2, 1)
MARKS = {"+": True, "!": False}


def course(text: str) -> list[Look]:
    """`+` a clear day, `!` one with symptoms, `.` one without a record."""
    days = [(START + timedelta(n), MARKS[mark]) for n, mark in enumerate(text) if mark in MARKS]
    return [Look(n, day, clear) for n, (day, clear) in enumerate(days, start=1)]


def counted(text: str, *, today: int, first: int = 14, again: int = 14):
    return count(course(text), starts_on=START, first=first, again=again, today=START + timedelta(today))


@pytest.mark.parametrize(
    ("text", "today", "full", "release"),
    [
        ("", 0, 0, 14),  # just opened
        ("+", 0, 0, 14),  # the first day is not over yet
        ("+", 1, 1, 14),
        ("+" * 14, 14, 14, 14),  # the days are full
        ("+" * 14, 20, 14, 14),  # nobody decided since
        ("+" * 13, 14, 13, 15),  # yesterday is missing
        ("+++.+++.++++++", 14, 12, 16),  # two days are missing: each puts the release off by one
        ("++++!", 4, 0, 19),  # symptoms today: tomorrow is the first day again
        ("++++!+", 6, 1, 19),
        ("++++!.+", 7, 1, 20),
        ("+" * 14 + "!", 14, 0, 29),  # symptoms on the very day of release
        ("!", 0, 0, 15),
    ],
)
def test_courses(text, today, full, release):
    found = counted(text, today=today)
    assert (found.full, found.release_on) == (full, START + timedelta(release))
    assert found.done is (full >= 14)


def test_the_strip_shows_every_day_as_what_it_is():
    found = counted("+.!+", today=4, first=3, again=3)
    assert [state for _day, state in found.days] == [
        Day.CLEAR, Day.MISSING, Day.SYMPTOMS, Day.CLEAR, Day.AHEAD, Day.AHEAD,
    ]  # fmt: skip
    assert found.missing == (START + timedelta(1),) and found.last_symptoms == START + timedelta(2)
    assert found.days[-1][0] + timedelta(1) == found.release_on


def test_after_a_move_the_rest_of_the_days_is_needed_and_all_of_them_after_symptoms():
    assert counted("+++", today=3, first=3, again=14).done
    found = counted("++!", today=3, first=3, again=14)
    assert (found.needed, found.release_on) == (14, START + timedelta(3 + 14))


def test_a_corrected_record_is_out_of_force_and_of_a_day_symptoms_decide():
    wrong, morning, evening = Look(1, START, False), Look(2, START, True, corrects=1), Look(3, START, True)
    assert in_force([evening, wrong, morning]) == [morning, evening]
    assert count([wrong, morning], starts_on=START, first=1, again=1, today=START + timedelta(1)).done
    ill = Look(4, START, False)
    assert not count([morning, ill], starts_on=START, first=1, again=1, today=START + timedelta(1)).done


courses = st.text("+!.", max_size=40)
needs = st.integers(1, 21)


@given(courses, needs, st.integers(0, 40))
def test_never_before_the_days_are_over_and_never_in_the_past_unless_full(text, needed, today):
    found = counted(text, today=today, first=needed, again=needed)
    assert found.release_on >= START + timedelta(needed)
    assert found.full <= today  # only days that are over count
    assert found.done == (found.release_on <= START + timedelta(today))
    shown = [day for day, _state in found.days]
    assert shown == [START + timedelta(n) for n in range(len(shown))] and len(shown) > today


@given(courses, needs, st.integers(0, 39), st.integers(0, 40))
def test_a_further_clear_day_never_delays_and_symptoms_never_hasten(text, needed, at, today):
    text = text.ljust(at + 1, ".")
    better, worse = text[:at] + "+" + text[at + 1 :], text[:at] + "!" + text[at + 1 :]
    late, now, early = (
        counted(each, today=today, first=needed, again=needed).release_on for each in (worse, text, better)
    )
    if text[at] == ".":
        assert early <= now
    assert late >= now or text[at] == "!"


@given(courses, needs, st.integers(0, 39))
def test_a_day_later_is_never_an_earlier_release(text, needed, today):
    now, next_day = (counted(text, today=day, first=needed, again=needed) for day in (today, today + 1))
    assert next_day.release_on >= now.release_on
    ill_tomorrow = text[today + 1 : today + 2] == "!"
    if text[today : today + 1] == "+" and not ill_tomorrow:
        assert next_day.release_on == now.release_on and next_day.full == now.full + 1


@given(courses, needs, st.integers(0, 40))
def test_as_counted_by_hand(text, needed, today):
    """The slow way: walk back from yesterday to the last day with symptoms and count the clear days."""
    known = text.ljust(today + 1, ".")[: today + 1]
    last = known.rfind("!")
    days = known[last + 1 : today]
    found = counted(text, today=today, first=needed, again=needed)
    assert found.full == days.count("+")
    assert len(found.missing) == known[:today].count(".")
