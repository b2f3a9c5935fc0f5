from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date, datetime
from datetime import time as clock
from pathlib import Path

import pytest

from chunfeng.core import scope
from chunfeng.core.actor import SYSTEM
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.notices.models import Duty
from chunfeng.tasking import actions
from chunfeng.tasking.models import Assignment, ChaseRule, Task
from tests import factories as f
from tests.tasking.builders import CITY, CN, COUNTIES, environment, issued, send


@pytest.fixture
def city(db):
    return f.office(CITY, name="测试市就业服务局")


@pytest.fixture
def counties(city):
    return [f.office(c, parent=city) for c in COUNTIES]


def test_every_duty_to_every_office_once(city, counties):
    notice = issued(city, counties, duties=3)
    Duty.objects.filter(notice=notice, position=2).update(state="dropped", drop_reason="重复")
    leader = f.actor(city, "leader")
    first = actions.assign(notice=notice, by=leader, at=f.NOW)
    again = actions.assign(notice=notice, by=leader, at=f.NOW)
    assert (first.tasks_made, again.tasks_made) == (6, 0)
    task = Task.objects.get(duty__position=0, office=counties[0])
    assert task.due_at == datetime(2020, 2, 1, 23, 59, 59, tzinfo=CN)
    assert (task.recipient, task.part, task.state, task.area_code) == (city, "lead", "new", COUNTIES[0])
    assert Event.objects.filter(verb="task.assign").count() == 2


def test_under_the_wall_of_the_leader(city, counties):
    notice = issued(city, counties)
    leader = f.actor(city, "leader")
    with scope.applied(leader):
        assert actions.assign(notice=notice, by=leader, at=f.NOW).tasks_made == 6


def test_named_bodies_become_lead_and_partners(city, counties):
    finance = f.office(CITY, line="finance", name="测试市财政局", short_name="市财政局")
    health = f.office(CITY, line="health", name="测试市卫生健康委员会", short_name="市卫生健康委")
    notice = issued(city, counties, duties=1)
    Duty.objects.filter(notice=notice).update(lead="市财政局", partners=["市卫生健康委", "市不存在的局"])
    done = actions.assign(notice=notice, by=f.actor(city, "leader"), at=f.NOW)
    assert set(Task.objects.values_list("office", "part")) == {(finance.pk, "lead"), (health.pk, "with")}
    assert [(u.body, u.offices) for u in done.unresolved] == [("市不存在的局", 3)]


def test_unknown_lead_goes_to_every_addressee_and_is_named(city, counties):
    notice = issued(city, counties, duties=1)
    Duty.objects.filter(notice=notice).update(lead="某某工作专班")
    done = actions.assign(notice=notice, by=f.actor(city, "leader"), at=f.NOW)
    assert done.tasks_made == 3
    assert [(u.body, u.offices) for u in done.unresolved] == [("某某工作专班", 3)]


def test_a_lead_above_the_issuer_is_not_tasked(city, counties):
    f.office("220000000000", line="finance", name="测试省财政厅", short_name="省财政厅")
    notice = issued(city, counties, duties=1)
    Duty.objects.filter(notice=notice).update(lead="省财政厅")
    done = actions.assign(notice=notice, by=f.actor(city, "leader"), at=f.NOW)
    assert set(Task.objects.values_list("office", flat=True)) == {c.pk for c in counties}
    assert done.unresolved[0].body == "省财政厅"


def test_forwarded_duties_arrive_with_the_added_ones(city, counties):
    province = f.office("220000000000", name="测试省就业局")
    original = issued(province, [city], duties=2)
    actions.assign(notice=original, by=f.actor(province, "leader"), at=f.NOW)
    forwarding = issued(city, counties, duties=1, forwards=original)
    done = actions.assign(notice=forwarding, by=f.actor(city, "leader"), at=f.NOW)
    assert done.tasks_made == 9
    above = Task.objects.get(office=city, duty__position=0)
    below = Task.objects.get(office=counties[0], duty=above.duty)
    assert below.parent == above
    assert below.recipient == city  # hop by hop, not straight to the province
    assert below.notice == forwarding


def test_recipient_named_in_the_text(city, counties):
    command = f.office(CITY, line="command", name="测试市疫情防控指挥部", short_name="市指挥部")
    notice = issued(city, counties, duties=1)
    Duty.objects.filter(notice=notice).update(report_to="市指挥部")
    actions.assign(notice=notice, by=f.actor(city, "leader"), at=f.NOW)
    assert set(Task.objects.values_list("recipient", flat=True)) == {command.pk}


def test_deadlines(city, counties):
    notice = issued(city, counties[:1], duties=4)
    dated, daily, fuzzy, later = Duty.objects.filter(notice=notice)
    Duty.objects.filter(pk=dated.pk).update(due_time=clock(17))
    Duty.objects.filter(pk=daily.pk).update(
        due_on=None, deadline_kind="recurring", every="day", due_time=clock(16)
    )
    Duty.objects.filter(pk=fuzzy.pk).update(due_on=None, deadline_kind="fuzzy", deadline_text="及时")
    Duty.objects.filter(pk=later.pk).update(
        due_on=None, deadline_kind="recurring", every="week:1", starts_on=date(2020, 2, 10)
    )
    actions.assign(notice=notice, by=f.actor(city, "leader"), at=f.NOW)
    found = dict(Task.objects.values_list("duty", "due_at"))
    assert found[dated.pk] == datetime(2020, 2, 1, 17, tzinfo=CN)
    assert found[daily.pk] == datetime(2020, 2, 1, 16, tzinfo=CN)
    assert found[fuzzy.pk] is None
    assert found[later.pk] == datetime(2020, 2, 10, 23, 59, 59, tzinfo=CN)


def test_strict_reading_of_before_is_a_setting_of_the_issuer(city, counties):
    ChaseRule.objects.create(office=city, area_code=CITY, before_means="eve")
    notice = issued(city, counties[:1], duties=1)
    actions.assign(notice=notice, by=f.actor(city, "leader"), at=f.NOW)
    assert Task.objects.get().due_at == datetime(2020, 1, 31, 23, 59, 59, tzinfo=CN)


def test_refusals(city, counties):
    notice = f.notice(city)
    with pytest.raises(Refused, match=r"Issue|印发"):
        actions.assign(notice=notice, by=f.actor(city, "leader"), at=f.NOW)
    with pytest.raises(NotAllowed):
        actions.assign(notice=notice, by=f.actor(city, "officer"), at=f.NOW)


def test_waiting_notices_are_found_and_later_addressees_too(city, counties):
    notice = issued(city, counties[:2])
    issued(city, counties[:1], duties=1)
    f.notice(city)  # not issued
    assert actions.assign_waiting(at=f.NOW) == 5
    assert actions.assign_waiting(at=f.NOW) == 0
    send(notice, counties[2:])
    assert actions.assign_waiting(at=f.NOW) == 2


def test_one_impossible_notice_does_not_hold_up_the_others(city, counties):
    bad = issued(city, counties, duties=1)
    Duty.objects.filter(notice=bad).update(every="whenever")
    issued(city, counties, duties=1)
    assert actions.assign_waiting(at=f.NOW) == 3


_CHILD = """
import os, sys, time
sys.path[:0] = ["src", "."]
import django; django.setup()
from chunfeng.tasking.actions import assigning
assigning.BATCH = 20
write = assigning._write_plain
def slow(*arguments):
    write(*arguments); print("wrote", flush=True); time.sleep(0.3)
assigning._write_plain = slow
assigning.assign_waiting()
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_between_batches_a_second_run_completes():
    city = f.office(CITY)
    townships = [f.office(f"220102{n:03d}000", name=f"测试乡{n}") for n in range(1, 41)]
    notice = issued(city, townships, duties=5)
    env = os.environ | {"CHUNFENG_TEST_DB": "", "PYTHONUNBUFFERED": "1"} | environment()
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD], stdout=subprocess.PIPE, text=True, env=env, cwd=Path.cwd()
    )
    assert child.stdout
    for _ in range(3):
        assert child.stdout.readline() == "wrote\n"
    time.sleep(0.1)  # the third batch commits before the pause ends or dies with the process
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    child.stdout.close()
    half = Task.objects.count()
    assert 0 < half < 200
    assert not Assignment.objects.exists()
    assert actions.assign_waiting(at=f.NOW) == 200 - half
    assert Task.objects.filter(notice=notice).count() == 200
    assert actions.assign(notice=notice, by=SYSTEM, at=f.NOW).tasks_made == 0


def test_the_forwarded_original_sent_along_makes_no_tasks_of_its_own(city, counties):
    province = f.office("220000000000", name="测试省就业局")
    original = issued(province, [city], duties=1)
    forwarding = issued(city, counties, duties=1, forwards=original)
    send(original, counties)  # what forwarding does: everybody below may read the original
    assert actions.assign_waiting(at=f.NOW) == 7
    below = Task.objects.get(office=counties[0], duty__notice=original)
    assert (below.notice, below.recipient) == (forwarding, city)
    assert actions.assign_waiting(at=f.NOW) == 0


def test_an_office_named_in_the_text_may_read_the_notice(city, counties):
    zone = f.office("2201A1000000", line="zone", name="测试高新技术产业开发区管理委员会", parent=city)
    notice = issued(city, counties, duties=2)
    Duty.objects.filter(notice=notice, position=0).update(lead=zone.name)
    actions.assign(notice=notice, by=f.actor(city, "leader"), at=f.NOW)
    assert Task.objects.filter(office=zone).count() == 1
    with scope.applied(f.actor(zone)):
        assert Task.objects.select_related("duty").get().duty.position == 0
    assert actions.assign_waiting(at=f.NOW) == 0  # being able to read it brings no other duty
    assert Task.objects.filter(office=zone).count() == 1
