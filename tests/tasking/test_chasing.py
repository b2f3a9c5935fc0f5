from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.tasking import actions, chasing
from chunfeng.tasking.models import ChaseRule, Message, Task, TaskEntry
from tests import factories as f
from tests.tasking.builders import CITY, COUNTIES, at, tasks


@pytest.fixture
def task(db):
    """Due 2020-02-01 23:59:59."""
    return tasks(f.office(CITY), [f.office(COUNTIES[0])])[0]


def days_sent(task, *, to: int, hour: int = 9) -> list[str]:
    """Run the chaser every day at an hour, twice; on which days did something go out?"""
    begin = at("2020-01-28 00:00") + timedelta(hours=hour)
    out = []
    for day in range(to):
        now = begin + timedelta(days=day)
        made = actions.chase(now=now)
        assert actions.chase(now=now) == chasing.Chased(0, 0)
        out += [f"{now:%m-%d}"] * made.reminders + [f"{now:%m-%d} leader"] * made.escalations
    return out


def test_before_the_morning_of_and_after_then_weekly(task):
    sent = days_sent(task, to=32)
    assert sent == ["01-31", "02-01", "02-02", "02-04", "02-04 leader", "02-11", "02-18", "02-25"]
    assert Message.objects.filter(for_leader=True).count() == 1
    assert TaskEntry.objects.filter(task=task, kind="reminded").count() == 7


def test_nothing_before_the_hour(task):
    assert actions.chase(now=at("2020-02-01 07:59")).reminders == 1  # the missed one of the day before
    assert actions.chase(now=at("2020-02-01 07:59")).reminders == 0
    assert actions.chase(now=at("2020-02-01 08:00")).reminders == 1


def test_a_missed_day_is_made_up_for(task):
    assert actions.chase(now=at("2020-02-03 09:00")) == chasing.Chased(1, 0)
    assert "2" in Message.objects.get().subject


def test_done_tasks_are_left_alone(task):
    Task.objects.update(state="done", done_at=f.NOW)
    assert actions.chase(now=at("2020-02-02 09:00")) == chasing.Chased(0, 0)


def test_an_extension_begins_anew(task):
    actions.chase(now=at("2020-01-31 09:00"))
    Task.objects.update(due_at=at("2020-02-11 17:00"))
    assert actions.chase(now=at("2020-02-02 09:00")) == chasing.Chased(0, 0)
    assert actions.chase(now=at("2020-02-10 09:00")).reminders == 1


def test_an_offices_own_rule(task):
    ChaseRule.objects.create(
        office=task.office,
        area_code=task.area_code,
        before_days=[3],
        after_days=[],
        then_every=0,
        escalate_after=1,
        hour=6,
    )
    assert days_sent(task, to=30, hour=6) == ["01-29", "02-02 leader"]


def test_batches_cover_everything(db, monkeypatch):
    monkeypatch.setattr(chasing, "BATCH", 3)
    offices = [f.office(f"220102{n:03d}000") for n in range(1, 12)]
    tasks(f.office(CITY), offices)
    assert actions.chase(now=at("2020-01-31 09:00")).reminders == 11


def test_query_count_does_not_grow_with_the_number_of_tasks(db, django_assert_max_num_queries):
    counts = []
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    city = f.office(CITY)
    for size in (1, 8):
        tasks(city, [f.office(f"220102{n:03d}000") for n in range(size * 10, size * 11)])
        with CaptureQueriesContext(
            connection,
        ) as caught:
            actions.chase(now=at("2020-01-31 09:00"))
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_every_channel_of_the_office_gets_it(task):
    actions.add_channel(channel="email", address="a@example.org", by=f.actor(task.office), at=f.NOW)
    actions.chase(now=at("2020-01-31 09:00"))
    assert set(Message.objects.values_list("channel", "state")) == {("in_app", "sent"), ("email", "queued")}


@given(
    st.lists(st.integers(0, 10), max_size=3),
    st.lists(st.integers(1, 10), max_size=3),
    st.integers(0, 14),
    st.integers(-12, 200),
)
def test_stage_is_never_in_the_future_and_never_stale(before, after, every, days):
    rule = ChaseRule(before_days=before, after_days=after, then_every=every)
    stage = chasing.stage_now(rule, days, 23)
    if stage is None:
        assert not [n for n in chasing.stages(rule) if days - chasing.LAG <= n <= days]
    else:
        assert days - chasing.LAG <= stage <= days


class TestByHand:
    def test_once_a_day(self, task):
        city = f.actor(task.recipient)
        with translation.override("en"):
            actions.remind(task=task, by=city, at=f.NOW)
            with pytest.raises(Refused, match="already reminded"):
                actions.remind(task=task, by=city, at=f.NOW + timedelta(hours=2))
            actions.remind(task=task, by=city, at=f.NOW + timedelta(days=1))
        assert Message.objects.count() == 2

    def test_from_above_only(self, task):
        with pytest.raises(NotAllowed):
            actions.remind(task=task, by=f.actor(task.office), at=f.NOW)

    def test_reading(self, task):
        actions.remind(task=task, by=f.actor(task.recipient), at=f.NOW)
        Message.objects.create(
            office=task.office,
            area_code=task.area_code,
            for_leader=True,
            channel="in_app",
            subject="x",
            body="x",
            dedupe="x",
            created_at=f.NOW,
        )
        every = list(Message.objects.values_list("pk", flat=True))
        assert actions.mark_read(messages=every, by=f.actor(task.recipient), at=f.NOW) == 0
        assert actions.mark_read(messages=every, by=f.actor(task.office), at=f.NOW) == 1
        assert actions.mark_read(messages=every, by=f.actor(task.office, "leader"), at=f.NOW) == 1
