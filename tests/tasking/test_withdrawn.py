from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone, translation

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.core.models import Event
from chunfeng.notices import actions as notices
from chunfeng.notices.models import Notice
from chunfeng.tasking import actions, moves, queries
from chunfeng.tasking.actions import assigning
from chunfeng.tasking.choices import OPEN_STATES, TaskState
from chunfeng.tasking.models import Message, OfficeChannel, Task, TaskEntry
from tests import factories as f
from tests.tasking.builders import CITY, COUNTIES, TOWNSHIP, issued, send, tasks

WHY = "原文有误，另行通知"


@pytest.fixture
def city(db):
    return f.office(CITY)


@pytest.fixture
def counties(city):
    return [f.office(c, parent=city) for c in COUNTIES]


def withdraw(city, task) -> Notice:
    return notices.withdraw(notice=task.notice, reason=WHY, by=f.actor(city, "leader"), at=f.NOW)


def close(city, notice) -> int:
    return actions.close_withdrawn(notice=notice, by=f.actor(city, "leader"), at=f.NOW)


def report(task):
    actions.report_done(
        task=task, text="完成", files=[], period="", key="", by=f.actor(task.office), at=f.NOW
    )


def test_open_tasks_are_closed_with_an_entry_and_done_ones_stay(city, counties):
    done, *others = tasks(city, counties)
    report(done)
    actions.accept(task=others[0], by=f.actor(others[0].office), at=f.NOW)
    assert close(city, withdraw(city, done)) == 2
    assert close(city, Notice.objects.get()) == 0
    assert list(Task.objects.order_by("pk").values_list("state", flat=True)) == [
        "done", "withdrawn", "withdrawn",
    ]  # fmt: skip
    entries = TaskEntry.objects.filter(kind="withdrawn").order_by("task")
    assert [(e.task_id, e.text, e.area_code, e.at) for e in entries] == [
        (t.pk, WHY, t.area_code, f.NOW) for t in others
    ]
    event = Event.objects.get(verb="task.withdraw")
    assert event.detail["tasks"] == 2


def test_only_a_withdrawn_notice_and_only_by_its_leader(city, counties):
    task = tasks(city, counties)[0]
    with pytest.raises(Refused):
        close(city, task.notice)
    gone = withdraw(city, task)
    with pytest.raises(NotAllowed):
        actions.close_withdrawn(notice=gone, by=f.actor(city, "officer"), at=f.NOW)
    assert Task.objects.filter(state__in=OPEN_STATES).count() == 3


def test_the_job_closes_what_was_left(city, counties):
    task = tasks(city, counties)[0]
    withdraw(city, task)
    assert actions.assign_waiting(at=f.NOW) == 0
    assert set(Task.objects.values_list("state", flat=True)) == {"withdrawn"}
    entry = TaskEntry.objects.first()
    assert (entry.by_name, entry.text) == ("system", WHY)
    assert Event.objects.filter(verb="task.withdraw").count() == 1
    actions.assign_waiting(at=f.NOW)
    assert Event.objects.filter(verb="task.withdraw").count() == 1


def test_nobody_is_reminded_of_it_again(city, counties):
    task = tasks(city, counties[:1])[0]
    to = OfficeChannel.objects.create(
        office=counties[0], area_code=counties[0].area_code, channel="email", address="a@example.org"
    )
    day = timezone.localtime(task.due_at).replace(hour=10)
    assert actions.chase(now=day).reminders == 1
    assert queries.unread(f.actor(counties[0]))[1] == 1
    close(city, withdraw(city, task))
    assert actions.deliver(now=day).failed == 1
    assert mail.outbox == []
    assert queries.unread(f.actor(counties[0])) == ([], 0)
    assert Message.objects.get(to=to).error
    for days in range(1, 30):
        made = actions.chase(now=day + timedelta(days=days))
        assert (made.reminders, made.escalations) == (0, 0)


def test_neither_open_nor_done_tasks_can_be_worked_on(city, counties):
    done, left = tasks(city, counties[:2])
    report(done)
    gone = withdraw(city, done)
    above, own = f.actor(city, "leader"), f.actor(left.office, "leader")
    for _ in range(2):  # before the tasks are closed, and after
        for task, by in ((done, above), (left, above), (left, own)):
            assert moves.possible(by, queries.task(by, task.pk)) <= {"note"}
        with translation.override("en"), pytest.raises(Refused, match="withdrawn"):
            actions.send_back(task=done, reason="再报", by=above, at=f.NOW)
        with translation.override("en"), pytest.raises(Refused, match="withdrawn"):
            actions.accept(task=left, by=own, at=f.NOW)
        close(city, gone)


def test_a_withdrawn_original_takes_its_forwarded_duties_along(city, counties):
    province = f.office("220000000000")
    original = issued(province, [city], duties=1)
    forwarding = f.notice(city, duties=1, state="issued", issued_at=f.NOW, forwards=original)
    send(forwarding, counties)
    actions.assign(notice=original, by=f.actor(province, "leader"), at=f.NOW)
    actions.assign(notice=forwarding, by=f.actor(city, "leader"), at=f.NOW)
    gone = notices.withdraw(notice=original, reason=WHY, by=f.actor(province, "leader"), at=f.NOW)
    assert actions.close_withdrawn(notice=gone, by=f.actor(province, "leader"), at=f.NOW) == 4
    left = Task.objects.filter(state__in=OPEN_STATES)
    assert {t.duty.notice_id for t in left} == {forwarding.pk}
    late = f.office("220105000000")
    send(forwarding, [late])
    actions.assign_waiting(at=f.NOW)
    assert [t.duty.notice_id for t in Task.objects.filter(office=late)] == [forwarding.pk]
    assert list(assigning._waiting()) == []


def test_delegated_tasks_are_closed_too(city, counties):
    task = tasks(city, counties[:1])[0]
    township = f.office(TOWNSHIP)
    actions.delegate(task=task, offices=[township], note="", by=f.actor(counties[0], "leader"), at=f.NOW)
    assert close(city, withdraw(city, task)) == 2
    assert Task.objects.get(office=township).state == TaskState.WITHDRAWN


def test_withdrawing_on_the_page_clears_the_desks(city, counties):
    done, left, _other = tasks(city, counties)
    report(done)
    leader = f.browse(f.posting(city, "leader"))
    answer = leader.post(reverse("notice-withdraw", args=[done.notice_id]), {"reason": WHY})
    assert answer.status_code == 302
    officer = f.browse(f.posting(left.office, "leader"))
    desk = officer.get(reverse("desk"))
    assert desk.context["page"].rows == []
    assert {t["number"] for t in desk.context["tiles"]} == {"0"}
    gone = officer.get(reverse("desk"), {"show": "withdrawn"})
    assert [t.pk for t in gone.context["page"].rows] == [left.pk]
    text = officer.get(reverse("task", args=[left.pk])).content.decode()
    assert WHY in text
    assert 'class="flash warning"' in text
    matrix = leader.get(reverse("matrix", args=[done.notice_id]))
    assert matrix.content.decode().count('class="cell withdrawn" href') == 2
    assert 'class="flash warning"' in matrix.content.decode()
    assert [(line.done, line.due) for line in matrix.context["matrix"].lines] == [(1, 1)]
    assert len(matrix.context["matrix"].columns) == 3
    assert leader.get(reverse("behind", args=[done.notice_id])).context["page"].rows == []
